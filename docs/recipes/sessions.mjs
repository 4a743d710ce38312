/** Sessions in memory, for the recipes only: take the one of your framework. Its cookie must look like this. */
import { randomBytes } from 'node:crypto';

const SESSIONS = new Map();
const NAME = 'session';

const idOf = (cookies = '') =>
  cookies
    .split(/; */)
    .find((one) => one.startsWith(`${NAME}=`))
    ?.slice(NAME.length + 1);

/** The session of a request. `setCookie` is called for a new one. */
export function sessionOf(cookies, setCookie) {
  const known = SESSIONS.get(idOf(cookies));
  return known ?? newSession({}, setCookie);
}

/** After signing in: the same content under a new name, so that nobody has planted the old one. */
export function newSession(session, setCookie) {
  for (const [id, one] of SESSIONS) if (one === session) SESSIONS.delete(id);
  const id = randomBytes(32).toString('base64url');
  SESSIONS.set(id, session);
  // With https: `Secure`, too.
  setCookie(`${NAME}=${id}; HttpOnly; SameSite=Lax; Path=/`);
  return session;
}
