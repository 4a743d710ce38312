import { LRUCache } from 'lru-cache';
import {
  CLIENT_FAILURES_COUNTED_MAX,
  CLIENT_FAILURES_MAX,
  CLIENT_FAILURES_WINDOW_MS,
} from '../../config/limits.ts';
import type { Instant } from '../../model/instant.ts';

/** Failed attempts by key, each counted from its first failure on for one window. */
export interface FailureWindow {
  /** How long the key must wait; undefined: it may try. */
  waitMs(key: string, now: Instant): number | undefined;
  record(key: string, now: Instant): void;
}

/** Counts in the memory of this node, and of no more keys than `CLIENT_FAILURES_COUNTED_MAX`. */
export function createFailureWindow(): FailureWindow {
  const failures = new LRUCache<string, { count: number; endsAt: Instant }>({
    max: CLIENT_FAILURES_COUNTED_MAX,
  });
  const current = (key: string, now: Instant) => {
    const entry = failures.get(key);
    return entry && now < entry.endsAt ? entry : undefined;
  };
  return {
    waitMs(key, now) {
      const entry = current(key, now);
      return entry && entry.count >= CLIENT_FAILURES_MAX ? entry.endsAt - now : undefined;
    },
    record(key, now) {
      const entry = current(key, now);
      if (entry) entry.count += 1;
      else failures.set(key, { count: 1, endsAt: now + CLIENT_FAILURES_WINDOW_MS });
    },
  };
}
