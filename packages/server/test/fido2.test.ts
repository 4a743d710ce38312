/** FIDO2 devices and flows over HTTP, on both stores; the browser and its key are in software. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { errorOf, invalidData } from '../src/testing/client.ts';
import { aDefaultPolicy, FAILURE, fido2PolicyBody, policyBody } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { aUser, ever, start, type TestUser } from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';
import {
  type Model,
  type SoftwareAuthenticator,
  softwareAuthenticator,
  type Use,
} from '../src/testing/software-authenticator.ts';

const RP = { id: 'login.shop.example', name: 'Shop' };
const ORIGIN = `https://${RP.id}`;

for (const dialect of DIALECTS) {
  describe(`FIDO2 on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server, { fido2: { enabled: true, failure: FAILURE } });
    });
    after(() => server?.close());

    const devicesOf = (user: TestUser) => `/users/${user.id}/devices`;
    const create = (user: TestUser, more: object = {}) =>
      server.api(devicesOf(user), { body: { type: 'FIDO2', rp: RP, ...more } });
    const activate = (user: TestUser, id: string, attestation: string, origin = ORIGIN) =>
      server.api(`${devicesOf(user)}/${id}`, {
        type: 'device.activate',
        body: { origin, attestation },
      });
    const check = (flowId: string, assertion: string, origin = ORIGIN) =>
      server.auth(`/deviceAuthentications/${flowId}`, {
        type: 'assertion.check',
        body: { origin, assertion },
      });

    /** A paired device and its authenticator. */
    async function pair(user: TestUser, model: Model = {}, use: Use = {}) {
      const made = await create(user);
      assert.equal(made.status, 201, made.text);
      const key = softwareAuthenticator(model);
      const text = await key.attestation(made.body.publicKeyCredentialCreationOptions, use);
      const active = await activate(user, made.body.id, text);
      assert.equal(active.status, 200, active.text);
      return { key, device: active.body };
    }

    async function aFlow(user: TestUser, more: object = {}) {
      const reply = await start(server, user, more);
      assert.equal(reply.status, 201, reply.text);
      assert.equal(reply.body.status, 'ASSERTION_REQUIRED', reply.text);
      return reply.body;
    }

    const answer = (key: SoftwareAuthenticator, flow: Record<string, string>, use: Use = {}) =>
      key.assertion(flow.publicKeyCredentialRequestOptions ?? '', use);

    test('a passkey is paired and used', async () => {
      const user = await aUser(server);
      const made = await create(user);
      const options = JSON.parse(made.body.publicKeyCredentialCreationOptions);
      assert.deepEqual(options.rp, RP);
      assert.equal(options.user.name, user.username);
      assert.equal(options.user.id.length, 32);
      assert.ok(options.challenge.every((byte: number) => byte >= -128 && byte <= 127));
      assert.equal(options.challenge.length, 32);
      assert.deepEqual(options.pubKeyCredParams[0], { type: 'public-key', alg: '-7' });
      assert.deepEqual(options.authenticatorSelection, {
        residentKey: 'required',
        requireResidentKey: true,
        userVerification: 'required',
      });
      assert.equal(options.timeout, 120_000);
      assert.equal(made.body.status, 'ACTIVATION_REQUIRED');
      assert.equal(made.body.credentialId, undefined);

      const key = softwareAuthenticator({ backupEligible: true, transports: ['internal'] });
      const text = await key.attestation(made.body.publicKeyCredentialCreationOptions, {
        backedUp: true,
      });
      const { body: device } = await activate(user, made.body.id, text);
      assert.equal(device.status, 'ACTIVE');
      assert.equal(device.credentialId, key.id);
      assert.deepEqual(device.backup, { backupEligibility: true, backupState: true });
      assert.deepEqual(device.attributes, {
        isCrossPlatform: false,
        transports: ['internal'],
        isResidentKey: true,
      });
      assert.equal(device.publicKeyCredentialCreationOptions, undefined);

      const flow = await aFlow(user);
      assert.ok(flow._links['assertion.check']);
      const asked = JSON.parse(flow.publicKeyCredentialRequestOptions);
      assert.equal(asked.rpId, RP.id);
      assert.equal(Buffer.from(asked.allowCredentials[0].id).toString('base64url'), key.id);
      const done = await check(flow.id, answer(key, flow));
      assert.equal(done.status, 200, done.text);
      assert.equal(done.body.status, 'COMPLETED');
      assert.deepEqual(done.body.authenticators, ['swk', 'mfa', 'user']);
      assert.equal(done.body.publicKeyCredentialRequestOptions, undefined);
    });

    test('a key that is not backed up counts as hardware', async () => {
      const user = await aUser(server);
      const { key } = await pair(user);
      const flow = await aFlow(user);
      const done = await check(flow.id, answer(key, flow));
      assert.deepEqual(done.body.authenticators, ['hwk', 'mfa', 'user']);
    });

    test('twenty parallel checks of one assertion: one completes, and it is no copy', async () => {
      const user = await aUser(server);
      const { key, device } = await pair(user);
      const flow = await aFlow(user);
      const assertion = answer(key, flow);
      const replies = await Promise.all(
        Array.from({ length: 20 }, () => check(flow.id, assertion)),
      );
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
      for (const { status, body } of replies) {
        if (status !== 200) assert.equal(body.code, 'INVALID_REQUEST', JSON.stringify(body));
      }
      const { body } = await server.api(`${devicesOf(user)}/${device.id}`);
      assert.equal(body.block.status, 'UNBLOCKED');
    });

    test('what is wrong with an assertion is refused, counted, and not told', async () => {
      const wrongs: [string, Use][] = [
        ['another challenge', { challenge: Buffer.alloc(32, 7).toString('base64url') }],
        ['another relying party', { rpId: 'evil.example' }],
        ['another type', { type: 'webauthn.create' }],
        ['another origin in the client data', { origin: 'https://evil.example' }],
        ['nobody there', { userPresent: false, userVerified: false }],
        ['another user handle', { userHandle: Buffer.alloc(32, 1).toString('base64url') }],
        ['another top origin', { crossOrigin: true, topOrigin: 'https://evil.example' }],
      ];
      for (const [what, use] of wrongs) {
        const user = await aUser(server);
        const { key } = await pair(user);
        const flow = await aFlow(user);
        const reply = await check(flow.id, answer(key, flow, use));
        assert.deepEqual(errorOf(reply), invalidData('INVALID_ASSERTION', 'assertion'), what);
        assert.equal(reply.body.details[0].innerError.attemptsRemaining, 2, what);
        assert.doesNotMatch(reply.text, /evil|challenge|expected/i, what);
        const done = await check(flow.id, answer(key, flow));
        assert.equal(done.body.status, 'COMPLETED', what);
      }
    });

    test('what is no assertion at all is refused and counted', async () => {
      const user = await aUser(server);
      const { key } = await pair(user);
      for (const text of ['{}', 'null', '[]', '{"id":"x"}', 'no json', '"text"']) {
        const flow = await aFlow(user);
        const reply = await check(flow.id, text);
        assert.equal(errorOf(reply).detail, 'INVALID_ASSERTION', text);
        await check(flow.id, answer(key, flow));
      }
      const flow = await aFlow(user);
      const tampered = JSON.parse(answer(key, flow));
      const clientData = JSON.parse(
        Buffer.from(tampered.response.clientDataJSON, 'base64').toString(),
      );
      tampered.response.clientDataJSON = Buffer.from(
        JSON.stringify({ ...clientData, extra: true }),
      ).toString('base64');
      const reply = await check(flow.id, JSON.stringify(tampered));
      assert.equal(errorOf(reply).detail, 'INVALID_ASSERTION');
    });

    test('an origin of another site is refused before anything is checked', async () => {
      const user = await aUser(server);
      const { key } = await pair(user);
      const origins = ['https://evil.example', `http://${RP.id}`, `https://${RP.id}.evil.example`];
      for (const origin of [...origins, `https://evil${RP.id}`, `https://${RP.id}/path`]) {
        const flow = await aFlow(user);
        const reply = await check(flow.id, answer(key, flow, { origin }), origin);
        assert.equal(errorOf(reply).detail, 'INVALID_ASSERTION', origin);
        const below = `https://app.${RP.id}`;
        const done = await check(flow.id, answer(key, flow, { origin: below }), below);
        assert.equal(done.body.status, 'COMPLETED', done.text);
      }
    });

    test('too many wrong assertions lock the device for the time of the policy', async () => {
      const user = await aUser(server);
      const { key, device } = await pair(user);
      const flow = await aFlow(user);
      const bad = answer(key, flow, { rpId: 'evil.example' });
      await check(flow.id, bad);
      await check(flow.id, bad);
      const third = await check(flow.id, bad);
      assert.equal(errorOf(third).detail, 'DEVICE_LOCKED');
      const { body } = await server.api(`${devicesOf(user)}/${device.id}`);
      assert.equal(body.lock.status, 'LOCKED');
      assert.equal((await start(server, user)).body.status, 'FAILED');
      server.advance(2 * 60_000);
      const again = await aFlow(user);
      const done = await check(again.id, answer(key, again, { signCount: 50 }));
      assert.equal(done.body.status, 'COMPLETED', done.text);
    });

    test('a replayed assertion opens no other flow', async () => {
      const user = await aUser(server);
      const { key } = await pair(user);
      const first = await aFlow(user);
      const assertion = answer(key, first);
      assert.equal((await check(first.id, assertion)).body.status, 'COMPLETED');
      const second = await aFlow(user);
      assert.equal(errorOf(await check(second.id, assertion)).detail, 'INVALID_ASSERTION');
    });

    test("another user's key, and a key of another environment, open nothing", async () => {
      const [user, other] = [await aUser(server), await aUser(server)];
      const { key: own } = await pair(user);
      const { key: foreign } = await pair(other);
      const flow = await aFlow(user);
      const reply = await check(flow.id, answer(foreign, flow));
      assert.equal(errorOf(reply).detail, 'INVALID_ASSERTION');
      const stranger = softwareAuthenticator();
      assert.equal(
        errorOf(await check(flow.id, answer(stranger, flow))).detail,
        'INVALID_ASSERTION',
      );
      assert.equal((await check(flow.id, answer(own, flow))).body.status, 'COMPLETED');
    });

    test('an answer after the time of the policy is too late, and counts for nothing', async () => {
      const user = await aUser(server);
      const { key } = await pair(user);
      const flow = await aFlow(user);
      const assertion = answer(key, flow);
      server.advance(150_000);
      const late = await check(flow.id, assertion);
      assert.equal(errorOf(late).detail, 'CHALLENGE_EXPIRED');
      const { selectedDevice } = flow;
      const again = await server.auth(`/deviceAuthentications/${flow.id}`, {
        type: 'device.select',
        body: { device: selectedDevice },
      });
      assert.equal((await check(flow.id, answer(key, again.body))).body.status, 'COMPLETED');
    });

    test('a counter that does not grow blocks the device and says so in the audit', async () => {
      const user = await aUser(server);
      const { key, device } = await pair(user);
      const first = await aFlow(user);
      await check(first.id, answer(key, first, { signCount: 9 }));
      const second = await aFlow(user);
      const reply = await check(second.id, answer(key, second, { signCount: 9 }));
      assert.equal(errorOf(reply).detail, 'DEVICE_BLOCKED');
      const { body } = await server.api(`${devicesOf(user)}/${device.id}`);
      assert.equal(body.block.status, 'BLOCKED');
      const started = await start(server, user);
      assert.equal(started.body.error.code, 'NO_USABLE_DEVICES');
      const filter = encodeURIComponent(ever(`resources.id eq "${device.id}"`));
      const { body: audit } = await server.api(`/activities?filter=${filter}`);
      const actions = audit._embedded.activities.map(
        ({ action }: { action: { type: string } }) => action.type,
      );
      assert.ok(actions.includes('DEVICE.BLOCKED'), String(actions));
    });

    test('a passkey that counts nothing is no copy', async () => {
      const user = await aUser(server);
      const { key } = await pair(user, { counts: false });
      for (let round = 0; round < 3; round += 1) {
        const flow = await aFlow(user);
        const done = await check(flow.id, answer(key, flow));
        assert.equal(done.body.status, 'COMPLETED', done.text);
      }
    });

    test('without a user name the passkey says who it is, and must verify him', async () => {
      const user = await aUser(server);
      const { key, device } = await pair(user);
      const begin = () => server.auth('/deviceAuthentications', { body: { rp: { id: RP.id } } });
      const { body: flow, status } = await begin();
      assert.equal(status, 201);
      assert.equal(flow.status, 'ASSERTION_REQUIRED');
      assert.equal(flow.user, undefined);
      const options = JSON.parse(flow.publicKeyCredentialRequestOptions);
      assert.equal(options.allowCredentials, undefined);
      assert.equal(options.userVerification, 'required');

      const unverified = await check(flow.id, answer(key, flow, { userVerified: false }));
      assert.equal(errorOf(unverified).detail, 'INVALID_ASSERTION');
      const stranger = softwareAuthenticator();
      const unknown = await check(flow.id, answer(stranger, flow));
      assert.equal(errorOf(unknown).detail, 'INVALID_ASSERTION');
      const read = await server.auth(`/deviceAuthentications/${flow.id}`);
      assert.equal(read.body.user, undefined);
      const done = await check(flow.id, answer(key, flow));
      assert.equal(done.body.status, 'COMPLETED', done.text);
      assert.equal(done.body.user.id, user.id);
      assert.equal(done.body.selectedDevice.id, device.id);

      const { body: another } = await begin();
      const foreign = await check(another.id, answer(key, another, { signCount: 1 }));
      assert.equal(foreign.status, 400);
    });

    test('a flow without a user ends after too many strangers', async () => {
      const { body: flow } = await server.auth('/deviceAuthentications', { body: { rp: {} } });
      assert.equal(JSON.parse(flow.publicKeyCredentialRequestOptions).rpId, 'localhost');
      assert.equal(flow._links['device.select'], undefined);
      const stranger = softwareAuthenticator();
      for (let round = 0; round < 3; round += 1) {
        const reply = await check(flow.id, answer(stranger, flow), 'http://localhost');
        assert.equal(errorOf(reply).detail, 'INVALID_ASSERTION');
      }
      const { body: ended } = await server.auth(`/deviceAuthentications/${flow.id}`);
      assert.equal(ended.status, 'FAILED');
      assert.equal(ended.error.code, 'ASSERTION_LIMIT_REACHED');
      const nobody = await server.auth('/deviceAuthentications', { body: {} });
      assert.deepEqual(errorOf(nobody), invalidData('REQUIRED_VALUE', 'user.id'));
    });

    test('a challenge of the caller is what is signed', async () => {
      const user = await aUser(server);
      const { key } = await pair(user);
      const challenge = Buffer.alloc(40, 5).toString('base64url');
      const flow = await aFlow(user, { challenge });
      const options = JSON.parse(flow.publicKeyCredentialRequestOptions);
      assert.equal(Buffer.from(options.challenge).toString('base64url'), challenge);
      assert.equal((await check(flow.id, answer(key, flow))).body.status, 'COMPLETED');
      for (const bad of ['short', Buffer.alloc(31).toString('base64url'), 5]) {
        const reply = await start(server, user, { challenge: bad });
        assert.deepEqual(errorOf(reply), invalidData('INVALID_VALUE', 'challenge'));
      }
      // Who could choose it for himself could replay what he once signed.
      const { parts } = server.server;
      const { token } = await issueUserToken(parts, {
        environmentId: server.environmentId,
        userId: user.id,
        scopes: [],
      });
      const own = await server.auth('/deviceAuthentications', {
        token,
        body: { user: { id: user.id }, challenge },
      });
      assert.equal(own.status, 403);
    });

    test('a flow says whether its passkeys are shown as one, as their policy has it', async () => {
      const user = await aUser(server);
      await pair(user);
      await pair(user);
      assert.equal((await start(server, user)).body.aggregateFido2Devices, false);
      const together = await server.api('/fido2Policies', {
        body: fido2PolicyBody(`together-${dialect}`, { aggregateDevices: true, default: false }),
      });
      assert.equal(together.status, 201, together.text);
      const policy = await server.api('/deviceAuthenticationPolicies', {
        body: policyBody(`together-${dialect}`, {
          fido2: { enabled: true, failure: FAILURE, fido2PolicyId: together.body.id },
        }),
      });
      const flow = await start(server, user, { policy: { id: policy.body.id } });
      assert.equal(flow.body.aggregateFido2Devices, true);
    });

    test('what the browser can do decides which devices can be used', async () => {
      const user = await aUser(server);
      const { device: passkey } = await pair(user, { attachment: 'platform' });
      const { device: roaming } = await pair(user, { attachment: 'cross-platform' });
      const none = await start(server, user, { compatibility: 'NONE' });
      assert.equal(none.body.error.code, 'NO_USABLE_DEVICES');
      const keys = await start(server, user, { compatibility: 'SECURITY_KEY_ONLY' });
      const shown = keys.body._embedded;
      assert.deepEqual(
        shown.devices.map(({ id }: { id: string }) => id),
        [roaming.id],
      );
      assert.equal(shown.blockedDevices[0].id, passkey.id);
      assert.equal(shown.blockedDevices[0].usableStatus.reason, 'INCOMPATIBLE');
    });

    test('a credential is paired once in an environment', async () => {
      const [user, other] = [await aUser(server), await aUser(server)];
      const { key } = await pair(user);
      const again = await create(user);
      const options = JSON.parse(again.body.publicKeyCredentialCreationOptions);
      assert.equal(
        Buffer.from(options.excludeCredentials[0].id).toString('base64url'),
        key.id,
        'the browser is told',
      );
      for (const one of [user, other]) {
        const made = await create(one);
        const text = await key.attestation(made.body.publicKeyCredentialCreationOptions);
        const reply = await activate(one, made.body.id, text);
        assert.equal(reply.status, 409, reply.text);
      }
    });

    test('what is wrong with an attestation is refused and counted', async () => {
      const user = await aUser(server);
      const uses: Use[] = [
        { challenge: Buffer.alloc(32, 7).toString('base64url') },
        { rpId: 'evil.example' },
        { type: 'webauthn.get' },
        { origin: 'https://evil.example' },
        { userVerified: false },
      ];
      for (const use of uses) {
        const made = await create(user);
        const key = softwareAuthenticator();
        const text = await key.attestation(made.body.publicKeyCredentialCreationOptions, use);
        const reply = await activate(user, made.body.id, text);
        assert.deepEqual(errorOf(reply), invalidData('INVALID_ATTESTATION', 'attestation'));
      }
      const made = await create(user);
      for (const body of [{}, { otp: '123456' }, { attestation: '{}' }, { origin: ORIGIN }]) {
        const reply = await server.api(`${devicesOf(user)}/${made.body.id}`, {
          type: 'device.activate',
          body,
        });
        assert.equal(reply.body.details[0].code, 'REQUIRED_VALUE', reply.text);
      }
      const key = softwareAuthenticator();
      const text = await key.attestation(made.body.publicKeyCredentialCreationOptions);
      assert.equal((await activate(user, made.body.id, text)).status, 200);
    });

    test('nothing else pairs it: an administrator may not vouch, the old types are gone', async () => {
      const user = await aUser(server);
      const vouched = await create(user, { status: 'ACTIVE' });
      assert.equal(errorOf(vouched).target, 'status');
      for (const type of ['SECURITY_KEY', 'PLATFORM']) {
        const reply = await server.api(devicesOf(user), { body: { type, rp: RP } });
        assert.deepEqual(errorOf(reply), invalidData('INVALID_VALUE', 'type'));
      }
      for (const id of ['HTTPS://x', 'shop.example:443', '127.0.0.1', '', 'a b', 'Shop.example']) {
        const reply = await create(user, { rp: { id, name: 'Shop' } });
        assert.equal(reply.status, 400, id);
        assert.equal(errorOf(reply).target, 'rp.id', id);
      }
    });

    test('a flow of one relying party leaves out the keys of another', async () => {
      const user = await aUser(server);
      await pair(user);
      const reply = await start(server, user, { rp: { id: 'other.example' } });
      assert.equal(reply.body.error?.code, 'NO_USABLE_DEVICES', reply.text);
      const unknown = await server.auth('/deviceAuthentications', {
        body: { user: { id: randomUUID() }, rp: { id: RP.id } },
      });
      assert.equal(unknown.status, 404);
    });
  });
}
