/**
 * Group commit on SQLite: the changes that arrive in one turn of the event loop share one
 * transaction, so that one flush to the disk (WAL, synchronous = FULL) serves them all. Each is
 * whole or not at all inside it, and is answered after the COMMIT.
 */
import type { DatabaseSync } from 'node:sqlite';
import { GROUP_COMMIT_MAX } from '../config/limits.ts';
import type { Table } from '../model/documents.ts';
import { inOrder } from './change.ts';
import type { CommitOptions, CommitOutcome, Write } from './store.ts';
import { columnNames, columnValues, TABLE_NAMES } from './tables.ts';

// https://www.sqlite.org/rescode.html: SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY.
const UNIQUE_CODES = [2067, 1555];

interface Pending {
  writes: readonly Write[];
  repeatable: boolean;
  resolve(outcome: CommitOutcome): void;
  reject(error: unknown): void;
}

/** How a change went inside the transaction; `failed`: it is undone, the others aren't. */
type Applied = CommitOutcome | { failed: unknown };

/** The statements that change one table. */
function prepareChanges(db: DatabaseSync, table: Table) {
  const columns = columnNames(table);
  const names = ['environment_id', 'id', 'version', 'doc', ...columns];
  const sets = ['version = version + 1', 'doc = ?', ...columns.map((name) => `${name} = ?`)];
  const guard = 'where environment_id = ? and id = ? and version = ?';
  return {
    insert: db.prepare(
      `insert into ${table} (${names.join(', ')}) values (?, ?, 1, ?${', ?'.repeat(columns.length)})`,
    ),
    update: db.prepare(`update ${table} set ${sets.join(', ')} ${guard}`),
    delete: db.prepare(`delete from ${table} ${guard}`),
    guard: db.prepare(`select 1 from ${table} ${guard}`),
  };
}

/** Returns what runs one write inside a transaction; it answers false when the guard doesn't hold. */
function createWriter(db: DatabaseSync): (write: Write) => boolean {
  const tables = Object.fromEntries(
    TABLE_NAMES.map((table) => [table, prepareChanges(db, table)]),
  ) as Record<Table, ReturnType<typeof prepareChanges>>;
  return (write) => {
    const { environmentId, id, table, op } = write;
    const statements = tables[table];
    if (op === 'guard') {
      return statements.guard.get(environmentId, id, write.version) !== undefined;
    }
    if (op === 'delete') {
      return Number(statements.delete.run(environmentId, id, write.version).changes) === 1;
    }
    const doc = JSON.stringify(write.doc);
    const columns = columnValues(table, write.doc, id);
    if (op === 'insert') {
      statements.insert.run(environmentId, id, doc, ...columns);
      return true;
    }
    const { changes } = statements.update.run(doc, ...columns, environmentId, id, write.version);
    return Number(changes) === 1;
  };
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && UNIQUE_CODES.includes(Number(Reflect.get(error, 'errcode')));
}

interface Applier {
  /** Leaves what it has written also where the change is lost. Throws when the transaction is lost. */
  bare(writes: readonly Write[]): Applied;
  /** The same, whole or not at all. */
  alone(writes: readonly Write[]): Applied;
}

const isCommitted = (applied: Applied) => 'committed' in applied && applied.committed;

/** Applies changes inside the open transaction. */
function createApplier(db: DatabaseSync): Applier {
  const run = createWriter(db);
  const savepoint = db.prepare('savepoint change');
  const rollback = db.prepare('rollback to change');
  const release = db.prepare('release change');

  function bare(writes: readonly Write[]): Applied {
    for (const write of writes) {
      try {
        if (!run(write)) return { committed: false, conflict: 'VERSION' };
      } catch (error) {
        if (isUniqueViolation(error)) {
          return { committed: false, conflict: 'UNIQUE', table: write.table };
        }
        // A full disk, say, may have rolled everything back.
        if (!db.isTransaction) throw error;
        return { failed: error };
      }
    }
    return { committed: true };
  }

  function alone(writes: readonly Write[]): Applied {
    // One statement undoes itself when it fails.
    if (writes.length === 1) return bare(writes);
    savepoint.run();
    const applied = bare(writes);
    if (!isCommitted(applied)) rollback.run();
    release.run();
    return applied;
  }

  return { bare, alone };
}

/**
 * Runs what the power may undo, and a killed process doesn't: it is in the log, which the next commit
 * that waits for the disk takes with it. https://www.sqlite.org/pragma.html#pragma_synchronous
 */
export function withoutFlush<Result>(db: DatabaseSync, work: () => Result): Result {
  db.exec('pragma synchronous = normal');
  try {
    return work();
  } finally {
    db.exec('pragma synchronous = full');
  }
}

export interface GroupCommit {
  commit(writes: readonly Write[], options?: CommitOptions): Promise<CommitOutcome>;
  /** Commits what waits; called before the file is closed. */
  flushAll(): void;
}

/** `whenCommitted` hears of each change that was committed, before its caller goes on. */
export function createGroupCommit(
  db: DatabaseSync,
  whenCommitted: (writes: readonly Write[]) => void,
): GroupCommit {
  const { bare, alone } = createApplier(db);
  const begin = db.prepare('begin immediate');
  const end = db.prepare('commit');
  const back = db.prepare('rollback');
  let queue: Pending[] = [];
  let scheduled = false;

  /** Nearly always every change holds. Where one is lost, what it wrote must go and the others' stay. */
  function applyAll(batch: readonly Pending[]): Applied[] {
    begin.run();
    const applied = batch.map(({ writes }) => bare(writes));
    if (applied.every(isCommitted)) {
      end.run();
      return applied;
    }
    back.run();
    if (batch.length === 1) return applied;
    begin.run();
    const anew = batch.map(({ writes }) => alone(writes));
    end.run();
    return anew;
  }

  function commitBatch(batch: readonly Pending[]): void {
    let applied: Applied[];
    try {
      applied = batch.every(({ repeatable }) => repeatable)
        ? withoutFlush(db, () => applyAll(batch))
        : applyAll(batch);
    } catch (error) {
      if (db.isTransaction) db.exec('rollback');
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const [index, { resolve, reject }] of batch.entries()) {
      const one = applied[index] ?? {
        failed: new Error('A batch left a change without an answer.'),
      };
      if ('failed' in one) reject(one.failed);
      else resolve(one);
    }
    for (const [index, { writes }] of batch.entries()) {
      const one = applied[index];
      if (one && isCommitted(one)) whenCommitted(writes);
    }
  }

  function flush(): void {
    const batch = queue.slice(0, GROUP_COMMIT_MAX);
    queue = queue.slice(GROUP_COMMIT_MAX);
    scheduled = queue.length > 0;
    if (scheduled) setImmediate(flush);
    // None: closing has flushed what this turn was to flush.
    if (batch.length > 0) commitBatch(batch);
  }

  return {
    async commit(writes, { repeatable = false } = {}) {
      const ordered = inOrder(writes);
      return new Promise((resolve, reject) => {
        const change = { writes: ordered, repeatable, resolve, reject };
        // It doesn't wait for the disk, so it needs nobody to wait with.
        if (repeatable) return commitBatch([change]);
        queue.push(change);
        if (scheduled) return;
        scheduled = true;
        setImmediate(flush);
      });
    },
    flushAll() {
      while (queue.length > 0) flush();
    },
  };
}
