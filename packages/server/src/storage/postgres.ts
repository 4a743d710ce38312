/**
 * The store on PostgreSQL: any number of stateless nodes on one database. What is asked and what is
 * changed at the same time goes together, each as one statement over arrays (`postgres-reads.ts`,
 * `postgres-commit.ts`): one round trip and, for changes, one transaction and one flush to the disk.
 */
import pg from 'pg';
import type { Table } from '../model/documents.ts';
import { isGuard } from './change.ts';
import type { Engine } from './condition-sql.ts';
import { DELETED_ENVIRONMENT } from './deleted-sql.ts';
import { countSql, listSql } from './list-sql.ts';
import { onWakeText, wakeText } from './listeners.ts';
import { pendingMigrations } from './migrations/migrations.ts';
import { BATCHES_MAX, createCommitter } from './postgres-commit.ts';
import { createLeases } from './postgres-leases.ts';
import { type Listening, listenForChanges } from './postgres-listen.ts';
import { connectionOf, openPool, renewConnections, runStatement } from './postgres-pool.ts';
import { createReads, type Row, stored } from './postgres-reads.ts';
import { createWaker } from './postgres-wake.ts';
import { createProbe } from './probe.ts';
import type { Store } from './store.ts';
import { notifies } from './tables.ts';
import { createUnderWay } from './under-way.ts';

const ENGINE: Engine = {
  parameter: (number) => `$${number}`,
  position: (column, text) => `strpos(${column}, ${text})`,
  // It knows how many rows have a value.
  column: (name) => name,
  unindexed: (name) => name,
  member: (path) => `(doc #>> '{${path.replaceAll('.', ',')}}')`,
  members: (array) => `select json_array_elements_text(${array}::json)`,
};

const READ_CONNECTIONS_MAX = 8;
/** A failover is met by many statements at once: they renew the connections once. */
const RENEWAL_PAUSE_MS = 1_000;

interface Connections {
  /** For everything but commits, so that neither waits for the other. */
  pool: pg.Pool;
  commitPool: pg.Pool;
  listening: Listening;
}

/** The database's own encoding doesn't hold every name. */
export class DatabaseEncodingError extends Error {
  override name = 'DatabaseEncodingError';

  constructor(encoding: string) {
    super(
      `The database's encoding is ${encoding}, which can't hold every text: make one with "create database … encoding 'UTF8' template template0".`,
    );
  }
}

/**
 * Connects, brings the schema up to date and returns the store. Throws `DatabaseEncodingError`, and
 * `SchemaTooNewError` when a newer version has migrated the database.
 */
export async function openPostgresStore(databaseUrl: string): Promise<Store> {
  const whenReadOnly = () => renew();
  const pool = openPool(databaseUrl, { max: READ_CONNECTIONS_MAX, whenReadOnly });
  try {
    if (pendingMigrations(await appliedMigrations(pool)).length > 0) await migrate(databaseUrl);
  } catch (error) {
    await pool.end();
    throw error;
  }
  const commitPool = openPool(databaseUrl, { max: BATCHES_MAX, genericPlans: true, whenReadOnly });
  const listening = listenForChanges(databaseUrl);
  // Who listens before he reads anything into a cache misses no change of it.
  await listening.started;
  let renewedAt = Number.NEGATIVE_INFINITY;
  const renew = () => {
    if (performance.now() < renewedAt + RENEWAL_PAUSE_MS) return;
    renewedAt = performance.now();
    renewConnections(pool);
    renewConnections(commitPool);
    listening.renew();
  };
  return createStore({ pool, commitPool, listening });
}

async function appliedMigrations(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query(
    "select current_setting('server_encoding') as encoding, to_regclass('kysely_migration') is not null as made",
  );
  const { encoding, made } = rows[0] ?? {};
  if (encoding !== 'UTF8') throw new DatabaseEncodingError(String(encoding));
  if (!made) return [];
  const applied = await pool.query('select name from kysely_migration order by name');
  return applied.rows.map(({ name }) => String(name));
}

// Loaded only when there is something to migrate.
async function migrate(databaseUrl: string): Promise<void> {
  const [{ runMigrations }, { PostgresDialect }] = await Promise.all([
    import('./migrate.ts'),
    import('kysely'),
  ]);
  const pool = new pg.Pool({ ...connectionOf(databaseUrl), max: 2 });
  try {
    await runMigrations(new PostgresDialect({ pool }), 'postgres');
  } finally {
    await pool.end();
  }
}

const PROBE = 'update write_probe set written_at = $1';
const SWEEP = (table: Table) => `with gone as materialized (
    select environment_id, id from ${table} where expires_at <= $1 limit $2
    for update skip locked)
  delete from ${table} t using gone where t.environment_id = gone.environment_id and t.id = gone.id`;

const SWEEP_OF = (table: Table) => `with gone as materialized (
    select environment_id, id from ${table} where environment_id = $1 limit $2
    for update skip locked)
  delete from ${table} t using gone where t.environment_id = gone.environment_id and t.id = gone.id`;

function createStore({ pool, commitPool, listening }: Connections): Store {
  const { listeners, wakes } = listening;
  const underWay = createUnderWay();
  const { during } = underWay;
  const reads = createReads(pool);
  const commit = createCommitter(commitPool);
  const query = <R extends object = Row>(text: string, values: unknown[]) =>
    during(() => runStatement<R>(pool, { text, values }));

  // On the connection that commits: that is what must be able to write.
  const probe = createProbe(async () => {
    await runStatement(commitPool, { text: PROBE, values: [Date.now()] });
  });
  const tellOthers = createWaker(pool, listening.nodeId);

  return {
    get: (table, environmentId, id) => during(() => reads.get(table, environmentId, id)),
    readUserFacts: (environmentId, userId) => during(() => reads.userFacts(environmentId, userId)),
    readFlowFacts: (environmentId, flowId) => during(() => reads.flowFacts(environmentId, flowId)),

    async list<T extends Table>(...args: Parameters<Store['list']>) {
      const { text, parameters } = listSql(...args, ENGINE);
      const { rows } = await query(text, parameters);
      return rows.map((row) => stored<T>(row));
    },

    async count(table, environmentId, where) {
      const { text, parameters } = countSql(table, environmentId, where, ENGINE);
      const { rows } = await query(text, parameters);
      return Number(Reflect.get(rows[0] ?? {}, 'count') ?? 0);
    },

    async commit(writes) {
      const outcome = await during(() => commit(writes));
      // This node needn't wait for its own notice: what it has answered holds from here on.
      if (outcome.committed) {
        for (const write of writes) {
          if (notifies(write.table) && !isGuard(write)) listeners.tell(write.environmentId);
        }
      }
      return outcome;
    },

    ...createLeases(query),

    async sweep(table, now, limit) {
      const { rowCount } = await query(SWEEP(table), [now, limit]);
      return rowCount ?? 0;
    },

    async sweepDeleted(table, limit) {
      const { rows } = await query(DELETED_ENVIRONMENT(table), []);
      if (!rows[0]) return 0;
      const { rowCount } = await query(SWEEP_OF(table), [rows[0].environment_id, limit]);
      return rowCount ?? 0;
    },

    onConfigurationChange: listeners.add,

    wake(environmentId, deviceId) {
      const text = wakeText(environmentId, deviceId);
      wakes.tell(text);
      if (!underWay.closed) tellOthers(text);
    },
    onWake: (listener) => wakes.add(onWakeText(listener)),

    isReady: async (tell) => !underWay.closed && probe(tell),

    async close() {
      if (underWay.closed) return;
      await underWay.close();
      await Promise.all([listening.close(), pool.end(), commitPool.end()]);
    },
  };
}
