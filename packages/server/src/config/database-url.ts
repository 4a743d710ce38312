/** Reads the address of a PostgreSQL database as its own tools do. */

/** Of `target_session_attrs`: what holds anyway, because a server that takes no writes isn't used. */
const SESSIONS_TAKEN = ['any', 'read-write', 'primary'];

/**
 * What is wrong with the address, in words; undefined: nothing. `postgres://user@/db?host=/folder`
 * (a local socket) is libpq's own form, though no URL by the WHATWG's rules. Pure.
 */
export function databaseUrlFault(text: string): string | undefined {
  const hosts = /^postgres(?:ql)?:\/\/(?:[^/?#]*@)?([^/?#@]*)/.exec(text)?.[1];
  const several =
    'names several hosts: name one, such as a proxy or a name that follows the primary.';
  if (hosts?.includes(',')) return several;
  const url = URL.parse(text) ?? URL.parse(text.replace(/@(?=[/?])/, '@localhost'));
  if (hosts === undefined || !url) return 'is not a postgres:// address.';
  if (url.searchParams.getAll('host').join(',').includes(',')) return several;
  const session = url.searchParams.get('target_session_attrs') ?? 'any';
  return SESSIONS_TAKEN.includes(session)
    ? undefined
    : `has target_session_attrs=${session}: the server must write, so leave it out, or say read-write.`;
}
