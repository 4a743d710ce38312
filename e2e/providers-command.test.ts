// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
/** `countersign providers test` beside the started server, with a provider that answers as it likes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { startHttpProvider } from '../packages/server/src/testing/http-provider.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { cleanEnvironment, type RunningServer, startServer } from './server.ts';

const CLI = fileURLToPath(new URL('../packages/cli/src/main.ts', import.meta.url));
const TOKEN = 'the-token-of-the-gateway';
const TO = '+15125550123';

describe('providers test', () => {
  let gateway: Awaited<ReturnType<typeof startHttpProvider>>;
  let server: RunningServer;
  let api: ApiClient;
  before(async () => {
    gateway = await startHttpProvider({
      answer: ({ json, headers }) => [202, { queued: json, told: headers.authorization }],
    });
    server = await startServer({});
    api = await apiClient(server);
  });
  after(async () => {
    await server?.stop();
    gateway?.close();
  });

  async function run(...args: string[]) {
    const child = spawn(process.execPath, [CLI, 'providers', 'test', ...args], {
      env: { ...cleanEnvironment(), COUNTERSIGN_DATA_DIR: server.dataDirectory },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    assert.ok(!`${stdout}${stderr}`.includes(TOKEN), 'no secret');
    return { code, stdout, stderr };
  }

  test('says which providers there are', async () => {
    const none = await run('our-gateway', '--to', TO);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /which provider\? There are:\n {2}email\n {2}whatsapp\n$/);
    const noMail = await run('email', '--to', 'kaisa@shop.example');
    assert.deepEqual([noMail.code, noMail.stdout], [1, '']);
    assert.match(noMail.stderr, /was not found/);
    await api.post('/notificationsSettings/phoneDeliverySettings', {
      name: 'our-gateway',
      provider: 'CUSTOM_PROVIDER',
      authentication: { method: 'BEARER', authToken: TOKEN },
      requests: [
        {
          deliveryMethod: 'SMS',
          method: 'POST',
          url: `${gateway.url}/messages`,
          headers: { 'content-type': 'application/json' },
          body: '{"to":"${to}","text":"${message}"}',
        },
      ],
    });
    const wrong = await run('another', '--to', TO);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, / {2}whatsapp\n .*our-gateway/);
    const nobody = await run('our-gateway');
    assert.deepEqual([nobody.code, nobody.stdout], [2, '']);
    assert.match(nobody.stderr, /--to/);
  });

  test('prints what the provider answers', async () => {
    const { code, stdout, stderr } = await run('our-gateway', '--to', TO, '--message', 'A test.');
    assert.deepEqual([code, stderr], [0, '']);
    const queued = { to: TO, text: 'A test.' };
    assert.equal(
      stdout,
      `HTTP 202\n${JSON.stringify({ queued, told: 'Bearer ***' })}\nThe provider has taken the message.\n`,
    );
    const { stdout: json } = await run('our-gateway', '--to', TO, '--json');
    const { taken, status } = JSON.parse(json);
    assert.deepEqual([taken, status], [true, 202]);
  });

  test('fails where the provider refuses, and still prints why', async () => {
    gateway.troubles.next.push([403, { error: 'no credit' }]);
    const { code, stdout, stderr } = await run('our-gateway', '--to', TO);
    assert.equal(code, 1);
    assert.equal(stdout, 'HTTP 403\n{"error":"no credit"}\n');
    assert.match(stderr, /has not taken the message: HTTP 403/);
    const call = await run('our-gateway', '--to', TO, '--call');
    assert.equal(call.code, 1);
    assert.match(call.stderr, /deliveryMethod: The sender has no request or number for this/);
  });
});
