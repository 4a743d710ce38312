/** Milliseconds since 1970-01-01T00:00:00Z. Every stored and computed moment is one. */
export type Instant = number;

/** Where "now" comes from; tests pass one they can move. */
export interface Clock {
  now(): Instant;
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
