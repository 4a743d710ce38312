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
  /**
   * Counts a try before its outcome is known, so that no more than the limit are tried at the same
   * time; undefined: the key must wait. To be called back when it was no failure.
   */
  begin(key: string, now: Instant): (() => void) | undefined;
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
  function waitMs(key: string, now: Instant): number | undefined {
    const entry = current(key, now);
    return entry && entry.count >= CLIENT_FAILURES_MAX ? entry.endsAt - now : undefined;
  }
  function count(key: string, now: Instant) {
    const entry = current(key, now) ?? { count: 0, endsAt: now + CLIENT_FAILURES_WINDOW_MS };
    entry.count += 1;
    failures.set(key, entry);
    return entry;
  }
  return {
    waitMs,
    record: (key, now) => void count(key, now),
    begin(key, now) {
      if (waitMs(key, now) !== undefined) return undefined;
      const entry = count(key, now);
      return () => {
        entry.count -= 1;
      };
    },
  };
}
