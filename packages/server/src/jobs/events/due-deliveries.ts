/**
 * Which deliveries have something to take to their receivers, and whose time it is. All of them are
 * read seldom, in case another node has left some; in between only those of environments where
 * something was numbered or changed, or where one is to be tried again.
 */
import { EVENTS_LOOK_MAX, EVENTS_LOOK_MS, PAGE_SIZE_MAX } from '../../config/limits.ts';
import type { EventDelivery } from '../../model/documents.ts';
import type { Clock, Instant } from '../../model/instant.ts';
import { ANY_ENVIRONMENT, type Store, type Stored } from '../../storage/store.ts';
import type { KnownSubscriptions } from './known-subscriptions.ts';

export interface DueParts {
  store: Pick<Store, 'get' | 'list'>;
  known: Pick<KnownSubscriptions, 'all' | 'get'>;
  clock: Clock;
  metrics: { setEventBacklog(events: number): void };
  /** Milliseconds that pass, whatever the clock says; tests pass their own. */
  elapsed?: () => number;
}

type Row = Stored<EventDelivery>;

export interface DueDeliveries {
  /** There may be something to deliver: the next look looks there. */
  ask(environmentId: string): void;
  /** The next look reads all. */
  askAll(): void;
  /** Whether one was asked for, and hasn't begun. */
  isAsked(): boolean;
  /** Those whose time it is. */
  look(): Promise<Row[]>;
}

export function createDueDeliveries(parts: DueParts): DueDeliveries {
  const { store, known, clock, metrics, elapsed = () => performance.now() } = parts;
  const asked = new Set<string>();
  /** By environment: when the next of what waits there may go. */
  const later = new Map<string, Instant>();
  let allAsked = true;
  /** When all are read again, by `elapsed`. */
  let allAt = 0;

  async function readAll<T extends 'event_counters' | 'event_deliveries'>(table: T) {
    const rows = await store.list(table, ANY_ENVIRONMENT, { limit: PAGE_SIZE_MAX });
    let page = rows;
    while (page.length === PAGE_SIZE_MAX) {
      const afterId = page.at(-1)?.id ?? '';
      page = await store.list(table, ANY_ENVIRONMENT, { afterId, limit: PAGE_SIZE_MAX });
      rows.push(...page);
    }
    return rows;
  }

  /** What a delivery has yet to go through, of all that its environment has numbered. */
  function behindBy({ environmentId, id, doc }: Row, last: number): number {
    if (known.get(environmentId, id)?.doc.enabled !== true) return 0;
    return Math.max(last - doc.position, doc.replay === undefined ? 0 : 1);
  }

  async function behindOfAll(): Promise<Row[]> {
    // In this order: what is numbered meanwhile is asked for by whoever has numbered it.
    const counters = await readAll('event_counters');
    const last = new Map(counters.map(({ id, doc }) => [id, doc.last]));
    const rows = await readAll('event_deliveries');
    const behind = rows.map((row) => behindBy(row, last.get(row.environmentId) ?? 0));
    metrics.setEventBacklog(behind.reduce((sum, events) => sum + events, 0));
    return rows.filter((_row, index) => behind[index] !== 0);
  }

  async function behindOf(environmentId: string): Promise<Row[]> {
    const counter = await store.get('event_counters', environmentId, environmentId);
    const rows = await store.list('event_deliveries', environmentId, { limit: PAGE_SIZE_MAX });
    return rows.filter((row) => behindBy(row, counter?.doc.last ?? 0) > 0);
  }

  async function behindOfSome(environmentIds: readonly string[]): Promise<Row[]> {
    const rows: Row[] = [];
    for (const environmentId of environmentIds) rows.push(...(await behindOf(environmentId)));
    return rows;
  }

  /** The environments with subscriptions that are enabled, as far as this node knows. */
  const enabledPlaces = () => {
    const enabled = known.all().filter(({ doc }) => doc.enabled);
    return [...new Set(enabled.map(({ environmentId }) => environmentId))];
  };

  return {
    ask: (environmentId) => void asked.add(environmentId),
    askAll() {
      allAsked = true;
    },
    isAsked: () => asked.size > 0,
    async look() {
      const now = clock.now();
      const places = enabledPlaces();
      const environmentIds = places.filter(
        (id) => asked.has(id) || (later.get(id) ?? Number.POSITIVE_INFINITY) <= now,
      );
      const isAll = allAsked || elapsed() >= allAt || environmentIds.length > EVENTS_LOOK_MAX;
      asked.clear();
      if (places.length === 0) {
        metrics.setEventBacklog(0);
        return [];
      }
      if (isAll) {
        allAsked = false;
        allAt = elapsed() + EVENTS_LOOK_MS;
      }
      const reading = isAll ? behindOfAll() : behindOfSome(environmentIds);
      // What this look was asked for is made up for by the next one.
      const behind = await reading.catch((error: unknown) => {
        allAsked = true;
        throw error;
      });
      if (isAll) later.clear();
      for (const environmentId of environmentIds) later.delete(environmentId);
      for (const { environmentId, doc } of behind) {
        if (doc.availableAt <= now) continue;
        const soonest = later.get(environmentId) ?? doc.availableAt;
        later.set(environmentId, Math.min(soonest, doc.availableAt));
      }
      return behind.filter(({ doc }) => doc.availableAt <= now);
    },
  };
}
