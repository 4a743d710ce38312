/**
 * The store on PostgreSQL: any number of stateless nodes on one database. Group commit here too:
 * the changes that are ready together go as one statement (see `postgres-commit.ts`), which is one
 * transaction and one round trip; each is answered after its commit.
 */
import pg from 'pg';
import type { Documents, Table } from '../model/documents.ts';
import type { Engine } from './condition-sql.ts';
import { countSql, listSql } from './list-sql.ts';
import { pendingMigrations } from './migrations/migrations.ts';
import { createCommitter } from './postgres-commit.ts';
import { listenForChanges } from './postgres-listen.ts';
import type { Store, Stored } from './store.ts';
import { notifies } from './tables.ts';

const ENGINE: Engine = {
  parameter: (number) => `$${number}`,
  position: (column, text) => `strpos(${column}, ${text})`,
};

const POOL_MAX = 10;
// Every statement reads by key or index. A prepared plan that was made while a table was small would
// scan it, and go on to do so until the table is analysed.
const PLANNER = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off';
const CONNECT_TIMEOUT_MS = 10_000;

// `bigint` holds instants and counts, all of them safe integers; documents are parsed in one place.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === pg.types.builtins.INT8) return Number;
    if (oid === pg.types.builtins.JSON) return String;
    return pg.types.getTypeParser(oid, format);
  },
};

/** Connects, brings the schema up to date and returns the store. */
export async function openPostgresStore(databaseUrl: string): Promise<Store> {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL_MAX,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    options: PLANNER,
    types,
  });
  // An idle connection that the server drops is replaced by the pool; it is no crash.
  pool.on('error', () => {});
  try {
    if (pendingMigrations(await appliedMigrations(pool)).length > 0) await migrate(databaseUrl);
  } catch (error) {
    await pool.end();
    throw error;
  }
  return createStore(pool, databaseUrl);
}

async function appliedMigrations(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query("select to_regclass('kysely_migration') is not null as made");
  if (!rows[0]?.made) return [];
  const applied = await pool.query('select name from kysely_migration order by name');
  return applied.rows.map(({ name }) => String(name));
}

// Loaded only when there is something to migrate.
async function migrate(databaseUrl: string): Promise<void> {
  const [{ runMigrations }, { PostgresDialect }] = await Promise.all([
    import('./migrate.ts'),
    import('kysely'),
  ]);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  try {
    await runMigrations(new PostgresDialect({ pool }), 'postgres');
  } finally {
    await pool.end();
  }
}

interface Row {
  kind?: string;
  environment_id: string;
  id: string;
  version: number;
  doc: string;
}

function stored<T extends Table>({ environment_id, id, version, doc }: Row): Stored<Documents[T]> {
  return { environmentId: environment_id, id, version, doc: JSON.parse(doc) };
}

const byId = (one: { id: string }, other: { id: string }) => (one.id < other.id ? -1 : 1);

const ROW = 'environment_id, id, version, doc';
const USER_FACTS = `select 'user' as kind, ${ROW} from users where environment_id = $1 and id = $2
  union all select 'device', ${ROW} from devices where environment_id = $1 and user_id = $2`;
const FLOW_FACTS = `with flow as (select ${ROW}, user_id from flows where environment_id = $1 and id = $2)
  select 'flow' as kind, ${ROW} from flow
  union all select 'user', u.environment_id, u.id, u.version, u.doc
    from users u join flow f on u.environment_id = f.environment_id and u.id = f.user_id
  union all select 'device', d.environment_id, d.id, d.version, d.doc
    from devices d join flow f on d.environment_id = f.environment_id and d.user_id = f.user_id`;
// The inner update waits for nobody: another worker's rows are skipped.
const CLAIM = `update messages set available_at = $1, version = version + 1,
    doc = (doc::jsonb || jsonb_build_object('availableAt', $1::bigint,
      'attempts', (doc->>'attempts')::int + 1))::json
  where (environment_id, id) in (
    select environment_id, id from messages where status = 'PENDING' and available_at <= $2
    order by available_at limit $3 for update skip locked)
  returning ${ROW}`;
const RELEASE = `update messages set available_at = $1, version = version + 1,
    doc = (doc::jsonb || jsonb_build_object('availableAt', $1::bigint))::json
  where status = 'PENDING' and available_at > $1`;

function createStore(pool: pg.Pool, databaseUrl: string): Store {
  const committer = createCommitter(pool);
  const listening = listenForChanges(databaseUrl);
  let closed = false;

  /** A statement by name is parsed and planned once per connection. */
  async function query(name: string, text: string, values: unknown[]): Promise<Row[]> {
    const result = await pool.query<Row>({ name, text, values });
    return result.rows;
  }

  return {
    async get<T extends Table>(table: T, environmentId: string, id: string) {
      const text = `select ${ROW} from ${table} where environment_id = $1 and id = $2`;
      const [row] = await query(`get ${table}`, text, [environmentId, id]);
      return row && stored<T>(row);
    },

    async list<T extends Table>(...args: Parameters<Store['list']>) {
      const { text, parameters } = listSql(...args, ENGINE);
      const { rows } = await pool.query<Row>(text, parameters);
      return rows.map((row) => stored<T>(row));
    },

    async count(table, environmentId, where) {
      const { text, parameters } = countSql(table, environmentId, where, ENGINE);
      const { rows } = await pool.query<{ count: number }>(text, parameters);
      return rows[0]?.count ?? 0;
    },

    async readUserFacts(environmentId, userId) {
      const rows = await query('user facts', USER_FACTS, [environmentId, userId]);
      const user = rows.find(({ kind }) => kind === 'user');
      if (!user) return undefined;
      const devices = rows.filter(({ kind }) => kind === 'device').sort(byId);
      return { user: stored<'users'>(user), devices: devices.map((row) => stored<'devices'>(row)) };
    },

    async readFlowFacts(environmentId, flowId) {
      const rows = await query('flow facts', FLOW_FACTS, [environmentId, flowId]);
      const flow = rows.find(({ kind }) => kind === 'flow');
      if (!flow) return undefined;
      const user = rows.find(({ kind }) => kind === 'user');
      const devices = rows.filter(({ kind }) => kind === 'device').sort(byId);
      return {
        flow: stored<'flows'>(flow),
        ...(user ? { user: stored<'users'>(user) } : {}),
        devices: devices.map((row) => stored<'devices'>(row)),
      };
    },

    async commit(writes) {
      const outcome = await committer.commit(writes);
      // This node needn't wait for its own notice: what it has answered holds from here on.
      if (outcome.committed) {
        for (const { table, environmentId } of writes) {
          if (notifies(table)) listening.listeners.tell(environmentId);
        }
      }
      return outcome;
    },

    async claimMessages(now, leaseUntil, limit) {
      const rows = await query('claim', CLAIM, [leaseUntil, now, limit]);
      return rows.map((row) => stored<'messages'>(row)).sort(byId);
    },

    async releaseMessages(now) {
      await pool.query(RELEASE, [now]);
    },

    async sweep(table, now, limit) {
      const text = `delete from ${table} where (environment_id, id) in (
        select environment_id, id from ${table} where expires_at <= $1
        limit $2 for update skip locked)`;
      const { rowCount } = await pool.query(text, [now, limit]);
      return rowCount ?? 0;
    },

    onConfigurationChange: listening.listeners.add,

    async isReady() {
      if (closed) return false;
      try {
        await pool.query('select 1');
        return true;
      } catch {
        return false;
      }
    },

    async close() {
      if (closed) return;
      closed = true;
      await committer.close();
      await listening.close();
      await pool.end();
    },
  };
}
