/** `countersign authenticator` beside the started server, as somebody would try it in a shell. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ApiClient, apiClient } from './api-client.ts';
import { type RunningServer, startServer } from './server.ts';

const CLI = fileURLToPath(new URL('../packages/cli/bin/countersign.mjs', import.meta.url));
const FAILURE = { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } };

describe('the authenticator in a terminal', { timeout: 60_000 }, () => {
  let server: RunningServer;
  let api: ApiClient;
  let directory: string;
  let file: string;
  let user: Awaited<ReturnType<ApiClient['user']>>;

  before(async () => {
    server = await startServer();
    api = await apiClient(server);
    const application = await api.post('/applications', {
      name: 'Terminal',
      type: 'NATIVE_APP',
      protocol: 'OPENID_CONNECT',
      enabled: true,
      grantTypes: ['AUTHORIZATION_CODE'],
      tokenEndpointAuthMethod: 'NONE',
    });
    const [policy] = (await api.get('/deviceAuthenticationPolicies'))._embedded
      .deviceAuthenticationPolicies;
    const push = { enabled: true, numberMatching: { enabled: true } };
    await api.put(`/deviceAuthenticationPolicies/${policy.id}`, {
      ...policy,
      mobile: {
        enabled: true,
        otp: { failure: FAILURE },
        applications: [{ id: application.id, push, otp: { enabled: true } }],
      },
    });
    user = await api.user();
    directory = mkdtempSync(join(tmpdir(), 'countersign-terminal-'));
    file = join(directory, 'keys', 'authenticator.json');
  });
  after(async () => {
    await server?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [CLI, 'authenticator', ...args, '--file', file], {
      encoding: 'utf8',
    });
  const start = () => api.auth('/deviceAuthentications', { user: { id: user.id } });

  /** Waits for requests; its input is a pipe. */
  async function listen(...args: string[]): Promise<{ child: ChildProcess; output(): string }> {
    const child = spawn(
      process.execPath,
      [CLI, 'authenticator', 'listen', '--once', ...args, '--file', file],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    while (!output.includes('Waiting')) await new Promise((resolve) => setTimeout(resolve, 20));
    return { child, output: () => output };
  }

  test('pairs, and keeps its keys for its user only', async () => {
    const key = await api.post(`/users/${user.id}/pairingKeys`, {});
    const paired = run('pair', key.uri);
    assert.equal(paired.status, 0, paired.stderr);
    assert.match(paired.stdout, new RegExp(`^Paired: ${user.username} at `));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.match(run('accounts').stdout, new RegExp(user.username));
    const again = run('pair', key.uri);
    assert.deepEqual([again.status, /PAIRING_KEY_INVALID/.test(again.stderr)], [1, true]);
  });

  test('asks, and takes the number', async () => {
    const { child, output } = await listen();
    const flow = await start();
    while (!output().includes('n to deny')) await new Promise((r) => setTimeout(r, 20));
    assert.match(output(), /Numbers: /);
    child.stdin?.write(`${flow.numberMatching.value}\n`);
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    assert.match(output(), /→ COMPLETED/);
    assert.equal((await api.auth(`/deviceAuthentications/${flow.id}`)).status, 'COMPLETED');
  });

  test('denies without being asked, and shows passcodes that work', async () => {
    const { child } = await listen('--deny');
    const flow = await start();
    await once(child, 'exit');
    const denied = await api.auth(`/deviceAuthentications/${flow.id}`);
    assert.equal(denied.error.code, 'PUSH_DENIED');
    const other = await start();
    const [otp = ''] = run('passcode').stdout.split(' ');
    const done = await api.auth(`/deviceAuthentications/${other.id}`, { otp }, 'otp.check');
    assert.equal(done.status, 'COMPLETED');
  });

  test('removes its account, and says what it does not understand', async () => {
    const [id = ''] = run('accounts').stdout.split(' ');
    assert.match(run('remove', id.slice(0, 12)).stdout, /^Removed/);
    assert.equal(run('accounts').stdout, '');
    assert.deepEqual((await api.get(`/users/${user.id}/devices`))._embedded.devices, []);
    for (const args of [[], ['fly'], ['pair'], ['pair', '01234'], ['remove', 'x'], ['--what']]) {
      const refused = run(...args);
      assert.equal(refused.status, 2, args.join(' '));
      assert.match(refused.stderr, /Usage: countersign authenticator/);
    }
    assert.equal(run('listen').status, 1);
  });
});
