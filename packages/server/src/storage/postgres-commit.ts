/**
 * Group commit on PostgreSQL: the changes that are ready together go as one statement (see
 * `postgres-statement.ts`), which is one transaction and one round trip.
 *
 * No two changes of one row are under way at a time, nor one with another that relies on the row:
 * the later one waits. When the earlier one has committed, a waiting change that was decided on the
 * same version has lost, and hears it at once. Those that only rely on a row go together.
 * A broken unique index fails the whole statement; then the batcher finds the guilty change.
 */
import type pg from 'pg';
import { GROUP_COMMIT_MAX } from '../config/limits.ts';
import type { Table } from '../model/documents.ts';
import { createBatcher } from './batcher.ts';
import { inOrder, isGuard, rowOf } from './change.ts';
import { isFaultOfOneRow, runStatement, sqlStateOf } from './postgres-pool.ts';
import { createStatements, type PreparedWrite, prepareWrite } from './postgres-statement.ts';
import type { CommitOutcome, Write } from './store.ts';
import { TABLE_NAMES } from './tables.ts';

/** Batches under way at once. Two were measured to gain nothing: the server flushes them together. */
export const BATCHES_MAX = 1;

type Change = readonly PreparedWrite[];

const UNIQUE_VIOLATION = '23505';
// Serialization failure, deadlock: another node was in the way; the same batch may pass now.
const PASSING = ['40001', '40P01'];
const TRIES_MAX = 5;

const WON: CommitOutcome = { committed: true };
const LOST: CommitOutcome = { committed: false, conflict: 'VERSION' };
/** Lost, if only because somebody was at a row that the change relies on: it may be his who loses. */
const UNSURE: CommitOutcome = { committed: false, conflict: 'VERSION' };

/** Commits changes in batches over the pool, which needs `BATCHES_MAX` connections. */
export function createCommitter(
  pool: pg.Pool,
): (writes: readonly Write[]) => Promise<CommitOutcome> {
  const statementOf = createStatements();

  async function run(batch: readonly Change[]): Promise<CommitOutcome[]> {
    const statement = statementOf(batch);
    for (let tries = 1; ; tries++) {
      try {
        const { rows } = await runStatement<{ lost: number[] }>(pool, statement);
        const lost = new Set(rows[0]?.lost);
        return batch.map((change, index) => (lost.has(index + 1) ? lostOf(change) : WON));
      } catch (error) {
        const state = sqlStateOf(error) ?? '';
        if (PASSING.includes(state) && tries < TRIES_MAX) continue;
        if (state !== UNIQUE_VIOLATION || batch.length > 1) throw error;
        return [{ committed: false, conflict: 'UNIQUE', table: tableOf(error) }];
      }
    }
  }

  const commit = createBatcher<Change, CommitOutcome>({
    run,
    isFaultOfOne: isFaultOfOneRow,
    batchesMax: BATCHES_MAX,
    sizeMax: GROUP_COMMIT_MAX,
    keysOf: (change) =>
      change.map(({ write }) => ({ name: rowOf(write), isShared: isGuard(write) })),
    foresee(ended) {
      const winners = ended.filter(({ result }) => result.committed);
      const changed = winners.flatMap(({ item }) => item.filter(({ write }) => !isGuard(write)));
      const gone = new Set(changed.flatMap(guardOf));
      return (change) =>
        change.flatMap(guardOf).some((guard) => gone.has(guard)) ? LOST : undefined;
    },
  });
  return async (writes) => {
    const change = inOrder(writes).map(prepareWrite);
    const outcome = await commit(change);
    return outcome === UNSURE ? commit(change.map(locked)) : outcome;
  };
}

const lostOf = (change: Change) => (change.some(({ op }) => op === 'guard') ? UNSURE : LOST);

/** The same, waiting for whoever is at the row. */
const locked = (prepared: PreparedWrite): PreparedWrite =>
  prepared.op === 'guard' ? { ...prepared, op: 'lock' } : prepared;

/** What a write relies on: its row at the version that was read. */
function guardOf({ write }: PreparedWrite): string[] {
  return write.op === 'insert' ? [] : [`${rowOf(write)}@${write.version}`];
}

/** The table of a broken unique index, from the server's report. */
function tableOf(error: unknown): Table {
  const name = error instanceof Error ? Reflect.get(error, 'table') : undefined;
  const table = TABLE_NAMES.find((one) => one === name);
  if (!table) throw error;
  return table;
}
