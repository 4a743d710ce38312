/** A store that goes back in time: by `restore`, by a file put in its place, by a database's own tools. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, describe, test } from 'node:test';
import { generateSync } from 'otplib';
import pg from 'pg';
import { send } from '../packages/server/src/testing/client.ts';
import { policyBody } from '../packages/server/src/testing/policies.ts';
import { postgresOfSuite } from '../packages/server/src/testing/postgres.ts';
import { runCommand } from './command.ts';
import { type RunningServer, startServer } from './server.ts';

const scratch = mkdtempSync(join(tmpdir(), 'countersign-restore-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

const STEP_SECONDS = 30;
const WENT_BACK = /The store went back in time/;

/** Calls the API as the first worker. */
async function apiOf(server: RunningServer) {
  const { origin, environmentId, clientId, clientSecret } = server;
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const { body } = await send(`${origin}/${environmentId}/as/token`, {
    type: 'application/x-www-form-urlencoded',
    headers: { authorization: `Basic ${basic}` },
    body: 'grant_type=client_credentials',
  });
  const token: string = body.access_token;
  return {
    api: (path: string, more = {}) =>
      send(`${origin}/v1/environments/${environmentId}${path}`, { token, ...more }),
    auth: (path: string, more = {}) =>
      send(`${origin}/${environmentId}${path}`, { token, ...more }),
  };
}

/** The ids and secrets that a server on the same data directory answers to. */
const sameAs = (server: RunningServer) => ({
  COUNTERSIGN_DATA_DIR: server.dataDirectory,
  COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: server.environmentId,
  COUNTERSIGN_BOOTSTRAP_CLIENT_ID: server.clientId,
  COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: server.clientSecret,
});

/** A user with a paired authenticator app, and how to sign in with a code of it. */
async function aPairedUser(server: RunningServer) {
  const { api } = await apiOf(server);
  const policy = await api('/deviceAuthenticationPolicies', {
    body: policyBody('with TOTP', { default: true }),
  });
  assert.equal(policy.status, 201, policy.text);
  const user = await api('/users', { body: { username: 'kaisa', mfaEnabled: true } });
  const device = await api(`/users/${user.body.id}/devices`, { body: { type: 'TOTP' } });
  const codeOf = (epoch: number) => generateSync({ secret: device.body.secret, epoch });
  const epoch = Math.floor(Date.now() / 1_000);
  const activated = await api(`/users/${user.body.id}/devices/${device.body.id}`, {
    type: 'device.activate',
    body: { otp: codeOf(epoch) },
  });
  assert.equal(activated.status, 200, activated.text);
  return {
    // The next one: that of now has paired the device.
    code: codeOf(epoch + STEP_SECONDS),
    async signIn(at: RunningServer, otp: string) {
      const { auth } = await apiOf(at);
      const body = { user: { id: user.body.id }, selectedDevice: { id: device.body.id, otp } };
      return auth('/deviceAuthentications', { body });
    },
  };
}

describe('a backup is put back', () => {
  let server: RunningServer;
  let user: Awaited<ReturnType<typeof aPairedUser>>;
  const copy = join(scratch, 'copy.sqlite');
  before(async () => {
    server = await startServer();
    user = await aPairedUser(server);
    const { code, stderr } = await runCommand(['backup', copy], sameAs(server));
    assert.equal(code, 0, stderr);
    const used = await user.signIn(server, user.code);
    assert.equal(used.body.status, 'COMPLETED', used.text);
  });
  after(() => rmSync(server.dataDirectory, { recursive: true, force: true }));

  test('what can not be restored is refused before anything is touched', async () => {
    const running = await runCommand(['restore', copy], sameAs(server));
    assert.equal(running.code, 1);
    assert.match(running.stderr, /serves from the folder/);
    assert.equal(await server.stop({ keepData: true }), 0);
    const text = join(scratch, 'text');
    writeFileSync(text, 'no database, '.repeat(999));
    const cut = join(scratch, 'cut.sqlite');
    writeFileSync(cut, readFileSync(copy).subarray(0, statSync(copy).size / 2));
    const database = () => readFileSync(join(server.dataDirectory, 'countersign.sqlite'));
    const present = database();
    for (const [file, key, said] of [
      [join(scratch, 'nothing'), {}, /nothing/],
      [text, {}, /is no whole Countersign store/],
      [cut, {}, /is damaged|is no whole Countersign store/],
      [copy, { COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64') }, /master key/],
    ] as const) {
      const refused = await runCommand(['restore', file], { ...sameAs(server), ...key });
      assert.equal(refused.code, 1, `${file}: ${refused.stdout}`);
      assert.match(refused.stderr, said);
      assert.doesNotMatch(refused.stderr, /\n\s+at /);
      assert.deepEqual(database(), present);
    }
  });

  test('restore says what it did, and a passcode that was used since then stays used', async () => {
    const { code, stdout, stderr } = await runCommand(['restore', copy], sameAs(server));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /Restored: 1 environment\(s\), 1 user\(s\)/);
    assert.match(stdout, /1 TOTP devices take no passcode of before/);
    assert.match(stdout, /database of before is kept: .*\.before-/);
    const restored = await startServer(sameAs(server));
    const again = await user.signIn(restored, user.code);
    assert.notEqual(again.body.status, 'COMPLETED', again.text);
    assert.equal(await restored.stop({ keepData: true }), 0);
    assert.doesNotMatch(restored.output(), WENT_BACK);
  });

  test('copied back by hand after a kill: the old log is not played over it', async () => {
    const killed = await startServer(sameAs(server));
    const { api } = await apiOf(killed);
    await Promise.all(
      Array.from({ length: 300 }, (_, index) =>
        api('/users', { body: { username: `later-${index}`, externalId: 'y'.repeat(900) } }),
      ),
    );
    const exited = once(killed.process, 'exit');
    killed.process.kill('SIGKILL');
    await exited;
    copyFileSync(copy, join(server.dataDirectory, 'countersign.sqlite'));
    const next = await startServer(sameAs(server));
    const users = await (await apiOf(next)).api('/users');
    assert.deepEqual([users.status, users.body.count], [200, 1]);
    const again = await user.signIn(next, user.code);
    assert.notEqual(again.body.status, 'COMPLETED', again.text);
    assert.equal(await next.stop({ keepData: true }), 0);
    assert.match(next.output(), WENT_BACK);
    assert.ok(readdirSync(server.dataDirectory).some((name) => name.endsWith('of-another-file')));
    const after = await startServer(sameAs(server));
    assert.equal(await after.stop({ keepData: true }), 0);
    assert.doesNotMatch(after.output(), WENT_BACK, 'it is told once');
  });

  test('a kill without a restore loses nothing and is not taken for one', async () => {
    const killed = await startServer(sameAs(server));
    const made = await (await apiOf(killed)).api('/users', { body: { username: 'kept' } });
    assert.equal(made.status, 201);
    const exited = once(killed.process, 'exit');
    killed.process.kill('SIGKILL');
    await exited;
    // What a start leaves that is killed while it numbers the file.
    const file = new DatabaseSync(join(server.dataDirectory, 'countersign.sqlite'));
    file.exec('pragma journal_mode = delete');
    file.close();
    const next = await startServer(sameAs(server));
    assert.equal((await (await apiOf(next)).api(`/users/${made.body.id}`)).status, 200);
    assert.equal(await next.stop({ keepData: true }), 0);
    assert.doesNotMatch(next.output(), WENT_BACK);
  });
});

describe('a PostgreSQL database that was restored', () => {
  const postgres = postgresOfSuite();

  test('is noticed by the next start, which spends what may be used once', async () => {
    const DATABASE_URL = await postgres.freshDatabase();
    const first = await startServer({ DATABASE_URL });
    const user = await aPairedUser(first);
    const admin = new pg.Client(DATABASE_URL);
    await admin.connect();
    // As a copy of this moment would bring them back.
    const devices = await admin.query('select environment_id, id, doc::text as doc from devices');
    const mark = await admin.query('select mark from store_mark');
    const used = await user.signIn(first, user.code);
    assert.equal(used.body.status, 'COMPLETED', used.text);
    assert.equal(await first.stop({ keepData: true }), 0);
    for (const { environment_id, id, doc } of devices.rows) {
      await admin.query('update devices set doc = $3::json where environment_id = $1 and id = $2', [
        environment_id,
        id,
        doc,
      ]);
    }
    await admin.query('update store_mark set mark = $1', [Number(mark.rows[0].mark) - 1]);
    await admin.end();
    const next = await startServer({ ...sameAs(first), DATABASE_URL });
    const again = await user.signIn(next, user.code);
    assert.notEqual(again.body.status, 'COMPLETED', again.text);
    assert.equal(await next.stop(), 0);
    assert.match(next.output(), WENT_BACK);
  });
});
