/** `countersign import` beside the started server: people from elsewhere go on with what they have. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { toBase32 } from '../packages/server/src/methods/oath/base32.ts';
import { hotp, timeStepAt } from '../packages/server/src/methods/oath/one-time-password.ts';
import { policyBody } from '../packages/server/src/testing/policies.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { cleanEnvironment, type RunningServer, startServer } from './server.ts';

const CLI = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url));
const SEEDS = {
  kaisa: 'seed of kaisa: a text',
  otto: 'seed of otto: a text.',
  anna: 'seed of anna: letters',
  eeva: 'seed of eeva: letters',
};

describe('the import', () => {
  let server: RunningServer;
  let api: ApiClient;
  let folder: string;

  before(async () => {
    server = await startServer();
    api = await apiClient(server);
    await api.post('/deviceAuthenticationPolicies', policyBody('moving', { default: true }));
    folder = mkdtempSync(join(tmpdir(), 'countersign-import-'));
  });
  after(async () => {
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  const fileOf = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return name;
  };
  async function run(args: readonly string[], input = '', more: Record<string, string> = {}) {
    const child = spawn(process.execPath, [CLI, 'import', ...args], {
      cwd: folder,
      env: { ...cleanEnvironment(), COUNTERSIGN_DATA_DIR: server.dataDirectory, ...more },
    });
    child.stdin.end(input);
    const exited = once(child, 'exit');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    return { code: (await exited)[0], stdout, stderr };
  }
  const reportOf = (name: string) =>
    readFileSync(join(folder, name), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  async function userOf(username: string) {
    const filter = encodeURIComponent(`username eq "${username}"`);
    const { _embedded } = await api.get(`/users?filter=${filter}`);
    return _embedded.users[0];
  }
  async function authenticates(username: string, seed: string): Promise<void> {
    const { id } = await userOf(username);
    const { _embedded } = await api.get(`/users/${id}/devices`);
    const device = _embedded.devices.find((one: { type: string }) => one.type === 'TOTP');
    const selectedDevice = { id: device.id };
    const flow = await api.auth('/deviceAuthentications', { user: { id }, selectedDevice });
    const otp = hotp(Buffer.from(seed), timeStepAt(Date.now(), 30_000), {
      digits: 6,
      algorithm: 'sha1',
    });
    const checked = await api.auth(`/deviceAuthentications/${flow.id}`, { otp }, 'otp.check');
    assert.equal(checked.status, 'COMPLETED');
  }
  /** A worker that may read users and make none. */
  async function aReader() {
    const made = await api.post('/applications', {
      name: 'reader',
      type: 'WORKER',
      protocol: 'OPENID_CONNECT',
      enabled: true,
      grantTypes: ['CLIENT_CREDENTIALS'],
      tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
      assignActorRoles: false,
    });
    const roles = await fetch(`${server.origin}/v1/roles`, {
      headers: { authorization: `Bearer ${api.token}` },
    });
    const { _embedded } = (await roles.json()) as {
      _embedded: { roles: { id: string; name: string }[] };
    };
    const role = _embedded.roles.find(({ name }) => name === 'Identity Data Read Only');
    const scope = { id: server.environmentId, type: 'ENVIRONMENT' };
    await api.post(`/applications/${made.id}/roleAssignments`, { role: { id: role?.id }, scope });
    const { secret } = await api.get(`/applications/${made.id}/secret`);
    return { id: made.id as string, secret: secret as string };
  }
  const countOfUsers = async () => (await api.get('/users')).count;

  const base32 = (seed: string) => toBase32(Buffer.from(seed));
  const csv = () => `username,email,given,enabled,EMAIL,TOTP
kaisa,kaisa@shop.example,Kaisa,true,kaisa@shop.example,${base32(SEEDS.kaisa)}
,nobody@shop.example,,,,${base32(SEEDS.otto)}
broken,,,,,${base32(SEEDS.otto)}1
refused,no address,,,,
otto,otto@shop.example,,,,${base32(SEEDS.otto)}
`;

  test('a dry run reads and counts, and changes nothing', async () => {
    const before = await countOfUsers();
    const file = fileOf('users.csv', csv());
    const { code, stdout } = await run(['users', file, '--dry-run', '--report', 'dry.jsonl']);
    assert.equal(code, 1, 'two rows are broken');
    assert.match(stdout, /^users: 3 good$/m);
    assert.match(stdout, /^devices: 3 good$/m);
    assert.equal(await countOfUsers(), before);
    assert.equal(existsSync(join(folder, 'dry.jsonl.state')), false);
  });

  test('users of a CSV file authenticate with the codes that they have', async () => {
    const file = fileOf('users.csv', csv());
    const { code, stdout, stderr } = await run(['users', file, '--report', 'users.jsonl']);
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^users: 2 made, 1 failed$/m);
    assert.match(stdout, /^devices: 3 made$/m);
    assert.equal(stderr, 'countersign: 3 failed: see users.jsonl, and why.\n');
    await authenticates('kaisa', SEEDS.kaisa);
    await authenticates('otto', SEEDS.otto);
    const kaisa = await userOf('kaisa');
    assert.deepEqual(
      [kaisa.email, kaisa.name.given, kaisa.mfaEnabled],
      ['kaisa@shop.example', 'Kaisa', true],
    );

    const failed = reportOf('users.jsonl').filter(({ outcome }) => outcome === 'FAILED');
    assert.deepEqual(failed.map(({ at }) => at).sort(), ['line 3', 'line 4', 'line 5']);
    assert.match(failed.find(({ at }) => at === 'line 5')?.reason, /email/);
    assert.equal(statSync(join(folder, 'users.jsonl')).mode & 0o077, 0);
  });

  test('run again, it leaves what is there alone and says so', async () => {
    const users = await countOfUsers();
    const { id } = await userOf('kaisa');
    const devices = await api.get(`/users/${id}/devices`);
    const { stdout } = await run(['users', 'users.csv', '--report', 'again.jsonl']);
    assert.match(stdout, /^users: 2 there already, 1 failed$/m);
    assert.match(stdout, /^devices: 3 there already$/m);
    assert.equal(await countOfUsers(), users);
    assert.deepEqual(await api.get(`/users/${id}/devices`), devices);
  });

  test('goes on where a run before has stopped', async () => {
    const content = 'username\nmarja\nmikko\n';
    const file = fileOf('more.csv', content);
    const whole = await run(['users', file, '--report', 'more.jsonl']);
    assert.equal(whole.code, 0, whole.stderr);
    assert.equal(existsSync(join(folder, 'more.jsonl.state')), false, 'it has reached its end');
    // As a run leaves it that was killed after its first row.
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256').update(content).digest('hex');
    fileOf('more.jsonl.state', `${hash} ${server.environmentId}\n0\n`);
    const rest = await run(['users', file, '--report', 'more.jsonl']);
    assert.equal(rest.code, 0, rest.stderr);
    assert.match(rest.stdout, /^rows: 1 done before$/m);
    assert.match(rest.stdout, /^users: 1 there already$/m);
    // Another file has nothing to do with it.
    fileOf('more.jsonl.state', `${hash} ${server.environmentId}\n0\n`);
    const other = await run([
      'users',
      fileOf('more.csv', `${content}niko\n`),
      '--report',
      'more.jsonl',
    ]);
    assert.doesNotMatch(other.stdout, /done before/);
  });

  test('a realm of Keycloak, from standard input', async () => {
    const credential = (value: string, more: object = {}) => ({
      type: 'otp',
      userLabel: 'Phone',
      secretData: JSON.stringify({ value }),
      credentialData: JSON.stringify({
        subType: 'totp',
        digits: 6,
        counter: 0,
        period: 30,
        algorithm: 'HmacSHA1',
        ...more,
      }),
    });
    const realm = {
      realm: 'shop',
      users: [
        {
          username: 'anna',
          email: 'anna@shop.example',
          firstName: 'Anna',
          enabled: true,
          credentials: [credential(SEEDS.anna), { type: 'webauthn' }],
        },
        { username: 'gone', enabled: false },
      ],
    };
    const args = ['keycloak', '-', '--json', '--report', 'realm.jsonl'];
    const { code, stdout, stderr } = await run(args, JSON.stringify(realm));
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      user: { CREATED: 2 },
      device: { CREATED: 1, NOT_COPIED: 1 },
    });
    assert.match(stderr, /^1 can't be copied: see realm\.jsonl/);
    await authenticates('anna', SEEDS.anna);
    assert.equal((await userOf('gone')).enabled, false);
    const lost = reportOf('realm.jsonl').find(({ outcome }) => outcome === 'NOT_COPIED');
    assert.deepEqual([lost.username, /registers it anew/.test(lost.reason)], ['anna', true]);
  });

  test('the addresses of authenticator apps', async () => {
    const line = `otpauth://totp/Shop:eeva?secret=${base32(SEEDS.eeva)}&issuer=Shop\n`;
    const { code, stderr } = await run(['otpauth', fileOf('eeva.txt', line)]);
    assert.equal(code, 0, stderr);
    await authenticates('eeva', SEEDS.eeva);
  });

  test('stops where the server refuses the caller, and says how to go on', async () => {
    const { id, secret } = await aReader();
    const env = { CLIENT_ID: id, CLIENT_SECRET: secret };
    const file = fileOf('refused.csv', 'username\nsiiri\nsulo\n');
    const { code, stdout, stderr } = await run(['users', file, '--report', 'r.jsonl'], '', env);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, /ACCESS_FAILED[\s\S]*The import has stopped\. Run it again to go on\.\n$/);
    const again = await run(['users', file, '--report', 'r.jsonl']);
    assert.match(again.stdout, /^users: 2 made$/m);
  });

  test('a name that nobody can have is its row’s own mistake', async () => {
    const file = fileOf('names.csv', 'username\n"a\tb"\n"q""uote"\n');
    const { code, stdout } = await run(['users', file]);
    assert.equal(code, 1);
    assert.match(stdout, /^users: 1 made/m);
  });

  const hasScript = spawnSync('script', ['--version']).error === undefined;
  test('shows on a terminal how far it is, and is quiet elsewhere', {
    skip: !hasScript && 'script(1) gives the terminal',
  }, async () => {
    const file = fileOf('bar.csv', 'username\nlumi\n');
    const command = `'${process.execPath}' '${CLI}' import users ${file}`;
    const child = spawn('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: { ...cleanEnvironment(), COUNTERSIGN_DATA_DIR: server.dataDirectory },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    assert.match(await text(child.stdout), /\[#{30}\] 100 %/);
    assert.equal((await run(['users', file])).stderr, '');
  });

  test('says in a sentence what is wrong with a file or an option', async () => {
    const refused = async (code: number, pattern: RegExp, ...args: string[]) => {
      const ended = await run(args);
      assert.deepEqual([ended.code, ended.stdout], [code, ''], ended.stderr);
      assert.match(ended.stderr, pattern);
      assert.doesNotMatch(ended.stderr, /\n {4}at /);
    };
    await refused(1, /nowhere\.csv can't be read \(ENOENT\)/, 'users', 'nowhere.csv');
    const away = ['users', 'users.csv', '--report', 'no/report'];
    await refused(1, /no\/report can't be written \(ENOENT\)/, ...away);
    await refused(1, /users\.csv: The file is no XML/, 'pskc', 'users.csv');
    await refused(1, /The first line names the columns/, 'users', fileOf('bad.csv', 'a,b\n1,2\n'));
    await refused(2, /--digits is 6 or 8, not "7"/, 'oath', 'users.csv', '--digits', '7');
    await refused(2, /takes users or keycloak/, 'excel', 'users.csv');
    await refused(2, /hexadecimal/, 'pskc', 'users.csv', '--key-file', 'users.csv');
  });

  test('no secret stands in a report or in the log of the server', () => {
    const reports = ['dry', 'users', 'again', 'realm'].map((name) =>
      readFileSync(join(folder, `${name}.jsonl`), 'utf8'),
    );
    for (const place of [...reports, server.output()]) {
      for (const seed of Object.values(SEEDS)) {
        const hex = Buffer.from(seed).toString('hex');
        for (const form of [seed, base32(seed), hex]) assert.equal(place.includes(form), false);
      }
    }
  });
});
