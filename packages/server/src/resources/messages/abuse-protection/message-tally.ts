/**
 * Counts messages where about right is right and nothing may be paid for it: the hot path adds to a
 * number in memory, and every few seconds what was added goes to the store, where other nodes have
 * added theirs. What a node that dies had not yet written is not counted. Quotas, which are exact, are
 * counted elsewhere (docs/decisions/0048, 0053).
 */
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import { TALLIES_FLUSHED_MAX, TALLIES_MAX, TALLY_FLUSH_MS } from '../../../config/limits.ts';
import type { Clock, Instant } from '../../../model/instant.ts';
import type { MessageCounter } from '../../../model/messages.ts';
import type { Store } from '../../../storage/store.ts';

export interface Count {
  total: number;
  claimed: number;
}

export interface TallyKey {
  environmentId: string;
  /** What is counted, with its period in it: `country/FI/489123`. */
  id: string;
  /** By then nobody asks for it any more. */
  expiresAt: Instant;
}

export interface MessageTally {
  /** What all nodes have counted, as far as it is known here. It is looked up again for who asks. */
  read(key: TallyKey): Count;
  /** The same of what is over, and doesn't change any more: it is looked up once. */
  recall(key: TallyKey): Count;
  add(key: TallyKey, more: Partial<Count>): void;
  /** Writes what was added and reads what others have; for tests, too. */
  flush(): Promise<void>;
  /** No more of them by itself, and a last one. */
  stop(): Promise<void>;
}

interface Entry {
  key: TallyKey;
  stored: Count;
  added: Count;
  /** Somebody has asked since the last flush, or it was never looked up. */
  isWanted: boolean;
}

export interface MessageTallyParts {
  store: Pick<Store, 'get' | 'commit'>;
  clock: Clock;
  log: Pick<Logger, 'warn'>;
  /** Called when counts were written and looked up. */
  whenFlushed?(): Promise<void>;
}

const NOTHING: Count = { total: 0, claimed: 0 };

const plus = (one: Count, other: Count): Count => ({
  total: one.total + other.total,
  claimed: one.claimed + other.claimed,
});
const minus = (one: Count, other: Count): Count => ({
  total: one.total - other.total,
  claimed: one.claimed - other.claimed,
});
const isNothing = ({ total, claimed }: Count) => total === 0 && claimed === 0;
const rowId = (id: string) => `tally/${id}`;

/** `flushMs`: 0 means only when asked. */
export function startMessageTally(
  { store, clock, log, whenFlushed }: MessageTallyParts,
  flushMs = TALLY_FLUSH_MS,
): MessageTally {
  const entries = new LRUCache<string, Entry>({ max: TALLIES_MAX });
  let flushing = Promise.resolve();

  function entryOf(key: TallyKey): Entry {
    const name = `${key.environmentId}/${key.id}`;
    const known = entries.get(name);
    if (known) return known;
    const made = { key, stored: NOTHING, added: NOTHING, isWanted: true };
    entries.set(name, made);
    return made;
  }

  /** A lost race is left for the next time. */
  async function write(entry: Entry): Promise<void> {
    const { environmentId, id, expiresAt } = entry.key;
    const { added } = entry;
    const row = await store.get('message_counters', environmentId, rowId(id));
    if (isNothing(added)) {
      entry.stored = row?.doc ?? NOTHING;
      return;
    }
    const now = clock.now();
    const counted = plus(row?.doc ?? NOTHING, added);
    const doc: MessageCounter = {
      ...counted,
      expiresAt,
      createdAt: row?.doc.createdAt ?? now,
      updatedAt: now,
    };
    const place = { table: 'message_counters', environmentId, id: rowId(id), doc } as const;
    const { committed } = await store.commit([
      row ? { op: 'update', ...place, version: row.version } : { op: 'insert', ...place },
    ]);
    if (!committed) return;
    entry.stored = counted;
    entry.added = minus(entry.added, added);
  }

  async function flushOnce(): Promise<void> {
    const now = clock.now();
    const due: Entry[] = [];
    for (const [name, entry] of entries.entries()) {
      if (entry.key.expiresAt <= now) entries.delete(name);
      else if (entry.isWanted || !isNothing(entry.added)) due.push(entry);
      if (due.length >= TALLIES_FLUSHED_MAX) break;
    }
    for (const entry of due) entry.isWanted = false;
    const ended = await Promise.allSettled(due.map(write));
    const failed = ended.filter(({ status }) => status === 'rejected').length;
    if (failed > 0) log.warn({ failed }, 'Message tally: counts wait for the database.');
    await whenFlushed?.();
  }

  function flush(): Promise<void> {
    flushing = flushing.then(flushOnce).catch((error: unknown) => {
      log.warn({ err: error }, 'Message tally: it is looked at again in a moment.');
    });
    return flushing;
  }

  const timer = flushMs > 0 ? setInterval(() => void flush(), flushMs) : undefined;
  timer?.unref();
  return {
    read(key) {
      const entry = entryOf(key);
      entry.isWanted = true;
      return plus(entry.stored, entry.added);
    },
    recall(key) {
      const { stored, added } = entryOf(key);
      return plus(stored, added);
    },
    add(key, more) {
      const entry = entryOf(key);
      entry.added = plus(entry.added, { ...NOTHING, ...more });
    },
    flush,
    stop() {
      clearInterval(timer);
      return flush();
    },
  };
}
