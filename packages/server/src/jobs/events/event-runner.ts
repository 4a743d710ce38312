/**
 * Takes committed events to those who have subscribed: gives them numbers, and delivers. Passes never
 * overlap; one is asked for by `wake` (an event was committed), by a timer (a retry that is
 * due, what another node has left) and by `idle`. Receivers that fail or are slow have
 * places of their own, so nobody else waits for them.
 */
import {
  EVENTS_GATHER_MS,
  EVENTS_POLL_MS,
  WEBHOOK_CONCURRENCY_MAX,
  WEBHOOK_STOP_MS,
  WEBHOOK_TROUBLED_MAX,
} from '../../config/limits.ts';
import type { EventDelivery } from '../../model/documents.ts';
import { makeLimiter } from '../../model/limiter.ts';
import type { Store, Stored } from '../../storage/store.ts';
import { logFailure } from '../log-failure.ts';
import { makePasses } from '../passes.ts';
import { type DeliveryParts, deliverEvents, isSlow } from './deliver-events.ts';
import { createDueDeliveries, type DueParts } from './due-deliveries.ts';
import type { KnownSubscriptions } from './known-subscriptions.ts';
import { createCatchUp, numberWaiting } from './number-events.ts';

export type EventRunnerParts = Omit<
  DeliveryParts,
  'isStopping' | 'cutOff' | 'random' | 'known' | 'metrics'
> & {
  store: Pick<Store, 'get' | 'list' | 'commit'>;
  known: KnownSubscriptions;
  metrics: DeliveryParts['metrics'] & DueParts['metrics'];
  random?: () => number;
  elapsed?: () => number;
};

export interface EventRunner {
  /** Something was committed, or the subscriptions of an environment have changed: look soon. Cheap. */
  wake(environmentId?: string): void;
  /** Resolves once all that can be delivered now was tried. */
  idle(): Promise<void>;
  /** Begins nothing new and waits, for a bounded time, for what is under way. */
  stop(): Promise<void>;
}

export function startEventRunner(given: EventRunnerParts): EventRunner {
  const { store, known, clock, log } = given;
  const cutOff = new AbortController();
  let stopping = false;
  const parts: DeliveryParts = {
    random: Math.random,
    ...given,
    cutOff: cutOff.signal,
    isStopping: () => stopping,
  };
  const due = createDueDeliveries(given);
  const numbering = { store, clock, whenNumbered: due.ask };
  const catchUp = createCatchUp(numbering);
  const healthy = makeLimiter(WEBHOOK_CONCURRENCY_MAX);
  const troubled = makeLimiter(WEBHOOK_TROUBLED_MAX);
  /** By subscription: those of which this node delivers. */
  const underWay = new Map<string, Promise<void>>();
  const slow = new Set<string>();

  async function deliver(row: Stored<EventDelivery>): Promise<void> {
    const { environmentId, id } = row;
    try {
      // It may have waited for its place: another node may have it by now.
      const present = await store.get('event_deliveries', environmentId, id);
      if (stopping || !present || present.doc.availableAt > clock.now()) return;
      const ms = await deliverEvents(parts, present);
      if (isSlow(ms)) slow.add(id);
      else if (ms > 0) slow.delete(id);
    } catch (error) {
      logFailure(log, error, 'Events: a delivery failed.', { subscriptionId: id });
    }
  }

  function begin(row: Stored<EventDelivery>): void {
    const { id, doc } = row;
    const lane = doc.failingSince !== undefined || slow.has(id) ? troubled : healthy;
    const delivering = lane(() => deliver(row)).finally(() => {
      underWay.delete(id);
      // What came meanwhile was left to this one.
      wake(row.environmentId);
    });
    underWay.set(id, delivering);
  }

  async function pass(): Promise<void> {
    const subscriptions = known.all();
    if (stopping) return;
    try {
      // Where nobody has subscribed nothing is read.
      if (subscriptions.length > 0) {
        await catchUp(subscriptions);
        while ((await numberWaiting(numbering)) && !stopping);
      }
      for (const row of await due.look()) if (!stopping && !underWay.has(row.id)) begin(row);
    } catch (error) {
      logFailure(log, error, 'Events: a pass failed.');
    }
  }

  const passes = makePasses(pass, {
    gatherMs: EVENTS_GATHER_MS,
    pollMs: EVENTS_POLL_MS * (0.75 + parts.random() / 2),
  });

  function wake(environmentId?: string): void {
    if (environmentId !== undefined) due.ask(environmentId);
    passes.wake();
  }

  return {
    wake,
    async idle() {
      do {
        await Promise.all(underWay.values());
        due.askAll();
        await passes.run();
      } while ((underWay.size > 0 || due.isAsked()) && !stopping);
    },
    async stop() {
      stopping = true;
      const all = passes.stop().then(() => Promise.all(underWay.values()));
      const timer = setTimeout(() => cutOff.abort(), WEBHOOK_STOP_MS);
      await all;
      clearTimeout(timer);
    },
  };
}
