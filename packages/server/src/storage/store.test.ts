import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import pg from 'pg';
import { DIALECTS, postgresOfSuite } from '../testing/postgres.ts';
import { freshDataDirectory } from '../testing/sqlite.ts';
import { until } from '../testing/until.ts';
import { listSql } from './list-sql.ts';
import { listsContract } from './lists-contract.ts';
import { SchemaTooNewError } from './migrations/migrations.ts';
import { openStore, SQLITE_FILE } from './open.ts';
import { openPostgresStore } from './postgres.ts';
import { racesContract } from './races-contract.ts';
import { ENGINE, openSqliteStore } from './sqlite.ts';
import { StoreInUseError } from './sqlite-lock.ts';
import type { Store } from './store.ts';
import { storeContract } from './store-contract.ts';
import { columnNames, isIntegerColumn, TABLE_NAMES } from './tables.ts';
import { aDevice, aFlow, aPolicy, guard, insert } from './testing-documents.ts';

const addPolicy = (store: Store, environmentId: string = randomUUID()) =>
  store.commit([insert('policies', environmentId, 'p', aPolicy('kept'))]);

interface ColumnOfSchema {
  name: string;
  type: string;
}

/** `tables.ts` fills what the migrations made. `columns`: of the schema, in order. */
function assertSearchedColumns(columnsOf: (table: string) => ColumnOfSchema[]): void {
  for (const table of TABLE_NAMES) {
    const columns = columnsOf(table);
    const names = ['environment_id', 'id', 'version', 'doc', ...columnNames(table)];
    assert.deepEqual(
      columns.map(({ name }) => name),
      names,
    );
    for (const { name, type } of columns.slice(4)) {
      assert.equal(type === 'bigint', isIntegerColumn(name), `${table}.${name}`);
    }
  }
}

/** The platform's own work goes over all environments; everything else stays within one. */
const PLATFORM_INDEXES = [
  'activities_waiting',
  'authentication_codes_expiry',
  'data_explorations_expiry',
  'device_removals_expiry',
  'device_requests_expiry',
  'devices_expiry',
  'flows_expiry',
  'flows_push_expiry',
  'message_cooldowns_expiry',
  'message_counters_expiry',
  'messages_expiry',
  'messages_recipient',
  'messages_usable',
  'oath_job_parts_expiry',
  'oath_jobs_available',
  'oath_jobs_expiry',
  'pairing_keys_expiry',
  'sign_on_artifacts_expiry',
  'used_assertions_expiry',
  'user_codes_expiry',
];

function assertTenancy(indexes: readonly { name: string; columns: readonly string[] }[]): void {
  assert.ok(indexes.length > TABLE_NAMES.length);
  const across = indexes.filter(({ columns }) => columns[0] !== 'environment_id');
  assert.deepEqual(across.map(({ name }) => name).sort(), PLATFORM_INDEXES);
}

describe('SQLite', { skip: DIALECTS.includes('sqlite') ? false : 'DIALECTS leaves it out' }, () => {
  let directory: Awaited<ReturnType<typeof freshDataDirectory>>;
  before(async () => {
    directory = await freshDataDirectory();
  });
  after(() => directory.remove());

  const engine = {
    name: 'SQLite',
    shared: false,
    open: () => openStore({ dataDirectory: directory.path }),
  };
  storeContract(engine);
  racesContract(engine);
  listsContract(engine);

  test('the file is for its owner only, and a backup opens as a store', async () => {
    const path = join(directory.path, 'own.sqlite');
    const copy = join(directory.path, 'copy.sqlite');
    const store = await openSqliteStore(path);
    await addPolicy(store, 'e');
    for (const file of [path, `${path}-wal`]) assert.equal((await stat(file)).mode & 0o777, 0o600);
    await store.backup?.(copy);
    await store.close();
    assert.equal((await stat(copy)).mode & 0o777, 0o600);
    const opened = await openSqliteStore(copy);
    assert.equal((await opened.get('policies', 'e', 'p'))?.doc.name, 'kept');
    await opened.close();
  });

  test('what was committed is there for who opens the file next, without a close', async () => {
    const path = join(directory.path, 'durable.sqlite');
    const store = await openSqliteStore(path);
    await addPolicy(store, 'e');
    const next = await openSqliteStore(path);
    assert.equal((await next.get('policies', 'e', 'p'))?.doc.name, 'kept');
    await next.close();
    await store.close();
  });

  test('a second server is refused, a command is not, and the next server is not', async () => {
    const dataDirectory = join(directory.path, 'locked');
    const server = await openStore({ dataDirectory, oneServer: true });
    await assert.rejects(openStore({ dataDirectory, oneServer: true }), StoreInUseError);
    const command = await openStore({ dataDirectory });
    await addPolicy(command, 'e');
    await command.close();
    assert.equal((await server.get('policies', 'e', 'p'))?.doc.name, 'kept');
    await assert.rejects(openStore({ dataDirectory, oneServer: true }), StoreInUseError);
    await server.close();
    await (await openStore({ dataDirectory, oneServer: true })).close();
  });

  test('the schema has the columns that are searched, and keeps environments apart', () => {
    const db = new DatabaseSync(join(directory.path, SQLITE_FILE));
    const read = (text: string): Record<string, unknown>[] => db.prepare(text).all();
    assertSearchedColumns((table) =>
      read(`select name, type from pragma_table_info('${table}')`).map(({ name, type }) => ({
        name: String(name),
        type: String(type),
      })),
    );
    assertTenancy(
      TABLE_NAMES.flatMap((table) =>
        read(`select name from pragma_index_list('${table}')`).map(({ name }) => ({
          name: String(name),
          columns: read(`select name from pragma_index_info('${name}') order by seqno`).map(
            (column) => String(column.name),
          ),
        })),
      ),
    );
    db.close();
  });

  test('rows of named values, and of a beginning, are found by their index', () => {
    const db = new DatabaseSync(join(directory.path, SQLITE_FILE));
    for (const where of [
      { column: 'serial_number', is: 'in', values: ['1', '2'] },
      { column: 'serial_number', is: 'startsWith', value: '77' },
      { column: 'serial_number', is: 'eq', value: '77' },
    ] as const) {
      const { text, parameters } = listSql('oath_tokens', 'e', { where, limit: 1_000 }, ENGINE);
      const plan = db.prepare(`explain query plan ${text}`).all(...parameters);
      assert.match(JSON.stringify(plan), /oath_tokens_serial/, where.is);
    }
    db.close();
  });

  test('a migration that fails half-way leaves nothing behind', async () => {
    const path = join(directory.path, 'half.sqlite');
    const db = new DatabaseSync(path);
    db.exec('create table activities (in_the_way integer)');
    await assert.rejects(openSqliteStore(path));
    const tables = db
      .prepare("select name from sqlite_master where type = 'table' and name not like 'kysely%'")
      .all()
      .map(({ name }) => name);
    assert.deepEqual(tables, ['activities']);
    db.exec('drop table activities');
    db.close();
    const store = await openSqliteStore(path);
    assert.deepEqual(await addPolicy(store), { committed: true });
    await store.close();
  });

  test('processes that start at once migrate once', async () => {
    const path = join(directory.path, 'together.sqlite');
    const open = `import { openSqliteStore } from ${JSON.stringify(new URL('sqlite.ts', import.meta.url).href)};
      await (await openSqliteStore(${JSON.stringify(path)})).close();`;
    const start = () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '--eval', open]);
    await Promise.all([start(), start(), start()]);
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
  const postgres = postgresOfSuite();
  let url: string;
  before(async () => {
    url = await postgres.freshDatabase();
  });

  const engine = { name: 'PostgreSQL', shared: true, open: () => openPostgresStore(url) };
  storeContract(engine);
  racesContract(engine);
  listsContract(engine);

  /** Runs a statement beside the store. */
  async function query(text: string, databaseUrl = url): Promise<Record<string, unknown>[]> {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    try {
      return (await client.query(text)).rows;
    } finally {
      await client.end();
    }
  }

  test('two nodes that start at once migrate once', async () => {
    const fresh = await postgres.freshDatabase();
    const stores = await Promise.all([openPostgresStore(fresh), openPostgresStore(fresh)]);
    for (const store of stores) assert.equal(await store.isReady(), true);
    for (const store of stores) await store.close();
  });

  test('the schema has the columns that are searched, and keeps environments apart', async () => {
    const columns = await query(
      'select table_name, column_name as name, data_type as type from information_schema.columns order by ordinal_position',
    );
    assertSearchedColumns((table) =>
      columns
        .filter(({ table_name }) => table_name === table)
        .map(({ name, type }) => ({ name: String(name), type: String(type) })),
    );
    const indexes = await query(
      `select c.relname as name, a.attname as first from pg_index i
         join pg_class c on c.oid = i.indexrelid join pg_class t on t.oid = i.indrelid
         join pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
       where t.relname in ('${TABLE_NAMES.join("', '")}')`,
    );
    assertTenancy(
      indexes.map(({ name, first }) => ({ name: String(name), columns: [String(first)] })),
    );
  });

  test('a node whose connections are cut goes on, and hears of changes again', async () => {
    const [node, other] = [await openPostgresStore(url), await openPostgresStore(url)];
    assert.deepEqual(await addPolicy(node), { committed: true });
    await query(
      'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    );
    // The first tries may still meet a connection that is gone.
    await until(() => node.isReady());
    const heard = new Set<string>();
    other.onConfigurationChange((environmentId) => heard.add(String(environmentId)));
    await until(async () => {
      const environmentId = randomUUID();
      await addPolicy(node, environmentId);
      await node.get('policies', environmentId, 'p');
      return heard.size > 0;
    });
    await node.close();
    await other.close();
  });

  describe('a row that a change relies on', () => {
    let store: Store;
    let other: pg.Client;
    before(async () => {
      store = await openPostgresStore(url);
      other = new pg.Client({ connectionString: url });
      await other.connect();
    });
    after(async () => {
      await other.end();
      await store.close();
    });

    /** A new device's row, and what commits a change that relies on it. */
    async function aGuardedDevice() {
      const row = { environmentId: randomUUID(), id: randomUUIDv7(), version: 1 };
      const { environmentId, id } = row;
      await store.commit([insert('devices', environmentId, id, aDevice('u'))]);
      const relying = () =>
        store.commit([
          insert('flows', environmentId, randomUUIDv7(), aFlow(9e12)),
          guard('devices', row),
        ]);
      return { id, relying };
    }

    const isWaited = () =>
      until(async () => {
        const waiting = await query('select 1 from pg_locks where not granted');
        return waiting.length > 0;
      });

    test('is not written to', async () => {
      const { id, relying } = await aGuardedDevice();
      assert.deepEqual(await relying(), { committed: true });
      assert.deepEqual(await query(`select xmax from devices where id = '${id}'`), [{ xmax: '0' }]);
    });

    test('is waited for while somebody is at it, and judged by what he leaves', async () => {
      const lost = { committed: false, conflict: 'VERSION' };
      for (const [end, outcome] of [
        ['rollback', { committed: true }],
        ['commit', lost],
      ] as const) {
        const { id, relying } = await aGuardedDevice();
        await other.query('begin');
        await other.query('update devices set version = version + 1 where id = $1', [id]);
        const committed = relying();
        await isWaited();
        await other.query(end);
        assert.deepEqual(await committed, outcome);
      }
    });

    test('is relied on though nobody knows whether he who left it has ended', async () => {
      const { id, relying } = await aGuardedDevice();
      // An old transaction that goes on makes all that began later look as if they might, too.
      await other.query('begin');
      await other.query('select pg_current_xact_id()');
      await query(`begin; update devices set version = 2 where id = '${id}'; rollback`);
      assert.deepEqual(await relying(), { committed: true });
      await other.query('rollback');
    });
  });

  test('a database from a newer version is refused', async () => {
    const fresh = await postgres.freshDatabase();
    await (await openPostgresStore(fresh)).close();
    await query("insert into kysely_migration values ('9999-later', '2030-01-01')", fresh);
    await assert.rejects(openPostgresStore(fresh), SchemaTooNewError);
  });

  test('a database that is not there is an error, and leaves nothing open', async () => {
    await assert.rejects(openPostgresStore(`${url}_missing`), /does not exist/);
  });
});
