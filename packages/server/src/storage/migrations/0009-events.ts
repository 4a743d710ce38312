/** Names of what is gone, and events on their way to subscriptions; docs/decisions/0040, 0041. */
import type { Kysely } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, makeTables, textOf } from './new-table.ts';

/** Each of the first three holds only the few rows that have what it is about. */
const INDEXES = [
  'create index activities_deleted on activities (environment_id, deleted_id) where deleted_id is not null',
  'create index activities_waiting on activities (waiting, id) where waiting is not null',
  'create unique index activities_position on activities (environment_id, position) where position is not null',
  'create unique index subscriptions_name on subscriptions (environment_id, name)',
];

const TABLES = {
  subscriptions: { name: 'text!' },
  event_deliveries: {},
  event_counters: {},
} as const;

/** Adds the columns, the tables and their indexes. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  for (const [column, type] of [
    ['deleted_id', textOf(engine)],
    ['waiting', 'bigint'],
    ['position', 'bigint'],
  ] as const) {
    await db.schema.alterTable('activities').addColumn(column, type).execute();
  }
  await makeTables(db, engine, TABLES);
  await makeIndexes(db, INDEXES);
}
