/** The server as an operator runs it: real SMTP, TLS, production rules, two nodes on PostgreSQL. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { selfSignedCertificate } from '../packages/server/src/http/testing-certificate.ts';
import { startMailServer } from '../packages/server/src/notifications/testing/mail-server.ts';
import { send } from '../packages/server/src/testing/client.ts';
import { postgresOfSuite } from '../packages/server/src/testing/postgres.ts';
import { HANG_MS, until } from '../packages/server/src/testing/until.ts';
import { cleanEnvironment, freePort, type RunningServer, startServer } from './server.ts';

const MAIN = fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url));
const masterKey = () => randomBytes(32).toString('base64');

async function tokenOf({ origin, environmentId, clientId, clientSecret }: RunningServer) {
  const basic = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const reply = await send(`${origin}/${environmentId}/as/token`, {
    type: 'application/x-www-form-urlencoded',
    headers: { authorization: `Basic ${basic}` },
    body: 'grant_type=client_credentials',
  });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.access_token as string;
}

/** A user with an e-mail device, and the start of a flow; answers the flow's id. */
async function startFlow(server: RunningServer, token: string, email: string): Promise<string> {
  const api = `${server.origin}/v1/environments/${server.environmentId}`;
  const user = await send(`${api}/users`, {
    token,
    body: { username: email, email, mfaEnabled: true },
  });
  assert.equal(user.status, 201, user.text);
  await send(`${api}/users/${user.body.id}/devices`, { token, body: { type: 'EMAIL', email } });
  const flow = await send(`${server.origin}/${server.environmentId}/deviceAuthentications`, {
    token,
    body: { user: { id: user.body.id } },
  });
  assert.equal(flow.body.status, 'OTP_REQUIRED', flow.text);
  return flow.body.id;
}

function checkOtp(server: RunningServer, token: string, flowId: string, otp: string) {
  const url = `${server.origin}/${server.environmentId}/deviceAuthentications/${flowId}`;
  return send(url, { token, type: 'otp.check', body: { otp } });
}

/** Starts the server where it is expected to refuse: its exit code and what it says. */
async function refusal(env: Record<string, string>) {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-refusal-'));
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { ...cleanEnvironment(), PORT: '0', COUNTERSIGN_DATA_DIR: directory, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    text += part;
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
  const [code] = await once(child, 'exit');
  clearTimeout(timer);
  rmSync(directory, { recursive: true, force: true });
  return { code, text };
}

test('a passcode arrives by a real SMTP server and completes the flow', async () => {
  const mail = await startMailServer();
  const server = await startServer({
    COUNTERSIGN_SMTP_URL: mail.url,
    COUNTERSIGN_MAIL_FROM: 'Shop <mfa@shop.example>',
  });
  try {
    const token = await tokenOf(server);
    const flowId = await startFlow(server, token, 'kaisa@shop.example');
    await until(() => mail.received.length > 0);
    const [received] = mail.received;
    assert.deepEqual(received?.recipients, ['kaisa@shop.example']);
    const otp = /\b[0-9]{6}\b/.exec(received?.mail.text ?? '')?.[0] ?? '';
    assert.notEqual(otp, '');
    const done = await checkOtp(server, token, flowId, otp);
    assert.equal(done.body.status, 'COMPLETED', done.text);
    assert.doesNotMatch(server.output(), new RegExp(`"${otp}"|kaisa@shop`));
  } finally {
    assert.equal(await server.stop(), 0);
    await mail.close();
  }
});

test('it speaks HTTPS with a certificate', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-tls-'));
  const { cert, key } = selfSignedCertificate();
  writeFileSync(join(directory, 'cert.pem'), cert);
  writeFileSync(join(directory, 'key.pem'), key);
  const port = await freePort();
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: {
      ...cleanEnvironment(),
      PORT: String(port),
      COUNTERSIGN_DATA_DIR: join(directory, 'data'),
      COUNTERSIGN_TLS_CERT_FILE: join(directory, 'cert.pem'),
      COUNTERSIGN_TLS_KEY_FILE: join(directory, 'key.pem'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    const status = await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, path: '/readyz', ca: cert }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 200);
  } finally {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    rmSync(directory, { recursive: true, force: true });
  }
});

test('production refuses generated keys, and shows no outbox and no test devices', async () => {
  const { code, text } = await refusal({ NODE_ENV: 'production' });
  assert.equal(code, 1);
  assert.match(text, /COUNTERSIGN_MASTER_KEY/);
  assert.doesNotMatch(text, / at .*\.ts/, 'a sentence, not a stack');
  const server = await startServer({
    NODE_ENV: 'production',
    COUNTERSIGN_MASTER_KEY: masterKey(),
  });
  try {
    const token = await tokenOf(server);
    assert.equal((await send(`${server.origin}/dev/outbox`)).status, 404);
    const api = `${server.origin}/v1/environments/${server.environmentId}`;
    const user = await send(`${api}/users`, { token, body: { username: 'kaisa' } });
    const device = await send(`${api}/users/${user.body.id}/devices`, {
      token,
      body: { type: 'EMAIL', email: 'kaisa@shop.example', testMode: true },
    });
    assert.equal(device.body.details[0].target, 'testMode');
  } finally {
    assert.equal(await server.stop(), 0);
  }
});

test('a setting that can not be understood is said in a sentence', async () => {
  for (const env of [
    { PORT: 'many' },
    { DATABASE_URL: 'mysql://x' },
    { COUNTERSIGN_MASTER_KEY: 'short' },
    { COUNTERSIGN_TLS_CERT_FILE: '/nowhere.pem' },
    { COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: 'one' },
    { COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: 'short' },
  ]) {
    const { code, text } = await refusal(env);
    assert.equal(code, 1, text);
    assert.match(text, new RegExp(Object.keys(env)[0] ?? ''));
  }
});

test('what it says of itself needs no token', async () => {
  const server = await startServer();
  try {
    assert.equal((await send(`${server.origin}/healthz`)).status, 200);
    const metrics = await send(`${server.origin}/metrics`);
    assert.match(metrics.text, /countersign_http_requests_total/);
    const openapi = await send(`${server.origin}/openapi.json`);
    assert.equal(openapi.body.openapi, '3.1.0');
    assert.ok(openapi.body.paths['/{envID}/deviceAuthentications'].post);
    const discovery = await send(
      `${server.origin}/${server.environmentId}/as/.well-known/openid-configuration`,
    );
    assert.equal(discovery.body.issuer, `${server.origin}/${server.environmentId}/as`);
    assert.equal((await send(discovery.body.jwks_uri)).status, 200);
  } finally {
    assert.equal(await server.stop(), 0);
  }
});

const outboxKeyOf = ({ dataDirectory }: { dataDirectory: string }) =>
  readFileSync(join(dataDirectory, 'outbox.key'), 'utf8');

describe('two nodes on one PostgreSQL', () => {
  const postgres = postgresOfSuite();

  test('a flow that one starts the other completes, once', async () => {
    const shared = {
      DATABASE_URL: await postgres.freshDatabase(),
      COUNTERSIGN_MASTER_KEY: masterKey(),
      COUNTERSIGN_PUBLIC_URL: 'http://mfa.example',
      COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: randomUUID(),
      COUNTERSIGN_BOOTSTRAP_CLIENT_ID: randomUUID(),
      COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: randomBytes(24).toString('base64url'),
    };
    const one = await startServer(shared);
    const other = await startServer(shared);
    try {
      const token = await tokenOf(one);
      const email = 'kaisa@shop.example';
      const flowId = await startFlow(one, token, email);
      // Either node's worker may have taken the message; each shows what both have kept.
      let otp: string | undefined;
      await until(async () => {
        const outbox = await send(`${other.origin}/dev/outbox?to=${email}`, {
          // Their public URL says that others are meant.
          headers: { authorization: `Bearer ${outboxKeyOf(other)}` },
        });
        otp = outbox.body.messages[0]?.otp;
        return otp !== undefined;
      });
      assert.ok(otp);
      const code = otp;
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          checkOtp(index % 2 ? one : other, token, flowId, code),
        ),
      );
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
      assert.equal(replies.filter(({ status }) => status === 400).length, 19);
    } finally {
      assert.equal(await one.stop(), 0);
      assert.equal(await other.stop(), 0);
    }
  });
});
