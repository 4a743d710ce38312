/** `countersign import pingone`: from a server that speaks PingOne's API into another one. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { FAILURE, policyBody } from '../packages/server/src/testing/policies.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { cleanEnvironment, freePort, type RunningServer, startServer } from './server.ts';

const CLI = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url));
const NAMES = ['kaisa', 'otto', 'anna', 'eeva', 'lumi'];
const OFFLINE = {
  enabled: true,
  otp: { lifeTime: { duration: 30, timeUnit: 'MINUTES' }, failure: FAILURE },
};

/** Before a server: the first request of each path is told to wait, and every path is noted. */
async function busyFront(origin: string) {
  const paths: string[] = [];
  const server: Server = createServer(async (request, response) => {
    const { url = '', method = 'GET', headers } = request;
    const isFirst = !paths.includes(url);
    paths.push(url);
    if (isFirst) {
      // As a gateway answers: not always in JSON.
      const [status, body] = url.includes('/users?') ? [503, '<h1>busy</h1>'] : [429, '{}'];
      return void response.writeHead(status as number, { 'retry-after': '0' }).end(body);
    }
    const sent = await text(request);
    const { authorization = '', 'content-type': type = 'application/json' } = headers;
    const reply = await fetch(origin + url, {
      method,
      headers: { authorization, 'content-type': type },
      ...(sent ? { body: sent } : {}),
    });
    response.writeHead(reply.status).end(await reply.text());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  return { server, paths, origin: `http://127.0.0.1:${port}` };
}

describe('the import from PingOne', () => {
  let source: RunningServer;
  let target: RunningServer;
  let there: ApiClient;
  let here: ApiClient;
  let folder: string;
  let front: Awaited<ReturnType<typeof busyFront>>;
  const ids = new Map<string, string>();

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-pingone-'));
    [source, target] = await Promise.all([startServer(), startServer()]);
    [there, here] = await Promise.all([apiClient(source), apiClient(target)]);
    front = await busyFront(source.origin);
    const policy = policyBody('moving', {
      default: true,
      whatsApp: OFFLINE,
      oathToken: { enabled: true, otp: { failure: FAILURE } },
    });
    for (const api of [there, here]) await api.post('/deviceAuthenticationPolicies', policy);
    await fill();
  });
  after(async () => {
    front?.server.closeAllConnections();
    front?.server.close();
    await Promise.all([source?.stop(), target?.stop()]);
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  async function fill(): Promise<void> {
    const customers = await there.post('/populations', {
      name: 'Customers',
      description: 'Of the shop',
    });
    for (const username of NAMES) {
      const { id } = await there.post('/users', {
        username,
        email: `${username}@shop.example`,
        name: { given: username, family: 'Aalto' },
        externalId: `E-${username}`,
        mfaEnabled: username !== 'lumi',
        enabled: username !== 'eeva',
        ...(username === 'kaisa' ? { population: { id: customers.id } } : {}),
      });
      ids.set(username, id);
    }
    const pair = (username: string, body: object, action?: string) =>
      there.post(`/users/${ids.get(username)}/devices`, body, action);
    await pair('kaisa', { type: 'EMAIL', email: 'kaisa@shop.example', nickname: 'Work' });
    await pair('kaisa', { type: 'SMS', phone: '+15125551234' });
    await pair('kaisa', { type: 'VOICE', phone: '+15125551234' });
    await pair('kaisa', { type: 'WHATSAPP', phone: '+15125551234' });
    await pair('lumi', { type: 'EMAIL', email: 'lumi@shop.example' });
    await there.post('/oathTokens', {
      serialNumber: '7710034125',
      secret: '3132333435363738393031323334353637383930',
      type: 'TOTP',
      otpLength: 6,
      hashAlgorithm: 'HmacSHA1',
      totp: { timeStep: 30 },
    });
    await pair('otto', { type: 'OATH_TOKEN', serialNumber: '7710034125' });
    await pair('otto', { type: 'TOTP' });
    const blocked = await pair('anna', { type: 'EMAIL', email: 'anna@shop.example' });
    await there.post(`/users/${ids.get('anna')}/devices/${blocked.id}`, {}, 'device.block');
    await pair('anna', { type: 'SMS', phone: '+15125551235', status: 'ACTIVATION_REQUIRED' });
  }

  async function run(args: readonly string[], more: Record<string, string> = {}) {
    const child = spawn(process.execPath, [CLI, 'import', ...args], {
      cwd: folder,
      env: {
        ...cleanEnvironment(),
        COUNTERSIGN_DATA_DIR: target.dataDirectory,
        COUNTERSIGN_SOURCE_SECRET: source.clientSecret,
        ...more,
      },
    });
    child.stdin.end();
    const exited = once(child, 'exit');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: (await exited)[0], stdout, stderr };
  }
  const from = (api: string, ...more: string[]) => [
    'pingone',
    ...['--source-api', api, '--source-environment', source.environmentId],
    ...['--source-client-id', source.clientId, ...more],
  ];
  const reportOf = (name: string) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  async function userOf(username: string) {
    const filter = encodeURIComponent(`username eq "${username}"`);
    return (await here.get(`/users?filter=${filter}`))._embedded.users[0];
  }
  const devicesOf = async (username: string) =>
    (await here.get(`/users/${(await userOf(username)).id}/devices`))._embedded.devices;

  test('a dry run reads the source, and makes nothing', async () => {
    // It knows no target.
    const env = { COUNTERSIGN_DATA_DIR: folder };
    const { code, stdout, stderr } = await run(from(source.origin, '--dry-run'), env);
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      'populations: 2 good\nusers: 5 good\ndevices: 5 good, 4 can’t be copied\n',
    );
    assert.equal((await here.get('/users')).count, 0);
    assert.equal((await here.get('/populations')).count, 1);
  });

  test('users, populations and devices come page by page, and wait where the source is busy', async () => {
    const args = from(front.origin, '--page-size', '2', '--report', 'first.jsonl');
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0, stderr);
    assert.equal(
      stdout,
      'populations: 1 made, 1 there already\nusers: 5 made\ndevices: 5 made, 4 can’t be copied\n',
    );
    assert.match(stderr, /^4 can't be copied: see first\.jsonl/);
    const pages = new Set(front.paths.filter((path) => /\/users\?/.test(path)));
    assert.equal(pages.size, 3, 'five users, two a page');

    const { _embedded } = await here.get('/populations');
    const customers = _embedded.populations.find(
      ({ name }: { name: string }) => name === 'Customers',
    );
    assert.equal(customers.description, 'Of the shop');
    const kaisa = await userOf('kaisa');
    assert.deepEqual(
      [kaisa.population.id, kaisa.email, kaisa.name.family, kaisa.externalId],
      [customers.id, 'kaisa@shop.example', 'Aalto', 'E-kaisa'],
    );
    assert.equal((await userOf('lumi')).mfaEnabled, false);
    assert.equal((await userOf('otto')).mfaEnabled, true);
    assert.equal((await userOf('eeva')).enabled, false);
    const devices: { type: string; status: string; nickname?: string }[] = await devicesOf('kaisa');
    assert.deepEqual(devices.map(({ type, status }) => `${type} ${status}`).sort(), [
      'EMAIL ACTIVE',
      'SMS ACTIVE',
      'VOICE ACTIVE',
      'WHATSAPP ACTIVE',
    ]);
    assert.equal(devices.find(({ type }) => type === 'EMAIL')?.nickname, 'Work');
  });

  test('who has a copied e-mail device authenticates with it', async () => {
    const { id } = await userOf('kaisa');
    const device = (await devicesOf('kaisa')).find(
      ({ type }: { type: string }) => type === 'EMAIL',
    );
    const selectedDevice = { id: device.id };
    const flow = await here.auth('/deviceAuthentications', { user: { id }, selectedDevice });
    const outbox = await fetch(`${target.origin}/dev/outbox?to=kaisa@shop.example&limit=1`);
    const { messages } = (await outbox.json()) as { messages: { otp: string }[] };
    const otp = messages[0]?.otp;
    const checked = await here.auth(`/deviceAuthentications/${flow.id}`, { otp }, 'otp.check');
    assert.equal(checked.status, 'COMPLETED');
  });

  test('the report names what can’t come, and how its users go on', async () => {
    const lost = reportOf('first.jsonl').filter(({ outcome }) => outcome === 'NOT_COPIED');
    const reasons = (username: string) =>
      lost.filter((one) => one.username === username).map(({ reason }) => reason);
    assert.equal(lost.length, 4);
    assert.match(reasons('otto').join(' '), /file of its maker/);
    assert.match(reasons('otto').join(' '), /TOTP was never activated|scans a new code/);
    assert.match(reasons('anna').join(' '), /EMAIL is blocked/);
    assert.match(reasons('anna').join(' '), /SMS was never activated/);
    assert.equal((await devicesOf('anna')).length, 0);
  });

  test('run again, nothing is new', async () => {
    const devices = await devicesOf('kaisa');
    const { code, stdout } = await run(from(source.origin));
    assert.equal(code, 0);
    assert.equal(
      stdout,
      'populations: 2 there already\nusers: 5 there already\n' +
        'devices: 5 there already, 4 can’t be copied\n',
    );
    assert.equal((await here.get('/users')).count, 5);
    assert.deepEqual((await devicesOf('kaisa')).length, devices.length);
  });

  test('goes on where a run before has stopped, by the users and not by their places', async () => {
    const place = `pingone ${source.origin} ${source.environmentId}`;
    const hash = createHash('sha256').update(place).digest('hex');
    const state = `${hash} ${target.environmentId}\n${ids.get('kaisa')}\n`;
    writeFileSync(join(folder, 'more.jsonl.state'), state);
    const { stdout } = await run(from(source.origin, '--report', 'more.jsonl'));
    assert.match(stdout, /^rows: 1 done before$/m);
    assert.match(stdout, /^users: 4 there already$/m);
    assert.equal(JSON.stringify(reportOf('more.jsonl')).includes('"kaisa"'), false);
  });

  test('says in a sentence what is wrong with the source', async () => {
    const refused = async (
      code: number,
      pattern: RegExp,
      args: readonly string[],
      env: Record<string, string> = {},
    ) => {
      const ended = await run(args, env);
      assert.deepEqual([ended.code, ended.stdout], [code, ''], ended.stderr);
      assert.match(ended.stderr, pattern);
      assert.doesNotMatch(ended.stderr, /\n {4}at /);
    };
    const wrong = { COUNTERSIGN_SOURCE_SECRET: 'not it' };
    const unknown = /The source does not know these credentials[\s\S]*\$COUNTERSIGN_SOURCE_SECRET/;
    await refused(1, unknown, from(source.origin), wrong);
    writeFileSync(join(folder, 'secret'), 'nor this\n');
    const byFile = [...from(source.origin), '--source-secret-file', 'secret'];
    await refused(1, /its secret \(secret\)/, byFile);
    const nowhere = `http://127.0.0.1:${await freePort()}`;
    await refused(1, /Nobody answers at .*ECONNREFUSED.*--source-api/, from(nowhere));
    await refused(2, /needs --source-api/, ['pingone']);
    await refused(2, /needs the secret/, from(source.origin), { COUNTERSIGN_SOURCE_SECRET: '' });
    await refused(2, /--source-api: "ftp:\/\/x" is no address/, from('ftp://x'));
    await refused(2, /--page-size is/, from(source.origin, '--page-size', '0'));
    await refused(2, /takes no FILE/, [...from(source.origin), 'file.json']);
    await refused(2, /import users needs a FILE/, ['users']);
  });

  test('a worker of the source needs to read users, and one that may not is named as refused', async () => {
    const worker = await there.post('/applications', {
      name: 'nobody',
      type: 'WORKER',
      protocol: 'OPENID_CONNECT',
      enabled: true,
      grantTypes: ['CLIENT_CREDENTIALS'],
      tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
      assignActorRoles: false,
    });
    const { secret } = await there.get(`/applications/${worker.id}/secret`);
    const args = [...from(source.origin, '--dry-run'), '--source-client-id', worker.id];
    const env = { COUNTERSIGN_SOURCE_SECRET: secret };
    const refused = await run(args, env);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /The source http:\S+ can't be read: /);

    const roles = await fetch(`${source.origin}/v1/roles`, {
      headers: { authorization: `Bearer ${there.token}` },
    });
    const { _embedded } = (await roles.json()) as {
      _embedded: { roles: { id: string; name: string }[] };
    };
    const role = _embedded.roles.find(({ name }) => name === 'Identity Data Read Only');
    const scope = { id: source.environmentId, type: 'ENVIRONMENT' };
    await there.post(`/applications/${worker.id}/roleAssignments`, {
      role: { id: role?.id },
      scope,
    });
    const { code, stdout, stderr } = await run(args, env);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^devices: 5 good, 4 can’t be copied$/m);
  });

  test('no secret stands in a report or in a log', () => {
    for (const place of [JSON.stringify(reportOf('first.jsonl')), target.output()]) {
      for (const secret of [source.clientSecret, target.clientSecret]) {
        assert.equal(place.includes(secret), false);
      }
    }
  });
});
