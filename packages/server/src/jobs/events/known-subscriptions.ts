/**
 * The subscriptions of all environments, in memory: what is committed is marked by them, so that the
 * hot path reads nothing for it, and writes nothing where nobody has subscribed. A node whose
 * knowledge is old marks everything; docs/decisions/0040.
 */
import type { Logger } from 'pino';
import {
  PAGE_SIZE_MAX,
  SUBSCRIPTIONS_FRESH_MS,
  SUBSCRIPTIONS_MAX,
  SUBSCRIPTIONS_READ_MS,
} from '../../config/limits.ts';
import type { Activity, Subscription } from '../../model/documents.ts';
import {
  ANY_ENVIRONMENT,
  type CommitOptions,
  type Store,
  type Stored,
  type Write,
} from '../../storage/store.ts';
import { logFailure } from '../log-failure.ts';

interface OfEnvironment {
  subscriptions: readonly Stored<Subscription>[];
  actions: ReadonlySet<string>;
  showsSource: boolean;
}

export interface KnownSubscriptions {
  all(): Stored<Subscription>[];
  get(environmentId: string, id: string): Stored<Subscription> | undefined;
  /** The writes of a change, with the marks of those that are events of somebody. */
  marked(writes: readonly Write[]): readonly Write[];
  /** Reads those of one environment anew, or all. */
  refresh(environmentId?: string): Promise<void>;
  close(): void;
}

export interface KnownParts {
  store: Pick<Store, 'list' | 'onConfigurationChange'>;
  log: Logger;
  /** Called when there may be something else to deliver, there or anywhere. */
  whenChanged(environmentId?: string): void;
  /** Milliseconds that pass, whatever the clock says; tests pass their own. */
  elapsed?: () => number;
}

function described(subscriptions: readonly Stored<Subscription>[]): OfEnvironment {
  const options = subscriptions.map(({ doc }) => doc.filterOptions);
  return {
    subscriptions,
    actions: new Set(options.flatMap(({ includedActionTypes }) => includedActionTypes)),
    showsSource: options.some((one) => one.ipAddressExposed || one.userAgentExposed),
  };
}

export function knowSubscriptions(parts: KnownParts): KnownSubscriptions {
  const { store, log, whenChanged, elapsed = () => performance.now() } = parts;
  let known = new Map<string, OfEnvironment>();
  let readAt = Number.NEGATIVE_INFINITY;
  let closed = false;

  async function readAll(): Promise<void> {
    const startedAt = elapsed();
    const rows: Stored<Subscription>[] = [];
    let page: Stored<Subscription>[];
    do {
      const afterId = rows.at(-1)?.id;
      page = await store.list('subscriptions', ANY_ENVIRONMENT, {
        limit: PAGE_SIZE_MAX,
        ...(afterId === undefined ? {} : { afterId }),
      });
      rows.push(...page);
    } while (page.length === PAGE_SIZE_MAX);
    const grouped = Map.groupBy(rows, ({ environmentId }) => environmentId);
    known = new Map([...grouped].map(([id, some]) => [id, described(some)]));
    readAt = startedAt;
  }

  async function readOne(environmentId: string): Promise<void> {
    const rows = await store.list('subscriptions', environmentId, { limit: SUBSCRIPTIONS_MAX });
    if (rows.length > 0) known.set(environmentId, described(rows));
    else known.delete(environmentId);
  }

  // One after the other: an older answer doesn't replace a newer one.
  let last: Promise<void> = Promise.resolve();
  function refresh(environmentId?: string): Promise<void> {
    const reading = last
      .then(() => (environmentId === undefined ? readAll() : readOne(environmentId)))
      .then(() => whenChanged(environmentId));
    last = reading.catch((error: unknown) => {
      if (!closed) logFailure(log, error, 'Events: the subscriptions could not be read.');
    });
    return reading;
  }
  const refreshQuietly = (environmentId?: string) => void refresh(environmentId).catch(() => {});

  const deafen = store.onConfigurationChange((environmentId) =>
    refreshQuietly(environmentId === ANY_ENVIRONMENT ? undefined : environmentId),
  );
  const reading = setInterval(refreshQuietly, SUBSCRIPTIONS_READ_MS);
  reading.unref();

  const isOld = () => elapsed() - readAt > SUBSCRIPTIONS_FRESH_MS;

  function mark(write: Write): Write {
    if (write.table !== 'activities' || write.op !== 'insert') return write;
    const of = known.get(write.environmentId);
    const doc: Activity = write.doc;
    if (!isOld() && !of?.actions.has(doc.action)) return write;
    const { source } = write;
    return {
      ...write,
      doc: { ...doc, waiting: true, ...(of?.showsSource && source ? { source } : {}) },
    };
  }

  return {
    all: () => [...known.values()].flatMap(({ subscriptions }) => subscriptions),
    get: (environmentId, id) =>
      known.get(environmentId)?.subscriptions.find((subscription) => subscription.id === id),
    marked(writes) {
      if (known.size === 0 && !isOld()) return writes;
      const marked = writes.map(mark);
      return marked.some((write, index) => write !== writes[index]) ? marked : writes;
    },
    refresh,
    close() {
      closed = true;
      clearInterval(reading);
      deafen();
    },
  };
}

/** A store that marks events, and knows of a subscription before its maker does. */
export function markEvents<S extends Pick<Store, 'commit'>>(
  store: S,
  known: Pick<KnownSubscriptions, 'marked' | 'refresh'>,
  wake: (environmentId?: string) => void,
): S {
  return {
    ...store,
    async commit(writes: readonly Write[], options?: CommitOptions) {
      const marked = known.marked(writes);
      const outcome = await store.commit(marked, options);
      if (!outcome.committed) return outcome;
      if (marked !== writes) wake();
      const delivery = writes.find(
        ({ table, op }) => table === 'event_deliveries' && op !== 'guard',
      );
      if (delivery) wake(delivery.environmentId);
      const changed = writes.find(({ table, op }) => table === 'subscriptions' && op !== 'guard');
      // It is committed: what can't be read now is read soon.
      if (changed) await known.refresh(changed.environmentId).catch(() => {});
      return outcome;
    },
  };
}
