/**
 * What signing on leaves behind, found by its hash, by a session's other name, and by its grant; and
 * those whose word is a first factor.
 */
import type { Kysely } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, makeTables } from './new-table.ts';

/** Makes the table. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await makeTables(db, engine, {
    sign_on_artifacts: { uid_hash: 'text', grant_hash: 'text', expires_at: 'integer!' },
    trusted_issuers: { name: 'text!', issuer: 'text!' },
  });
  await makeIndexes(db, [
    'create index sign_on_artifacts_expiry on sign_on_artifacts (expires_at)',
    'create index sign_on_artifacts_uid on sign_on_artifacts (environment_id, uid_hash) where uid_hash is not null',
    'create index sign_on_artifacts_grant on sign_on_artifacts (environment_id, grant_hash) where grant_hash is not null',
    'create unique index trusted_issuers_name on trusted_issuers (environment_id, name)',
    'create index trusted_issuers_issuer on trusted_issuers (environment_id, issuer)',
  ]);
}
