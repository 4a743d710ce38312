/** `countersign authenticator` beside the started server, as somebody would try it in a shell. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { until } from '../packages/server/src/testing/until.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { type RunningServer, startServer } from './server.ts';

const CLI = fileURLToPath(new URL('../packages/cli/bin/countersign.mjs', import.meta.url));
const A_MINUTE = { duration: 1, timeUnit: 'MINUTES' };

describe('the authenticator in a terminal', () => {
  let server: RunningServer;
  let api: ApiClient;
  let directory: string;
  let file: string;
  let applicationId: string;
  let setPolicy: (numberMatching: boolean) => Promise<void>;
  let user: Awaited<ReturnType<ApiClient['user']>>;

  before(async () => {
    server = await startServer();
    api = await apiClient(server);
    applicationId = await api.nativeApplication('Terminal');
    setPolicy = (numberMatching) => {
      const push = { enabled: true, numberMatching: { enabled: numberMatching } };
      const pushLimit = { count: 50, lockDuration: A_MINUTE, timePeriod: A_MINUTE };
      return api.allowPhones({ id: applicationId, push, pushLimit, otp: { enabled: true } });
    };
    await setPolicy(true);
    user = await api.user();
    directory = mkdtempSync(join(tmpdir(), 'countersign-terminal-'));
    file = join(directory, 'keys', 'authenticator.json');
  });
  after(async () => {
    await server?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  const run = (...args: string[]) =>
    spawnSync(process.execPath, [CLI, 'authenticator', '--file', file, ...args], {
      encoding: 'utf8',
    });
  const start = (more: object = {}) =>
    api.auth('/deviceAuthentications', { user: { id: user.id }, ...more });
  const statusOf = async ({ id }: { id: string }) =>
    (await api.auth(`/deviceAuthentications/${id}`)).status;

  /** Waits for requests; its input is a pipe. */
  async function listen(...args: string[]): Promise<{ child: ChildProcess; output(): string }> {
    const child = spawn(
      process.execPath,
      [CLI, 'authenticator', 'listen', '--file', file, ...args],
      { stdio: ['pipe', 'pipe', 'pipe'] },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        output += text;
      });
    }
    await until(() => output.includes('Waiting'));
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

  /** Until it has said it, so many times. */
  const says = (output: () => string, text: string, times = 1) =>
    until(() => output().split(text).length > times);

  test('asks until there is an answer, and takes the number', async () => {
    const { child, output } = await listen('--once');
    const flow = await start();
    await says(output, 'n to deny');
    assert.match(output(), /Numbers: /);
    child.stdin?.write('9\n');
    await says(output, 'Type the two digits');
    assert.equal(await statusOf(flow), 'PUSH_CONFIRMATION_REQUIRED');
    child.stdin?.write(`${flow.numberMatching.value}\n`);
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
    assert.match(output(), /→ COMPLETED/);
    assert.equal(await statusOf(flow), 'COMPLETED');
  });

  test('says by its exit code how it went', async () => {
    for (const number of ['9', '5x', '100']) {
      assert.equal(run('listen', '--once', '--approve', '--number', number).status, 2, number);
    }
    const wrong = await start();
    const other = wrong.numberMatching.value === 11 ? '12' : '11';
    assert.equal(run('listen', '--once', '--approve', '--number', other).status, 1);
    assert.equal(await statusOf(wrong), 'FAILED');
    const flow = await start();
    const without = run('listen', '--once', '--approve');
    assert.deepEqual([without.status, /--number/.test(without.stderr)], [1, true]);
    assert.equal(await statusOf(flow), 'PUSH_CONFIRMATION_REQUIRED');
    assert.equal(run('listen', '--once', '--deny').status, 0);
    const denied = await api.auth(`/deviceAuthentications/${flow.id}`);
    assert.equal(denied.error.code, 'PUSH_DENIED');
  });

  test('shows passcodes that work', async () => {
    const flow = await start();
    const [otp = ''] = run('passcode').stdout.split(' ');
    const done = await api.auth(`/deviceAuthentications/${flow.id}`, { otp }, 'otp.check');
    assert.equal(done.status, 'COMPLETED');
  });

  test('prints nothing of others that a terminal would obey', async () => {
    await setPolicy(false);
    const { child, output } = await listen('--once');
    const shop = 'Kiosk \u001b[2J \u009b2J \u202e \r\n→ COMPLETED';
    await start({ notification: { clientContext: { Shop: shop } } });
    await says(output, '[y/n]');
    assert.match(output(), /Shop: Kiosk \\u001b\[2J \\u009b2J \\u202e \\u000d\\u000a→ COMPLETED/);
    child.stdin?.write('n\n');
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  });

  test('goes on when a question is over, and ends when it is interrupted', async () => {
    const { child, output } = await listen();
    const first = await start();
    await says(output, '[y/n]');
    const cancel = 'cancel.push.authentication';
    await api.auth(`/deviceAuthentications/${first.id}`, {}, cancel);
    await says(output, 'the request has ended');
    const second = await start();
    await says(output, '[y/n]', 2);
    child.stdin?.write('y\n');
    await says(output, '→ COMPLETED');
    assert.equal(await statusOf(second), 'COMPLETED');
    await start();
    await says(output, '[y/n]', 3);
    child.kill('SIGINT');
    const [code] = await once(child, 'exit');
    assert.equal(code, 130);
  });

  test('shows for what it signs on, and asks', async () => {
    const make = () =>
      api.auth('/authenticationCodes', {
        application: { id: applicationId },
        userApproval: 'REQUIRED',
        clientContext: { Till: 'Hall 4' },
      });
    const refused = run('sign-on', (await make()).code, '--deny');
    assert.deepEqual([refused.status, /^DENIED/m.test(refused.stdout)], [0, true]);
    assert.match(refused.stdout, /Till: Hall 4/);
    const unanswered = run('sign-on', (await make()).code);
    assert.deepEqual([unanswered.status, /no input/.test(unanswered.stderr)], [1, true]);
    const made = await make();
    const [id = ''] = run('accounts').stdout.split(' ');
    assert.equal(run('sign-on', made.uri, '--approve', '--account', id).status, 0);
    assert.equal((await api.auth(`/authenticationCodes/${made.id}`)).status, 'COMPLETED');
    assert.equal(run('sign-on', made.code, '--account', 'x').status, 2);
  });

  test('ends when its last account is removed by somebody else', async () => {
    const other = await api.user();
    const own = join(directory, 'other.json');
    const { uri } = await api.post(`/users/${other.id}/pairingKeys`, {});
    const paired = run('pair', uri, '--file', own);
    assert.equal(paired.status, 0, paired.stderr);
    const { child, output } = await listen('--file', own);
    const [device] = (await api.get(`/users/${other.id}/devices`))._embedded.devices;
    await api.delete(`/users/${other.id}/devices/${device.id}`);
    const [code] = await once(child, 'exit');
    assert.equal(code, 1);
    assert.match(output(), /countersign: REMOVED: /);
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
    const help = run('--help');
    assert.deepEqual([help.status, help.stderr], [0, '']);
    assert.match(help.stdout, /^Usage: countersign authenticator/);
  });
});
