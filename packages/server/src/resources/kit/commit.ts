import { COMMIT_TRIES_MAX, FREE_TRIES_MAX } from '../../config/limits.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Table } from '../../model/documents.ts';
import type { Store, Stored, Write } from '../../storage/store.ts';

export interface Decision<R> {
  writes: readonly Write[];
  result: R;
}

/** Rows that whoever needs them first makes, under a known id: an insert that came second lost a race. */
const MADE_BY_FIRST: readonly Table[] = [
  'message_counters',
  'message_cooldowns',
  'notification_settings',
];

type Committer = Pick<Store, 'commit'>;
type OnUnique = (table: Table) => ApiError;
type Commit = <R>(
  store: Committer,
  decide: () => Promise<Decision<R>>,
  onUnique?: OnUnique,
) => Promise<R>;
type Tried<R> = { result: R } | { lost: readonly Write[] };

/** The change relies on this row, as it was read, and leaves it as it is. */
export function guardOf(table: Table, { environmentId, id, version }: Stored<unknown>): Write {
  return { op: 'guard', table, environmentId, id, version };
}

/**
 * Reads, decides and commits; after a lost race it reads and decides again, so that no update is
 * lost and each parallel attempt is decided on what the one before it left. `decide` must read
 * what it writes inside itself. A decision without writes ends at once.
 *
 * Whoever loses often takes turns with the others that do, in this process: so a burst of any size
 * on one row comes to its end, and each decides a few times only.
 *
 * Throws what `decide` throws, `onUnique`'s error for a broken unique index, and `CONFLICT` when
 * the race was lost too often.
 */
export const commitOrRetry: Commit = async (store, ...change) => {
  const tried = await tryTimes(FREE_TRIES_MAX, store, ...change);
  if ('result' in tried) return tried.result;
  return inTurn(store, tried.lost, () => commitWithin(store, ...change));
};

/** The same inside a decision of somebody else: they may have a turn, so this one waits for none. */
export const commitWithin: Commit = async (store, ...change) => {
  const tried = await tryTimes(COMMIT_TRIES_MAX, store, ...change);
  if ('result' in tried) return tried.result;
  throw new ApiError('CONFLICT');
};

/** `commitOrRetry` where nothing comes of it but the writes. */
export const commitWrites = (
  store: Committer,
  decide: () => Promise<readonly Write[]>,
  onUnique?: OnUnique,
): Promise<void> =>
  commitOrRetry(store, async () => ({ writes: await decide(), result: undefined }), onUnique);

async function tryTimes<R>(
  times: number,
  store: Committer,
  decide: () => Promise<Decision<R>>,
  onUnique?: OnUnique,
): Promise<Tried<R>> {
  let lost: readonly Write[] = [];
  for (let tries = 0; tries < times; tries++) {
    const { writes, result } = await decide();
    if (writes.length === 0) return { result };
    const outcome = await store.commit(writes);
    if (outcome.committed) return { result };
    if (outcome.conflict === 'UNIQUE' && !MADE_BY_FIRST.includes(outcome.table)) {
      throw onUnique?.(outcome.table) ?? new ApiError('UNIQUENESS_VIOLATION');
    }
    lost = writes;
  }
  return { lost };
}

/** The end of the last turn of each row, by store. */
const turns = new WeakMap<Committer, Map<string, Promise<unknown>>>();

/** Runs after all that were here before it with one of these rows. Nobody waits in a circle. */
async function inTurn<R>(
  store: Committer,
  writes: readonly Write[],
  work: () => Promise<R>,
): Promise<R> {
  const ends = turns.get(store) ?? new Map<string, Promise<unknown>>();
  turns.set(store, ends);
  const rows = writes.filter(({ op }) => op !== 'insert').map(({ id }) => id);
  const turn = Promise.allSettled(rows.map((row) => ends.get(row))).then(work);
  for (const row of rows) ends.set(row, turn);
  try {
    return await turn;
  } finally {
    for (const row of rows) if (ends.get(row) === turn) ends.delete(row);
  }
}
