import assert from 'node:assert/strict';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { startPostgres, type TestPostgres } from '../testing/postgres.ts';
import { freshDataDirectory } from '../testing/sqlite.ts';
import { SchemaTooNewError } from './migrations/migrations.ts';
import { openStore, SQLITE_FILE } from './open.ts';
import { openPostgresStore } from './postgres.ts';
import { openSqliteStore } from './sqlite.ts';
import { aPolicy, storeContract } from './store-contract.ts';
import { columnNames, isIntegerColumn, TABLE_NAMES } from './tables.ts';

const DIALECTS = (process.env.DIALECTS ?? 'sqlite,postgres').split(',');

describe('SQLite', { skip: DIALECTS.includes('sqlite') ? false : 'DIALECTS leaves it out' }, () => {
  let directory: Awaited<ReturnType<typeof freshDataDirectory>>;
  before(async () => {
    directory = await freshDataDirectory();
  });
  after(() => directory.remove());

  storeContract({
    name: 'SQLite',
    shared: false,
    open: () => openStore({ dataDirectory: directory.path }),
  });

  test('the file is for its owner only, and a backup opens as a store', async () => {
    const path = join(directory.path, 'own.sqlite');
    const copy = join(directory.path, 'copy.sqlite');
    const store = await openSqliteStore(path);
    await store.commit([
      { op: 'insert', table: 'policies', environmentId: 'e', id: 'p', doc: aPolicy('kept') },
    ]);
    await store.backup?.(copy);
    await store.close();
    for (const file of [path, copy]) assert.equal((await stat(file)).mode & 0o777, 0o600);
    const opened = await openSqliteStore(copy);
    assert.equal((await opened.get('policies', 'e', 'p'))?.doc.name, 'kept');
    await opened.close();
  });

  test('the schema has the columns that are searched', async () => {
    const db = new DatabaseSync(join(directory.path, SQLITE_FILE));
    for (const table of TABLE_NAMES) {
      const columns = db.prepare(`select name, type from pragma_table_info('${table}')`).all();
      const searched = columns.slice(4);
      assert.deepEqual(
        searched.map(({ name }) => name),
        columnNames(table),
      );
      for (const { name, type } of searched) {
        assert.equal(type === 'bigint', isIntegerColumn(String(name)), `${table}.${name}`);
      }
    }
    db.close();
  });

  test('a database from a newer version is refused', async () => {
    const path = join(directory.path, 'newer.sqlite');
    await (await openSqliteStore(path)).close();
    const db = new DatabaseSync(path);
    db.exec("insert into kysely_migration values ('9999-later', '2030-01-01')");
    db.close();
    await assert.rejects(openSqliteStore(path), SchemaTooNewError);
  });
});

describe('PostgreSQL', {
  skip: DIALECTS.includes('postgres') ? false : 'DIALECTS leaves it out',
}, () => {
  let postgres: TestPostgres;
  let url: string;
  before(async () => {
    postgres = await startPostgres();
    url = await postgres.freshDatabase();
  });
  after(() => postgres.stop());

  storeContract({ name: 'PostgreSQL', shared: true, open: () => openPostgresStore(url) });

  test('two nodes that start at once migrate once', async () => {
    const fresh = await postgres.freshDatabase();
    const stores = await Promise.all([openPostgresStore(fresh), openPostgresStore(fresh)]);
    for (const store of stores) assert.equal(await store.isReady(), true);
    for (const store of stores) await store.close();
  });

  test('the schema has the columns that are searched', async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    for (const table of TABLE_NAMES) {
      const { rows } = await client.query(
        'select column_name as name, data_type as type from information_schema.columns where table_name = $1 order by ordinal_position',
        [table],
      );
      const searched = rows.slice(4);
      assert.deepEqual(
        searched.map(({ name }) => name),
        columnNames(table),
      );
      for (const { name, type } of searched) {
        assert.equal(type === 'bigint', isIntegerColumn(name), `${table}.${name}`);
      }
    }
    await client.end();
  });

  test('a database from a newer version is refused', async () => {
    const fresh = await postgres.freshDatabase();
    await (await openPostgresStore(fresh)).close();
    const client = new pg.Client({ connectionString: fresh });
    await client.connect();
    await client.query("insert into kysely_migration values ('9999-later', '2030-01-01')");
    await client.end();
    await assert.rejects(openPostgresStore(fresh), SchemaTooNewError);
  });
});
