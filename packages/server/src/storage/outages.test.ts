import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, test } from 'node:test';
import pg from 'pg';
import { UnavailableError } from '../errors/unavailable-error.ts';
import { postgresOfSuite } from '../testing/postgres.ts';
import { startPooler } from '../testing/postgres-pooler.ts';
import { startTestServer, type TestServer } from '../testing/server.ts';
import { freshDataDirectory } from '../testing/sqlite.ts';
import { until } from '../testing/until.ts';
import { openStore } from './open.ts';
import { DatabaseEncodingError, openPostgresStore } from './postgres.ts';
import { outageOr } from './sqlite-outage.ts';
import { ANY_ENVIRONMENT, type Store } from './store.ts';
import { aPolicy, insert, update } from './testing-documents.ts';

const addPolicy = (store: Store, environmentId: string = randomUUID()) =>
  store.commit([insert('policies', environmentId, 'p', aPolicy('kept'))]);

const addUser = (server: TestServer) => server.api('/users', { body: { username: randomUUID() } });

/** While it lasts: 503 with everything that belongs to it; afterwards all is as before. */
async function assertOutage(
  server: TestServer,
  { begin, end, reason }: { begin(): Promise<unknown>; end(): Promise<unknown>; reason: RegExp },
): Promise<void> {
  const lines = (text: string) =>
    server
      .log()
      .split('\n')
      .filter((line) => line.includes(text));
  assert.equal((await server.raw('/readyz')).status, 200);
  await begin();
  await until(async () => (await server.raw('/readyz')).status === 503);
  for (const reply of await Promise.all([addUser(server), addUser(server), addUser(server)])) {
    assert.equal(reply.status, 503, reply.text);
    assert.equal(reply.body.code, 'SERVICE_UNAVAILABLE');
    assert.match(String(reply.headers['retry-after']), /^\d+$/);
    assert.ok(reply.body.id && reply.body.message);
  }
  assert.equal((await server.raw('/readyz')).headers['retry-after'] !== undefined, true);
  assert.equal((await server.raw('/healthz')).status, 200);
  const told = lines('requests are answered 503');
  assert.equal(told.length, 1);
  assert.match(JSON.parse(told[0] ?? '').reason, reason);
  await end();
  await until(() => lines('it is back').length === 1);
  await until(async () => (await server.raw('/readyz')).status === 200);
  assert.equal((await addUser(server)).status, 201);
}

describe('an outage of SQLite', () => {
  test('a data directory that is gone: 503 and not ready, until it is back', async (t) => {
    const directory = await freshDataDirectory();
    const dataDirectory = join(directory.path, 'data');
    const server = await startTestServer({ dataDirectory });
    t.after(async () => {
      await server.close();
      await directory.remove();
    });
    const elsewhere = join(directory.path, 'elsewhere');
    await assertOutage(server, {
      reason: /^FILE_GONE$/,
      begin: () => rename(dataDirectory, elsewhere),
      end: () => rename(elsewhere, dataDirectory),
    });
  });

  test('nothing is acknowledged that goes into a file which was replaced', async () => {
    const directory = await freshDataDirectory();
    const dataDirectory = join(directory.path, 'data');
    const store = await openStore({ dataDirectory });
    await rename(dataDirectory, join(directory.path, 'elsewhere'));
    const other = await openStore({ dataDirectory });
    await assert.rejects(addPolicy(store), { name: 'UnavailableError', reason: 'FILE_GONE' });
    assert.equal(await store.isReady(), false);
    assert.deepEqual(await addPolicy(other), { committed: true });
    await store.close();
    await other.close();
    await directory.remove();
  });

  test('a full disk and a file that became read-only are outages, a mistake is not', () => {
    const db = new DatabaseSync(':memory:');
    db.exec('create table t (v text); pragma max_page_count = 3');
    const errorOf = (text: string) => {
      try {
        db.exec(text);
      } catch (error) {
        return outageOr(error);
      }
      return assert.fail('It did not throw.');
    };
    const full = errorOf('insert into t values (zeroblob(100000))');
    assert.ok(full instanceof UnavailableError && full.reason === 'SQLITE_FULL');
    db.exec('pragma query_only = 1');
    const readOnly = errorOf("insert into t values ('x')");
    assert.ok(readOnly instanceof UnavailableError && readOnly.reason === 'SQLITE_READONLY');
    assert.ok(!(errorOf('select * from nowhere') instanceof UnavailableError));
    db.close();
  });
});

describe('an outage of PostgreSQL', () => {
  const postgres = postgresOfSuite();

  async function query(databaseUrl: string, ...texts: string[]): Promise<void> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    for (const text of texts) await client.query(text);
    await client.end();
  }

  async function isReadOnly(databaseUrl: string): Promise<boolean> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    const { rows } = await client.query('show transaction_read_only');
    await client.end();
    return rows[0].transaction_read_only === 'on';
  }

  test('the database is gone: 503 and not ready, one line, until it is back', async (t) => {
    const pooler = await startPooler(await postgres.freshDatabase());
    const server = await startTestServer({ databaseUrl: pooler.url });
    t.after(async () => {
      await server.close();
      await pooler.close();
    });
    await assertOutage(server, {
      reason: /^(CONNECTION|ECONNRESET|EPIPE)$/,
      begin: async () => pooler.goDown(),
      end: async () => pooler.comeBack(),
    });
    for (const line of server
      .log()
      .split('\n')
      .filter((one) => one.includes('"level":50'))) {
      assert.ok(!line.includes(String(pooler.port)), line);
    }
  });

  test('everything is read-only: 503 and not ready, until it can be written to', async (t) => {
    const databaseUrl = await postgres.freshDatabase();
    const name = new URL(databaseUrl).pathname.slice(1);
    const server = await startTestServer({ databaseUrl });
    t.after(() => server.close());
    const set = (value: 'on' | 'off') => [
      'set default_transaction_read_only = off',
      `alter database ${name} set default_transaction_read_only = ${value}`,
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}' and pid <> pg_backend_pid()`,
    ];
    const { href } = Object.assign(new URL(databaseUrl), { pathname: '/postgres' });
    await assertOutage(server, {
      reason: /^(25006|57P01|CONNECTION)$/,
      begin: () => query(href, ...set('on')),
      end: () => query(href, ...set('off').slice(0, 2)),
    });
  });

  test('a failover that leaves open connections read-only is not even noticed', async () => {
    const databaseUrl = await postgres.freshDatabase();
    await query(
      databaseUrl,
      "create role failover login superuser password 'failover'",
      'alter role failover set default_transaction_read_only = off',
    );
    const url = Object.assign(new URL(databaseUrl), { username: 'failover', password: 'failover' });
    const store = await openPostgresStore(url.href);
    // All its connections are open, for reads, too.
    await Promise.all(Array.from({ length: 20 }, () => store.count('policies', ANY_ENVIRONMENT)));
    // New connections of this role can write, those that are open no longer.
    await query(
      url.href,
      'alter system set default_transaction_read_only = on',
      'select pg_reload_conf()',
    );
    try {
      await until(() => isReadOnly(databaseUrl));
      assert.deepEqual(await addPolicy(store), { committed: true });
      assert.deepEqual(await store.claimMessages(1, 2, 1), { messages: [], more: false });
      assert.equal(await store.isReady(), true);
    } finally {
      await query(
        url.href,
        'alter system reset default_transaction_read_only',
        'select pg_reload_conf()',
      );
      await store.close();
    }
  });

  test('caches are emptied when the listener is back: changes may have been missed', async () => {
    const pooler = await startPooler(await postgres.freshDatabase());
    const store = await openPostgresStore(pooler.url);
    const heard: unknown[] = [];
    store.onConfigurationChange((environmentId) => heard.push(environmentId));
    pooler.cut();
    await until(() => heard.includes(ANY_ENVIRONMENT));
    await store.close();
    await pooler.close();
  });

  test('a client that is disabled while a node hears nothing is refused there once it is back', async (t) => {
    const databaseUrl = await postgres.freshDatabase();
    const pooler = await startPooler(databaseUrl);
    const server = await startTestServer({ databaseUrl: pooler.url });
    const other = await openPostgresStore(databaseUrl);
    t.after(async () => {
      await server.close();
      await other.close();
      await pooler.close();
    });
    assert.equal((await server.api('/users')).status, 200);
    const back = new Promise<void>((resolve) => {
      server.server.parts.store.onConfigurationChange((id) => {
        if (id === ANY_ENVIRONMENT) resolve();
      });
    });
    pooler.goDown();
    const { environmentId } = server;
    for (const row of await other.list('applications', environmentId, { limit: 10 })) {
      await other.commit([update('applications', row, { ...row.doc, enabled: false })]);
    }
    pooler.comeBack();
    await back;
    await until(async () => (await server.raw('/readyz')).status === 200);
    assert.equal((await server.api('/users')).status, 401);
  });

  test('a pooler is sent nothing at the start that it refuses', async () => {
    const pooler = await startPooler(await postgres.freshDatabase());
    const store = await openPostgresStore(pooler.url);
    assert.deepEqual(await addPolicy(store), { committed: true });
    await store.close();
    await assert.rejects(openPostgresStore(`${pooler.url}?statement_timeout=1000`), /unsupported/);
    await pooler.close();
  });

  test('a database in another encoding than UTF8 is refused in words', async () => {
    const databaseUrl = await postgres.freshDatabase();
    await query(databaseUrl, "create database latin encoding 'LATIN1' template template0");
    const latin = Object.assign(new URL(databaseUrl), { pathname: '/latin' });
    await assert.rejects(openPostgresStore(latin.href), (error: unknown) => {
      assert.ok(error instanceof DatabaseEncodingError);
      assert.match(error.message, /LATIN1.*UTF8/);
      return true;
    });
  });
});
