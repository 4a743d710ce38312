/** Removed devices that are still to be told: apart from the ids of requests, which anybody chooses. */
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';

/** Makes the new table and its index. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  // Byte order in both engines, as in the first schema.
  const text = engine === 'postgres' ? sql`text collate "C"` : sql`text`;
  const doc = engine === 'postgres' ? sql`json` : sql`text`;
  await db.schema
    .createTable('device_removals')
    .addColumn('environment_id', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('doc', doc, (column) => column.notNull())
    .addPrimaryKeyConstraint('device_removals_primary', ['environment_id', 'id'])
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await sql.raw('create index device_removals_expiry on device_removals (expires_at)').execute(db);
}
