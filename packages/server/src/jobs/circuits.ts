/**
 * The circuits of senders. Messages that would fail or be slow together share one: a circuit
 * breaker and a number of places. What happens to it holds nobody else's messages.
 */
import { LRUCache } from 'lru-cache';
import { CIRCUITS_MAX, OUTBOX_CONCURRENCY_MAX } from '../config/limits.ts';
import { type FairLimiter, makeFairLimiter } from '../model/limiter.ts';
import { type CircuitBreaker, makeCircuitBreaker } from './circuit-breaker.ts';

export interface Circuit {
  breaker: CircuitBreaker;
  /** By environment: none waits for another's queue. */
  limit: FairLimiter;
  /** Messages that wait for it or are being sent. */
  held: number;
}

/** Finds a circuit by its name. One that is long unused is forgotten, and begins anew. */
export function makeCircuits(): (name: string) => Circuit {
  const circuits = new LRUCache<string, Circuit>({ max: CIRCUITS_MAX });
  return (name) => {
    const known = circuits.get(name);
    if (known) return known;
    const limit = makeFairLimiter(OUTBOX_CONCURRENCY_MAX);
    const made = { breaker: makeCircuitBreaker(), limit, held: 0 };
    circuits.set(name, made);
    return made;
  };
}
