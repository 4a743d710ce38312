/** Pushes through providers that check what they are sent, and what their answers come to. */

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf } from '../src/testing/client.ts';
import { allowNative, aNativeApplication } from '../src/testing/native.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { type PushServer, startPushServer } from '../src/testing/push-server.ts';
import { aFlow, ever } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

/** A key of another kind than Google's, and of no team of Apple's. */
const ELLIPTIC = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  .privateKey.export({ type: 'pkcs8', format: 'pem' })
  .toString();

/** The lines of a key in PEM: each of them says enough. */
const linesOf = (pem: string) =>
  pem.split('\n').filter((line) => /^[A-Za-z0-9+/=]{9,}$/.test(line));

/** All that a provider may know, and all words of it: the same for every request. */
function payloadOf(
  provider: 'FCM' | 'APNS' | 'HMS',
  token: string,
  environmentId: string,
  id: string,
) {
  const [title, body] = ['Sign-in request', 'Open the app to answer it.'];
  return {
    FCM: {
      token,
      data: { v: '1', environmentId, id },
      notification: { title, body },
      android: { priority: 'HIGH', ttl: '40s', collapse_key: 'request' },
    },
    APNS: {
      aps: { alert: { title, body }, 'mutable-content': 1, category: 'request' },
      countersign: { v: 1, environmentId, id },
    },
    HMS: {
      token: [token],
      data: JSON.stringify({ v: 1, environmentId, id }),
      android: {
        ttl: '40s',
        notification: { title, body, click_action: { type: 3 } },
      },
    },
  }[provider];
}

for (const dialect of DIALECTS) {
  describe(`push through providers on ${dialect}`, () => {
    let push: PushServer;
    let server: TestServer;
    before(async () => {
      push = await startPushServer(dialect);
      server = push.server;
    });
    after(() => push?.close());

    /** A push to the phone ends for this reason, which is not its own: it stays enabled. */
    async function assertKept(
      { user, read }: Awaited<ReturnType<PushServer['pair']>>,
      reason: RegExp,
    ) {
      await aFlow(server, user);
      const message = await push.lastMessage();
      assert.equal(message?.status, 'DEAD');
      assert.match(message?.lastError ?? '', reason);
      assert.equal((await read()).push.status, 'ENABLED');
    }

    test('credentials are made, replaced, read without their secrets, and deleted', async () => {
      const made = await push.credentials('', { body: push.accounts.HMS });
      assert.equal(made.status, 201, made.text);
      server.secret(push.hms.credentials.clientSecret);
      assert.ok(!made.text.includes(push.hms.credentials.clientSecret));
      const { href } = made.body._links.application;
      assert.ok(href.endsWith(`/applications/${push.applicationId}`), href);
      const twice = await push.credentials('', { body: push.accounts.HMS });
      assert.deepEqual([twice.status, errorOf(twice).target], [409, 'type']);
      const path = `/${made.body.id}`;
      const put = await push.credentials(path, { method: 'PUT', body: push.accounts.HMS });
      assert.equal(put.status, 200, put.text);
      assert.deepEqual((await push.credentials(path)).body, put.body);
      assert.equal((await push.credentials()).body.count, 1);
      assert.equal((await push.credentials(path, { method: 'DELETE' })).status, 204);
      assert.equal((await push.credentials(path)).status, 404);
      const { store } = server.server.parts;
      const rows = await store.list('push_credentials', server.environmentId, { limit: 10 });
      assert.deepEqual(rows, []);
      const ofGoogle = (more: object) =>
        JSON.stringify({ ...JSON.parse(push.fcm.credentials), ...more });
      const wrong: [object, string, string][] = [
        [{ type: 'APNS', key: 'K', teamId: 'T', token: 'no key' }, 'INVALID_VALUE', 'token'],
        [{ type: 'APNS', key: 'K', teamId: 'T' }, 'REQUIRED_VALUE', 'token'],
        ...[
          '{}',
          '[]',
          'null',
          ofGoogle({ private_key: ELLIPTIC }),
          ofGoogle({ project_id: 1 }),
        ].map((text): [object, string, string] => [
          { type: 'FCM_HTTP_V1', googleServiceAccountCredentials: text },
          'INVALID_VALUE',
          'googleServiceAccountCredentials',
        ]),
        [{ type: 'PIGEON' }, 'INVALID_VALUE', 'type'],
        [{ type: 'HMS', clientId: 'a' }, 'REQUIRED_VALUE', 'clientSecret'],
      ];
      for (const [body, detail, target] of wrong) {
        const reply = await push.credentials('', { body });
        assert.deepEqual(errorOf(reply), { status: 400, code: 'INVALID_DATA', detail, target });
      }
    });

    test('a phone hears when its application has no account, or it has no token', async () => {
      const one = await push.pair('HMS', 'good');
      assert.deepEqual((await one.read()).push, {
        status: 'DISABLED',
        error: { code: 'MissingPushCredentials' },
      });
      assert.equal((await aFlow(server, one.user)).status, 'OTP_REQUIRED');
      for (const body of Object.values(push.accounts)) {
        assert.equal((await push.credentials('', { body })).status, 201);
      }
      const worse = await one.account.update({ push: { provider: 'HMS', token: '' } });
      assert.deepEqual(worse, { status: 'DISABLED', error: { code: 'MissingDeviceToken' } });
      const better = await one.account.update({ push: { provider: 'HMS', token: 'good' } });
      assert.deepEqual(better, { status: 'ENABLED' });
      assert.equal((await aFlow(server, one.user)).status, 'PUSH_CONFIRMATION_REQUIRED');
    });

    test('a phone is pushed as soon as its application can, and no longer', async () => {
      const other = await push.anApplication();
      const bare = await aNativeApplication(server);
      const applications = [push.applicationId, other, bare].map((id) => ({
        id,
        push: { enabled: true },
        otp: { enabled: true },
      }));
      await allowNative(server, push.applicationId, {}, { applications });
      const missing = { status: 'DISABLED', error: { code: 'MissingPushCredentials' } };

      const { user, account, read } = await push.pair('FCM', 'good', other);
      const states = async (expected: object, status: string) => {
        assert.deepEqual((await read()).push, expected);
        const flow = await aFlow(server, user);
        assert.equal(flow.status, status);
        assert.deepEqual(flow._embedded.devices[0].push, expected);
        const told = await account.update({ push: { provider: 'FCM', token: 'good' } });
        assert.deepEqual(told, expected);
      };
      assert.deepEqual(account.push, missing);
      // Of a service that has ended.
      const legacy = { type: 'FCM', key: 'a-server-key-of-the-ended-service' };
      assert.equal((await push.credentials('', { body: legacy }, other)).status, 201);
      await states(missing, 'OTP_REQUIRED');
      const made = await push.credentials('', { body: push.accounts.FCM }, other);
      await states({ status: 'ENABLED' }, 'PUSH_CONFIRMATION_REQUIRED');
      await push.credentials(`/${made.body.id}`, { method: 'DELETE' }, other);
      await states(missing, 'OTP_REQUIRED');

      // APNs takes nothing without a bundle id.
      assert.equal((await push.credentials('', { body: push.accounts.APNS }, bare)).status, 201);
      const unnamed = await push.pair('APNS', 'good', bare);
      assert.deepEqual(unnamed.account.push, missing);
      assert.equal((await aFlow(server, unnamed.user)).status, 'OTP_REQUIRED');
      await push.name(bare);
      assert.deepEqual((await unnamed.read()).push, { status: 'ENABLED' });
      assert.equal((await aFlow(server, unnamed.user)).status, 'PUSH_CONFIRMATION_REQUIRED');
      await allowNative(server, push.applicationId);
    });

    test('a key of APNs may have lost its lines', async () => {
      const { token } = push.apns.credentials;
      const { body } = await push.credentials();
      const row = body._embedded.pushCredentials.find(
        ({ type }: { type: string }) => type === 'APNS',
      );
      const { user } = await push.pair('APNS', 'good');
      for (const one of [
        token.replaceAll('\n', ''),
        token.replaceAll('\n', ' '),
        `\n${token.replaceAll('\n', '\r\n')}\n`,
      ]) {
        const account = { ...push.accounts.APNS, token: one };
        const put = await push.credentials(`/${row.id}`, { method: 'PUT', body: account });
        assert.equal(put.status, 200, put.text);
        await aFlow(server, user);
        assert.equal((await push.lastMessage())?.status, 'SENT');
      }
      for (const one of [
        token.replaceAll(/-----[A-Z ]+-----/g, ''),
        token.replaceAll('PRIVATE', ''),
      ]) {
        const account = { ...push.accounts.APNS, token: one };
        const put = await push.credentials(`/${row.id}`, { method: 'PUT', body: account });
        assert.deepEqual([put.status, errorOf(put).target], [400, 'token']);
      }
    });

    test('no account can be read from the store, the log or the audit records', async () => {
      const legacy = { type: 'FCM', key: 'a-server-key-of-the-ended-service' };
      const other = await push.anApplication();
      for (const body of [legacy, ...Object.values(push.accounts)]) {
        const made = await push.credentials('', { body }, other);
        assert.equal(made.status, 201, made.text);
        const path = `/${made.body.id}`;
        const put = await push.credentials(path, { method: 'PUT', body }, other);
        assert.equal(put.status, 200, put.text);
      }
      for (const provider of ['FCM', 'APNS', 'HMS'] as const) {
        const { user } = await push.pair(provider, `a-secret-token-of-${provider}`);
        await aFlow(server, user);
        assert.equal((await push.lastMessage())?.status, 'SENT');
      }
      const google = JSON.parse(push.fcm.credentials);
      const bearers = [push.fcm, push.apns, push.hms].map(({ arrived }) =>
        String(arrived.at(-1)?.headers.authorization).slice('bearer '.length),
      );
      const secrets = [
        legacy.key,
        linesOf(google.private_key),
        linesOf(push.apns.credentials.token),
        push.apns.credentials.key,
        push.hms.credentials.clientSecret,
        'a-secret-token-of-',
        bearers,
      ].flat();
      assert.ok(secrets.length > 20 && secrets.every((text) => text.length > 8));
      const dump = await push.dump();
      assert.ok(dump.includes('PUSH_CREDENTIALS.UPDATED') && dump.includes(other));
      for (const secret of secrets) {
        assert.ok(!dump.includes(secret), `${secret} is stored.`);
        assert.ok(!server.log().includes(secret), `${secret} is logged.`);
        server.secret(secret);
      }
    });

    test('a token of another application may be the fault of the account: it stays', async () => {
      for (const provider of ['FCM', 'APNS'] as const) {
        const phone = await push.pair(provider, 'foreign');
        await assertKept(phone, /SENDER_ID_MISMATCH|DeviceTokenNotForTopic/);
      }
    });

    for (const provider of ['FCM', 'APNS', 'HMS'] as const) {
      const arrivedAt = () => ({ FCM: push.fcm, APNS: push.apns, HMS: push.hms })[provider].arrived;

      test(`${provider} is told the id of the request, and nothing else`, async () => {
        await allowNative(server, push.applicationId, {
          push: { enabled: true, numberMatching: { enabled: true } },
        });
        const token = `a-good-token-of-${provider}`;
        const { user, account } = await push.pair(provider, token);
        const flow = await aFlow(server, user, {
          notification: { clientContext: { amount: '12 EUR' } },
        });
        assert.equal((await push.lastMessage())?.status, 'SENT');
        const arrived = arrivedAt().at(-1);
        assert.equal(arrived?.token, token);
        assert.deepEqual(
          arrived?.payload,
          payloadOf(provider, token, server.environmentId, flow.id),
        );
        const headers = JSON.stringify(arrived?.headers);
        for (const hidden of [user.username, user.email, user.id, '12 EUR', account.id]) {
          assert.ok(!headers.includes(hidden), `${hidden} in ${headers}`);
        }
        const { value } = flow.numberMatching;
        const { requests } = await account.requests();
        assert.equal(await requests[0]?.approve({ number: value }), 'COMPLETED');
        await allowNative(server, push.applicationId);
      });

      test(`${provider} is told the words of an administrator, where there are any`, async () => {
        const contents = '/templates/transaction/contents';
        const content = await server.api(contents, {
          body: {
            deliveryMethod: 'Push',
            locale: 'fi',
            title: 'Maksu',
            // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of a content.
            body: 'Hyväksytkö ${amount}?',
            pushCategory: 'WITHOUT_BANNER_BUTTONS',
          },
        });
        assert.equal(content.status, 201, content.text);
        const { user, account } = await push.pair(provider, `words-by-${provider}`);
        const variables = { amount: '12 €' };
        const flow = await aFlow(server, user, {
          notification: { template: { name: 'transaction', locale: 'fi', variables } },
        });
        await server.api(`${contents}/${content.body.id}`, { method: 'DELETE' });
        assert.equal((await push.lastMessage())?.status, 'SENT');
        const words = { title: 'Maksu', body: 'Hyväksytkö 12 €?' };
        const category = 'WITHOUT_BANNER_BUTTONS';
        const ids = { v: 1, environmentId: server.environmentId, id: flow.id, category };
        const said = {
          FCM: { data: { ...ids, v: '1' }, notification: words },
          APNS: { aps: { alert: words, 'mutable-content': 1, category }, countersign: ids },
          HMS: {
            data: JSON.stringify(ids),
            android: { ttl: '40s', notification: { ...words, click_action: { type: 3 } } },
          },
        }[provider];
        const { payload } = arrivedAt().at(-1) ?? {};
        assert.deepEqual({ ...(payload as object), ...said }, payload);
        const { requests } = await account.requests();
        assert.deepEqual(
          [requests[0]?.challenge.title, requests[0]?.challenge.message],
          ['Maksu', 'Hyväksytkö 12 €?'],
        );
        assert.equal(await requests[0]?.approve(), 'COMPLETED');
      });

      test(`${provider} says that a token is dead: it is used no more, until there is another`, async () => {
        const { user, account, read } = await push.pair(provider, 'dead');
        assert.equal((await aFlow(server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
        await server.server.outboxIdle();
        const { status, error } = (await read()).push;
        assert.equal(status, 'DISABLED');
        assert.match(error.code, /UNREGISTERED|Unregistered|INVALID_TOKEN/);
        const filter = encodeURIComponent(ever(`resources.id eq "${account.id}"`));
        const { _embedded } = (await server.api(`/activities?filter=${filter}`)).body;
        const [{ action, actors, data }] = _embedded.activities;
        assert.deepEqual([action.type, actors], ['DEVICE.UPDATED', undefined]);
        assert.deepEqual(data, { push: 'DISABLED', reason: error.code });
        assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
        await account.update({ push: { provider, token: 'fresh' } });
        assert.equal((await aFlow(server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
        await server.server.outboxIdle();
        assert.equal(arrivedAt().at(-1)?.token, 'fresh');
      });

      test(`${provider} has too much to do, and is asked again`, async () => {
        const { user, read } = await push.pair(provider, 'busy');
        await aFlow(server, user);
        const message = await push.lastMessage();
        assert.equal(message?.status, 'PENDING');
        assert.match(message?.lastError ?? '', provider === 'HMS' ? / 503/ : / 429 /);
        assert.doesNotMatch(server.log(), /a provider is down/);
        assert.equal((await read()).push.status, 'ENABLED');
      });

      test(`${provider} refuses a wrong account: the push is given up, the token stays`, async () => {
        const { body } = await push.credentials();
        const kind = push.accounts[provider].type;
        const row = body._embedded.pushCredentials.find(
          ({ type }: { type: string }) => type === kind,
        );
        const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
        const wrong = {
          FCM: {
            ...push.accounts.FCM,
            googleServiceAccountCredentials: JSON.stringify({
              ...JSON.parse(push.fcm.credentials),
              private_key: rsa.export({ type: 'pkcs8', format: 'pem' }),
            }),
          },
          APNS: { ...push.accounts.APNS, token: ELLIPTIC },
          HMS: { ...push.accounts.HMS, clientSecret: 'wrong' },
        }[provider];
        const put = await push.credentials(`/${row.id}`, { method: 'PUT', body: wrong });
        assert.equal(put.status, 200, put.text);
        const phone = await push.pair(provider, 'good');
        await assertKept(phone, /INVALID_CREDENTIAL|InvalidProviderToken/);
        await push.credentials(`/${row.id}`, { method: 'PUT', body: push.accounts[provider] });
      });
    }
  });
}
