/**
 * Spares a provider that is down, and the messages for it. CLOSED: everything may go. After
 * CIRCUIT_FAILURES_MAX failures in a row it is OPEN: nothing goes for CIRCUIT_OPEN_MS. Then one
 * message goes as a probe: its success closes the circuit, its failure opens it again. A probe
 * that never reports counts as failed after another CIRCUIT_OPEN_MS.
 */
import { CIRCUIT_FAILURES_MAX, CIRCUIT_OPEN_MS } from '../config/limits.ts';
import type { Instant } from '../model/instant.ts';

export interface CircuitBreaker {
  /** Whether one message may go now; whoever is admitted reports how it ended. */
  admit(now: Instant): boolean;
  /** Returns true when this has closed the circuit. */
  succeeded(): boolean;
  /** Returns true when this has opened the circuit. */
  failed(now: Instant): boolean;
  /** When it is worth asking again; meant for those who were not admitted. */
  retryAt(now: Instant): Instant;
}

/** How soon those ask again who met an open circuit while a probe was out. */
const PROBE_WAIT_MS = 2_000;

export function makeCircuitBreaker(): CircuitBreaker {
  let failures = 0;
  let openUntil: Instant = 0;
  let probing = false;
  const isOpen = () => failures >= CIRCUIT_FAILURES_MAX;
  return {
    admit(now) {
      if (!isOpen()) return true;
      if (now < openUntil) return false;
      probing = true;
      openUntil = now + CIRCUIT_OPEN_MS;
      return true;
    },
    succeeded() {
      const wasOpen = isOpen();
      failures = 0;
      probing = false;
      return wasOpen;
    },
    failed(now) {
      const wasOpen = isOpen();
      failures++;
      probing = false;
      if (isOpen()) openUntil = now + CIRCUIT_OPEN_MS;
      return !wasOpen && isOpen();
    },
    retryAt: (now) => (probing ? Math.min(openUntil, now + PROBE_WAIT_MS) : openUntil),
  };
}
