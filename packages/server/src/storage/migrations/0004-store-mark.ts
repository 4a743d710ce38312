/** One number that only grows: who remembers it outside of the store sees that the store went back. */
import { type Kysely, sql } from 'kysely';

/** Makes the table with its row. It is no table of documents: it belongs to no environment. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('store_mark')
    .addColumn('mark', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into store_mark (mark) values (0)`.execute(db);
}
