/**
 * The store on SQLite: one process, one file. Every call works synchronously inside; group commit
 * makes the changes that arrive in one turn of the event loop share one transaction, so that one
 * fsync (WAL, synchronous = FULL) serves them all, and each is answered after its COMMIT.
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import { backup, DatabaseSync, type StatementSync } from 'node:sqlite';
import { GROUP_COMMIT_MAX } from '../config/limits.ts';
import type { Documents, Table } from '../model/documents.ts';
import type { Engine } from './condition-sql.ts';
import { countSql, listSql } from './list-sql.ts';
import { createListeners } from './listeners.ts';
import { pendingMigrations } from './migrations/migrations.ts';
import type { CommitOutcome, Store, Stored, Write } from './store.ts';
import { columnNames, columnValues, notifies, TABLE_NAMES } from './tables.ts';

const ENGINE: Engine = {
  parameter: () => '?',
  position: (column, text) => `instr(${column}, ${text})`,
};

// https://www.sqlite.org/rescode.html: SQLITE_CONSTRAINT_UNIQUE, SQLITE_CONSTRAINT_PRIMARYKEY.
const UNIQUE_CODES = [2067, 1555];
const BUSY_TIMEOUT_MS = 5_000;

interface Pending {
  writes: readonly Write[];
  resolve(outcome: CommitOutcome): void;
  reject(error: unknown): void;
}

/** Opens the file (mode 0600), brings its schema up to date and returns the store. */
export async function openSqliteStore(path: string): Promise<Store> {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const db = new DatabaseSync(path);
  db.exec(
    `pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = ${BUSY_TIMEOUT_MS}`,
  );
  if (pendingMigrations(appliedMigrations(db)).length > 0) await migrate(path);
  return createStore(db);
}

function appliedMigrations(db: DatabaseSync): string[] {
  const table = db.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get();
  if (!table) return [];
  return db
    .prepare('select name from kysely_migration order by name')
    .all()
    .map(({ name }) => String(name));
}

// Loaded only when there is something to migrate: a usual start needs neither module.
async function migrate(path: string): Promise<void> {
  const [{ runMigrations }, { nodeSqliteDialect }] = await Promise.all([
    import('./migrate.ts'),
    import('./node-sqlite-dialect.ts'),
  ]);
  const db = new DatabaseSync(path);
  try {
    await runMigrations(nodeSqliteDialect(db), 'sqlite');
  } finally {
    db.close();
  }
}

/** The prepared statements of one table. */
function prepareTable(db: DatabaseSync, table: Table) {
  const columns = columnNames(table);
  const names = ['environment_id', 'id', 'version', 'doc', ...columns];
  const sets = ['version = version + 1', 'doc = ?', ...columns.map((name) => `${name} = ?`)];
  const guard = 'where environment_id = ? and id = ? and version = ?';
  return {
    get: db.prepare(
      `select environment_id, id, version, doc from ${table} where environment_id = ? and id = ?`,
    ),
    insert: db.prepare(
      `insert into ${table} (${names.join(', ')}) values (?, ?, 1, ?${', ?'.repeat(columns.length)})`,
    ),
    update: db.prepare(`update ${table} set ${sets.join(', ')} ${guard}`),
    delete: db.prepare(`delete from ${table} ${guard}`),
  };
}

type Row = Record<string, unknown> | undefined;

function stored<T extends Table>(row: Row): Stored<Documents[T]> | undefined {
  if (!row) return undefined;
  return {
    environmentId: String(row.environment_id),
    id: String(row.id),
    version: Number(row.version),
    doc: JSON.parse(String(row.doc)),
  };
}

function rowsOf<T extends Table>(rows: Row[]): Stored<Documents[T]>[] {
  return rows.flatMap((row) => stored<T>(row) ?? []);
}

function isUniqueViolation(error: unknown): boolean {
  return error instanceof Error && UNIQUE_CODES.includes(Number(Reflect.get(error, 'errcode')));
}

function createStore(db: DatabaseSync): Store {
  const tables = Object.fromEntries(
    TABLE_NAMES.map((table) => [table, prepareTable(db, table)]),
  ) as Record<Table, ReturnType<typeof prepareTable>>;
  const begin = db.prepare('begin immediate');
  const end = db.prepare('commit');
  const savepoint = db.prepare('savepoint change');
  const rollbackChange = db.prepare('rollback to change');
  const release = db.prepare('release change');
  const devicesOfUser = db.prepare(
    'select environment_id, id, version, doc from devices where environment_id = ? and user_id = ? order by id',
  );
  const claim = db.prepare(
    `update messages set available_at = ?1, version = version + 1,
       doc = json_set(doc, '$.availableAt', ?1, '$.attempts', json_extract(doc, '$.attempts') + 1)
     where rowid in (select rowid from messages where status = 'PENDING' and available_at <= ?2
       order by available_at limit ?3)
     returning environment_id, id, version, doc`,
  );
  const releaseAll = db.prepare(
    `update messages set available_at = ?1, version = version + 1,
       doc = json_set(doc, '$.availableAt', ?1) where status = 'PENDING' and available_at > ?1`,
  );
  const listeners = createListeners();
  const lists = new Map<string, StatementSync>();
  let queue: Pending[] = [];
  let scheduled = false;
  let closed = false;

  /** Lists come in few shapes; each is prepared once. */
  function prepared(text: string): StatementSync {
    let statement = lists.get(text);
    if (!statement) {
      if (lists.size >= 500) lists.clear();
      statement = db.prepare(text);
      lists.set(text, statement);
    }
    return statement;
  }

  function get<T extends Table>(table: T, environmentId: string, id: string) {
    return stored<T>(tables[table].get.get(environmentId, id));
  }

  /** Runs one write; false: its guard doesn't hold. */
  function run(write: Write): boolean {
    const { environmentId, id, table, op } = write;
    const statements = tables[table];
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
  }

  function runAll(writes: readonly Write[]): CommitOutcome {
    for (const write of writes) {
      try {
        if (!run(write)) return { committed: false, conflict: 'VERSION' };
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        return { committed: false, conflict: 'UNIQUE', table: write.table };
      }
    }
    return { committed: true };
  }

  /** One change inside the open transaction: whole or not at all. */
  function apply(writes: readonly Write[]): CommitOutcome {
    if (writes.length === 1) return runAll(writes);
    savepoint.run();
    const outcome = runAll(writes);
    if (!outcome.committed) rollbackChange.run();
    release.run();
    return outcome;
  }

  function flush(): void {
    const batch = queue.splice(0, GROUP_COMMIT_MAX);
    scheduled = queue.length > 0;
    // Closing has flushed what this turn was to flush.
    if (batch.length === 0) return;
    if (scheduled) setImmediate(flush);
    let outcomes: CommitOutcome[];
    try {
      begin.run();
      outcomes = batch.map(({ writes }) => apply(writes));
      end.run();
    } catch (error) {
      if (db.isTransaction) db.exec('rollback');
      for (const { reject } of batch) reject(error);
      return;
    }
    for (const [index, { writes, resolve }] of batch.entries()) {
      const outcome = outcomes[index] ?? { committed: false, conflict: 'VERSION' };
      if (outcome.committed) {
        for (const { table, environmentId } of writes) {
          if (notifies(table)) listeners.tell(environmentId);
        }
      }
      resolve(outcome);
    }
  }

  return {
    get: async (table, environmentId, id) => get(table, environmentId, id),

    async list<T extends Table>(...args: Parameters<Store['list']>) {
      const { text, parameters } = listSql(...args, ENGINE);
      return rowsOf<T>(prepared(text).all(...parameters));
    },

    async count(table, environmentId, where) {
      const { text, parameters } = countSql(table, environmentId, where, ENGINE);
      return Number(prepared(text).get(...parameters)?.count);
    },

    async readUserFacts(environmentId, userId) {
      const user = get('users', environmentId, userId);
      if (!user) return undefined;
      return { user, devices: rowsOf<'devices'>(devicesOfUser.all(environmentId, userId)) };
    },

    async readFlowFacts(environmentId, flowId) {
      const flow = get('flows', environmentId, flowId);
      if (!flow) return undefined;
      const { userId } = flow.doc;
      const user = userId === undefined ? undefined : get('users', environmentId, userId);
      if (!user) return { flow, devices: [] };
      return { flow, user, devices: rowsOf<'devices'>(devicesOfUser.all(environmentId, user.id)) };
    },

    commit(writes) {
      if (closed) return Promise.reject(new Error('The store is closed.'));
      return new Promise((resolve, reject) => {
        queue.push({ writes, resolve, reject });
        if (!scheduled) {
          scheduled = true;
          setImmediate(flush);
        }
      });
    },

    async claimMessages(now, leaseUntil, limit) {
      return rowsOf<'messages'>(claim.all(leaseUntil, now, limit));
    },

    async releaseMessages(now) {
      releaseAll.run(now);
    },

    async sweep(table, now, limit) {
      const text = `delete from ${table} where rowid in (select rowid from ${table} where expires_at <= ? limit ?)`;
      return Number(prepared(text).run(now, limit).changes);
    },

    onConfigurationChange: listeners.add,

    async isReady() {
      return !closed && db.prepare('select 1').get() !== undefined;
    },

    async backup(path) {
      await backup(db, path);
      chmodSync(path, 0o600);
    },

    async close() {
      if (closed) return;
      closed = true;
      while (queue.length > 0) flush();
      queue = [];
      db.close();
    },
  };
}
