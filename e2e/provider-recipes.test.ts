/**
 * The pages of docs/recipes/providers as a reader follows them: their requests in their order, then
 * their `providers test`, against servers that speak as the providers do.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { selfSignedCertificate } from '../packages/server/src/http/testing-certificate.ts';
import {
  type MailServer,
  startMailServer,
} from '../packages/server/src/notifications/testing/mail-server.ts';
import { startFcm } from '../packages/server/src/testing/fcm-service.ts';
import { startHttpProvider } from '../packages/server/src/testing/http-provider.ts';
import { startTestServer, type TestServer } from '../packages/server/src/testing/server.ts';

const FOLDER = new URL('../docs/recipes/providers/', import.meta.url);
const SENDER_TEST = 'application/vnd.countersign.sender.test+json';
const SETTINGS = '/notificationsSettings';

/** What stands on the page in the place of what the reader has. */
type Placeholders = Readonly<Record<string, string>>;

/** A page with these in their place, which must all be there. */
function pageOf(name: string, placeholders: Placeholders): string {
  return Object.entries(placeholders).reduce(
    (page, [placeholder, value]) => {
      assert.ok(page.includes(placeholder), `${name} has no ${placeholder}`);
      return page.replaceAll(placeholder, value);
    },
    readFileSync(new URL(name, FOLDER), 'utf8'),
  );
}

describe('the recipe for', () => {
  let server: TestServer;
  let provider: Awaited<ReturnType<typeof startHttpProvider>>;
  let fcm: Awaited<ReturnType<typeof startFcm>>;
  let mail: MailServer;
  const certificate = selfSignedCertificate();
  const tried = new Set<string>(['README.md']);

  before(async () => {
    const caFile = join(tmpdir(), `countersign-${process.pid}-recipes-ca.pem`);
    await writeFile(caFile, certificate.cert);
    provider = await startHttpProvider({ answer: () => [202, { id: 'message-1' }] });
    fcm = await startFcm();
    mail = await startMailServer({
      options: {
        secure: true,
        ...certificate,
        authOptional: false,
        onAuth: ({ password }, _session, callback) =>
          password === 'the-password'
            ? callback(null, { user: 'shop' })
            : callback(new Error('No')),
      },
    });
    server = await startTestServer({
      env: {
        COUNTERSIGN_SENDERS_CA_FILE: caFile,
        COUNTERSIGN_FCM_URL: fcm.url,
        COUNTERSIGN_GOOGLE_TOKEN_URL: fcm.tokenUrl,
      },
    });
  });
  after(async () => {
    await server?.close();
    await mail?.close();
    provider?.close();
    fcm?.close();
  });

  /** The sender that a `providers test` of a page names. */
  async function senderNamed(name: string): Promise<string> {
    if (name === 'email') return `${SETTINGS}/emailDeliverySettings`;
    const { body } = await server.api(`${SETTINGS}/phoneDeliverySettings`);
    const found = body._embedded.phoneDeliverySettings.find(
      (one: { name?: string }) => one.name === name,
    );
    assert.ok(found, `no sender is called ${name}`);
    return `${SETTINGS}/phoneDeliverySettings/${found.id}`;
  }

  async function tryOut(name: string, to: string, isCall: boolean): Promise<void> {
    const body = { to, ...(isCall ? { deliveryMethod: 'VOICE' } : {}) };
    const reply = await server.api(await senderNamed(name), { type: SENDER_TEST, body });
    assert.equal(reply.body.taken, true, reply.text);
  }

  /** Follows a page from its beginning to its end. `{id}` is that of the first thing that was made. */
  async function follow(name: string, placeholders: Placeholders): Promise<void> {
    tried.add(name);
    let made = '';
    const steps =
      /```http\n(\w+) (\S+)\n(?:\n([\s\S]*?))?```|providers test (\S+) --to (\S+)( --call)?/g;
    let count = 0;
    for (const step of pageOf(name, placeholders).matchAll(steps)) {
      count++;
      const [, method = '', path = '', text, sender, to = '', call] = step;
      if (sender !== undefined) {
        await tryOut(sender, to, call !== undefined);
        continue;
      }
      const withId = (one: string) => one.replaceAll('{id}', made);
      const body = text === undefined ? {} : { body: JSON.parse(withId(text)) };
      const reply = await server.api(withId(path), { method, ...body });
      assert.ok(reply.status < 300, `${name}: ${method} ${path}: ${reply.text}`);
      made ||= reply.body?.id ?? '';
    }
    assert.ok(count > 1, name);
  }

  test('a mail server', async () => {
    await follow('smtp.md', { 'smtp.shop.example': '127.0.0.1', '465': String(mail.port) });
    assert.deepEqual(mail.received.at(-1)?.recipients, ['kaisa@shop.example']);
  });

  test('e-mail over HTTP', async () => {
    await follow('http-email.md', { 'https://mail.shop.example': provider.url });
    const { line, json } = provider.requests.at(-1) ?? {};
    assert.equal(line, 'POST /v3/send');
    assert.equal(Object(json).to, 'kaisa@shop.example');
  });

  test('a phone provider of one’s own', async () => {
    await follow('custom-phone-provider.md', { 'https://sms.shop.example': provider.url });
    const [text, call] = provider.requests.slice(-2);
    assert.equal(Object(text?.json).from, '+15125550000');
    assert.equal(call?.line, 'GET /calls');
    assert.equal(call?.query.get('to'), '15125550123');
  });

  test('pushes', async () => {
    await follow('push.md', {
      '"the-json-of-the-service-account"': JSON.stringify(fcm.credentials),
      'the-token-of-the-phone': 'good',
    });
    assert.equal(fcm.arrived.at(-1)?.token, 'good');
  });

  test('each provider is tried here, and named in the list', () => {
    const pages = readdirSync(FOLDER);
    assert.deepEqual([...tried].sort(), pages.sort());
    const list = pageOf('README.md', {});
    for (const page of pages) assert.ok(page === 'README.md' || list.includes(`](${page})`), page);
  });
});
