// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
/** `…/notificationsSettings` over HTTP; contract messages §5. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type Reply } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { aUser, ever } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';

const PATH = '/notificationsSettings';
const PLATFORM = { name: 'PingOne', address: 'noreply@pingidentity.com' };
const DEFAULTS = { deliveryMode: 'ALL', smsProvidersFallbackChain: [], from: PLATFORM };
const SENDER = {
  provider: 'CUSTOM_PROVIDER',
  authentication: { method: 'BEARER', authToken: 'x' },
  requests: [{ deliveryMethod: 'SMS', method: 'GET', url: 'https://sms.example/${to}/${message}' }],
};

for (const dialect of DIALECTS) {
  describe(`pingone_notification_settings on ${dialect}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect, {
        env: { COUNTERSIGN_MAIL_FROM: 'Shop <no-reply@mfa.shop.example>' },
      });
    });
    after(() => server?.close());

    const put = (body: object) => server.api(PATH, { method: 'PUT', body });
    const aSender = async (more: object = {}) => {
      const made = await server.api(`${PATH}/phoneDeliverySettings`, {
        body: { ...SENDER, name: randomUUID(), ...more },
      });
      assert.equal(made.status, 201, made.text);
      return made.body.id as string;
    };
    const members = ({ body }: Reply) => {
      const { _links, id, environment, updatedAt, ...rest } = body;
      assert.ok(_links.self && _links.environment && updatedAt);
      assert.deepEqual([id, environment.id], [server.environmentId, server.environmentId]);
      return rest;
    };

    test('from the defaults to full and back: what comes back is what was sent', async () => {
      const user = await aUser(server);
      const sender = await aSender();
      const full = {
        deliveryMode: 'ALL',
        smsProvidersFallbackChain: [sender, 'PINGONE_TWILIO'],
        emailProviderFallbackChain: ['PINGONE_EMAIL'],
        whitelist: [{ user: { id: user.id } }],
        from: { address: PLATFORM.address },
        replyTo: { name: 'Stubbed Reply To Address', address: PLATFORM.address },
        restrictions: { smsVoiceQuota: { daily: 30 } },
      };
      assert.deepEqual(members(await server.api(PATH)), DEFAULTS);
      for (const [body, expected] of [
        [full, full],
        [{}, DEFAULTS],
        [
          { ...DEFAULTS, from: { ...PLATFORM, name: 'Stubbed From Address' } },
          { ...DEFAULTS, from: { ...PLATFORM, name: 'Stubbed From Address' } },
        ],
        [full, full],
      ] as const) {
        const replaced = await put(body);
        assert.equal(replaced.status, 200, replaced.text);
        assert.deepEqual(members(replaced), expected);
        const read = await server.api(PATH);
        assert.deepEqual(read.body, replaced.body);
        assert.deepEqual(members(await put(read.body)), expected);
      }
      const reset = await server.api(PATH, { method: 'DELETE' });
      assert.equal(reset.status, 200, reset.text);
      assert.deepEqual(members(reset), DEFAULTS);
      const filter = encodeURIComponent(ever('action.type eq "NOTIFICATIONS_SETTINGS.UPDATED"'));
      assert.ok((await server.api(`/activities?filter=${filter}`)).body.count >= 9);
    });

    test('are changed at the same time by two, one after the other', async () => {
      const replies = await Promise.all(
        [1, 2].map((daily) => put({ restrictions: { smsVoiceQuota: { daily } } })),
      );
      assert.deepEqual(
        replies.map(({ status }) => status),
        [200, 200],
      );
    });

    test('name senders that there are, each once, and one that is deleted no longer', async () => {
      const [one, other] = [await aSender(), await aSender()];
      const unknown = randomUUID();
      for (const [chain, place] of [
        [[one, unknown], 1],
        [['PINGONE_EMAIL'], 0],
        [[one, other, one], 2],
      ] as const) {
        const refused = await put({ smsProvidersFallbackChain: chain });
        const target = `smsProvidersFallbackChain[${place}]`;
        assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', target));
      }
      const emails = await put({ emailProviderFallbackChain: ['PINGONE_TWILIO'] });
      const target = 'emailProviderFallbackChain[0]';
      assert.deepEqual(errorOf(emails), invalidData('INVALID_VALUE', target));
      await put({ smsProvidersFallbackChain: [one, 'PINGONE_TWILIO', other] });
      await server.api(`${PATH}/phoneDeliverySettings/${one}`, { method: 'DELETE' });
      const chain = ['PINGONE_TWILIO', other];
      assert.deepEqual((await server.api(PATH)).body.smsProvidersFallbackChain, chain);
      const first = await aSender({ default: true });
      assert.deepEqual((await server.api(PATH)).body.smsProvidersFallbackChain, [first, ...chain]);
      await server.api(PATH, { method: 'DELETE' });
    });

    test('keep a sender that a notification policy names', async () => {
      const sender = await aSender();
      const policy = await server.api('/notificationsPolicies', {
        body: {
          name: 'by one',
          quotas: [],
          providerConfiguration: {
            conditions: [{ deliveryMethods: ['SMS'], fallbackChain: [{ id: sender }] }],
          },
        },
      });
      assert.equal(policy.status, 201, policy.text);
      const one = `${PATH}/phoneDeliverySettings/${sender}`;
      const refused = await server.api(one, { method: 'DELETE' });
      const { status, code, detail } = errorOf(refused);
      assert.deepEqual([status, code, detail], [400, 'REQUEST_FAILED', 'CONSTRAINT_VIOLATION']);
      assert.deepEqual(refused.body.details[0].innerError.referencedValues, [policy.body.id]);
      await server.api(`/notificationsPolicies/${policy.body.id}`, { method: 'DELETE' });
      assert.equal((await server.api(one, { method: 'DELETE' })).status, 204);
    });

    test('say who e-mails are from: the server’s own, or an address that was proved', async () => {
      const { parts } = server.server;
      const trust = (emailAddress: string, status: 'ACTIVE' | 'VERIFICATION_REQUIRED') =>
        parts.store.commit([
          {
            op: 'insert',
            table: 'trusted_emails',
            environmentId: server.environmentId,
            id: randomUUID(),
            doc: { domainId: randomUUID(), emailAddress, status, createdAt: 0, updatedAt: 0 },
          },
        ]);
      await trust('sales@shop.example', 'ACTIVE');
      await trust('pending@shop.example', 'VERIFICATION_REQUIRED');
      for (const address of ['Sales@shop.example', 'no-reply@mfa.shop.example', PLATFORM.address]) {
        const kept = await put({ from: { address }, replyTo: { address } });
        assert.equal(kept.status, 200, kept.text);
        assert.deepEqual([kept.body.from, kept.body.replyTo], [{ address }, { address }]);
      }
      for (const address of [
        'pending@shop.example',
        'eve@shop.example',
        'no address',
        'a@b\r\nBcc: c@d',
      ]) {
        for (const member of ['from', 'replyTo']) {
          const refused = await put({ [member]: { address } });
          assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', `${member}.address`));
        }
      }
    });

    test('are refused where a value can’t be', async () => {
      for (const [body, detail, target] of [
        [{ deliveryMode: 'SOME' }, 'INVALID_VALUE', 'deliveryMode'],
        [
          { restrictions: { smsVoiceQuota: { daily: 51 } } },
          'OUT_OF_RANGE',
          'restrictions.smsVoiceQuota.daily',
        ],
        [{ whitelist: [{ user: { id: 'x' } }] }, 'INVALID_VALUE', 'whitelist[0].user.id'],
        [{ from: { name: 'x' } }, 'REQUIRED_VALUE', 'from.address'],
      ] as const) {
        assert.deepEqual(errorOf(await put(body)), invalidData(detail, target));
      }
      const { body } = await server.api(PATH);
      assert.equal(body.deliveryMode, 'ALL');
    });
  });
}
