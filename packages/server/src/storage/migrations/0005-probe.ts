/** One row that a node writes to find out whether the database takes writes. */
import { type Kysely, sql } from 'kysely';

/** Makes the table with its row. It is no table of documents: it belongs to no environment. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('write_probe')
    .addColumn('written_at', 'bigint', (column) => column.notNull())
    .execute();
  await sql`insert into write_probe (written_at) values (0)`.execute(db);
}
