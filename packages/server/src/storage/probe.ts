import { PROBE_KEPT_MS } from '../config/limits.ts';

/**
 * Whether the store can be written to, by really doing it. An answer serves all who ask within
 * `PROBE_KEPT_MS`: the path that asks needs no token, and a write costs a flush.
 */
export function createProbe(write: () => Promise<void>): () => Promise<boolean> {
  let last: { answer: Promise<boolean>; until: number } | undefined;
  return () => {
    if (last && performance.now() < last.until) return last.answer;
    const answer = write().then(
      () => true,
      () => false,
    );
    last = { answer, until: Number.POSITIVE_INFINITY };
    const mine = last;
    void answer.then(() => {
      mine.until = performance.now() + PROBE_KEPT_MS;
    });
    return answer;
  };
}
