/** What the migrations do to a database that has been used. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { type Dialect, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { defaultNotificationPolicy } from '../../resources/messages/notification-policies/default-notification-policy.ts';
import { builtInSurroundings } from '../../resources/platform/surroundings/built-in-surroundings.ts';
import { DIALECTS, startPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { freshDataDirectory } from '../../testing/sqlite.ts';
import { runMigrations } from '../migrate.ts';
import { nodeSqliteDialect } from '../node-sqlite-dialect.ts';
import { openPostgresStore } from '../postgres.ts';
import { openSqliteStore } from '../sqlite.ts';
import type { Condition, Store } from '../store.ts';
import type { Engine } from './migrations.ts';

/** A database as the version before FIDO2 has left it, with two environments. */
async function beforeFido2(dialect: Dialect, engine: Engine): Promise<void> {
  await runMigrations(dialect, engine, '0001-first');
  const db = new Kysely<unknown>({ dialect });
  for (const id of ['one', 'other']) {
    await sql`insert into environments (environment_id, id, version, doc, name)
      values (${id}, ${id}, 1, '{}', ${id})`.execute(db);
  }
}

/** Every environment has one default FIDO2 policy, which follows the server's host name. */
async function assertDefaultPolicies(store: Store): Promise<void> {
  const ids = new Set<string>();
  for (const environmentId of ['one', 'other']) {
    const [policy, ...more] = await store.list('fido2_policies', environmentId, { limit: 5 });
    assert.deepEqual(more, []);
    assert.deepEqual([policy?.doc.name, policy?.doc.isDefault], ['Passkeys', true]);
    assert.equal(policy?.doc.settings.relyingPartyId, undefined);
    assert.equal(typeof policy?.doc.createdAt, 'number');
    const where = { column: 'is_default', is: 'eq', value: 1 } as const;
    assert.equal(await store.count('fido2_policies', environmentId, where), 1);
    ids.add(policy?.id ?? '');
    const { version = 0, id = '', doc } = policy ?? {};
    assert.ok(doc);
    const write = {
      op: 'update',
      table: 'fido2_policies',
      environmentId,
      id,
      version,
      doc,
    } as const;
    assert.deepEqual(await store.commit([write]), { committed: true });
  }
  assert.equal(ids.size, 2);
}

/** A database of the version before texts had one form, with rows of every kind. */
async function beforeForms(dialect: Dialect, engine: Engine): Promise<void> {
  await runMigrations(dialect, engine, '0003-device-removals');
  const db = new Kysely<unknown>({ dialect });
  await sql`insert into environments (environment_id, id, version, doc, name)
    values ('one', 'one', 1, '{}', 'Shop Ü')`.execute(db);
  for (const [id, name] of [
    ['1', 'Plain'],
    ['2', 'u\u0308'],
    ['3', 'a\u0308'],
    ['4', 'ä'],
  ]) {
    await sql`insert into populations (environment_id, id, version, doc, name, is_default)
      values ('one', ${id}, 1, '{}', ${name}, 0)`.execute(db);
  }
  const users = [
    ['a', { username: 'Plain', email: 'Plain@Shop.Example', mobilePhone: '+3581', createdAt: 7 }],
    ['b', { username: 'U\u0308', email: 'x@XN--mller-kva.example', name: { family: 'Å' } }],
    ['c', { username: 'E\u0301', email: 'c@shop.example', lock: { lockedAt: 5, unlockAt: 9 } }],
    ['d', { username: 'É', email: 'd@shop.example', lock: { lockedAt: 5 } }],
  ] as const;
  for (const [id, doc] of users) {
    const { username, email } = doc;
    const family = 'name' in doc ? doc.name.family : null;
    await sql`insert into users (environment_id, id, version, doc, population_id, username,
        username_key, email, family_name, enabled, mfa_enabled)
      values ('one', ${id}, 1, ${JSON.stringify(doc)}, '1', ${username},
        ${username.toLowerCase()}, ${email}, ${family}, 1, 1)`.execute(db);
  }
}

async function assertForms(store: Store): Promise<void> {
  const find = async (table: 'users' | 'populations' | 'environments', where: Condition) =>
    (await store.list(table, 'one', { where, limit: 9 })).map(({ id }) => id);
  const eq = (column: string, value: string | number): Condition => ({ column, is: 'eq', value });
  assert.deepEqual(await find('environments', eq('name_key', 'shop ü')), ['one']);
  assert.equal((await find('environments', { column: 'license_id', is: 'present' })).length, 1);
  assert.deepEqual(await find('populations', eq('name_key', 'ü')), ['2']);
  assert.deepEqual(await find('populations', eq('name', 'ü')), ['2']);
  assert.deepEqual(await find('populations', eq('name_key', 'plain')), ['1']);
  assert.deepEqual(await find('populations', eq('name', 'ä')), ['4'], 'the name is taken');
  assert.deepEqual(await find('users', eq('email', 'plain@shop.example')), ['a']);
  assert.deepEqual(await find('users', eq('email', 'x@müller.example')), ['b']);
  assert.deepEqual(await find('users', eq('username_key', 'ü')), ['b']);
  assert.deepEqual(await find('users', eq('username_key', 'é')), ['d'], 'the name is taken');
  assert.deepEqual(await find('users', eq('family_name', 'å')), ['b']);
  assert.deepEqual(await find('users', eq('mobile_phone', '+3581')), ['a']);
  assert.deepEqual(await find('users', eq('created_at', 7)), ['a']);
  assert.deepEqual(await find('users', { column: 'locked_until', is: 'gt', value: 9 }), ['d']);
  assert.deepEqual(await find('users', { column: 'locked_until', is: 'present' }), ['c', 'd']);
  assert.equal((await find('users', eq('lifecycle_status', 'ACCOUNT_OK'))).length, 4);
}

/** A database of the version before clients had names of their own, with an application. */
async function beforeClients(dialect: Dialect, engine: Engine): Promise<void> {
  await runMigrations(dialect, engine, '0006-forms-of-texts');
  const db = new Kysely<unknown>({ dialect });
  await sql`insert into applications (environment_id, id, version, doc, name, type, enabled)
    values ('one', 'a', 1, '{}', 'Shop', 'WORKER', 1)`.execute(db);
}

async function assertClients(store: Store): Promise<void> {
  const where = { column: 'client_id', is: 'eq', value: 'a' } as const;
  const [found, ...more] = await store.list('applications', 'one', { where, limit: 5 });
  assert.deepEqual([found?.id, more.length], ['a', 0]);
}

/** A database of the version before the surroundings, with two environments. */
async function beforeSurroundings(dialect: Dialect, engine: Engine): Promise<void> {
  await runMigrations(dialect, engine, '0006-forms-of-texts');
  const db = new Kysely<unknown>({ dialect });
  for (const id of ['one', 'other']) {
    await sql`insert into environments (environment_id, id, version, doc, name)
      values (${id}, ${id}, 1, '{}', ${id})`.execute(db);
  }
}

/** They have what a new environment has, under the same ids where these are fixed. */
async function assertSurroundings(store: Store): Promise<void> {
  const expected = builtInSurroundings(0);
  for (const environmentId of ['one', 'other']) {
    const rows = await store.list('kept_resources', environmentId, { limit: 9 });
    for (const { id, doc } of expected) {
      const row = rows.find((one) => one.doc.kind === doc.kind);
      assert.ok(row, doc.kind);
      const { createdAt, updatedAt } = row.doc;
      assert.deepEqual(row.doc, { ...doc, createdAt, updatedAt });
      if (doc.kind !== 'languages') assert.equal(row.id, id);
      const where = { column: 'is_default', is: 'eq', value: 1 } as const;
      assert.equal(await store.count('kept_resources', environmentId, where), expected.length);
    }
    assert.equal(rows.length, expected.length);
  }
}

/** A database of the version before the grace period of TOTP was the platform's. */
async function beforeGracePeriods(dialect: Dialect, engine: Engine): Promise<void> {
  await runMigrations(dialect, engine, '0006-forms-of-texts');
  const db = new Kysely<unknown>({ dialect });
  const policies = {
    silent: { totp: { enabled: true, otp: {} } },
    stated: { totp: { enabled: true, passcodeGracePeriod: 7 } },
    other: { email: { enabled: true } },
  };
  for (const [id, methods] of Object.entries(policies)) {
    const doc = JSON.stringify({ name: id, isDefault: false, settings: { methods } });
    await sql`insert into policies (environment_id, id, version, doc, name, is_default)
      values ('one', ${id}, 1, ${doc}, ${id}, 0)`.execute(db);
  }
}

async function assertGracePeriods(store: Store): Promise<void> {
  const methodsOf = async (id: string) =>
    (await store.get('policies', 'one', id))?.doc.settings.methods;
  assert.deepEqual(await methodsOf('silent'), {
    totp: { enabled: true, otp: {}, passcodeGracePeriod: 2 },
  });
  assert.equal((await methodsOf('stated'))?.totp?.passcodeGracePeriod, 7);
  assert.deepEqual(await methodsOf('other'), { email: { enabled: true } });
}

/** A database of the version before notification policies, with two environments. */
async function beforeNotificationPolicies(dialect: Dialect, engine: Engine): Promise<void> {
  await runMigrations(dialect, engine, '0015-messages');
  const db = new Kysely<unknown>({ dialect });
  for (const id of ['one', 'other']) {
    await sql`insert into environments (environment_id, id, version, doc, name, license_id)
      values (${id}, ${id}, 1, '{}', ${id}, 'l')`.execute(db);
  }
}

/** They have what a new environment has. */
async function assertNotificationPolicies(store: Store): Promise<void> {
  for (const environmentId of ['one', 'other']) {
    const [policy, ...more] = await store.list('notification_policies', environmentId, {
      where: { column: 'is_default', is: 'eq', value: 1 },
      limit: 9,
    });
    assert.equal(more.length, 0);
    const createdAt = policy?.doc.createdAt ?? 0;
    assert.ok(createdAt > 0);
    assert.deepEqual(policy?.doc, defaultNotificationPolicy(createdAt));
  }
}

const CASES = [
  [
    'an environment that is older than FIDO2 policies gets its default one',
    beforeFido2,
    assertDefaultPolicies,
  ],
  [
    'texts of an older version are found in the one form that new ones have',
    beforeForms,
    assertForms,
  ],
  ['an application is the client of its own id', beforeClients, assertClients],
  [
    'an environment of an older version gets its language, theme and password policy',
    beforeSurroundings,
    assertSurroundings,
  ],
  [
    'a policy that says nothing of its grace period keeps two steps',
    beforeGracePeriods,
    assertGracePeriods,
  ],
  [
    'an environment that is older than notification policies gets its default one',
    beforeNotificationPolicies,
    assertNotificationPolicies,
  ],
] as const;

describe('what a database of an older version holds', () => {
  let directory: Awaited<ReturnType<typeof freshDataDirectory>>;
  let postgres: TestPostgres | undefined;
  before(async () => {
    directory = await freshDataDirectory();
    if (DIALECTS.includes('postgres')) postgres = await startPostgres();
  });
  after(async () => {
    await directory.remove();
    await postgres?.stop();
  });

  for (const [name, make, assertMigrated] of CASES) {
    test(`${name}: SQLite`, { skip: !DIALECTS.includes('sqlite') }, async () => {
      const path = join(directory.path, `${make.name}.sqlite`);
      const db = new DatabaseSync(path);
      await make(nodeSqliteDialect(db), 'sqlite');
      db.close();
      const store = await openSqliteStore(path);
      await assertMigrated(store);
      await store.close();
    });

    test(`${name}: PostgreSQL`, { skip: !DIALECTS.includes('postgres') }, async () => {
      const url = (await postgres?.freshDatabase()) ?? '';
      const pool = new pg.Pool({ connectionString: url, max: 2 });
      await make(new PostgresDialect({ pool }), 'postgres');
      await pool.end();
      const store = await openPostgresStore(url);
      await assertMigrated(store);
      await store.close();
    });
  }
});
