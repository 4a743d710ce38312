/** Reports that were asked for. */
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';

/** Makes the table and its index. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  // Byte order in both engines, as in the first schema.
  const text = engine === 'postgres' ? sql`text collate "C"` : sql`text`;
  const doc = engine === 'postgres' ? sql`json` : sql`text`;
  await db.schema
    .createTable('data_explorations')
    .addColumn('environment_id', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('doc', doc, (column) => column.notNull())
    .addPrimaryKeyConstraint('data_explorations_primary', ['environment_id', 'id'])
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await sql
    .raw('create index data_explorations_expiry on data_explorations (expires_at)')
    .execute(db);
}
