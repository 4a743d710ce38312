/** Reports that were asked for. */
import type { Kysely } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, makeTables } from './new-table.ts';

/** Makes the table and its index. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await makeTables(db, engine, { data_explorations: { expires_at: 'integer!' } });
  await makeIndexes(db, [
    'create index data_explorations_expiry on data_explorations (expires_at)',
  ]);
}
