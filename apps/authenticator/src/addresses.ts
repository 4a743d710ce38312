/** Where the application and its server are: a proxy may have put both under a path. */

const app = new URL('.', document.baseURI);

/** The path of the application, with the slash that ends it: `/authenticator/`. */
export const APP_PATH = app.pathname;

/** The server's public URL, without a slash at its end. */
export const SERVER_URL = new URL('..', app).href.replace(/\/$/, '');
