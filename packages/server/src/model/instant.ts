/** Milliseconds since 1970-01-01T00:00:00Z. Every stored and computed moment is one. */
export type Instant = number;

/** Where "now" comes from; tests pass one they can move. */
export interface Clock {
  now(): Instant;
}

/**
 * A clock that never goes back: while the given one is behind the latest moment that it has shown,
 * that moment stays. So nothing that has expired is good again. `wentBack` hears of it once, with
 * by how much.
 */
export function steadyClock(clock: Clock, wentBack: (byMs: number) => void): Clock {
  let latest = -Infinity;
  let isBehind = false;
  return {
    now() {
      const now = clock.now();
      if (now >= latest) {
        isBehind = false;
        latest = now;
      } else if (!isBehind) {
        isBehind = true;
        wentBack(latest - now);
      }
      return latest;
    },
  };
}

/**
 * The present moment, but not before the rows that a decision is made of were changed: they may have
 * been by another node, or before a restart, when the clock was further.
 */
export function notBefore(
  now: Instant,
  rows: readonly ({ doc: { updatedAt: Instant } } | undefined)[],
): Instant {
  return rows.reduce((latest, row) => Math.max(latest, row?.doc.updatedAt ?? latest), now);
}

/** The wire form of a moment: `YYYY-MM-DDThh:mm:ss.sssZ`; contract §1.4. */
export function toTimestamp(instant: Instant): string {
  return new Date(instant).toISOString();
}

/** When something was made and last changed, as the API shows it. */
export const momentsOf = (doc: { createdAt: Instant; updatedAt: Instant }) => ({
  createdAt: toTimestamp(doc.createdAt),
  updatedAt: toTimestamp(doc.updatedAt),
});
