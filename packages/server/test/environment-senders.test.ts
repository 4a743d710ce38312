// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
/** Messages of an environment leave by its own accounts, in their order; contract messages §5, §8.5. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { selfSignedCertificate } from '../src/http/testing-certificate.ts';
import { type MailServer, startMailServer } from '../src/notifications/testing/mail-server.ts';
import {
  type ProviderServer,
  startProvider,
} from '../src/notifications/testing/provider-server.ts';
import { allowMessages, policyBody } from '../src/testing/policies.ts';
import { aDevice, aFlow, aUser, check, ever } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

const SETTINGS = '/notificationsSettings';
const PHONES = `${SETTINGS}/phoneDeliverySettings`;
const EMAIL = `${SETTINGS}/emailDeliverySettings`;
const MAIL_FROM = { name: 'MFA', address: 'no-reply@mfa.example' };
const FINNISH = '+358401234567';
const AMERICAN = '+12025550123';

let server: TestServer;
let own: MailServer;
let builtIn: MailServer;
let north: ProviderServer;
let south: ProviderServer;
const { cert, key } = selfSignedCertificate();

before(async () => {
  const caFile = join(tmpdir(), `countersign-senders-${process.pid}.pem`);
  await writeFile(caFile, cert);
  builtIn = await startMailServer();
  own = await startMailServer({
    options: {
      secure: true,
      cert,
      key,
      authOptional: false,
      onAuth: ({ username }, _session, callback) => callback(null, { user: username }),
    },
  });
  [north, south] = await Promise.all([startProvider(), startProvider()]);
  server = await startTestServer({
    env: {
      COUNTERSIGN_SENDERS_CA_FILE: caFile,
      COUNTERSIGN_SMTP_URL: builtIn.url,
      COUNTERSIGN_MAIL_FROM: `${MAIL_FROM.name} <${MAIL_FROM.address}>`,
    },
  });
  await allowMessages(server);
});
after(async () => {
  await server?.close();
  await Promise.all([own, builtIn, north, south].map((part) => part?.close()));
});

const put = async (path: string, body: object) => {
  const reply = await server.api(path, { method: 'PUT', body });
  assert.equal(reply.status, 200, reply.text);
};

/** Starts a flow with one device of this kind, and waits until its message is gone. */
async function signIn(device: object) {
  const user = await aUser(server);
  await aDevice(server, user, { ...device });
  const flow = await aFlow(server, user);
  await server.server.outboxIdle();
  return { user, flow };
}

async function provider(at: ProviderServer, more: object = {}) {
  const body = 'to=${to}&text=${message}&code=${otp}&who=${user.username}';
  const request = { method: 'POST', url: `${at.url}/send`, body };
  const made = await server.api(PHONES, {
    body: {
      name: randomUUID(),
      provider: 'CUSTOM_PROVIDER',
      authentication: { method: 'BEARER', authToken: 'token' },
      requests: [{ deliveryMethod: 'SMS', ...request }],
      ...more,
    },
  });
  assert.equal(made.status, 201, made.text);
  return made.body.id as string;
}

async function clear() {
  await server.api(SETTINGS, { method: 'DELETE' });
  await server.api(EMAIL, { method: 'DELETE' });
  const { body } = await server.api(PHONES);
  for (const { id } of body._embedded.phoneDeliverySettings) {
    await server.api(`${PHONES}/${id}`, { method: 'DELETE' });
  }
  for (const at of [north, south]) {
    at.answer(() => ({}));
    at.received.length = 0;
  }
  for (const mail of [own, builtIn]) mail.received.length = 0;
}

describe('e-mails', () => {
  test('leave by the environment’s mail server, from whom that says, and no longer once it is gone', async () => {
    await clear();
    await put(EMAIL, {
      host: '127.0.0.1',
      port: own.port,
      username: 'shop',
      password: 's3cret',
      from: { name: 'Shop', address: 'shop@own.example' },
      replyTo: { address: 'help@own.example' },
    });
    const { flow } = await signIn({});
    assert.equal(flow.status, 'OTP_REQUIRED');
    const [mail] = own.received;
    assert.deepEqual(mail?.mail.from?.value, [{ name: 'Shop', address: 'shop@own.example' }]);
    assert.equal(mail?.mail.replyTo?.value[0]?.address, 'help@own.example');
    const otp = /\b\d{6}\b/.exec(mail?.mail.text ?? '')?.[0] ?? '';
    assert.equal((await check(server, flow.id, otp)).body.status, 'COMPLETED');
    assert.equal(builtIn.received.length, 0);

    await server.api(EMAIL, { method: 'DELETE' });
    await signIn({});
    assert.deepEqual([own.received.length, builtIn.received.length], [1, 1]);
  });

  test('leave by the server’s own where that is chosen, from a trusted address or the server’s', async () => {
    await clear();
    await put(EMAIL, {
      host: '127.0.0.1',
      port: own.port,
      username: 'shop',
      password: 's3cret',
      from: { address: 'shop@own.example' },
    });
    const chain = { emailProviderFallbackChain: ['PINGONE_EMAIL'] };
    const platform = { name: 'PingOne', address: 'noreply@pingidentity.com' };
    await put(SETTINGS, { ...chain, from: platform });
    await signIn({});
    const { store } = server.server.parts;
    const id = randomUUID();
    const { environmentId } = server;
    const doc = {
      domainId: randomUUID(),
      emailAddress: 'sales@shop.example',
      status: 'ACTIVE' as const,
      createdAt: 0,
      updatedAt: 0,
    };
    await store.commit([{ op: 'insert', table: 'trusted_emails', environmentId, id, doc }]);
    const from = { name: 'Sales', address: 'sales@shop.example' };
    await put(SETTINGS, { ...chain, from, replyTo: from });
    await signIn({});
    await store.commit([{ op: 'delete', table: 'trusted_emails', environmentId, id, version: 1 }]);
    await signIn({});
    const senders = builtIn.received.map(({ mail }) => [
      mail.from?.value[0]?.address,
      mail.replyTo?.value[0]?.address,
    ]);
    assert.deepEqual(senders, [
      [MAIL_FROM.address, undefined],
      [from.address, from.address],
      [MAIL_FROM.address, undefined],
    ]);
    assert.equal(own.received.length, 0);
  });

  test('leave by a provider over HTTP, with subject and sender', async () => {
    await clear();
    await put(EMAIL, {
      name: 'Ours',
      provider: 'CUSTOM_PROVIDER',
      protocol: 'HTTP',
      authentication: { method: 'CUSTOM_HEADER', headerName: 'X-Key', headerValue: 'k1' },
      from: { name: 'Söhne', address: 'shop@own.example' },
      requests: [
        {
          deliveryMethod: 'EMAIL',
          method: 'POST',
          url: `${north.url}/mail`,
          headers: { 'content-type': 'application/json', 'X-From': '${from.name}' },
        },
      ],
    });
    const { user } = await signIn({});
    const [sent] = north.received;
    const { message, subject, ...rest } = JSON.parse(sent?.body ?? '');
    assert.deepEqual(rest, { to: user.email, from: 'shop@own.example', reply_to: '' });
    assert.match(message, /\d{6}/);
    assert.notEqual(subject, '');
    assert.equal(sent?.headers['x-key'], 'k1');
    assert.equal(Buffer.from(String(sent?.headers['x-from']), 'latin1').toString(), 'Söhne');
    assert.deepEqual([own.received.length, builtIn.received.length], [0, 0]);
  });
});

describe('text messages', () => {
  test('leave by the first sender that was made, and their code is the one', async () => {
    await clear();
    await provider(north);
    await provider(south);
    const { user, flow } = await signIn({ type: 'SMS', phone: FINNISH });
    const [sent] = north.received;
    const { to, who, code, text } = Object.fromEntries(new URLSearchParams(sent?.body));
    assert.deepEqual([to, who, south.received.length], [FINNISH, user.username, 0]);
    assert.ok(text?.includes(code ?? '-'));
    assert.equal((await check(server, flow.id, code ?? '')).body.status, 'COMPLETED');
  });

  test('go to the next sender when one doesn’t take them, and none that does is asked twice', async () => {
    await clear();
    await provider(north);
    await provider(south);
    north.answer(() => ({ status: 400 }));
    await signIn({ type: 'SMS', phone: FINNISH });
    assert.deepEqual([north.received.length, south.received.length], [1, 1]);
  });

  test('leave in the order of the settings, and one that can’t send them is left out', async () => {
    await clear();
    const first = await provider(north);
    const second = await provider(south);
    const voice = {
      deliveryMethod: 'VOICE',
      method: 'GET',
      url: 'https://v.example/${to}${message}',
    };
    const calls = await provider(north, { requests: [voice] });
    await put(SETTINGS, { smsProvidersFallbackChain: [calls, second, first] });
    await signIn({ type: 'SMS', phone: FINNISH });
    assert.deepEqual([north.received.length, south.received.length], [0, 1]);
    await put(SETTINGS, { smsProvidersFallbackChain: [first] });
    await signIn({ type: 'SMS', phone: FINNISH });
    assert.deepEqual([north.received.length, south.received.length], [1, 1]);
    // The server has none of its own: it is kept for the developer.
    await put(SETTINGS, { smsProvidersFallbackChain: ['PINGONE_TWILIO'] });
    await signIn({ type: 'SMS', phone: FINNISH });
    assert.deepEqual([north.received.length, south.received.length], [1, 1]);
  });

  test('leave as the notification policy says for their country', async () => {
    await clear();
    const first = await provider(north);
    const second = await provider(south);
    const conditions = [
      { deliveryMethods: ['SMS'], countries: ['FI'], fallbackChain: [{ id: second }] },
      { deliveryMethods: ['SMS', 'VOICE'], fallbackChain: [{ id: first }] },
    ];
    const { body } = await server.api('/notificationsPolicies');
    const [{ id, name }] = body._embedded.notificationsPolicies;
    const policy = { name, default: true, quotas: [] };
    await put(`/notificationsPolicies/${id}`, { ...policy, providerConfiguration: { conditions } });
    await signIn({ type: 'SMS', phone: FINNISH });
    assert.deepEqual([north.received.length, south.received.length], [0, 1]);
    await signIn({ type: 'SMS', phone: AMERICAN });
    assert.deepEqual([north.received.length, south.received.length], [1, 1]);
    await put(`/notificationsPolicies/${id}`, policy);
  });

  test('leave as the policy says that the request names, else the MFA policy’s', async () => {
    await clear();
    const chain = async (name: string, ...ids: string[]) => {
      const fallbackChain = ids.map((id) => ({ id }));
      const conditions = [{ deliveryMethods: ['SMS'], fallbackChain }];
      const body = { name, quotas: [], providerConfiguration: { conditions } };
      const made = await server.api('/notificationsPolicies', { body });
      assert.equal(made.status, 201, made.text);
      return made.body.id as string;
    };
    const first = await provider(north);
    const second = await provider(south);
    const byNorth = await chain('North, then South', first, second);
    const bySouth = await chain('South', second);
    const mfa = await server.api('/deviceAuthenticationPolicies', {
      body: policyBody('Messages by South', {
        notificationsPolicy: { id: bySouth },
        newDeviceNotification: 'SMS_THEN_EMAIL',
      }),
    });
    const user = await aUser(server);
    await aDevice(server, user, { type: 'SMS', phone: FINNISH });
    const went = async (more: object) => {
      for (const at of [north, south]) at.received.length = 0;
      const flow = await aFlow(server, user, more);
      assert.equal(flow.status, 'OTP_REQUIRED');
      await server.server.outboxIdle();
      return [north.received.length, south.received.length];
    };
    const policy = { policy: { id: mfa.body.id } };
    const named = { notification: { policy: { id: byNorth } } };
    assert.deepEqual(await went({}), [1, 0], 'without any the first sender');
    assert.deepEqual(await went(policy), [0, 1], 'the MFA policy’s');
    assert.deepEqual(await went({ ...policy, ...named }), [1, 0], 'the request’s before it');
    north.answer(() => ({ status: 400 }));
    assert.deepEqual(await went(named), [1, 1], 'its chain to the end');
    // The notice of a new device leaves by the MFA policy's, too.
    await aDevice(server, user, { type: 'SMS', phone: AMERICAN, ...policy });
    await server.server.outboxIdle();
    assert.deepEqual([north.received.length, south.received.length], [1, 2]);
  });
});

test('who is not on the list gets no message: the flow goes on, and the log says why', async () => {
  await clear();
  await provider(north);
  const listed = await aUser(server);
  await aDevice(server, listed, { type: 'SMS', phone: FINNISH });
  await put(SETTINGS, { deliveryMode: 'WHITELIST', whitelist: [{ user: { id: listed.id } }] });
  await aFlow(server, listed);
  await server.server.outboxIdle();
  assert.equal(north.received.length, 1);
  const { user, flow } = await signIn({ type: 'SMS', phone: FINNISH });
  assert.equal(flow.status, 'OTP_REQUIRED');
  assert.equal(north.received.length, 1);
  const filter = encodeURIComponent(ever('action.type eq "NOTIFICATION.REJECTED"'));
  const { body } = await server.api(`/activities?filter=${filter}`);
  const [activity] = body._embedded.activities;
  assert.match(activity.result.description, /NOT_LISTED/);
  assert.ok(JSON.stringify(activity.resources).includes(user.id));
  await put(SETTINGS, {});
  await signIn({ type: 'SMS', phone: FINNISH });
  assert.equal(north.received.length, 2);
});
