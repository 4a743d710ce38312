/**
 * How many messages are sent at once to one provider: as many as keep it busy. What it has taken and
 * we haven't noted yet is sent again after a kill, so more places than that only make repetitions. Pure.
 */

/** How much of what a send took longer than expected is expected of the next one. */
const RISE = 0.05;

/**
 * How long the provider takes, by how long sends took. It falls at once and rises slowly: what takes
 * longer now and then has waited for this process, and more places would make it wait longer.
 */
export const nextLatency = (knownMs: number, tookMs: number): number =>
  tookMs < knownMs ? tookMs : knownMs + (tookMs - knownMs) * RISE;

/** Little's law, with a send begun every `everyMs`. */
export const placesFor = (latencyMs: number, everyMs: number, max: number): number =>
  Math.min(max, Math.max(1, Math.ceil(latencyMs / everyMs)));
