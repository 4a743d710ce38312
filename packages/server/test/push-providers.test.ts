/** Pushes through providers that check what they are sent, and what their answers come to. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import {
  allowNative,
  aNativeApplication,
  anInstallation,
  aPairingKey,
} from '../src/testing/native.ts';
import { startPostgres, type TestPostgres } from '../src/testing/postgres.ts';
import { startApns, startFcm, startHms } from '../src/testing/push-providers.ts';
import { aFlow, aUser, errorOf } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

const DIALECTS = (process.env.DIALECTS ?? 'sqlite,postgres').split(',');

let fcm: Awaited<ReturnType<typeof startFcm>>;
let apns: Awaited<ReturnType<typeof startApns>>;
let hms: Awaited<ReturnType<typeof startHms>>;

before(async () => {
  [fcm, apns, hms] = await Promise.all([startFcm(), startApns(), startHms()]);
  setDefaultCACertificates([...getCACertificates('default'), apns.ca]);
});
after(() => {
  for (const provider of [fcm, apns, hms]) provider?.close();
});

for (const dialect of DIALECTS) {
  describe(`push through providers on ${dialect}`, () => {
    let postgres: TestPostgres | undefined;
    let server: TestServer;
    let applicationId: string;

    before(async () => {
      postgres = dialect === 'postgres' ? await startPostgres() : undefined;
      const databaseUrl = await postgres?.freshDatabase();
      server = await startTestServer({
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
        env: {
          COUNTERSIGN_FCM_URL: fcm.url,
          COUNTERSIGN_GOOGLE_TOKEN_URL: fcm.tokenUrl,
          COUNTERSIGN_APNS_URL: apns.url,
          COUNTERSIGN_HMS_URL: hms.url,
          COUNTERSIGN_HMS_TOKEN_URL: hms.tokenUrl,
        },
      });
      applicationId = await aNativeApplication(server);
      const path = `/applications/${applicationId}`;
      const application = (await server.api(path)).body;
      const {
        _links,
        id: _id,
        environment: _e,
        createdAt: _c,
        updatedAt: _u,
        ...rest
      } = application;
      const body = { ...rest, mobile: { bundleId: 'example.shop' } };
      const changed = await server.api(path, { method: 'PUT', body });
      assert.equal(changed.status, 200, changed.text);
      await allowNative(server, applicationId);
    });
    after(async () => {
      await server?.close();
      await postgres?.stop();
    });

    const credentials = (path = '', options?: object) =>
      server.api(`/applications/${applicationId}/pushCredentials${path}`, options);
    const bodies = () => ({
      FCM: { type: 'FCM_HTTP_V1', googleServiceAccountCredentials: fcm.credentials },
      APNS: { type: 'APNS', ...apns.credentials },
      HMS: { type: 'HMS', ...hms.credentials },
    });
    type Provider = keyof ReturnType<typeof bodies>;

    async function pair(provider: Provider, token: string) {
      const user = await aUser(server);
      const { uri } = await aPairingKey(server, user);
      server.secret(token.length > 11 ? token : `token-of-${provider}-${token}`);
      const account = await anInstallation(server, applicationId).pair(uri, {
        push: { provider, token, sandbox: provider === 'APNS' },
      });
      const read = async () => (await server.api(`/users/${user.id}/devices/${account.id}`)).body;
      return { user, account, read };
    }
    const lastMessage = async () => {
      const { store } = server.server.parts;
      const rows = await store.list('messages', server.environmentId, { limit: 1_000 });
      return rows.at(-1)?.doc;
    };

    test('credentials are made, replaced, read without their secrets, and deleted', async () => {
      const made = await credentials('', { body: bodies().HMS });
      assert.equal(made.status, 201, made.text);
      server.secret(hms.credentials.clientSecret);
      assert.ok(!made.text.includes(hms.credentials.clientSecret));
      assert.deepEqual(made.body.application, { id: applicationId });
      const twice = await credentials('', { body: bodies().HMS });
      assert.deepEqual([twice.status, errorOf(twice).target], [409, 'type']);
      const path = `/${made.body.id}`;
      const put = await credentials(path, { method: 'PUT', body: bodies().HMS });
      assert.equal(put.status, 200, put.text);
      assert.deepEqual((await credentials(path)).body, put.body);
      assert.equal((await credentials()).body.count, 1);
      assert.equal((await credentials(path, { method: 'DELETE' })).status, 204);
      assert.equal((await credentials(path)).status, 404);
      const { store } = server.server.parts;
      const rows = await store.list('push_credentials', server.environmentId, { limit: 10 });
      assert.deepEqual(rows, []);
      const wrong: [object, string, string][] = [
        [{ type: 'APNS', key: 'K', teamId: 'T', token: 'no key' }, 'INVALID_VALUE', 'token'],
        [{ type: 'APNS', key: 'K', teamId: 'T' }, 'REQUIRED_VALUE', 'token'],
        [
          { type: 'FCM_HTTP_V1', googleServiceAccountCredentials: '{}' },
          'INVALID_VALUE',
          'googleServiceAccountCredentials',
        ],
        [{ type: 'PIGEON' }, 'INVALID_VALUE', 'type'],
        [{ type: 'HMS', clientId: 'a' }, 'REQUIRED_VALUE', 'clientSecret'],
      ];
      for (const [body, detail, target] of wrong) {
        const reply = await credentials('', { body });
        assert.deepEqual(errorOf(reply), { status: 400, code: 'INVALID_DATA', detail, target });
      }
    });

    test('a phone hears when its application has no account, or it has no token', async () => {
      const one = await pair('HMS', 'good');
      assert.deepEqual((await one.read()).push, {
        status: 'DISABLED',
        error: { code: 'MissingPushCredentials' },
      });
      assert.equal((await aFlow(server, one.user)).status, 'OTP_REQUIRED');
      for (const body of Object.values(bodies())) {
        assert.equal((await credentials('', { body })).status, 201);
      }
      const push = await one.account.update({ push: { provider: 'HMS', token: '' } });
      assert.deepEqual(push, { status: 'DISABLED', error: { code: 'MissingDeviceToken' } });
      const better = await one.account.update({ push: { provider: 'HMS', token: 'good' } });
      assert.deepEqual(better, { status: 'ENABLED' });
      assert.equal((await aFlow(server, one.user)).status, 'PUSH_CONFIRMATION_REQUIRED');
    });

    for (const provider of ['FCM', 'APNS', 'HMS'] as const) {
      const arrivedAt = () => ({ FCM: fcm, APNS: apns, HMS: hms })[provider].arrived;

      test(`${provider} is told the id of the request, and nothing else`, async () => {
        const { user, account } = await pair(provider, `a-good-token-of-${provider}`);
        const flow = await aFlow(server, user, {
          notification: { clientContext: { amount: '12 EUR' } },
        });
        assert.equal(flow.status, 'PUSH_CONFIRMATION_REQUIRED');
        await server.server.outboxIdle();
        const push = arrivedAt().at(-1);
        assert.equal(push?.token, `a-good-token-of-${provider}`);
        const text = JSON.stringify(push?.payload);
        assert.ok(text.includes(flow.id) && text.includes(server.environmentId), text);
        for (const hidden of [user.username, user.email, user.id, '12 EUR', account.id]) {
          assert.ok(!text.includes(hidden), `${hidden} in ${text}`);
        }
        assert.equal((await lastMessage())?.status, 'SENT');
        const { requests } = await account.requests();
        assert.equal(await requests[0]?.approve(), 'COMPLETED');
      });

      test(`${provider} says that a token is dead: it is used no more, until there is another`, async () => {
        const { user, account, read } = await pair(provider, 'dead');
        assert.equal((await aFlow(server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
        await server.server.outboxIdle();
        const { push } = await read();
        assert.equal(push.status, 'DISABLED');
        assert.match(push.error.code, /UNREGISTERED|Unregistered|INVALID_TOKEN/);
        assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
        await account.update({ push: { provider, token: 'fresh' } });
        assert.equal((await aFlow(server, user)).status, 'PUSH_CONFIRMATION_REQUIRED');
        await server.server.outboxIdle();
        assert.equal(arrivedAt().at(-1)?.token, 'fresh');
      });

      test(`${provider} has too much to do, and is asked again`, async () => {
        const { user, read } = await pair(provider, 'busy');
        await aFlow(server, user);
        await server.server.outboxIdle();
        const message = await lastMessage();
        assert.equal(message?.status, 'PENDING');
        assert.match(message?.lastError ?? '', / 429 /);
        assert.equal((await read()).push.status, 'ENABLED');
      });

      test(`${provider} refuses a wrong account: the push is given up, the token stays`, async () => {
        const { body } = await credentials();
        const kind = bodies()[provider].type;
        const row = body._embedded.pushCredentials.find(
          ({ type }: { type: string }) => type === kind,
        );
        const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
        const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
        const wrong = {
          FCM: {
            ...bodies().FCM,
            googleServiceAccountCredentials: JSON.stringify({
              ...JSON.parse(fcm.credentials),
              private_key: rsa.export({ type: 'pkcs8', format: 'pem' }),
            }),
          },
          APNS: {
            ...bodies().APNS,
            token: other.export({ type: 'pkcs8', format: 'pem' }).toString(),
          },
          HMS: { ...bodies().HMS, clientSecret: 'wrong' },
        }[provider];
        const put = await credentials(`/${row.id}`, { method: 'PUT', body: wrong });
        assert.equal(put.status, 200, put.text);
        const { user, read } = await pair(provider, 'good');
        await aFlow(server, user);
        await server.server.outboxIdle();
        const message = await lastMessage();
        assert.equal(message?.status, 'DEAD');
        assert.match(message?.lastError ?? '', /INVALID_CREDENTIAL|InvalidProviderToken/);
        assert.equal((await read()).push.status, 'ENABLED');
        await credentials(`/${row.id}`, { method: 'PUT', body: bodies()[provider] });
      });
    }
  });
}
