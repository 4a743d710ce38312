/** Attacks on passkeys and security keys, over HTTP on both stores. The numbers are the attacks'. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorOf } from '../src/testing/client.ts';
import { aDefaultPolicy, fido2PolicyBody } from '../src/testing/policies.ts';
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
const PARTNER = 'https://partner.example';

for (const dialect of DIALECTS) {
  describe(`attacks on passkeys on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      const policy = await server.api('/fido2Policies', {
        body: fido2PolicyBody('framed', {
          relatedOrigins: [PARTNER],
          discoverableCredentials: 'REQUIRED',
        }),
      });
      assert.equal(policy.status, 201, policy.text);
      await aDefaultPolicy(server, {
        fido2: {
          enabled: true,
          fido2PolicyId: policy.body.id,
          failure: { count: 7, coolDown: { duration: 2, timeUnit: 'MINUTES' } },
        },
      });
    });
    after(() => server?.close());

    const devicesOf = (user: TestUser) => `/users/${user.id}/devices`;

    async function pairing(user: TestUser) {
      const made = await server.api(devicesOf(user), { body: { type: 'FIDO2', rp: RP } });
      assert.equal(made.status, 201, made.text);
      const { id, publicKeyCredentialCreationOptions: options } = made.body;
      const answer = async (key: SoftwareAuthenticator, use: Use = {}) =>
        server.api(`${devicesOf(user)}/${id}`, {
          type: 'device.activate',
          body: { origin: use.origin ?? ORIGIN, attestation: await key.attestation(options, use) },
        });
      return { id: id as string, answer };
    }

    async function pair(user: TestUser, model: Model = {}) {
      const { id, answer } = await pairing(user);
      const key = softwareAuthenticator(model);
      const active = await answer(key);
      assert.equal(active.status, 200, active.text);
      return { id, key };
    }

    async function flowOf(user?: TestUser) {
      const reply = user
        ? await start(server, user)
        : await server.auth('/deviceAuthentications', { body: { rp: { id: RP.id } } });
      assert.equal(reply.status, 201, reply.text);
      return reply.body;
    }

    async function use(key: SoftwareAuthenticator, how: Use, user?: TestUser) {
      const flow = await flowOf(user);
      return server.auth(`/deviceAuthentications/${flow.id}`, {
        type: 'assertion.check',
        body: {
          origin: how.origin ?? ORIGIN,
          assertion: key.assertion(flow.publicKeyCredentialRequestOptions, how),
        },
      });
    }

    const framed: [name: string, how: Use, taken: boolean][] = [
      ['by nobody knows whom', { crossOrigin: true }, false],
      ['by a stranger', { crossOrigin: true, topOrigin: 'https://evil.example' }, false],
      ['by a stranger, and says it was not', { topOrigin: 'https://evil.example' }, false],
      ['by a related origin', { crossOrigin: true, topOrigin: PARTNER }, true],
      ['by a page of its own', { crossOrigin: true, topOrigin: `https://a.${RP.id}` }, true],
      ['and is listed itself', { crossOrigin: true, origin: PARTNER }, true],
    ];
    for (const [name, how, isTaken] of framed) {
      test(`36: an answer of a page that was framed ${name} is ${isTaken ? 'taken' : 'refused'}`, async () => {
        const user = await aUser(server);
        const { answer } = await pairing(user);
        const paired = await answer(softwareAuthenticator(), how);
        assert.equal(paired.status, isTaken ? 200 : 400, paired.text);
        if (!isTaken) assert.equal(errorOf(paired).detail, 'INVALID_ATTESTATION');
        const other = await aUser(server);
        const { key } = await pair(other);
        const used = await use(key, how, other);
        assert.equal(used.status, isTaken ? 200 : 400, used.text);
        if (!isTaken) assert.equal(errorOf(used).detail, 'INVALID_ASSERTION');
      });
    }

    test('36: without a user the authenticator must say who it is', async () => {
      const user = await aUser(server);
      const { key } = await pair(user);
      const nameless = await use(key, { userHandle: null });
      assert.equal(errorOf(nameless).detail, 'INVALID_ASSERTION');
      const named = await use(key, {});
      assert.equal(named.body.status, 'COMPLETED', named.text);
      // Where the user is known, a security key that stores none needn't.
      const known = await use(key, { userHandle: null }, user);
      assert.equal(known.body.status, 'COMPLETED', known.text);
    });

    test('36: what is wrong is refused in one way, and the audit says what it was', async () => {
      const user = await aUser(server);
      const { key } = await pair(user);
      const { key: stranger } = await pair(await aUser(server));
      const wrongs: [Use, RegExp][] = [
        [{ challenge: 'AAAA' }, /challenge/],
        [{ rpId: 'evil.example' }, /another relying party/],
        [{ type: 'webauthn.create' }, /type/],
        [{ userPresent: false }, /not present/],
        [{ userHandle: 'AAAA' }, /user handle/],
      ];
      for (const [how, reason] of wrongs) {
        const reply = await use(key, how, user);
        const { code, message, target } = reply.body.details[0];
        assert.deepEqual([code, target], ['INVALID_ASSERTION', 'assertion']);
        assert.doesNotMatch(message, reason, 'nothing is said to whoever sent it');
        assert.match(await reasonsOf(user), reason);
        const because = new RegExp(`"because":"[^"]*${reason.source}`);
        assert.match(server.log(), because, 'the log says it as well');
      }
      const foreign = await use(stranger, {}, user);
      assert.equal(errorOf(foreign).detail, 'INVALID_ASSERTION');
      assert.match(await reasonsOf(user), /not one of those/);
    });

    /** What the audit says of the wrong answers of a user's devices. */
    async function reasonsOf(user: TestUser): Promise<string> {
      const filter = ever(`user.id eq "${user.id}" and action.type eq "ASSERTION.CHECK_FAILED"`);
      const reply = await server.api(`/activities?filter=${encodeURIComponent(filter)}`);
      const { activities } = reply.body._embedded;
      return activities.map(({ data }: { data?: { reason?: string } }) => data?.reason).join('\n');
    }

    test('36: a counter that goes back blocks, and an unblocking lets the owner in again', async () => {
      const user = await aUser(server);
      const { id, key } = await pair(user);
      const at = (signCount: number) => use(key, { signCount }, user);
      assert.equal((await at(9)).body.status, 'COMPLETED');
      assert.equal(errorOf(await at(3)).detail, 'DEVICE_BLOCKED');
      const unblocked = await server.api(`${devicesOf(user)}/${id}`, { type: 'device.unblock' });
      assert.equal(unblocked.status, 200, unblocked.text);
      assert.equal((await at(4)).body.status, 'COMPLETED', 'the owner is in');
      assert.equal(errorOf(await at(4)).detail, 'DEVICE_BLOCKED', 'and a copy is seen again');
    });

    test('36: a credential of another user is refused by its name', async () => {
      const { key } = await pair(await aUser(server));
      const { answer } = await pairing(await aUser(server));
      assert.deepEqual(errorOf(await answer(key)), {
        status: 409,
        code: 'UNIQUENESS_VIOLATION',
        detail: 'UNIQUENESS_VIOLATION',
        target: 'attestation',
      });
    });
  });
}
