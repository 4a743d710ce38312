/** What is kept as a part of something else is found by it, when that is deleted. */
import type { Kysely } from 'kysely';
import { makeIndexes } from './new-table.ts';

/** Makes the index. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await makeIndexes(db, [
    'create index kept_resources_parent on kept_resources (environment_id, parent_id, id)',
  ]);
}
