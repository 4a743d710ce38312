/**
 * Ids of activities: UUIDv7 (RFC 9562 §5.7) of the moment that is recorded, so that the order of ids
 * is the order of `recordedAt`, and a range of moments is a range of ids. What one process records
 * within a millisecond follows in the order in which it was made (§6.2, method 1).
 */
import type { Instant } from './instant.ts';

const ORDER_MAX = 0xffffff;
let order = 0;

const hexOf = (moment: Instant) => Math.max(0, moment).toString(16).padStart(12, '0').slice(-12);

/** `uuid`: a random one, of which the end is kept. */
export function activityId(moment: Instant, uuid: string): string {
  const time = hexOf(moment);
  order = order >= ORDER_MAX ? 0 : order + 1;
  const place = order.toString(16).padStart(6, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${place.slice(0, 3)}-8${place.slice(3)}${uuid.slice(23)}`;
}

/** A text that is not after any id of this moment or of a later one. Pure. */
export function firstActivityId(moment: Instant): string {
  const time = hexOf(moment);
  return `${time.slice(0, 8)}-${time.slice(8)}`;
}
