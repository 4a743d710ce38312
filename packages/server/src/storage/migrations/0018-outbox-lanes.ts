/**
 * Messages are claimed by lanes, an environment's channel each, so that none waits for another's
 * queue; what a provider says later is found by its name for a message; what a message that was
 * given up says is erased in time.
 */
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, textOf } from './new-table.ts';

const INDEXES = [
  "create index messages_lanes on messages (environment_id, channel, available_at) where status = 'PENDING'",
  'create index messages_provider on messages (environment_id, provider_message_id) where provider_message_id is not null',
  'create index messages_usable on messages (usable_until) where usable_until is not null',
];

/** Adds the columns, and the indexes instead of the one of all that waits. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await db.schema.alterTable('messages').addColumn('provider_message_id', textOf(engine)).execute();
  await db.schema.alterTable('messages').addColumn('usable_until', sql`bigint`).execute();
  await sql`drop index messages_pending`.execute(db);
  await makeIndexes(db, INDEXES);
}
