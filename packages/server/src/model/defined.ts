/** The members that are there: what is undefined is left out, as optional members want it. Pure. */
export function defined<Members extends object>(
  members: Members,
): { [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const there = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(there) as ReturnType<typeof defined<Members>>;
}
