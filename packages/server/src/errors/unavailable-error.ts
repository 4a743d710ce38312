/**
 * What the server stands on can't be reached or written to now: nobody's mistake and no bug. It
 * becomes `503 SERVICE_UNAVAILABLE`. It has no cause, because a driver's error quotes addresses.
 */
export class UnavailableError extends Error {
  override name = 'UnavailableError';
  /** Safe to log: an SQLSTATE, or a code of SQLite or of the system. */
  readonly reason: string;

  constructor(reason: string) {
    super(`The store can't be used now (${reason}).`);
    this.reason = reason;
  }
}
