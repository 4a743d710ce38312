/** What a stolen password doesn't add: devices, where a policy asks for a proof; decision 0058. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { errorOf, invalidData, type Reply } from '../src/testing/client.ts';
import { allowNative, aNativeApplication } from '../src/testing/native.ts';
import { aDefaultPolicy, policyBody } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import {
  actionsOf,
  aDevice,
  aFlow,
  aUser,
  check,
  sentOtp,
  type TestUser,
} from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const RECOVERY = 'application/vnd.countersign.recoveryCode.check+json';
const RULES = {
  proofBeforePairing: true,
  recovery: { recoveryCodes: { enabled: true }, temporaryCodes: { enabled: true } },
};
const MINUTE = 60_000;
const HOUR = { duration: 1, timeUnit: 'HOURS' };
const AT_ONCE = 12;
const FORBIDDEN = { status: 403, code: 'ACCESS_FAILED', detail: undefined, target: undefined };

for (const dialect of DIALECTS) {
  describe(`adding a device needs a proof on ${dialect}`, () => {
    let server: TestServer;
    let phones = 0;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server, RULES);
    });
    after(() => server?.close());

    async function tokenOf({ id: userId }: TestUser): Promise<string> {
      const { parts } = server.server;
      const scopes = ['p1:create:device', 'p1:create:pairingKey'] as const;
      const { environmentId } = server;
      const issued = await issueUserToken(parts, { environmentId, userId, scopes: [...scopes] });
      server.secret(issued.token);
      return issued.token;
    }

    /** Another number each time. */
    const add = (user: TestUser, token: string, more: object = {}) => {
      phones += 1;
      const phone = `+1512555${1_000 + phones}`;
      return server.api(`/users/${user.id}/devices`, {
        token,
        body: { type: 'SMS', phone, ...more },
      });
    };

    async function invitationOf(user: TestUser, more: object = {}): Promise<Reply['body']> {
      const reply = await server.api(`/users/${user.id}/invitations`, {
        body: { lifeTime: HOUR, ...more },
      });
      assert.equal(reply.status, 201, reply.text);
      server.secret(reply.body.code);
      server.secret(reply.body.code.replaceAll('-', ''));
      return reply.body;
    }

    async function aUserWithDevice(): Promise<{ user: TestUser; token: string }> {
      const user = await aUser(server);
      await aDevice(server, user);
      return { user, token: await tokenOf(user) };
    }

    async function completed(user: TestUser): Promise<string> {
      const { id } = await aFlow(server, user);
      const done = await check(server, id, await sentOtp(server, user.email));
      assert.equal(done.body.status, 'COMPLETED', done.text);
      return id;
    }

    const byFlow = (id: string) => ({ deviceAuthentication: { id } });
    const byCode = (code: string) => ({ invitation: { code } });

    const notGood = invalidData('INVALID_VALUE', 'deviceAuthentication.id');

    test('a token of the user alone adds none, by whatever door, and an application is not asked', async () => {
      const { user, token } = await aUserWithDevice();
      assert.deepEqual(errorOf(await add(user, token)), FORBIDDEN);
      const lax = await server.api('/deviceAuthenticationPolicies', {
        body: policyBody(`lax ${dialect}`),
      });
      const named = { policy: { id: lax.body.id } };
      assert.deepEqual(errorOf(await add(user, token, named)), FORBIDDEN);
      const codes = await server.api(`/users/${user.id}/recoveryCodes`, { token, body: {} });
      assert.deepEqual(errorOf(codes), FORBIDDEN);
      const list = await server.api(`/users/${user.id}/devices`);
      assert.equal(list.body.count, 1);
      assert.equal((await add(user, server.token)).status, 201);
    });

    test('a flow that was just completed lets the user add one, once', async () => {
      const { user, token } = await aUserWithDevice();
      const id = await completed(user);
      const added = await add(user, token, byFlow(id));
      assert.equal(added.status, 201, added.text);
      assert.equal(added.body.status, 'ACTIVATION_REQUIRED');
      assert.deepEqual(errorOf(await add(user, token, byFlow(id))), notGood);
      const read = await server.auth(`/deviceAuthentications/${id}`);
      assert.equal(read.body.status, 'COMPLETED');
      const another = await completed(user);
      const raced = await Promise.all(
        Array.from({ length: AT_ONCE }, () => add(user, token, byFlow(another))),
      );
      assert.equal(raced.filter(({ status }) => status === 201).length, 1);
    });

    test("neither an open flow does, nor an old one, somebody else's, or one of an address", async () => {
      const { user, token } = await aUserWithDevice();
      const { user: other } = await aUserWithDevice();
      const old = await completed(user);
      server.advance(10 * MINUTE);
      const open = await aFlow(server, user);
      const theirs = await completed(other);
      const oneTime = await aFlow(server, user, {
        selectedDevice: { oneTime: { type: 'EMAIL', email: `to-${user.email}` } },
      });
      server.secret(`to-${user.email}`);
      const otp = await sentOtp(server, `to-${user.email}`);
      assert.equal((await check(server, oneTime.id, otp)).body.status, 'COMPLETED');
      for (const id of [old, open.id, theirs, oneTime.id, user.id]) {
        assert.deepEqual(errorOf(await add(user, token, byFlow(id))), notGood);
      }
    });

    test('an invitation does, as often as it says, whoever comes at the same time', async () => {
      const user = await aUser(server);
      const token = await tokenOf(user);
      const { code, id } = await invitationOf(user);
      const raced = await Promise.all(
        Array.from({ length: AT_ONCE }, () => add(user, token, byCode(code))),
      );
      assert.equal(raced.filter(({ status }) => status === 201).length, 1);
      const notGood = invalidData('INVALID_VALUE', 'invitation.code');
      assert.deepEqual(errorOf(await add(user, token, byCode(code))), notGood);
      assert.deepEqual(await actionsOf(server, `resources.id eq "${id}"`), [
        'INVITATION.USED',
        'INVITATION.CREATED',
      ]);
      const twice = await invitationOf(user, { uses: 2 });
      const typed = twice.code.replaceAll('-', ' ').toLowerCase();
      assert.equal((await add(user, token, byCode(typed))).status, 201);
      const shown = await server.api(`/users/${user.id}/invitations/${twice.id}`);
      assert.equal(shown.body.usesLeft, 1);
      assert.equal(shown.body.code, undefined);
      const codes = await server.api(`/users/${user.id}/recoveryCodes`, {
        token,
        body: byCode(twice.code),
      });
      assert.equal(codes.status, 201, codes.text);
      for (const one of codes.body.codes) server.secret(one);
    });

    test('an invitation that is over, revoked, of somebody else or none at all does not', async () => {
      const [user, other] = [await aUser(server), await aUser(server)];
      const token = await tokenOf(user);
      const theirs = await invitationOf(other);
      const revoked = await invitationOf(user);
      const at = `/users/${user.id}/invitations/${revoked.id}`;
      assert.equal((await server.api(at, { method: 'DELETE' })).status, 204);
      const over = await invitationOf(user, { lifeTime: { duration: 5, timeUnit: 'MINUTES' } });
      server.advance(5 * MINUTE);
      const temporary = await server.api(`/users/${user.id}/temporaryCodes`, {
        body: { lifeTime: HOUR },
      });
      server.secret(temporary.body.code);
      const notGood = invalidData('INVALID_VALUE', 'invitation.code');
      const tried = [theirs.code, revoked.code, over.code, temporary.body.code, 'ABCD', '-'];
      for (const code of tried) {
        assert.deepEqual(errorOf(await add(user, token, byCode(code))), notGood);
      }
      assert.equal((await add(user, token, { invitation: {} })).status, 400);
    });

    test('an invitation stays good where the device is refused', async () => {
      const user = await aUser(server);
      const token = await tokenOf(user);
      const { code, id } = await invitationOf(user);
      assert.equal((await add(user, token, { ...byCode(code), phone: '1' })).status, 400);
      const shown = await server.api(`/users/${user.id}/invitations/${id}`);
      assert.equal(shown.body.usesLeft, 1);
    });

    test('a code of recovery leads to a new device', async () => {
      const user = await aUser(server);
      const token = await tokenOf(user);
      const made = await server.api(`/users/${user.id}/temporaryCodes`, {
        body: { lifeTime: HOUR },
      });
      server.secret(made.body.code);
      const flow = await server.auth('/deviceAuthentications', {
        type: RECOVERY,
        body: { user: { id: user.id }, recoveryCode: made.body.code },
      });
      assert.equal(flow.body.status, 'COMPLETED', flow.text);
      assert.equal((await add(user, token, byFlow(flow.body.id))).status, 201);
    });

    test('a pairing key needs the same', async () => {
      const applicationId = await aNativeApplication(server);
      await allowNative(server, applicationId);
      const { body } = await server.api('/deviceAuthenticationPolicies');
      const [policy] = body._embedded.deviceAuthenticationPolicies.filter(
        (one: { default: boolean }) => one.default,
      );
      const changed = await server.api(`/deviceAuthenticationPolicies/${policy.id}`, {
        method: 'PUT',
        body: { ...policy, ...RULES },
      });
      assert.equal(changed.status, 200, changed.text);
      const user = await aUser(server);
      const token = await tokenOf(user);
      const key = (body: object) => server.api(`/users/${user.id}/pairingKeys`, { token, body });
      assert.deepEqual(errorOf(await key({})), FORBIDDEN);
      const { code } = await invitationOf(user);
      const made = await key(byCode(code));
      assert.equal(made.status, 201, made.text);
      server.secret(made.body.code);
      assert.equal((await key(byCode(code))).status, 400);
    });
  });
}
