/**
 * The circuits of senders. Messages that would fail or be slow together share one: a circuit
 * breaker and a number of places. What happens to it holds nobody else's messages.
 */
import { LRUCache } from 'lru-cache';
import {
  CIRCUITS_MAX,
  OUTBOX_CONCURRENCY_MAX,
  OUTBOX_PLACE_MS,
  OUTBOX_SLOW_MS,
} from '../config/limits.ts';
import { type FairLimiter, makeFairLimiter } from '../model/limiter.ts';
import { type CircuitBreaker, makeCircuitBreaker } from './circuit-breaker.ts';
import { nextLatency, placesFor } from './send-pace.ts';

export interface Circuit {
  breaker: CircuitBreaker;
  /** By environment: none waits for another's queue. */
  limit: FairLimiter;
  /** Messages that wait for it or are being sent. */
  held: number;
  /** A message was taken by it within this time. */
  took(ms: number): void;
}

/** Finds a circuit by its name. One that is long unused is forgotten, and begins anew. */
export function makeCircuits(): (name: string) => Circuit {
  const circuits = new LRUCache<string, Circuit>({ max: CIRCUITS_MAX });
  return (name) => {
    const known = circuits.get(name);
    if (known) return known;
    // The first sends connect and load, which says nothing of the next ones.
    let latency = 0;
    const made: Circuit = {
      breaker: makeCircuitBreaker(),
      limit: makeFairLimiter(OUTBOX_CONCURRENCY_MAX, {
        places: () => placesFor(latency, OUTBOX_PLACE_MS, OUTBOX_CONCURRENCY_MAX),
        slowMs: OUTBOX_SLOW_MS,
      }),
      held: 0,
      took(ms) {
        latency = nextLatency(latency, ms);
      },
    };
    circuits.set(name, made);
    return made;
  };
}
