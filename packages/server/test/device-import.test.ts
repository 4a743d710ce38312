/** Devices that are taken over from another system with their secrets, on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { hotp, timeStepAt } from '../src/methods/oath/one-time-password.ts';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { errorOf, invalidData } from '../src/testing/client.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { actionsOf, aDevice, aFlow, aUser, check, type TestUser } from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const TYPE = 'application/vnd.countersign.device.import+json';
/** Of other systems: the 160 bits of RFC 4226, and the 80 that many have. */
const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';
const SHORT_SECRET = 'JBSWY3DPEHPK3PXP';
const KEYS: Record<string, Buffer> = {
  [SECRET]: Buffer.from('12345678901234567890'),
  [SHORT_SECRET]: Buffer.from('48656c6c6f21deadbeef', 'hex'),
};

for (const dialect of DIALECTS) {
  describe(`the import of devices on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server);
      for (const secret of Object.keys(KEYS)) server.secret(secret);
    });
    after(() => server?.close());

    const path = (user: TestUser) => `/users/${user.id}/devices`;
    const take = (user: TestUser, body: object, more: { token?: string } = {}) =>
      server.api(path(user), { type: TYPE, body, ...more });
    const codeOf = (secret: string) =>
      hotp(KEYS[secret] ?? Buffer.alloc(0), timeStepAt(server.now(), 30_000), {
        digits: 6,
        algorithm: 'sha1',
      });

    test('takes a TOTP secret, whose codes are good at once', async () => {
      for (const secret of Object.keys(KEYS)) {
        const user = await aUser(server);
        const reply = await take(user, { type: 'TOTP', secret, nickname: 'Old phone' });
        assert.equal(reply.status, 201, reply.text);
        const { id, type, status, nickname } = reply.body;
        assert.deepEqual([type, status, nickname], ['TOTP', 'ACTIVE', 'Old phone']);
        assert.doesNotMatch(reply.text, new RegExp(`secret|keyUri|${secret}`));
        const read = await server.api(`${path(user)}/${id}`);
        assert.deepEqual(read.body, reply.body);
        const flow = await aFlow(server, user);
        assert.equal((await check(server, flow.id, codeOf(secret))).body.status, 'COMPLETED');
        const actions = await actionsOf(server, `resources.id eq "${id}"`);
        assert.deepEqual(actions.toSorted(), ['DEVICE.ACTIVATED', 'DEVICE.CREATED']);
      }
    });

    test('reads the letters of a secret in either case, with and without padding', async () => {
      const user = await aUser(server);
      const secret = SHORT_SECRET.toLowerCase();
      assert.equal((await take(user, { type: 'TOTP', secret: `${secret}==` })).status, 201);
      const flow = await aFlow(server, user);
      assert.equal((await check(server, flow.id, codeOf(SHORT_SECRET))).body.status, 'COMPLETED');
    });

    test('takes the same secret of a user once, also in parallel', async () => {
      const user = await aUser(server);
      const body = { type: 'TOTP', secret: SECRET };
      const replies = await Promise.all(Array.from({ length: 5 }, () => take(user, body)));
      assert.equal(replies.filter(({ status }) => status === 201).length, 1);
      for (const reply of replies.filter(({ status }) => status !== 201)) {
        assert.equal(errorOf(reply).detail, 'UNIQUENESS_VIOLATION');
        assert.equal(errorOf(reply).target, 'secret');
      }
      const again = await take(user, { type: 'TOTP', secret: SECRET.toLowerCase() });
      assert.equal(errorOf(again).code, 'UNIQUENESS_VIOLATION');
      // A device of its own is another one, and so is the same secret of another user.
      await aDevice(server, user, { type: 'TOTP' });
      assert.equal((await take(await aUser(server), body)).status, 201);
    });

    test('refuses what is no secret, and devices that have none to take', async () => {
      const user = await aUser(server);
      const of = async (body: object) => errorOf(await take(user, body));
      const invalid = invalidData('INVALID_VALUE', 'secret');
      for (const secret of ['JBSWY3DPEHPK3PX', 'JBSWY3DPEHPK3PX1', 'JBSWY3DP EHPK3PXP']) {
        assert.deepEqual(await of({ type: 'TOTP', secret }), invalid, secret);
      }
      const tooLong = 'A'.repeat(161);
      const size = invalidData('SIZE_LIMIT_EXCEEDED', 'secret');
      assert.deepEqual(await of({ type: 'TOTP', secret: tooLong }), size);
      assert.equal((await of({ type: 'TOTP', secret: '' })).target, 'secret');
      assert.deepEqual(await of({ type: 'TOTP' }), invalidData('REQUIRED_VALUE', 'secret'));
      for (const type of ['EMAIL', 'FIDO2', 'BROWSER', 'SHOE']) {
        assert.equal((await of({ type, secret: SECRET })).target, 'type', type);
      }
      const { body } = await server.api(path(user));
      assert.equal(body.count, 0);
    });

    test('holds the policy, and the number of devices that a user may have', async () => {
      const user = await aUser(server);
      const { body: policies } = await server.api('/deviceAuthenticationPolicies');
      const policy = policies._embedded.deviceAuthenticationPolicies.find(
        (one: { default: boolean }) => one.default,
      );
      const address = `/deviceAuthenticationPolicies/${policy.id}`;
      const totp = { ...policy.totp, pairingDisabled: true };
      const changed = await server.api(address, { method: 'PUT', body: { ...policy, totp } });
      assert.equal(changed.status, 200, changed.text);
      const body = { type: 'TOTP', secret: SECRET };
      assert.equal(errorOf(await take(user, body)).detail, 'PAIRING_DISABLED');
      await server.api(address, { method: 'PUT', body: policy });
      const { body: settings } = await server.api('/mfaSettings');
      const room = { ...settings, pairing: { ...settings.pairing, maxAllowedDevices: 1 } };
      assert.equal((await server.api('/mfaSettings', { method: 'PUT', body: room })).status, 200);
      assert.equal((await take(user, body)).status, 201);
      const full = await take(user, { type: 'TOTP', secret: SHORT_SECRET });
      assert.equal(errorOf(full).detail, 'LIMIT_EXCEEDED');
      await server.api('/mfaSettings', { method: 'PUT', body: settings });
    });

    test('is for applications only: users prove their devices', async () => {
      const user = await aUser(server);
      const { token } = await issueUserToken(server.server.parts, {
        environmentId: server.environmentId,
        userId: user.id,
        scopes: ['p1:create:device', 'p1:read:device'],
      });
      server.secret(token);
      const reply = await take(user, { type: 'TOTP', secret: SECRET }, { token });
      assert.equal(reply.status, 403);
      assert.equal((await server.api(path(user))).body.count, 0);
    });
  });
}
