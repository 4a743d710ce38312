/** Connections to PostgreSQL, and what its errors mean. */
import pg from 'pg';

const CONNECT_TIMEOUT_MS = 10_000;
// Nothing waits for ever: after this the server gives a statement up, and later we the connection.
const STATEMENT_TIMEOUT_MS = 30_000;
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 5_000;
// Every statement reads by key or index. A prepared plan that was made while a table was small would
// scan it, and go on to do so until the table is analysed.
const PLANNER = '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off';
const GENERIC_PLANS = '-c plan_cache_mode=force_generic_plan';

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

/**
 * A pool of at most `max` connections, which stay open. `genericPlans`: prepared statements are
 * planned once, whatever their parameters.
 */
export function openPool(
  databaseUrl: string,
  { max, genericPlans }: { max: number; genericPlans?: true },
): pg.Pool {
  const pool = new pg.Pool({
    ...connectionOf(databaseUrl),
    max,
    idleTimeoutMillis: 0,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    options: genericPlans ? `${PLANNER} ${GENERIC_PLANS}` : PLANNER,
    types,
  });
  // An idle connection that the server drops is replaced by the pool; it is no crash.
  pool.on('error', () => {});
  return pool;
}

/** The SQLSTATE of a statement that the server refused; undefined: another kind of error. */
export function sqlStateOf(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError && error.severity === 'ERROR' ? error.code : undefined;
}

/** Bad data, a broken constraint, a value too long: the fault of one row, not of its neighbours. */
export function isFaultOfOneRow(error: unknown): boolean {
  return ['22', '23', '54'].includes(sqlStateOf(error)?.slice(0, 2) ?? '');
}

const ignore = () => {};

/**
 * Runs one statement. Unlike the pool's own `query` it keeps the connection, with all that is
 * prepared on it, when the server has merely refused the statement.
 */
export async function runStatement<Row extends pg.QueryResultRow>(
  pool: pg.Pool,
  query: pg.QueryConfig,
): Promise<pg.QueryResult<Row>> {
  const client = await pool.connect();
  // The query that is under way hears of a broken connection, too.
  client.on('error', ignore);
  let broken: Error | undefined;
  try {
    return await client.query<Row>(query);
  } catch (error) {
    if (sqlStateOf(error) === undefined) {
      broken = error instanceof Error ? error : new Error('The connection broke.');
    }
    throw error;
  } finally {
    client.removeListener('error', ignore);
    client.release(broken);
  }
}
