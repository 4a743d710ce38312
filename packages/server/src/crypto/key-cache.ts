import { LRUCache } from 'lru-cache';
import { ENVIRONMENTS_CACHED_MAX, KEYS_REREAD_MS } from '../config/limits.ts';
import type { Clock, Instant } from '../model/instant.ts';
import { ANY_ENVIRONMENT, type Store } from '../storage/store.ts';
import type { EnvironmentKeys } from './environment-keys.ts';

/** The keys of environments in memory, bounded. */
export interface KeyCache {
  /** Reads them when they are not there, have changed or are old; undefined: there are none. */
  get(environmentId: string): Promise<EnvironmentKeys | undefined>;
  /** What `get` has brought before. Throws when it was not called. */
  loaded(environmentId: string): EnvironmentKeys;
  /** The next `get` reads them anew. */
  outdate(environmentId: string): void;
  close(): void;
}

/** Keeps what `read` brings until a node writes a configuration table. */
export function cacheKeys(
  { store, clock }: { store: Store; clock: Clock },
  read: (environmentId: string) => Promise<EnvironmentKeys | undefined>,
): KeyCache {
  const kept = new LRUCache<string, { keys: EnvironmentKeys; freshUntil: Instant }>({
    max: ENVIRONMENTS_CACHED_MAX,
  });
  const reading = new Map<string, Promise<EnvironmentKeys | undefined>>();

  // What is kept isn't deleted: a request between its `load` and its `open` needs it.
  const outdate = (environmentId: string) => {
    const entry = kept.get(environmentId);
    if (entry) entry.freshUntil = 0;
    reading.delete(environmentId);
  };
  const stop = store.onConfigurationChange((environmentId) => {
    if (environmentId !== ANY_ENVIRONMENT) outdate(environmentId);
    else for (const known of [...kept.keys(), ...reading.keys()]) outdate(known);
  });

  function reread(environmentId: string): Promise<EnvironmentKeys | undefined> {
    const present = read(environmentId)
      .then((keys) => {
        // The keys may have changed while they were read.
        const isFresh = reading.get(environmentId) === present;
        const freshUntil = isFresh ? clock.now() + KEYS_REREAD_MS : 0;
        if (keys) kept.set(environmentId, { keys, freshUntil });
        else kept.delete(environmentId);
        return keys;
      })
      .finally(() => {
        if (reading.get(environmentId) === present) reading.delete(environmentId);
      });
    reading.set(environmentId, present);
    return present;
  }

  return {
    outdate,
    close: stop,
    async get(environmentId) {
      const entry = kept.get(environmentId);
      if (entry && clock.now() < entry.freshUntil) return entry.keys;
      return reading.get(environmentId) ?? reread(environmentId);
    },
    loaded(environmentId) {
      const entry = kept.get(environmentId);
      if (!entry) throw new Error(`The keys of the environment ${environmentId} are not loaded.`);
      return entry.keys;
    },
  };
}
