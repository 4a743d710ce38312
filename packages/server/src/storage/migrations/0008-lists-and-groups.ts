/**
 * Groups with their members; and lists of many rows: every column that a filter names has an index
 * that ends in the id, so that a page is read in its order and goes no further.
 */
import type { Kysely } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, makeTables } from './new-table.ts';

const TABLES = {
  user_groups: {
    name_key: 'text!',
    unique_key: 'text!',
    external_id: 'text',
    population_id: 'text',
  },
  group_members: { group_id: 'text!', user_id: 'text!' },
} as const;

/** The names of those that are made anew, with the id. */
const FORMER = ['users_population', 'users_email', 'users_mobile_phone', 'users_created_at'];

const INDEXES = [
  'create unique index user_groups_unique on user_groups (environment_id, unique_key)',
  'create index user_groups_name on user_groups (environment_id, name_key, id)',
  'create index user_groups_external_id on user_groups (environment_id, external_id, id) where external_id is not null',
  'create index user_groups_population on user_groups (environment_id, population_id, id) where population_id is not null',
  'create unique index group_members_unique on group_members (environment_id, user_id, group_id)',
  'create index group_members_group on group_members (environment_id, group_id, id)',
  'create index users_population on users (environment_id, population_id, id)',
  'create index users_username_order on users (environment_id, username_key, id)',
  'create index users_email on users (environment_id, email, id)',
  'create index users_family_name on users (environment_id, family_name, id)',
  'create index users_given_name on users (environment_id, given_name, id)',
  'create index users_external_id on users (environment_id, external_id, id)',
  'create index users_mobile_phone on users (environment_id, mobile_phone, id)',
  'create index users_enabled on users (environment_id, enabled, id)',
  'create index users_mfa_enabled on users (environment_id, mfa_enabled, id)',
  'create index users_created_at on users (environment_id, created_at, id)',
];

/** Makes the tables, and the indexes of them and of those that are there. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await makeTables(db, engine, TABLES);
  for (const name of FORMER) await db.schema.dropIndex(name).execute();
  await makeIndexes(db, INDEXES);
}
