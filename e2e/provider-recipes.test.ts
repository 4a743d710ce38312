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
import { startSyniverse } from '../packages/server/src/notifications/testing/syniverse-server.ts';
import { startTwilio } from '../packages/server/src/notifications/testing/twilio-server.ts';
import { startWhatsApp } from '../packages/server/src/notifications/testing/whats-app-server.ts';
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
  let twilio: Awaited<ReturnType<typeof startTwilio>>;
  let syniverse: Awaited<ReturnType<typeof startSyniverse>>;
  let whatsApp: Awaited<ReturnType<typeof startWhatsApp>>;
  let mail: MailServer;
  const certificate = selfSignedCertificate();
  const tried = new Set<string>(['README.md']);

  before(async () => {
    const caFile = join(tmpdir(), `countersign-${process.pid}-recipes-ca.pem`);
    await writeFile(caFile, certificate.cert);
    provider = await startHttpProvider({ answer: () => [202, { id: 'message-1' }] });
    [fcm, twilio, syniverse, whatsApp] = await Promise.all([
      startFcm(),
      startTwilio(),
      startSyniverse(),
      startWhatsApp(),
    ]);
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
        COUNTERSIGN_TWILIO_URL: twilio.url,
        COUNTERSIGN_SYNIVERSE_URL: syniverse.apiUrl,
        COUNTERSIGN_WHATSAPP_URL: whatsApp.apiUrl,
        COUNTERSIGN_FCM_URL: fcm.url,
        COUNTERSIGN_GOOGLE_TOKEN_URL: fcm.tokenUrl,
      },
    });
  });
  after(async () => {
    await server?.close();
    await mail?.close();
    provider?.close();
    for (const one of [fcm, twilio, syniverse, whatsApp]) one?.close();
  });

  /** The sender that a `providers test` of a page names. */
  async function senderNamed(name: string): Promise<string> {
    if (name === 'email') return `${SETTINGS}/emailDeliverySettings`;
    if (name === 'whatsapp') return `${SETTINGS}/instantMessagingDeliverySettings/whatsApp`;
    const { body } = await server.api(`${SETTINGS}/phoneDeliverySettings`);
    const found = body._embedded.phoneDeliverySettings.find(
      (one: { name?: string }) => one.name === name,
    );
    assert.ok(found, `no sender is called ${name}`);
    return `${SETTINGS}/phoneDeliverySettings/${found.id}`;
  }

  async function tryOut(name: string, to: string, more: string): Promise<void> {
    const [, template] = /--template (\S+)/.exec(more) ?? [];
    const body = {
      to,
      ...(template === undefined ? {} : { template: { name: template } }),
      ...(more.includes('--call') ? { deliveryMethod: 'VOICE' } : {}),
    };
    const reply = await server.api(await senderNamed(name), { type: SENDER_TEST, body });
    assert.equal(reply.body.taken, true, reply.text);
  }

  /** Follows a page from its beginning to its end. `{id}` is that of the first thing that was made. */
  async function follow(name: string, placeholders: Placeholders): Promise<void> {
    tried.add(name);
    let made = '';
    const steps = /```http\n(\w+) (\S+)\n(?:\n([\s\S]*?))?```|providers test (\S+) --to (\S+)(.*)/g;
    let count = 0;
    for (const step of pageOf(name, placeholders).matchAll(steps)) {
      count++;
      const [, method = '', path = '', text, sender, to = '', more = ''] = step;
      if (sender !== undefined) {
        await tryOut(sender, to, more);
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

  const ofTwilio = (more: Record<string, string> = {}) => ({
    AC00000000000000000000000000000000: twilio.account.sid,
    'the-token-of-the-account': twilio.account.authToken,
    ...more,
  });

  test('Twilio', async () => {
    await follow('twilio.md', ofTwilio());
    assert.equal(twilio.taken.messages.at(-1)?.From, '+12025550100');
    assert.equal(twilio.taken.calls.length, 1);
  });

  test('a messaging service of Twilio', async () => {
    const MG00000000000000000000000000000000 = twilio.account.services[1]?.sid ?? '';
    await follow('twilio-messaging-service.md', ofTwilio({ MG00000000000000000000000000000000 }));
    const { MessagingServiceSid } = twilio.taken.messages.at(-1) ?? {};
    assert.equal(MessagingServiceSid, MG00000000000000000000000000000000);
  });

  test('Twilio Verify', async () => {
    const VA00000000000000000000000000000000 = twilio.account.verifyServiceId;
    await follow('twilio-verify.md', ofTwilio({ VA00000000000000000000000000000000 }));
    assert.equal(twilio.taken.verifications.at(-1)?.To, '+15125550123');
  });

  test('Syniverse', async () => {
    const { authToken } = syniverse.account;
    await follow('syniverse.md', { 'the-token-of-the-account': authToken });
    assert.deepEqual([syniverse.taken.messages.length, syniverse.taken.calls.length], [1, 1]);
  });

  test('WhatsApp', async () => {
    await follow('whatsapp.md', {
      'the-secret-of-the-app': whatsApp.account.appSecret,
      'the-token-of-the-system-user': whatsApp.account.userAccessToken,
    });
    assert.equal(whatsApp.taken.at(-1)?.from, '106540352242922');
  });

  test('each provider is tried here, and named in the list', () => {
    const pages = readdirSync(FOLDER);
    assert.deepEqual([...tried].sort(), pages.sort());
    const list = pageOf('README.md', {});
    for (const page of pages) assert.ok(page === 'README.md' || list.includes(`](${page})`), page);
  });
});
