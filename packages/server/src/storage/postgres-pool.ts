/** Connections to PostgreSQL, and what its errors mean. */
import pg from 'pg';
import { UnavailableError } from '../errors/unavailable-error.ts';

const CONNECT_TIMEOUT_MS = 10_000;
// Nothing waits for ever: after this the server gives a statement up, and later we the connection.
const STATEMENT_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
// Set on each connection after it was made: a pooler in front (PgBouncer) refuses a start packet
// with more than user, database and character set in it.
// Every statement reads by key or index. A prepared plan that was made while a table was small would
// scan it, and go on to do so until the table is analysed.
const SESSION = `set statement_timeout = ${STATEMENT_TIMEOUT_MS}; set enable_seqscan = off;
  set enable_hashjoin = off; set enable_mergejoin = off; set jit = off`;
const GENERIC_PLANS = 'set plan_cache_mode = force_generic_plan';
// A plan that was made while a table was all but empty may take any index that begins with the
// environment, and read all of its rows. So plans are made anew: soon at first, when tables grow fastest.
const PLANS_AT_FIRST_MS = 1_000;
const PLANS_AT_MOST_MS = 60_000;

// https://www.postgresql.org/docs/current/errcodes-appendix.html
const READ_ONLY_STATE = '25006';
// Connection, resources, operator intervention (a shutdown, a statement's time), system.
const OUTAGE_CLASSES = ['08', '53', '57', '58'];

// `bigint` holds instants and counts, all of them safe integers; documents are parsed in one place.
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === pg.types.builtins.INT8) return Number;
    if (oid === pg.types.builtins.JSON) return String;
    return pg.types.getTypeParser(oid, format);
  },
};

/** What `pg` needs to reach the database, bounded in time. */
export function connectionOf(databaseUrl: string): pg.ClientConfig {
  return {
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
}

export interface PoolOptions {
  /** Connections at the most; they stay open. */
  max: number;
  /** Prepared statements are planned once, whatever their parameters. */
  genericPlans?: true;
  /** The server has refused to write on a connection of this pool. */
  whenReadOnly(): void;
}

interface OpenPool extends Pick<PoolOptions, 'whenReadOnly'> {
  clients: ReadonlySet<pg.ClientBase>;
}

const openPools = new WeakMap<pg.Pool, OpenPool>();
const outdated = new WeakSet<pg.ClientBase>();

export function openPool(
  databaseUrl: string,
  { max, genericPlans, whenReadOnly }: PoolOptions,
): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOf(databaseUrl),
    max,
    idleTimeoutMillis: 0,
    query_timeout: ANSWER_TIMEOUT_MS,
    onConnect: async (client: pg.ClientBase) => {
      await client.query(genericPlans ? `${SESSION}; ${GENERIC_PLANS}` : SESSION);
    },
    types,
  });
  // An idle connection that the server drops is replaced by the pool; it is no crash.
  pool.on('error', () => {});
  const clients = new Set<pg.ClientBase>();
  pool.on('connect', (client) => clients.add(client));
  pool.on('remove', (client) => clients.delete(client));
  openPools.set(pool, { clients, whenReadOnly });
  return pool;
}

/** The connections that are open now are not used again: they lead to a server that was replaced. */
export function renewConnections(pool: pg.Pool): void {
  for (const client of openPools.get(pool)?.clients ?? []) outdated.add(client);
}

async function connect(pool: pg.Pool): Promise<pg.PoolClient> {
  for (;;) {
    const client = await pool.connect();
    if (!outdated.has(client)) return client;
    client.release(true);
  }
}

/** Until when the plans of a connection are kept, and how long the next ones are. */
const plans = new WeakMap<pg.ClientBase, { until: number; nextMs: number }>();

async function forgetOldPlans(client: pg.ClientBase): Promise<void> {
  const now = performance.now();
  const known = plans.get(client);
  if (known && now < known.until) return;
  const nextMs = known?.nextMs ?? PLANS_AT_FIRST_MS;
  plans.set(client, { until: now + nextMs, nextMs: Math.min(2 * nextMs, PLANS_AT_MOST_MS) });
  if (known) await client.query('discard plans');
}

/** The SQLSTATE of a statement that the server refused; undefined: another kind of error. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR' ? error.code : undefined;
}

/** Bad data, a broken constraint, a value too long: the fault of one row, not of its neighbours. */
export function isFaultOfOneRow(error: unknown): boolean {
  return ['22', '23', '54'].includes(sqlStateOf(error)?.slice(0, 2) ?? '');
}

/** An outage in place of what the driver throws for it; everything else as it is. Pure. */
function outageOr(error: unknown): unknown {
  if (!(error instanceof pg.DatabaseError)) {
    // All that isn't the server's word is the connection's, but for a mistake of ours.
    if (!(error instanceof Error) || error instanceof TypeError) return error;
    const code: unknown = Reflect.get(error, 'code');
    return new UnavailableError(typeof code === 'string' ? code : 'CONNECTION');
  }
  const { code = '', severity } = error;
  const isOutage =
    severity !== 'ERROR' || code === READ_ONLY_STATE || OUTAGE_CLASSES.includes(code.slice(0, 2));
  return isOutage ? new UnavailableError(code) : error;
}

const ignore = () => {};

async function runOnce<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  query: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  const client = await connect(pool);
  // The query that is under way hears of a broken connection, too.
  client.on('error', ignore);
  let isBroken = false;
  try {
    await forgetOldPlans(client);
    return await client.query<Row>(query);
  } catch (error) {
    const state = sqlStateOf(error);
    isBroken = state === undefined || state === READ_ONLY_STATE;
    throw error;
  } finally {
    client.removeListener('error', ignore);
    client.release(isBroken);
  }
}

/**
 * Runs one statement. Unlike the pool's own `query` it keeps the connection, with all that is
 * prepared on it, when the server has merely refused the statement. Where it refused to write, as
 * after a failover, it did nothing: the statement is run once more on a new connection. Throws
 * `UnavailableError` when the database can't be reached or written to.
 */
export async function runStatement<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  query: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  try {
    return await runOnce<Row>(pool, query);
  } catch (error) {
    if (sqlStateOf(error) !== READ_ONLY_STATE) throw outageOr(error);
    openPools.get(pool)?.whenReadOnly();
  }
  try {
    return await runOnce<Row>(pool, query);
  } catch (error) {
    throw outageOr(error);
  }
}
