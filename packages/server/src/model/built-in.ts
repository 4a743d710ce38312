/** What stands without having been made, under ids that never change. */

/** The license of environments that were made without one. */
export const LICENSE_ID = '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b1000';

/** The theme, the password policy and the language that every environment has from the beginning. */
export const DEFAULT_THEME_ID = '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b2000';
export const DEFAULT_PASSWORD_POLICY_ID = '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b3000';
export const DEFAULT_LANGUAGE = 'en';

/** What is true of a user while nothing else was said. */
export const LIFECYCLE_STATUS = 'ACCOUNT_OK';
export const VERIFY_STATUS = 'NOT_INITIATED';
