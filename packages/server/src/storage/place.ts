/** Host, port and database of an address: no user, no password. Pure. */
export function placeOf(databaseUrl: string): string {
  // libpq's own form of a local socket, `user@/database`, is no URL.
  const url = URL.parse(databaseUrl) ?? URL.parse(databaseUrl.replace(/@(?=[/?])/, '@localhost'));
  if (!url) return 'its address';
  return `${url.searchParams.get('host') ?? (url.host || 'localhost')}${url.pathname}`;
}
