/** `countersign …` beside the started server, as an administrator uses it: in a shell and in scripts. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ApiClient, apiClient } from './api-client.ts';
import { cleanEnvironment, freePort, type RunningServer, startServer } from './server.ts';

/** What `bin/countersign.mjs` becomes. */
const CLI = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url));
/** Whatever a shell, a URL, a form or a quote could make of it. */
const SECRET = `it's a "secret" of 100 % €: $HOME \\ + = x`;

describe('the command line', () => {
  let server: RunningServer;
  let api: ApiClient;
  let folder: string;

  before(async () => {
    server = await startServer({ COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: SECRET });
    api = await apiClient(server);
    folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
  });
  after(async () => {
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  function runWith(env: Record<string, string>, ...args: string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], {
      cwd: folder,
      env: { ...cleanEnvironment(), ...env },
      encoding: 'utf8',
      input: '',
    });
    return { status, stdout, stderr };
  }
  const run = (...args: string[]) =>
    runWith({ COUNTERSIGN_DATA_DIR: server.dataDirectory }, ...args);

  /** What it printed; it must have ended well and complained of nothing. */
  function done(...args: string[]): string {
    const { status, stdout, stderr } = run(...args);
    assert.deepEqual([status, stderr], [0, ''], args.join(' '));
    return stdout;
  }
  const json = (...args: string[]) =>
    JSON.parse(done(...args.slice(0, 2), '--json', ...args.slice(2)));

  function refused(code: number, pattern: RegExp, ...args: string[]): void {
    const { status, stdout, stderr } = run(...args);
    assert.deepEqual([status, stdout], [code, ''], `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, pattern);
    assert.doesNotMatch(stderr, /\n {4}at |[{}]/, 'a sentence: no stack, no JSON');
  }

  test('makes, finds, changes and deletes a user', async () => {
    const made = json('users', 'create', 'kaisa', '--email', 'kaisa@shop.example');
    assert.deepEqual([made.username, made.mfaEnabled], ['kaisa', true]);
    for (const name of ['kaisa', 'KAISA', 'kaisa@shop.example', made.id, made.id.toUpperCase()]) {
      assert.equal(json('users', 'show', name).id, made.id, name);
    }
    const [headings, row] = done('users', 'list').split('\n');
    assert.equal(headings, `ID${' '.repeat(36)}USER NAME  E-MAIL              MFA  ACCOUNT`);
    assert.equal(row, `${made.id}  kaisa      kaisa@shop.example  on   OK`);
    assert.match(done('users', 'show', 'kaisa'), /^username +kaisa$/m);

    refused(2, /users disable-mfa needs --yes/, 'users', 'disable-mfa', 'kaisa');
    assert.equal((await api.get(`/users/${made.id}`)).mfaEnabled, true);
    assert.equal(done('users', 'disable-mfa', 'kaisa', '--yes'), 'MFA is off: kaisa\n');
    assert.equal((await api.get(`/users/${made.id}`)).mfaEnabled, false);
    assert.equal(json('users', 'enable-mfa', 'kaisa').mfaEnabled, true);

    await api.post(`/users/${made.id}`, {}, 'account.lock');
    assert.match(done('users', 'list'), /LOCKED/);
    assert.equal(done('users', 'unlock', 'kaisa'), 'Unlocked: kaisa\n');
    assert.equal((await api.get(`/users/${made.id}`)).account.status, 'OK');

    refused(2, /needs --yes/, 'users', 'delete', 'kaisa');
    assert.match(done('users', 'delete', 'kaisa', '--yes'), /^Deleted: kaisa \(/);
    refused(1, /There is no user "kaisa"/, 'users', 'show', 'kaisa');
  });

  const hasScript = spawnSync('script', ['--version']).error === undefined;
  test('asks on a terminal before what can not be undone', {
    skip: !hasScript && 'script(1) gives the terminal',
  }, async () => {
    const { id } = await api.user('asked');
    const answer = async (key: string) => {
      const command = `'${process.execPath}' '${CLI}' users delete asked`;
      const child = spawn('script', ['-qec', command, '/dev/null'], {
        cwd: folder,
        env: { ...cleanEnvironment(), COUNTERSIGN_DATA_DIR: server.dataDirectory },
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const exited = once(child, 'exit');
      let output = '';
      for await (const chunk of child.stdout.setEncoding('utf8')) {
        if (!output.includes('[y/n]') && (output + chunk).includes('[y/n]')) child.stdin.write(key);
        output += chunk;
      }
      child.stdin.end();
      return { code: (await exited)[0], output };
    };
    const no = await answer('n\r');
    assert.match(
      no.output,
      new RegExp(`Delete asked \\(${id}\\) with all devices\\?[\\s\\S]*Nothing was done`),
    );
    assert.equal(no.code, 1);
    assert.equal((await answer('\u0003')).code, 130);
    assert.equal((await api.get(`/users/${id}`)).username, 'asked');
    assert.equal((await answer('y\r')).code, 0);
    refused(1, /There is no user "asked"/, 'users', 'show', 'asked');
  });

  test('takes names that look like something else', () => {
    for (const name of [
      `o'hara "x" \\ (y)`,
      '--json',
      'a@b',
      '0199f2a4-6c1e-7d30-8a55-3a1d0c2b7e11',
    ]) {
      const made = json('users', 'create', '--', name);
      assert.equal(made.username, name);
    }
  });

  test('says in words what the API refuses, with target and id', () => {
    const id = /\n {2}\(INVALID_DATA, id [0-9a-f-]{36}\)\n$/;
    refused(
      1,
      /\n {2}email: The value is not one plain e-mail address, such as name@shop\.example: /,
      'users',
      'create',
      'b',
      '--email',
      'x',
    );
    refused(1, id, 'users', 'create', 'b', '--email', 'x');
    refused(1, /\n {2}filter: /, 'users', 'list', '--filter', 'shoe eq 1');
    refused(1, /NOT_FOUND/, 'environments', 'show', '../users');
    refused(2, /--limit is a number, not "-1"/, 'users', 'list', '--limit=-1');
  });

  test('names those that fit where one was meant', async () => {
    const email = 'two@shop.example';
    for (const username of ['two-a', 'two-b']) await api.post('/users', { username, email });
    refused(
      1,
      /2 fit "two@shop\.example"\. Name one by its id:\n {2}\S{36}\n {2}\S{36}\n/,
      'users',
      'show',
      email,
    );
  });

  test('reads more than a page, and says when there is more', async () => {
    for (const n of [1, 2, 3]) await api.user(`page-${n}`);
    const filter = ['--filter', 'username sw "page-"'];
    const some = run('users', 'list', '--limit', '2', ...filter);
    assert.equal(some.stdout.trim().split('\n').length, 3);
    assert.equal(some.stderr, '2 of 3; --limit 3 shows all.\n');
    const all = json('users', 'list', ...filter);
    assert.deepEqual([all._embedded.users.length, all.count, all.size], [3, 3, 3]);
  });

  test('lists, blocks, unblocks, unlocks and removes devices', async () => {
    const user = await api.user('holder');
    refused(1, /holder has no devices/, 'devices', 'block', 'holder');
    const device = await api.post(`/users/${user.id}/devices`, {
      type: 'EMAIL',
      email: user.email,
    });
    const read = () => api.get(`/users/${user.id}/devices/${device.id}`);
    assert.match(done('devices', 'list', 'holder'), /EMAIL {2}ACTIVE {2}UNLOCKED {2}UNBLOCKED/);
    assert.equal(done('devices', 'block', 'holder'), `Blocked: EMAIL ${device.id} of holder\n`);
    assert.equal((await read()).block.status, 'BLOCKED');
    assert.equal(json('devices', 'unblock', 'holder', device.id).block.status, 'UNBLOCKED');
    assert.equal(
      json('devices', 'unlock', 'holder', device.id.slice(0, 12)).lock.status,
      'UNLOCKED',
    );

    await api.post(`/users/${user.id}/devices`, { type: 'EMAIL', email: 'other@shop.example' });
    refused(2, /which device\? holder has 2:\n/, 'devices', 'remove', 'holder', '--yes');
    refused(1, /There is no device of holder "f{8}"/, 'devices', 'block', 'holder', 'ffffffff');
    assert.match(done('devices', 'remove', 'holder', device.id, '--yes'), /^Removed: EMAIL /);
    assert.equal(json('devices', 'list', 'holder').count, 1);
  });

  test('makes an application, its secret and its roles', () => {
    const made = json('applications', 'create', 'Shop', '--without-roles');
    assert.equal(made.type, 'WORKER');
    const secret = done('secrets', 'show', 'Shop').trim();
    assert.equal(done('secrets', 'show', 'Shop').trim(), secret, 'it can be read again');
    refused(2, /secrets rotate needs --yes/, 'secrets', 'rotate', 'Shop');
    const rotated = done('secrets', 'rotate', 'Shop', '--yes').trim();
    assert.notEqual(rotated, secret);

    // Without a role it may do nothing; with one it may.
    const asShop = (key: string, ...args: string[]) =>
      runWith(
        { COUNTERSIGN_DATA_DIR: server.dataDirectory, CLIENT_ID: made.id, CLIENT_SECRET: key },
        ...args,
      );
    assert.match(asShop(secret, 'users', 'list').stderr, /its secret \(\$CLIENT_SECRET\)/);
    assert.match(asShop(rotated, 'users', 'list').stderr, /ACCESS_FAILED/);
    assert.equal(done('roles', 'list', 'Shop'), 'ROLE  ON  ID THERE\n');
    refused(2, /which role\? There are: Organization Admin,/, 'roles', 'assign', 'Shop', 'King');
    assert.match(done('roles', 'assign', 'Shop', 'identity data read only'), /^Assigned: Identity/);
    assert.match(done('roles', 'list', 'Shop'), /\nIdentity Data Read Only {2}ENVIRONMENT {2}/);
    assert.equal(asShop(rotated, 'users', 'list').status, 0);
    assert.match(done('roles', 'remove', 'Shop', 'Identity Data Read Only', '--yes'), /^Taken: /);
    assert.match(asShop(rotated, 'users', 'list').stderr, /ACCESS_FAILED/);

    assert.match(done('applications', 'list'), /Shop +WORKER +yes/);
    assert.match(done('applications', 'delete', 'Shop', '--yes'), /^Deleted: Shop/);
    refused(1, /There is no application "Shop"/, 'applications', 'show', 'Shop');
  });

  test('shows a secret once where the server is told to', async () => {
    const once = await startServer({ COUNTERSIGN_SECRETS_READ_ONCE: 'true' });
    try {
      const env = { COUNTERSIGN_DATA_DIR: once.dataDirectory };
      assert.equal(runWith(env, 'applications', 'create', 'Shop').status, 0);
      assert.match(runWith(env, 'secrets', 'show', 'Shop').stdout, /^\S{40,}\n$/);
      const again = runWith(env, 'secrets', 'show', 'Shop');
      assert.deepEqual([again.status, again.stdout], [1, '']);
      assert.match(again.stderr, /not kept in a form that can be read, or no longer/);
    } finally {
      await once.stop();
    }
  });

  test('makes an environment and works in it', () => {
    const { id } = json('environments', 'create', 'Branch', '--type', 'sandbox');
    assert.equal(json('environments', 'show').id, server.environmentId);
    assert.equal(json('environments', 'show', id).name, 'Branch');
    assert.match(done('environments', 'list'), /Branch +SANDBOX/);
    done('users', 'create', 'ann', '--environment', id);
    assert.equal(json('users', 'list', '--environment', id).count, 1);
    refused(1, /There is no user "ann"/, 'users', 'show', 'ann');
  });

  test('pairs a phone by a key for one user and one phone, without any token', async () => {
    const user = await api.user('linked');
    refused(
      1,
      /The default policy takes no phones\. See policies list/,
      'devices',
      'pair',
      'linked',
    );
    const application = json('applications', 'create', 'Authenticator', '--type', 'native');
    const [policy] = (await api.get('/deviceAuthenticationPolicies'))._embedded
      .deviceAuthenticationPolicies;
    const failure = { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } };
    await api.put(`/deviceAuthenticationPolicies/${policy.id}`, {
      ...policy,
      mobile: {
        enabled: true,
        otp: { failure },
        applications: [{ id: application.id, otp: { enabled: true } }],
      },
    });
    assert.match(done('policies', 'list'), /yes +email, totp, mobile, fido2, oathToken\n/);
    assert.equal(json('policies', 'show', policy.name).id, policy.id);
    const { status, stdout, stderr } = run('devices', 'pair', user.email, '--policy', policy.name);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^For linked: one phone, until \d{4}-/);
    assert.ok(stdout.startsWith(`${server.origin}/pair#`), stdout);
    const file = join(folder, 'phone.json');
    const pair = () => run('authenticator', 'pair', stdout.trim(), '--file', file);
    assert.match(pair().stdout, /^Paired: linked at Countersign/);
    assert.equal(pair().status, 1, 'a key is good for one phone');
    assert.match(done('devices', 'list', 'linked'), /MOBILE/);
  });

  test('names the server that does not answer, and says what to do', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    refused(
      1,
      new RegExp(`^countersign: Nobody answers at ${url} \\(ECONNREFUSED\\)\\. Start the server`),
      'users',
      'list',
      '--url',
      url,
    );
    refused(2, /^countersign: --url: "shop" is no address/, 'users', 'list', '--url', 'shop');
    refused(2, /is no address/, 'users', 'list', '--url', 'file:///etc/passwd');
    refused(2, /is no address/, 'users', 'list', '--url', `${server.origin}/#x`);
  });

  test('knows another server from Countersign', async () => {
    const other = createServer((_request, response) => response.writeHead(404).end('<p>No.'));
    await once(other.listen(0, '127.0.0.1'), 'listening');
    const { port } = other.address() as AddressInfo;
    try {
      const child = spawn(process.execPath, [CLI, 'users', 'list'], {
        env: {
          ...cleanEnvironment(),
          COUNTERSIGN_DATA_DIR: server.dataDirectory,
          COUNTERSIGN_URL: `http://127.0.0.1:${port}`,
        },
        stdio: ['ignore', 'inherit', 'pipe'],
      });
      assert.match(await text(child.stderr), /answers 404, but not as Countersign does/);
    } finally {
      other.close();
    }
  });

  test('says which credentials it read where, and which are missing', () => {
    const nothing = runWith({}, 'users', 'list');
    assert.equal(nothing.status, 2);
    assert.match(nothing.stderr, /ENVIRONMENT_ID is missing\. There is no data\/first-run\.env: /);

    const file = join(folder, 'other.env');
    const lines = (secret: string) =>
      `# a comment\nexport COUNTERSIGN_URL=${server.origin}/\nENVIRONMENT_ID='${server.environmentId}'\r\n` +
      `CLIENT_ID=${server.clientId}\n${secret}\n`;
    writeFileSync(file, lines("CLIENT_SECRET='old'"));
    const old = runWith({}, 'users', 'list', '--credentials', file);
    assert.equal(old.status, 1);
    assert.ok(old.stderr.includes(`application ${server.clientId} (${file})`), old.stderr);
    assert.ok(old.stderr.includes(`its secret (${file})`), old.stderr);
    assert.ok(!old.stderr.includes('old'), 'no secret in a message');

    writeFileSync(file, lines(''));
    assert.match(
      runWith({}, 'users', 'list', '--credentials', file).stderr,
      /CLIENT_SECRET is missing\. .+other\.env has no CLIENT_SECRET/,
    );
    const env = { CLIENT_SECRET: SECRET };
    assert.equal(runWith(env, 'users', 'list', '--credentials', file).status, 0);
    assert.match(
      runWith(env, 'users', 'list', '--credentials', join(folder, 'none.env')).stderr,
      /none\.env can't be read \(ENOENT\)/,
    );
    refused(
      2,
      /users list has no option --client-secret\./,
      'users',
      'list',
      '--client-secret',
      'x',
    );
  });

  test('shows what would move the cursor, and keeps JSON JSON', () => {
    const name = 'evil\u009b31m\u202etxt';
    const { id } = json('applications', 'create', name, '--type', 'native');
    const shown = String.raw`evil\u009b31m\u202etxt`;
    const outputs = [
      done('applications', 'list'),
      done('applications', 'show', name),
      done('applications', 'show', id, '--json'),
      done('applications', 'delete', id, '--yes'),
    ];
    for (const output of outputs) {
      assert.ok(output.includes(shown), output);
      assert.doesNotMatch(output, /\u009b|\u202e/);
    }
    assert.equal(JSON.parse(outputs[2] ?? '').name, name);
    refused(1, /There is no application "evil\\u009b/, 'applications', 'show', name);
  });

  test('a reader that stops early is no error', async () => {
    const shell = spawn(
      'bash',
      [
        '-c',
        `set -o pipefail; "$0" "$@" | head -1; echo "$?"`,
        process.execPath,
        CLI,
        'users',
        'list',
        '--json',
      ],
      { cwd: folder, env: { ...cleanEnvironment(), COUNTERSIGN_DATA_DIR: server.dataDirectory } },
    );
    const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
    assert.deepEqual([stdout, stderr], ['{\n0\n', '']);
  });

  test('a reader that is gone before anything is written is no error', async () => {
    const child = spawn(process.execPath, [CLI, 'help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    assert.deepEqual([code, stderr], [0, '']);
  });

  test('passes the commands of the server on with their arguments', async () => {
    assert.match(done('doctor'), /^ok {2}the settings are understood\n/);
    const copy = join(folder, 'copy.sqlite');
    assert.match(done('backup', copy), /copy\.sqlite/);
    assert.match(done('migrate'), /schema/);
  });

  test('serve takes a port and a host, and the exit code of the server', async () => {
    const port = await freePort();
    const data = mkdtempSync(join(tmpdir(), 'countersign-serve-'));
    const child = spawn(
      process.execPath,
      [CLI, 'serve', '--port', String(port), '--host', 'localhost'],
      {
        env: { ...cleanEnvironment(), COUNTERSIGN_DATA_DIR: data, PORT: '1' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    try {
      const exited = once(child, 'exit');
      let output = '';
      const banner = new Promise<void>((resolve) => {
        child.stdout.setEncoding('utf8').on('data', (more: string) => {
          output += more;
          if (output.includes('ready after')) resolve();
        });
      });
      await Promise.race([banner, exited]);
      // At once: whoever reads that it is ready may end it.
      child.kill('SIGTERM');
      assert.deepEqual(await exited, [0, null], output);
      assert.match(output, new RegExp(`http://localhost:${port}/v1`));
      const { status, stderr } = runWith({ COUNTERSIGN_DATA_DIR: data }, 'serve', '--port', 'x');
      assert.equal(status, 1);
      assert.match(stderr, /PORT/);
    } finally {
      child.kill('SIGKILL');
      rmSync(data, { recursive: true, force: true });
    }
  });

  test('says why an application can not replace its own secret', () => {
    const own = ['secrets', 'rotate', server.clientId, '--yes'];
    refused(1, /An application cannot change itself/, ...own);
  });
});
