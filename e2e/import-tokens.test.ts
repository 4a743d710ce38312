/** `countersign import` of tokens: seeds as CSV, PSKC, and secrets that no TOTP device can hold. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { toBase32 } from '../packages/server/src/methods/oath/base32.ts';
import {
  hotp,
  type PasscodeForm,
  timeStepAt,
} from '../packages/server/src/methods/oath/one-time-password.ts';
import { FAILURE, policyBody } from '../packages/server/src/testing/policies.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { cleanEnvironment, type RunningServer, startServer } from './server.ts';

const CLI = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url));
const SEED = 'a seed of some token';
const HEX = Buffer.from(SEED).toString('hex');

describe('the import of tokens', () => {
  let server: RunningServer;
  let api: ApiClient;
  let folder: string;

  before(async () => {
    server = await startServer();
    api = await apiClient(server);
    const oathToken = { enabled: true, otp: { failure: FAILURE } };
    const body = policyBody('moving', { default: true, oathToken });
    await api.post('/deviceAuthenticationPolicies', body);
    folder = mkdtempSync(join(tmpdir(), 'countersign-import-'));
  });
  after(async () => {
    await server?.stop();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  /** The outcomes of a file, by thing. */
  async function run(format: string, content: string, ...args: string[]) {
    writeFileSync(join(folder, 'file'), content);
    const child = spawn(process.execPath, [CLI, 'import', format, 'file', '--json', ...args], {
      cwd: folder,
      env: { ...cleanEnvironment(), COUNTERSIGN_DATA_DIR: server.dataDirectory },
    });
    const exited = once(child, 'exit');
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    assert.deepEqual([(await exited)[0], stderr], [0, '']);
    return JSON.parse(stdout);
  }
  async function authenticates(username: string, counter: number, form: PasscodeForm) {
    const filter = encodeURIComponent(`username eq "${username}"`);
    const { id } = (await api.get(`/users?filter=${filter}`))._embedded.users[0];
    const flow = await api.auth('/deviceAuthentications', { user: { id } });
    const otp = hotp(Buffer.from(SEED), counter, form);
    const checked = await api.auth(`/deviceAuthentications/${flow.id}`, { otp }, 'otp.check');
    assert.equal(checked.status, 'COMPLETED');
  }
  const step = (seconds: number) => timeStepAt(Date.now(), seconds * 1_000);

  test('seeds of a maker, which are paired by their serial numbers later', async () => {
    const seeds = `7710034125,${HEX},17\n7710034126,${HEX}\n`;
    const args = ['--token-type', 'hotp', '--digits', '8'];
    assert.deepEqual(await run('oath', seeds, ...args), { token: { CREATED: 2 } });
    assert.deepEqual(await run('oath', seeds, ...args), { token: { THERE: 2 } });
    const users = 'username,OATH_TOKEN\nkaisa,7710034125\n';
    const made = { user: { CREATED: 1 }, device: { CREATED: 1 } };
    assert.deepEqual(await run('users', users), made);
    const there = { user: { THERE: 1 }, device: { THERE: 1 } };
    assert.deepEqual(await run('users', users), there);
    await authenticates('kaisa', 17, { digits: 8, algorithm: 'sha1' });
  });

  test('a PSKC file, with its owners', async () => {
    const pskc = `<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">
      <KeyPackage><DeviceInfo><SerialNo>987654321</SerialNo></DeviceInfo>
      <Key Id="1" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:totp">
      <AlgorithmParameters><Suite>HMAC-SHA256</Suite><ResponseFormat Length="6" Encoding="DECIMAL"/>
      </AlgorithmParameters><Data><Secret><PlainValue>${Buffer.from(SEED).toString('base64')}
      </PlainValue></Secret><TimeInterval><PlainValue>60</PlainValue></TimeInterval></Data>
      <UserId>UID=otto,DC=shop</UserId></Key></KeyPackage></KeyContainer>`;
    const all = { user: 1, token: 1, device: 1 };
    const each = (outcome: string) =>
      Object.fromEntries(
        Object.entries(all).map(([thing, count]) => [thing, { [outcome]: count }]),
      );
    assert.deepEqual(await run('pskc', pskc), each('CREATED'));
    assert.deepEqual(await run('pskc', pskc), each('THERE'));
    await authenticates('otto', step(60), { digits: 6, algorithm: 'sha256' });
  });

  test('an app with codes of eight digits goes on as a token', async () => {
    const secret = toBase32(Buffer.from(SEED));
    const line = `otpauth://totp/Shop:anna?secret=${secret}&digits=8&algorithm=SHA512`;
    const made = await run('otpauth', line);
    assert.deepEqual(made, { user: { CREATED: 1 }, token: { CREATED: 1 }, device: { CREATED: 1 } });
    const again = await run('otpauth', line);
    assert.deepEqual(again, { user: { THERE: 1 }, token: { THERE: 1 }, device: { THERE: 1 } });
    await authenticates('anna', step(30), { digits: 8, algorithm: 'sha512' });
  });

  test('an export of privacyIDEA', async () => {
    const csv = `eeva@shop, OATH0004C934, ${HEX}, totp, 6\nn/a, OATH0004C935, ${HEX}, totp, 6\n`;
    const made = { user: { CREATED: 1 }, token: { CREATED: 2 }, device: { CREATED: 1 } };
    assert.deepEqual(await run('privacyidea', csv), made);
    await authenticates('eeva', step(30), { digits: 6, algorithm: 'sha1' });
  });

  test('no secret stands in the log of the server', () => {
    for (const form of [SEED, HEX, toBase32(Buffer.from(SEED))]) {
      assert.equal(server.output().includes(form), false);
    }
  });
});
