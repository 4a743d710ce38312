/**
 * The users of a group, without their memberships' rows: SQLite knows no numbers, and would read all
 * memberships of the environment from the index that has the users first.
 */
import type { Kysely } from 'kysely';
import { makeIndexes } from './new-table.ts';

/** Makes the index. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await makeIndexes(db, [
    'create index group_members_users on group_members (environment_id, group_id, user_id)',
  ]);
}
