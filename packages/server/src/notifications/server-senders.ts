/** The server's own senders, as chains name them: the platform's built-in ones are these here. */
export const SERVER_PHONE = 'PINGONE_TWILIO';
export const SERVER_EMAIL = 'PINGONE_EMAIL';
