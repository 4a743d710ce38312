/** Assertions of clients that were used, on whatever node; and the names that clients have brought along. */
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, makeTables, textOf } from './new-table.ts';

/** Makes the table and the column; a client that brought no name has that of its application. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await makeTables(db, engine, { used_assertions: { expires_at: 'integer!' } });
  await db.schema.alterTable('applications').addColumn('client_id', textOf(engine)).execute();
  await sql`update applications set client_id = id`.execute(db);
  await makeIndexes(db, [
    'create index used_assertions_expiry on used_assertions (expires_at)',
    'create unique index applications_client on applications (environment_id, client_id)',
  ]);
}
