/** OATH tokens, and the jobs that make and revoke many of them with what these still have to do. */
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';

const TABLES: Record<string, Record<string, 'text!' | 'integer' | 'integer!'>> = {
  oath_tokens: { serial_number: 'text!' },
  oath_jobs: { available_at: 'integer', expires_at: 'integer!' },
  oath_job_parts: { expires_at: 'integer!' },
};

const INDEXES = [
  'create unique index oath_tokens_serial on oath_tokens (environment_id, serial_number)',
  'create index oath_jobs_available on oath_jobs (available_at) where available_at is not null',
  'create index oath_jobs_expiry on oath_jobs (expires_at)',
  'create index oath_job_parts_expiry on oath_job_parts (expires_at)',
];

/** Makes the new tables and their indexes. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  // Byte order in both engines, as in the first schema.
  const text = engine === 'postgres' ? sql`text collate "C"` : sql`text`;
  const doc = engine === 'postgres' ? sql`json` : sql`text`;
  for (const [name, columns] of Object.entries(TABLES)) {
    let table = db.schema
      .createTable(name)
      .addColumn('environment_id', text, (column) => column.notNull())
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('doc', doc, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${name}_primary`, ['environment_id', 'id']);
    for (const [columnName, type] of Object.entries(columns)) {
      table = table.addColumn(columnName, type === 'text!' ? text : sql`bigint`, (column) =>
        type.endsWith('!') ? column.notNull() : column,
      );
    }
    await table.execute();
  }
  for (const index of INDEXES) await sql.raw(index).execute(db);
}
