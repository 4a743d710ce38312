/** Assertions of clients that were used, on whatever node; and the names that clients have brought along. */
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';

/** Makes the table and the column; a client that brought no name has that of its application. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  // Byte order in both engines, as in the first schema.
  const text = engine === 'postgres' ? sql`text collate "C"` : sql`text`;
  const doc = engine === 'postgres' ? sql`json` : sql`text`;
  await db.schema
    .createTable('used_assertions')
    .addColumn('environment_id', text, (column) => column.notNull())
    .addColumn('id', text, (column) => column.notNull())
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('doc', doc, (column) => column.notNull())
    .addPrimaryKeyConstraint('used_assertions_primary', ['environment_id', 'id'])
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .execute();
  await sql.raw('create index used_assertions_expiry on used_assertions (expires_at)').execute(db);
  await db.schema.alterTable('applications').addColumn('client_id', text).execute();
  await sql`update applications set client_id = id`.execute(db);
  await sql
    .raw('create unique index applications_client on applications (environment_id, client_id)')
    .execute(db);
}
