/**
 * The organization, and what is kept of the surroundings of MFA (languages, themes, …), with what
 * an environment has of it from the beginning. The documents are copies: what a migration has
 * written doesn't change with the code.
 */
import { randomUUIDv7 } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, makeTables } from './new-table.ts';

const TABLES = {
  organizations: { name_key: 'text', license_name_key: 'text', created_at: 'integer' },
  kept_resources: { kind: 'text', parent_id: 'text', unique_key: 'text', is_default: 'integer' },
} as const;

const INDEXES = [
  'create index kept_resources_kind on kept_resources (environment_id, kind, id)',
  'create unique index kept_resources_key on kept_resources (environment_id, unique_key) where unique_key is not null',
];

/** What every environment has, as `built-in.ts` had it when this was written. */
const BUILT_IN = [
  {
    kind: 'languages',
    uniqueKey: 'languages:en',
    id: undefined,
    body: { locale: 'en', name: 'English', enabled: true, customerAdded: false },
  },
  {
    kind: 'themes',
    id: '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b2000',
    body: {
      template: 'default',
      configuration: {
        name: 'Default',
        backgroundType: 'COLOR',
        backgroundColor: '#ffffff',
        bodyTextColor: '#263956',
        buttonColor: '#2996cc',
        buttonTextColor: '#ffffff',
        cardColor: '#ffffff',
        headingTextColor: '#686f77',
        linkTextColor: '#2996cc',
        logoType: 'NONE',
        footer: '',
      },
    },
  },
  {
    kind: 'passwordPolicies',
    uniqueKey: 'passwordPolicies:Standard',
    id: '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b3000',
    body: {
      name: 'Standard',
      description: 'Kept for clients that read it: passwords are not checked here.',
      excludesCommonlyUsed: true,
      excludesProfileData: true,
      notSimilarToCurrent: true,
      bypassPolicy: false,
    },
  },
];

async function insertBuiltIn(db: Kysely<unknown>, environmentId: string, now: number) {
  for (const { kind, uniqueKey, id = randomUUIDv7(), body } of BUILT_IN) {
    const key = uniqueKey === undefined ? {} : { uniqueKey };
    const doc = { kind, ...key, isDefault: true, body, createdAt: now, updatedAt: now };
    await sql`insert into kept_resources
      (environment_id, id, version, doc, kind, parent_id, unique_key, is_default) values
      (${environmentId}, ${id}, 1, ${JSON.stringify(doc)}, ${kind}, null, ${uniqueKey ?? null}, 1)`.execute(
      db,
    );
  }
}

/** Makes the tables, and the rows that environments have from the beginning. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await makeTables(db, engine, TABLES);
  await makeIndexes(db, INDEXES);
  const now = Date.now();
  const { rows } = await sql<{ id: string }>`select id from environments order by id`.execute(db);
  for (const { id } of rows) await insertBuiltIn(db, id, now);
}
