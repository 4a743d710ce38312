/** Codes that users are given: recovery codes, temporary codes, invitations. */
import type { Kysely } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, makeTables } from './new-table.ts';

const TABLES = {
  user_codes: { user_id: 'text!', kind: 'text!', expires_at: 'integer' },
} as const;

const INDEXES = [
  'create index user_codes_user on user_codes (environment_id, user_id, kind)',
  'create index user_codes_expiry on user_codes (expires_at) where expires_at is not null',
];

/** Makes the new table and its indexes. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await makeTables(db, engine, TABLES);
  await makeIndexes(db, INDEXES);
}
