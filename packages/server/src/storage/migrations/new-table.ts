/**
 * New tables of a migration. A part of the migrations that use it: like them it isn't changed once a
 * database has been made by it.
 */
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';

/** `!`: never null. Numbers are 64 bits wide in both engines. */
export type ColumnType = 'text' | 'text!' | 'integer' | 'integer!';

/** Texts are in byte order in both engines, as in the first schema. */
export const textOf = (engine: Engine) =>
  engine === 'postgres' ? sql`text collate "C"` : sql`text`;

/** Makes tables of rows with these searched columns. */
export async function makeTables(
  db: Kysely<unknown>,
  engine: Engine,
  tables: Readonly<Record<string, Readonly<Record<string, ColumnType>>>>,
): Promise<void> {
  const text = textOf(engine);
  for (const [name, columns] of Object.entries(tables)) {
    let table = db.schema
      .createTable(name)
      .addColumn('environment_id', text, (column) => column.notNull())
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('doc', engine === 'postgres' ? sql`json` : sql`text`, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${name}_primary`, ['environment_id', 'id']);
    for (const [column, type] of Object.entries(columns)) {
      table = table.addColumn(column, type.startsWith('text') ? text : sql`bigint`, (made) =>
        type.endsWith('!') ? made.notNull() : made,
      );
    }
    await table.execute();
  }
}

/** Runs the statements that make indexes. */
export async function makeIndexes(db: Kysely<unknown>, statements: readonly string[]) {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
