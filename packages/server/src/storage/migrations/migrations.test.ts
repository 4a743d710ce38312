/** What the migrations do to a database that has been used. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { type Dialect, Kysely, PostgresDialect, sql } from 'kysely';
import pg from 'pg';
import { DIALECTS, startPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { freshDataDirectory } from '../../testing/sqlite.ts';
import { runMigrations } from '../migrate.ts';
import { nodeSqliteDialect } from '../node-sqlite-dialect.ts';
import { openPostgresStore } from '../postgres.ts';
import { openSqliteStore } from '../sqlite.ts';
import type { Store } from '../store.ts';
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

describe('an environment that is older than FIDO2 policies gets its default one', () => {
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

  test('SQLite', { skip: !DIALECTS.includes('sqlite') }, async () => {
    const path = join(directory.path, 'old.sqlite');
    const db = new DatabaseSync(path);
    await beforeFido2(nodeSqliteDialect(db), 'sqlite');
    db.close();
    const store = await openSqliteStore(path);
    await assertDefaultPolicies(store);
    await store.close();
  });

  test('PostgreSQL', { skip: !DIALECTS.includes('postgres') }, async () => {
    const url = (await postgres?.freshDatabase()) ?? '';
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    await beforeFido2(new PostgresDialect({ pool }), 'postgres');
    await pool.end();
    const store = await openPostgresStore(url);
    await assertDefaultPolicies(store);
    await store.close();
  });
});
