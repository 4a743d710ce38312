/** The reason by which a session that is there is asked for more. */
export const STEP_UP = 'acr_values';
