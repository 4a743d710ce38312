/** Names of what is gone, and events on their way to subscriptions; docs/decisions/0040, 0041. */
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';

/** Each of the first three holds only the few rows that have what it is about. */
const INDEXES = [
  'create index activities_deleted on activities (environment_id, deleted_id) where deleted_id is not null',
  'create index activities_waiting on activities (waiting, id) where waiting is not null',
  'create unique index activities_position on activities (environment_id, position) where position is not null',
  'create unique index subscriptions_name on subscriptions (environment_id, name)',
];

/** Adds the columns, the tables and their indexes. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  // Byte order in both engines, as in the first schema.
  const text = engine === 'postgres' ? sql`text collate "C"` : sql`text`;
  const doc = engine === 'postgres' ? sql`json` : sql`text`;
  const table = (name: string) =>
    db.schema
      .createTable(name)
      .addColumn('environment_id', text, (column) => column.notNull())
      .addColumn('id', text, (column) => column.notNull())
      .addColumn('version', 'integer', (column) => column.notNull())
      .addColumn('doc', doc, (column) => column.notNull())
      .addPrimaryKeyConstraint(`${name}_primary`, ['environment_id', 'id']);
  for (const [column, type] of [
    ['deleted_id', text],
    ['waiting', 'bigint'],
    ['position', 'bigint'],
  ] as const) {
    await db.schema.alterTable('activities').addColumn(column, type).execute();
  }
  await table('subscriptions')
    .addColumn('name', text, (column) => column.notNull())
    .execute();
  await table('event_deliveries').execute();
  await table('event_counters').execute();
  for (const index of INDEXES) await sql.raw(index).execute(db);
}
