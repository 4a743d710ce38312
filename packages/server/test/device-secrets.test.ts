/** What a thief of the database would find of native devices: every row of it, as the engine gives it. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import pg from 'pg';
import { memoryStorage } from '../../device/src/index.ts';
import { SQLITE_FILE } from '../src/storage/open.ts';
import { TABLE_NAMES } from '../src/storage/tables.ts';
import { keptOf } from '../src/testing/device-requests.ts';
import { startHms } from '../src/testing/hms-service.ts';
import {
  allowNative,
  aNativeApplication,
  anInstallation,
  aPairingKey,
  aPhone,
} from '../src/testing/native.ts';
import { DIALECTS, startPostgres, type TestPostgres } from '../src/testing/postgres.ts';
import { aFlow, aUser } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';
import { freshDataDirectory } from '../src/testing/sqlite.ts';

type Row = Record<string, unknown> & { doc?: string | object };
type Dump = Record<string, Row[]>;

function dumpOfSqlite(path: string): Dump {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    const names = db.prepare("select name from sqlite_master where type = 'table'").all();
    const read = (name: unknown) => db.prepare(`select * from ${name}`).all() as Row[];
    return Object.fromEntries(names.map(({ name }) => [String(name), read(name)]));
  } finally {
    db.close();
  }
}

async function dumpOfPostgres(connectionString: string): Promise<Dump> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query(
      "select tablename from pg_tables where schemaname = 'public'",
    );
    const dump: Dump = {};
    for (const { tablename } of rows) {
      dump[tablename] = (await client.query(`select * from ${tablename}`)).rows;
    }
    return dump;
  } finally {
    await client.end();
  }
}

/** Every value, however deep; a text that is JSON counts as what it says, too. */
function valuesOf(value: unknown): string[] {
  if (typeof value === 'string' && /^[[{]/.test(value)) {
    return [value, ...valuesOf(JSON.parse(value))];
  }
  if (typeof value !== 'object' || value === null) return [String(value)];
  return Object.values(value).flatMap(valuesOf);
}

/** A secret in each form that it could be written down in. */
function formsOf(secret: string | Buffer): string[] {
  const bytes = Buffer.from(secret);
  const encodings = (['base64', 'base64url', 'hex'] as const).map((one) => bytes.toString(one));
  return [...(typeof secret === 'string' ? [secret] : []), ...encodings].map((form) =>
    // Encoded behind something else, its first and last characters would differ.
    form.replace(/=+$/, ''),
  );
}

for (const dialect of DIALECTS) {
  describe(`the database of native devices on ${dialect}`, () => {
    let postgres: TestPostgres | undefined;
    let databaseUrl: string | undefined;
    let directory: Awaited<ReturnType<typeof freshDataDirectory>>;
    let hms: Awaited<ReturnType<typeof startHms>>;
    let server: TestServer;

    before(async () => {
      postgres = dialect === 'postgres' ? await startPostgres() : undefined;
      databaseUrl = await postgres?.freshDatabase();
      directory = await freshDataDirectory();
      hms = await startHms();
      server = await startTestServer({
        dataDirectory: directory.path,
        env: { COUNTERSIGN_HMS_URL: hms.url, COUNTERSIGN_HMS_TOKEN_URL: hms.tokenUrl },
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
      });
    });
    after(async () => {
      await server?.close();
      hms?.close();
      await directory?.remove();
      await postgres?.stop();
    });

    const dump = () =>
      databaseUrl === undefined
        ? dumpOfSqlite(join(directory.path, SQLITE_FILE))
        : dumpOfPostgres(databaseUrl);

    /** Everything that is secret of a phone in use, by its name. */
    async function aPhoneInUse() {
      const applicationId = await aNativeApplication(server);
      await allowNative(server, applicationId, {
        push: { enabled: true, numberMatching: { enabled: true, type: 'ENTER_MANUALLY' } },
      });
      const fcm = { type: 'FCM', key: `fcm-${randomUUID()}` };
      const path = `/applications/${applicationId}/pushCredentials`;
      for (const body of [fcm, { type: 'HMS', ...hms.credentials }]) {
        assert.equal((await server.api(path, { body })).status, 201);
      }
      const user = await aUser(server);
      const [used, unused] = [await aPairingKey(server, user), await aPairingKey(server, user)];
      const token = `token-${randomUUID()}`;
      const nickname = `nickname-${randomUUID()}`;
      const storage = { ...memoryStorage(), keepsKeys: false };
      const device = anInstallation(server, applicationId, { storage });
      const account = await device.pair(used.uri, { nickname, push: { provider: 'HMS', token } });
      const passcodeSecret = Buffer.from(
        (await keptOf({ storage })).passcodeKey.k ?? '',
        'base64url',
      );
      assert.equal(passcodeSecret.length, 32);
      const logs = `logs-${randomUUID()}`;
      const logsPath = `/users/${user.id}/devices/${account.id}/logs`;
      await server.api(logsPath, { method: 'PUT', body: { status: 'PENDING' } });
      await account.sendLogs(logs);
      // One that has gone leaves something, too.
      const gone = await aPhone(server, user, applicationId);
      await server.api(`/users/${user.id}/devices/${gone.account.id}`, { method: 'DELETE' });
      const code = await server.auth('/authenticationCodes', {
        body: { application: { id: applicationId } },
      });
      const secrets: Record<string, string | Buffer> = {
        'the key of a push credential': fcm.key,
        'the secret of a push credential': hms.credentials.clientSecret,
        'a pairing code that was used': used.code,
        'a pairing code': unused.code,
        'an authentication code': code.body.code,
        'the token of a phone': token,
        'the secret of its passcodes': passcodeSecret,
        'its logs': logs,
      };
      return { user, secrets, nickname };
    }

    test('holds nothing that a thief could use', async () => {
      const { user, secrets, nickname } = await aPhoneInUse();
      for (const secret of Object.values(secrets)) {
        if (typeof secret === 'string') server.secret(secret);
      }
      const rows = await dump();
      for (const table of TABLE_NAMES) assert.ok(rows[table], table);
      const text = valuesOf(rows).join('\n');
      for (const [name, secret] of Object.entries(secrets)) {
        for (const form of formsOf(secret)) assert.ok(!text.includes(form), name);
      }
      // The search finds what is there.
      assert.ok(formsOf(nickname).some((form) => text.includes(form)));
      assert.ok(formsOf(user.id).some((form) => text.includes(form)));
    });

    test('holds no number that an application shows for a waiting push', async () => {
      const { user } = await aPhoneInUse();
      for (let amount = 4_711; ; amount++) {
        // Sought as a value of its own; other values of a waiting flow and its message aren't it.
        const before = new Set(valuesOf(await dump()));
        const flow = await aFlow(server, user, {
          notification: { clientContext: { header: 'Transfer', amount } },
        });
        assert.equal(flow.status, 'PUSH_CONFIRMATION_REQUIRED');
        const { value } = flow.numberMatching;
        if (before.has(String(value))) continue;
        const values = new Set(valuesOf(await dump()));
        assert.ok(!values.has(String(value)));
        assert.ok(!before.has(String(amount)) && values.has(String(amount)));
        return;
      }
    });
  });
}
