/** The one organization that every environment belongs to: what `ORGANIZATION` scopes name. */
export const ORGANIZATION_ID = '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b0000';
