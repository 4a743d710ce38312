import { PROBE_KEPT_MS } from '../config/limits.ts';

/** `tell` hears why it can't be. */
export type Probe = (tell?: (error: unknown) => void) => Promise<boolean>;

/**
 * Whether the store can be written to, by really doing it. An answer serves all who ask within
 * `PROBE_KEPT_MS`: the path that asks needs no token, and a write costs a flush.
 */
export function createProbe(write: () => Promise<void>): Probe {
  let last: { answer: Promise<{ error?: unknown }>; until: number } | undefined;

  function ask(): Promise<{ error?: unknown }> {
    if (last && performance.now() < last.until) return last.answer;
    const answer = write().then(
      () => ({}),
      (error: unknown) => ({ error }),
    );
    const mine = { answer, until: Number.POSITIVE_INFINITY };
    last = mine;
    void answer.then(() => {
      mine.until = performance.now() + PROBE_KEPT_MS;
    });
    return answer;
  }

  return async (tell) => {
    const outcome = await ask();
    if (!('error' in outcome)) return true;
    tell?.(outcome.error);
    return false;
  };
}
