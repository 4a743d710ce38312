/** How far this device's clock is off, learned from the times that the server signs. Pure. */

/** How exactly an exchange must tell the time to be believed: requests can be held open. */
const EXCHANGE_MAX_MS = 10_000;

export interface Exchange {
  /** Unix milliseconds of this device's clock. */
  sentAt: number;
  receivedAt: number;
  /** When the server answered: whole seconds of its clock. */
  iat: number;
}

/** The offset that a time of the server, in milliseconds, shows: it was told half way. */
export const offsetOf = (time: number, { sentAt, receivedAt }: Omit<Exchange, 'iat'>): number =>
  Math.round(time - (sentAt + receivedAt) / 2);

/**
 * The offset, changed only where the exchange shows that it can't be right: the answer was made after
 * the request was sent and before it came. Passcodes of half a minute need it closer than requests do.
 */
export function correctedOffset(offsetMs: number, { sentAt, receivedAt, iat }: Exchange): number {
  const least = iat * 1_000 - receivedAt;
  const most = (iat + 1) * 1_000 - sentAt;
  if (offsetMs >= least && offsetMs <= most) return offsetMs;
  if (most - least > EXCHANGE_MAX_MS) return offsetMs;
  return Math.round((least + most) / 2);
}
