/** One at a time makes the first environment, whatever the number of nodes. */
import type { StorePlace } from './open.ts';

// Any number that nobody else uses in this database.
const LOCK = 4_110_001;

/**
 * Runs the work while no other node runs it. On PostgreSQL an advisory lock sees to that, held by a
 * transaction: it ends with the connection. On SQLite there is one server (`sqlite-lock.ts`).
 */
export async function onlyOneAtATime<R>(
  { databaseUrl }: StorePlace,
  work: () => Promise<R>,
): Promise<R> {
  if (databaseUrl === undefined) return work();
  const [{ default: pg }, { connectionOf }] = await Promise.all([
    import('pg'),
    import('./postgres-pool.ts'),
  ]);
  const client = new pg.Client(connectionOf(databaseUrl));
  client.on('error', () => {});
  await client.connect();
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const result = await work();
    await client.query('commit');
    return result;
  } finally {
    await client.end();
  }
}
