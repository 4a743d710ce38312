/**
 * The store on SQLite: one server, one file. Every call works synchronously inside; what makes
 * that fast enough is that reads are prepared, and that changes share their flush to the disk
 * (`sqlite-commit.ts`).
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import { backup, DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Table } from '../model/documents.ts';
import { isGuard } from './change.ts';
import type { Engine } from './condition-sql.ts';
import { DELETED_ENVIRONMENT } from './deleted-sql.ts';
import { countSql, listSql } from './list-sql.ts';
import { createListeners, onWakeText, wakeText } from './listeners.ts';
import { pendingMigrations } from './migrations/migrations.ts';
import { createProbe } from './probe.ts';
import { watchOtherProcesses } from './sqlite-changes.ts';
import { createGroupCommit } from './sqlite-commit.ts';
import { createLeases } from './sqlite-leases.ts';
import { beginLife, takeForeignLogAway } from './sqlite-life.ts';
import { lockForOneServer } from './sqlite-lock.ts';
import { outageOr, watchFiles } from './sqlite-outage.ts';
import { stored, storedAs } from './sqlite-rows.ts';
import type { ANY_ENVIRONMENT, Store } from './store.ts';
import { notifies, TABLE_NAMES } from './tables.ts';

export const ENGINE: Engine = {
  parameter: () => '?',
  position: (column, text) => `instr(${column}, ${text})`,
  column: (name) => name,
  // https://www.sqlite.org/optoverview.html: a unary plus keeps a term from using an index.
  unindexed: (name) => `+${name}`,
  member: (path) => `json_extract(doc, '$.${path.replaceAll(/\.(\d+)/g, '[$1]')}')`,
  members: (array) => `select value from json_each(${array})`,
};

const BUSY_TIMEOUT_MS = 5_000;
const LISTS_PREPARED_MAX = 500;

/** A file for its owner only; SQLite gives the files beside it (`-wal`, `-shm`) the same mode. */
function makePrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/**
 * Opens the file (mode 0600), brings its schema up to date and returns the store. `oneServer`:
 * throws `StoreInUseError` when another server has the file open.
 */
export async function openSqliteStore(
  path: string,
  { oneServer }: { oneServer?: boolean } = {},
): Promise<Store> {
  const unlock = oneServer ? lockForOneServer(path) : () => {};
  let db: DatabaseSync | undefined;
  try {
    if (oneServer) takeForeignLogAway(path);
    makePrivate(path);
    db = openFile(path);
    if (oneServer) beginLife(db, path);
    if (pendingMigrations(appliedMigrations(db)).length > 0) await migrate(db);
    return createStore(db, path, unlock);
  } catch (error) {
    db?.close();
    unlock();
    throw error;
  }
}

function openFile(path: string): DatabaseSync {
  const db = new DatabaseSync(path, {
    timeout: BUSY_TIMEOUT_MS,
    enableForeignKeyConstraints: false,
  });
  db.exec('pragma journal_mode = wal; pragma synchronous = full');
  return db;
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
async function migrate(db: DatabaseSync): Promise<void> {
  const [{ runMigrations }, { nodeSqliteDialect }] = await Promise.all([
    import('./migrate.ts'),
    import('./node-sqlite-dialect.ts'),
  ]);
  await runMigrations(nodeSqliteDialect(db), 'sqlite');
}

const DEVICES_OF_USER =
  'select id, version, doc from devices where environment_id = ? and user_id = ? order by id';
const PROBE = 'update write_probe set written_at = ?';

/** Prepares each text once. Lists come in few shapes; a filter of many begins anew. */
function createStatements(db: DatabaseSync): (text: string) => StatementSync {
  const statements = new Map<string, StatementSync>();
  return (text) => {
    const known = statements.get(text);
    if (known) return known;
    if (statements.size >= LISTS_PREPARED_MAX) statements.clear();
    const statement = db.prepare(text);
    statements.set(text, statement);
    return statement;
  };
}

/** Reads of one row, and of all devices of a user: the hot path. */
function createReads(db: DatabaseSync) {
  const gets = Object.fromEntries(
    TABLE_NAMES.map((table) => [
      table,
      db.prepare(`select version, doc from ${table} where environment_id = ? and id = ?`),
    ]),
  ) as Record<Table, StatementSync>;
  const devices = db.prepare(DEVICES_OF_USER);
  return {
    get<T extends Table>(table: T, environmentId: string, id: string) {
      const row = gets[table].get(environmentId, id);
      return row && storedAs<T>({ environmentId, id }, row);
    },
    devicesOf: (environmentId: string, userId: string) =>
      devices
        .all(environmentId, userId)
        .map((row) => storedAs<'devices'>({ environmentId, id: String(row.id) }, row)),
  };
}

/** Runs what is synchronous inside; throws `UnavailableError` for an outage. */
async function during<Result>(work: () => Result | Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw outageOr(error);
  }
}

function createStore(db: DatabaseSync, path: string, unlock: () => void): Store {
  const statement = createStatements(db);
  const { get, devicesOf } = createReads(db);
  const leases = createLeases(db, statement);
  const listeners = createListeners<string | typeof ANY_ENVIRONMENT>();
  const wakes = createListeners();
  const changes = createGroupCommit(db, (writes) => {
    for (const write of writes) {
      if (notifies(write.table) && !isGuard(write)) listeners.tell(write.environmentId);
    }
  });
  const write = () => void statement(PROBE).run(Date.now());
  // The log is there from the first write on.
  write();
  const checkFiles = watchFiles([path, `${path}-wal`]);
  const probe = createProbe(() =>
    during(() => {
      checkFiles();
      write();
    }),
  );
  const stopWatching = watchOtherProcesses(db, listeners.tell);
  let closed = false;

  return {
    get: (table, environmentId, id) => during(() => get(table, environmentId, id)),

    list<T extends Table>(...args: Parameters<Store['list']>) {
      const { text, parameters } = listSql(...args, ENGINE);
      return during(() =>
        statement(text)
          .all(...parameters)
          .map((row) => stored<T>(row)),
      );
    },

    count(table, environmentId, where) {
      const { text, parameters } = countSql(table, environmentId, where, ENGINE);
      return during(() => Number(statement(text).get(...parameters)?.count));
    },

    readUserFacts: (environmentId, userId) =>
      during(() => {
        const user = get('users', environmentId, userId);
        return user && { user, devices: devicesOf(environmentId, userId) };
      }),

    readFlowFacts: (environmentId, flowId) =>
      during(() => {
        const flow = get('flows', environmentId, flowId);
        if (!flow) return undefined;
        const { userId } = flow.doc;
        const user = userId === undefined ? undefined : get('users', environmentId, userId);
        if (!user) return { flow, devices: [] };
        return { flow, user, devices: devicesOf(environmentId, user.id) };
      }),

    async commit(writes, options) {
      if (closed) throw new Error('The store is closed.');
      return during(() => {
        checkFiles();
        return changes.commit(writes, options);
      });
    },

    claimMessages: (...claim) => during(() => leases.claim(...claim)),
    renewMessages: (claimed, leaseUntil) => during(() => leases.renew(claimed, leaseUntil)),
    waitingMessages: () => during(leases.waiting),
    releaseMessages: (now) => during(() => leases.release(now)),

    sweep: (table, now, limit) =>
      during(() => {
        const text = `delete from ${table} where rowid in (select rowid from ${table} where expires_at <= ? limit ?)`;
        return Number(statement(text).run(now, limit).changes);
      }),

    sweepDeleted: (table, limit) =>
      during(() => {
        const found = statement(DELETED_ENVIRONMENT(table)).get();
        if (!found) return 0;
        const text = `delete from ${table} where rowid in (select rowid from ${table} where environment_id = ? limit ?)`;
        return Number(statement(text).run(String(found.environment_id), limit).changes);
      }),

    onConfigurationChange: listeners.add,

    // There is one process.
    wake: (environmentId, deviceId) => wakes.tell(wakeText(environmentId, deviceId)),
    onWake: (listener) => wakes.add(onWakeText(listener)),

    isReady: async (tell) => !closed && probe(tell),

    async backup(path) {
      makePrivate(path);
      await backup(db, path);
    },

    async close() {
      if (closed) return;
      closed = true;
      stopWatching();
      changes.flushAll();
      db.close();
      unlock();
    },
  };
}
