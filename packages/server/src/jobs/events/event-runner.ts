/**
 * Takes committed events to those who have subscribed: gives them numbers, and delivers. Passes never
 * overlap; one is asked for by `wake` (an event was committed), by a timer (another node's events,
 * a retry that is due, a lease that has ended) and by `idle`. Receivers that fail or are slow have
 * places of their own, so nobody else waits for them.
 */
import {
  EVENTS_GATHER_MS,
  EVENTS_POLL_MS,
  PAGE_SIZE_MAX,
  WEBHOOK_CONCURRENCY_MAX,
  WEBHOOK_STOP_MS,
  WEBHOOK_TROUBLED_MAX,
} from '../../config/limits.ts';
import type { EventDelivery } from '../../model/documents.ts';
import { makeLimiter } from '../../model/limiter.ts';
import { ANY_ENVIRONMENT, type Store, type Stored } from '../../storage/store.ts';
import { logFailure } from '../log-failure.ts';
import { type DeliveryParts, deliverEvents, isSlow } from './deliver-events.ts';
import type { KnownSubscriptions } from './known-subscriptions.ts';
import { createCatchUp, numberWaiting } from './number-events.ts';

export type EventRunnerParts = Omit<DeliveryParts, 'isStopping' | 'cutOff' | 'random' | 'known'> & {
  store: Pick<Store, 'get' | 'list' | 'commit'>;
  known: KnownSubscriptions;
  random?: () => number;
};

export interface EventRunner {
  /** Something was committed, or changed: look soon. Cheap. */
  wake(): void;
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
  const catchUp = createCatchUp(parts);
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
      wake();
    });
    underWay.set(id, delivering);
  }

  /** The last pass has left one to a delivery that was under way, which may not have seen it all. */
  let hasLeftSome = false;

  /** Those that have something to deliver, and whose time it is. */
  async function due(): Promise<Stored<EventDelivery>[]> {
    const counters = await listAll('event_counters');
    const last = new Map(counters.map(({ id, doc }) => [id, doc.last]));
    const now = clock.now();
    const behind = (await listAll('event_deliveries')).filter(
      ({ environmentId, id, doc }) =>
        (doc.replay !== undefined || doc.position < (last.get(environmentId) ?? 0)) &&
        known.get(environmentId, id)?.doc.enabled === true,
    );
    hasLeftSome = behind.some(({ id }) => underWay.has(id));
    return behind.filter(({ id, doc }) => doc.availableAt <= now && !underWay.has(id));
  }

  async function listAll<T extends 'event_counters' | 'event_deliveries'>(table: T) {
    const rows = await store.list(table, ANY_ENVIRONMENT, { limit: PAGE_SIZE_MAX });
    let page = rows;
    while (page.length === PAGE_SIZE_MAX) {
      const afterId = page.at(-1)?.id ?? '';
      page = await store.list(table, ANY_ENVIRONMENT, { afterId, limit: PAGE_SIZE_MAX });
      rows.push(...page);
    }
    return rows;
  }

  async function pass(): Promise<void> {
    const subscriptions = known.all();
    if (subscriptions.length === 0 || stopping) return;
    try {
      await catchUp(subscriptions);
      while ((await numberWaiting(parts)) && !stopping);
      for (const row of await due()) if (!stopping) begin(row);
    } catch (error) {
      logFailure(log, error, 'Events: a pass failed.');
    }
  }

  let last = Promise.resolve();
  let next: Promise<void> | undefined;
  let gathering: NodeJS.Timeout | undefined;

  /** The next pass that begins: what is committed by now is before it. */
  function runPass(): Promise<void> {
    next ??= last.then(() => {
      next = undefined;
      last = pass();
      return last;
    });
    return next;
  }

  function wake(): void {
    if (gathering || stopping) return;
    gathering = setTimeout(() => {
      gathering = undefined;
      void runPass();
    }, EVENTS_GATHER_MS);
    gathering.unref();
  }

  const polling = setInterval(runPass, EVENTS_POLL_MS * (0.75 + parts.random() / 2));
  polling.unref();

  return {
    wake,
    async idle() {
      do {
        await Promise.all(underWay.values());
        await runPass();
      } while ((underWay.size > 0 || hasLeftSome) && !stopping);
    },
    async stop() {
      stopping = true;
      clearInterval(polling);
      clearTimeout(gathering);
      const all = last.then(() => Promise.all(underWay.values()));
      const timer = setTimeout(() => cutOff.abort(), WEBHOOK_STOP_MS);
      await all;
      clearTimeout(timer);
    },
  };
}
