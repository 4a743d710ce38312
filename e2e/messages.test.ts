// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are variables of contents and placeholders.
/**
 * Messages from an administrator's settings to the user, on a server in production: an environment's
 * own mail server, its Twilio account and the provider that stands in for it; contract messages.
 */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { selfSignedCertificate } from '../packages/server/src/http/testing-certificate.ts';
import {
  type MailServer,
  startMailServer,
} from '../packages/server/src/notifications/testing/mail-server.ts';
import { startTwilio } from '../packages/server/src/notifications/testing/twilio-server.ts';
import { startHttpProvider } from '../packages/server/src/testing/http-provider.ts';
import { policyBody } from '../packages/server/src/testing/policies.ts';
import { ever } from '../packages/server/src/testing/scenario.ts';
import { until } from '../packages/server/src/testing/until.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { type RunningServer, startServer } from './server.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there.
type Body = any;

const SETTINGS = '/notificationsSettings';
const PHONES = `${SETTINGS}/phoneDeliverySettings`;
const EMAIL = `${SETTINGS}/emailDeliverySettings`;
const PASSWORD = 'the-password-of-the-mail-server';
const TOKEN = 'the-token-of-the-gateway';
/** STARTTLS belongs to few ports, so each run has an address of its own. */
const STARTTLS_PORT = 2525;
const MAIL_HOST = `127.${1 + (process.pid % 250)}.${(process.pid >> 8) % 250}.${2 + (process.ppid % 250)}`;
const PRODUCTION = () => ({
  NODE_ENV: 'production',
  COUNTERSIGN_MASTER_KEY: randomBytes(32).toString('base64'),
});
const PHONE = '+12125550123';
/** It is said to the user and to nobody else. */
const AMOUNT = 'douze-mille-euros-pour-Zoe';

const gateway = (name: string, url: string) => ({
  name,
  provider: 'CUSTOM_PROVIDER',
  authentication: { method: 'BEARER', authToken: TOKEN },
  requests: [
    {
      deliveryMethod: 'SMS',
      method: 'POST',
      url: `${url}/messages`,
      headers: { 'content-type': 'application/json' },
      body: '{"to":"${to}","text":"${message}"}',
    },
  ],
});

const codeIn = (text = '') => /\b\d{6}\b/.exec(text)?.[0] ?? '';

/** Messages of every kind, and a policy for their limits and senders. */
async function allow(api: ApiClient, notifications: object): Promise<void> {
  const { email, sms } = policyBody('');
  await api.changePolicy({ email, sms });
  const { _embedded } = await api.get('/notificationsPolicies');
  const [{ id, name }] = _embedded.notificationsPolicies;
  await api.put(`/notificationsPolicies/${id}`, { name, default: true, ...notifications });
}

const flowOf = (api: ApiClient, user: { id: string }, more: object = {}): Promise<Body> =>
  api.auth('/deviceAuthentications', { user: { id: user.id }, ...more });

const check = (api: ApiClient, flow: Body, otp: string): Promise<Body> =>
  api.auth(`/deviceAuthentications/${flow.id}`, { otp }, 'otp.check');

async function activities(api: ApiClient, type: string): Promise<Body[]> {
  const filter = encodeURIComponent(ever(`action.type eq "NOTIFICATION.${type}"`));
  const { _embedded } = await api.get(`/activities?filter=${filter}`);
  return _embedded.activities.toReversed();
}

describe('the messages of an environment', () => {
  const certificate = selfSignedCertificate(MAIL_HOST);
  const caFile = join(tmpdir(), `countersign-${process.pid}-messages-ca.pem`);
  /** Every code that was sent. */
  const codes = new Set<string>();
  let log = '';
  let mail: MailServer;
  let twilio: Awaited<ReturnType<typeof startTwilio>>;
  let provider: Awaited<ReturnType<typeof startHttpProvider>>;
  let server: RunningServer;
  let api: ApiClient;
  let isStopped = false;

  before(async () => {
    await writeFile(caFile, certificate.cert);
    mail = await startMailServer({
      host: MAIL_HOST,
      port: STARTTLS_PORT,
      options: {
        ...certificate,
        hideSTARTTLS: false,
        authOptional: false,
        onAuth: ({ password }, { secure }, callback) =>
          secure && password === PASSWORD
            ? callback(null, { user: 'shop' })
            : callback(new Error('No')),
      },
    });
    twilio = await startTwilio();
    provider = await startHttpProvider({ answer: () => [202, { id: 'taken' }] });
    server = await startServer({
      ...PRODUCTION(),
      COUNTERSIGN_LOG_LEVEL: 'trace',
      COUNTERSIGN_SENDERS_PRIVATE: 'true',
      COUNTERSIGN_SENDERS_CA_FILE: caFile,
      COUNTERSIGN_TWILIO_URL: twilio.url,
    });
    for (const stream of [server.process.stdout, server.process.stderr]) {
      stream?.on('data', (text: string) => {
        log += text;
      });
    }
    api = await apiClient(server);
  });
  after(async () => {
    if (!isStopped) await server?.stop();
    await mail?.close();
    twilio?.close();
    provider?.close();
    rmSync(caFile, { force: true });
  });

  /** A user who reads French and has a device of this kind. */
  async function aFrenchUser(device: object) {
    const { id } = await api.post('/users', {
      username: `zoe-${randomBytes(6).toString('hex')}`,
      email: 'zoe@boutique.example',
      name: { given: 'Zoé' },
      preferredLanguage: 'fr-CA, en;q=0.5',
      mfaEnabled: true,
    });
    await api.post(`/users/${id}/devices`, device);
    return { id: String(id) };
  }

  async function aTwilioSender(): Promise<string> {
    const { sid, authToken } = twilio.account;
    const account = { provider: 'CUSTOM_TWILIO', name: 'Twilio', sid };
    const { id } = await api.post(PHONES, { ...account, authToken });
    const numbers = [{ number: '+12025550100', selected: true }];
    await api.put(`${PHONES}/${id}`, { ...account, numbers });
    return id;
  }

  test('reach the user in their language, by the senders in their order, within their limits', async () => {
    const first = await aTwilioSender();
    const { id: second } = await api.post(PHONES, gateway('Gateway', provider.url));
    await allow(api, {
      quotas: [{ type: 'USER', deliveryMethods: ['SMS', 'Voice'], total: 2 }],
      providerConfiguration: {
        conditions: [{ deliveryMethods: ['SMS'], fallbackChain: [{ id: first }, { id: second }] }],
      },
    });
    await api.put(EMAIL, {
      host: MAIL_HOST,
      port: STARTTLS_PORT,
      username: 'shop',
      password: PASSWORD,
      from: { name: 'Boutique', address: 'ne-pas-repondre@boutique.example' },
    });

    // An e-mail by the environment's own mail server, in the user's language and the flow's variant.
    const content = { deliveryMethod: 'Email', variant: 'virement' };
    for (const [locale, greeting] of [
      ['fr', 'Bonjour'],
      ['en', 'Hello'],
    ]) {
      const words = { subject: `${greeting} \${montant}`, body: `<p>${greeting} \${otp}</p>` };
      await api.post('/templates/strong_authentication/contents', { ...content, locale, ...words });
    }
    const reader = await aFrenchUser({ type: 'EMAIL', email: 'zoe@boutique.example' });
    const template = { variant: 'Virement', variables: { montant: AMOUNT } };
    const byMail = await flowOf(api, reader, { notification: { template } });
    assert.equal(byMail.status, 'OTP_REQUIRED');
    await until(() => mail.received.length === 1);
    const [letter] = mail.received;
    assert.equal(letter?.mail.subject, `Bonjour ${AMOUNT}`);
    assert.match(String(letter?.mail.html), /<p>Bonjour \d{6}<\/p>/);
    assert.equal(letter?.mail.from?.value[0]?.address, 'ne-pas-repondre@boutique.example');
    const mailed = codeIn(letter?.mail.text);
    codes.add(mailed);
    assert.equal((await check(api, byMail, mailed)).status, 'COMPLETED');

    // A text message by Twilio, whose provider says later that it arrived.
    const user = await aFrenchUser({ type: 'SMS', phone: PHONE });
    const byTwilio = await flowOf(api, user);
    await until(() => twilio.taken.messages.length === 1);
    const [text] = twilio.taken.messages;
    assert.deepEqual([text?.To, text?.From], [PHONE, '+12025550100']);
    assert.match(text?.Body ?? '', /code/i);
    codes.add(codeIn(text?.Body));
    assert.equal((await check(api, byTwilio, codeIn(text?.Body))).status, 'COMPLETED');
    const { href } = (await api.get(`${PHONES}/${first}`))._links.deliveryReports;
    const report = { MessageSid: text?.sid ?? '', MessageStatus: 'delivered' };
    const heard = await fetch(href, { method: 'POST', ...twilio.callbackOf(href, report) });
    assert.equal(heard.status, 204, await heard.text());
    const shown = async () => (await api.get('/notifications'))._embedded.notifications as Body[];
    assert.equal((await shown()).filter(({ delivery }) => delivery).length, 1);

    // Twilio refuses the next one, and the other provider takes it.
    twilio.troubles.next.push([400, { code: 21_610, message: 'No.', status: 400 }]);
    const byGateway = await flowOf(api, user);
    await until(() => provider.requests.length === 1);
    const [taken] = provider.requests;
    const { to, text: said } = Object(taken?.json) as { to?: string; text?: string };
    assert.deepEqual([to, taken?.bearer], [PHONE, TOKEN]);
    codes.add(codeIn(said));
    assert.equal((await check(api, byGateway, codeIn(said))).status, 'COMPLETED');

    // The third one of the day is one too many.
    const full = await flowOf(api, user);
    assert.deepEqual([full.status, full.error.code], ['FAILED', 'NO_USABLE_DEVICES']);
    assert.deepEqual([twilio.taken.messages.length, provider.requests.length], [1, 1]);
  });

  test('are told of by activities, without a code or an address', async () => {
    await until(async () => (await activities(api, 'UPDATED')).length === 4);
    const [created, updated, rejected] = await Promise.all(
      ['CREATED', 'UPDATED', 'REJECTED'].map((type) => activities(api, type)),
    );
    assert.deepEqual(
      created?.map(({ data }) => [data.channel, data.status]),
      [
        ['EMAIL', 'QUEUED'],
        ['SMS', 'QUEUED'],
        ['SMS', 'QUEUED'],
      ],
    );
    assert.match(created?.[0].result.description, /virement.*fr/i);
    const said = updated?.map(({ result }) => result.description).join('\n');
    assert.match(said ?? '', /Twilio/);
    assert.match(said ?? '', /delivered by Twilio/);
    assert.match(said ?? '', /Gateway.*Twilio/, 'who took it, and who didn’t');
    assert.deepEqual(
      rejected?.map(({ data, result }) => [data.reason, result.status]),
      [['DAILY_LIMIT', 'FAILED']],
    );
    const all = JSON.stringify([created, updated, rejected]);
    for (const secret of [...codes, AMOUNT, PHONE, 'zoe@boutique.example']) {
      assert.ok(!all.includes(secret), secret);
    }
  });

  test('leave no secret in an answer, in the log or in the database', async () => {
    const secrets = [PASSWORD, TOKEN, twilio.account.authToken];
    const paths = [SETTINGS, EMAIL, PHONES, '/notificationsPolicies', '/notifications'];
    for (const path of paths) {
      const answer = JSON.stringify(await api.get(path));
      for (const secret of [...secrets, ...codes, AMOUNT])
        assert.ok(!answer.includes(secret), path);
    }
    isStopped = true;
    assert.equal(await server.stop({ keepData: true }), 0);
    for (const secret of [...secrets, AMOUNT, PHONE]) assert.ok(!log.includes(secret), secret);
    // Digits are part of many numbers: a code is one by itself.
    for (const code of codes)
      assert.doesNotMatch(log, new RegExp(`(?<![\\w.-])${code}(?![\\w.-])`));
    for (const name of readdirSync(server.dataDirectory)) {
      const bytes = readFileSync(join(server.dataDirectory, name));
      for (const secret of secrets) assert.ok(!bytes.includes(secret), name);
      for (const code of codes) assert.ok(!bytes.includes(`"${code}"`), name);
    }
    rmSync(server.dataDirectory, { recursive: true, force: true });
  });
});

describe('senders at private addresses, in production', () => {
  let server: RunningServer;
  let api: ApiClient;
  let provider: Awaited<ReturnType<typeof startHttpProvider>>;
  let mail: MailServer;
  before(async () => {
    provider = await startHttpProvider({
      answer: () => [202, { id: 'taken' }],
      certificate: selfSignedCertificate(),
    });
    mail = await startMailServer();
    server = await startServer(PRODUCTION());
    api = await apiClient(server);
  });
  after(async () => {
    await server?.stop();
    provider?.close();
    await mail?.close();
  });

  test('are refused where their address says it, and not reached where their name hides it', async () => {
    const { port } = new URL(provider.url);
    const at = (url: string) => api.post(PHONES, gateway('Gateway', url));
    for (const url of [
      provider.url,
      `http://gateway.shop.example`,
      `https://[::1]:${port}`,
      'https://169.254.169.254',
      'https://10.1.2.3',
    ]) {
      await assert.rejects(at(url), /400 .*INVALID_VALUE.*requests\[0\]\.url/, url);
    }
    const account = { port: mail.port, username: 'shop', password: PASSWORD };
    const from = { address: 'no-reply@shop.example' };
    for (const host of ['127.0.0.1', 'localhost']) {
      const put = api.put(EMAIL, { host, ...account, from });
      await assert.rejects(put, /400 .*INVALID_VALUE.*"host"/, host);
    }

    // A name is looked at when it is called: who owns it may point it anywhere, at any time.
    await at(`https://localhost:${port}`);
    await allow(api, { quotas: [] });
    const user = await api.user();
    await api.post(`/users/${user.id}/devices`, { type: 'SMS', phone: PHONE });
    const flow = await flowOf(api, user);
    assert.equal(flow.status, 'OTP_REQUIRED');
    await until(async () => (await activities(api, 'UPDATED')).length === 1);
    const [failed] = await activities(api, 'UPDATED');
    assert.deepEqual(
      [failed.result.status, failed.data.reason, failed.data.detail],
      ['FAILED', 'PROVIDER', 'PRIVATE_ADDRESS'],
    );
    assert.equal((await api.auth(`/deviceAuthentications/${flow.id}`)).status, 'OTP_REQUIRED');
    assert.deepEqual([provider.requests.length, mail.connections], [0, 0]);
  });
});
