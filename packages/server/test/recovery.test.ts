/** Recovery codes and temporary codes over HTTP, on both stores; decision 0057. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { RECOVERY_TRIES_MAX } from '../src/config/limits.ts';
import type { SelfScope } from '../src/resources/kit/operation.ts';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { errorOf, invalidData, type Reply, send } from '../src/testing/client.ts';
import { aDefaultPolicy, policyBody } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { actionsOf, aDevice, aFlow, aUser, start, type TestUser } from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const CHECK = 'application/vnd.countersign.recoveryCode.check+json';
const HELP_DESK = '4f1c0a52-7a0e-4f0b-9d6e-0c5a1d2b0008';
const ON = { recovery: { recoveryCodes: { enabled: true }, temporaryCodes: { enabled: true } } };
const MINUTE = 60_000;
const HOUR = { duration: 1, timeUnit: 'HOURS' };
const AT_ONCE = 20;

/** A code that nobody has: of the right form. */
const guess = (number: number) =>
  `AAAA-BBBB-CCCC-${String(2_222 + number).replaceAll(/[01]/g, 'X')}`;

for (const dialect of DIALECTS) {
  describe(`a way back on ${dialect}`, () => {
    let server: TestServer;
    let policy: Reply['body'];

    before(async () => {
      server = await startTestServerOn(dialect);
      policy = await aDefaultPolicy(server, ON);
    });
    after(() => server?.close());

    /** Ten codes of the user; none of them may stand in a log or a row. */
    async function codesFor(user: TestUser): Promise<string[]> {
      const reply = await server.api(`/users/${user.id}/recoveryCodes`, { method: 'POST' });
      assert.equal(reply.status, 201, reply.text);
      for (const code of reply.body.codes) learn(code);
      return reply.body.codes;
    }

    function learn(code: string): void {
      server.secret(code);
      server.secret(code.replaceAll('-', ''));
    }

    async function temporaryCode(user: TestUser, more: object = {}): Promise<Reply['body']> {
      const reply = await server.api(`/users/${user.id}/temporaryCodes`, {
        body: { lifeTime: HOUR, ...more },
      });
      assert.equal(reply.status, 201, reply.text);
      learn(reply.body.code);
      return reply.body;
    }

    const check = (flowId: string, recoveryCode: string, token = server.token) =>
      server.auth(`/deviceAuthentications/${flowId}`, {
        type: CHECK,
        token,
        body: { recoveryCode },
      });

    const startWith = (
      user: TestUser,
      recoveryCode: string,
      more: object = {},
      token = server.token,
    ) =>
      server.auth('/deviceAuthentications', {
        type: CHECK,
        token,
        body: { user: { id: user.id }, recoveryCode, ...more },
      });

    const left = async (user: TestUser): Promise<number> =>
      (await server.api(`/users/${user.id}/recoveryCodes`)).body.remaining;

    async function aUserWithDevice(): Promise<TestUser> {
      const user = await aUser(server);
      await aDevice(server, user);
      return user;
    }

    /** The newest message to the user that has no code, by its subject. */
    async function lastSubject(user: TestUser): Promise<string> {
      await server.server.outboxIdle();
      const { body } = await server.raw(`/dev/outbox?to=${encodeURIComponent(user.email)}`);
      return body.messages.find(({ otp }: { otp?: string }) => !otp)?.subject;
    }

    test('ten codes are shown once, and each completes one flow, whatever it waits for', async () => {
      const user = await aUserWithDevice();
      const codes = await codesFor(user);
      assert.equal(new Set(codes).size, 10);
      for (const code of codes) assert.match(code, /^([2-9A-HJ-NP-Z]{4}-){3}[2-9A-HJ-NP-Z]{4}$/);
      const told = await server.api(`/users/${user.id}/recoveryCodes`);
      assert.deepEqual(Object.keys(told.body).sort(), [
        '_links',
        'createdAt',
        'environment',
        'remaining',
        'user',
      ]);
      assert.equal(told.body.remaining, 10);

      const flow = await aFlow(server, user);
      // As people type it.
      const done = await check(flow.id, ` ${codes[0]?.replaceAll('-', ' ').toLowerCase()}`);
      assert.equal(done.status, 200, done.text);
      assert.equal(done.body.status, 'COMPLETED');
      assert.deepEqual(done.body.authenticators, ['otp', 'mfa', 'recovery_code']);
      assert.equal(done.body.selectedDevice, undefined);
      assert.equal(await left(user), 9);
      const { body: environment } = await server.api('');
      assert.equal(await lastSubject(user), `A recovery code for ${environment.name} was used`);

      const again = await aFlow(server, user);
      assert.deepEqual(
        errorOf(await check(again.id, codes[0] ?? '')),
        invalidData('INVALID_OTP', 'recoveryCode'),
      );
      const chosen = await check(again.id, codes[1] ?? '');
      assert.equal(chosen.body.status, 'COMPLETED');
      const actions = await actionsOf(
        server,
        `actors.user.id eq "${user.id}" or resources.id eq "${chosen.body.id}" or resources.id eq "${flow.id}" or resources.id eq "${user.id}"`,
      );
      for (const action of [
        'RECOVERY_CODES.CREATED',
        'RECOVERY.CHECK_SUCCESS',
        'RECOVERY.CHECK_INVALID',
        'RECOVERY.CHECK_SUCCESS',
      ]) {
        assert.ok(actions.includes(action), `${action}: ${actions}`);
      }
    });

    test('who has no device that can be used begins with the code', async () => {
      const user = await aUser(server);
      const [code = ''] = await codesFor(user);
      const flow = await start(server, user);
      assert.equal(flow.body.error.code, 'NO_USABLE_DEVICES');
      const done = await startWith(user, code);
      assert.equal(done.status, 200, done.text);
      assert.equal(done.body.status, 'COMPLETED');
      assert.deepEqual(
        (await server.auth(`/deviceAuthentications/${done.body.id}`)).body,
        done.body,
      );
      assert.deepEqual(
        errorOf(await startWith(user, code)),
        invalidData('INVALID_OTP', 'recoveryCode'),
      );
    });

    test('of twenty that use one code at the same time one succeeds', async () => {
      const user = await aUserWithDevice();
      const [code = ''] = await codesFor(user);
      const flows = await Promise.all(Array.from({ length: AT_ONCE }, () => aFlow(server, user)));
      const replies = await Promise.all(flows.map(({ id }) => check(id, code)));
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
      assert.equal(await left(user), 9);
      const other = await aUser(server);
      const [theirs = ''] = await codesFor(other);
      const starts = await Promise.all(
        Array.from({ length: AT_ONCE }, () => startWith(other, theirs)),
      );
      assert.equal(starts.filter(({ status }) => status === 200).length, 1);
      assert.equal(await left(other), 9);
    });

    test('twenty wrong guesses lock, in parallel as one by one, and a right code waits with them', async () => {
      const user = await aUserWithDevice();
      const [code = '', next = ''] = await codesFor(user);
      const flow = await aFlow(server, user);
      const replies = await Promise.all(
        Array.from({ length: AT_ONCE }, (_, number) =>
          number % 2 ? check(flow.id, guess(number)) : startWith(user, guess(number)),
        ),
      );
      const details = replies.map((reply) => errorOf(reply).detail);
      assert.equal(
        details.filter((detail) => detail === 'INVALID_OTP').length,
        RECOVERY_TRIES_MAX - 1,
      );
      assert.equal(
        details.filter((detail) => detail === 'DEVICE_LOCKED').length,
        AT_ONCE - RECOVERY_TRIES_MAX + 1,
      );
      assert.deepEqual(
        errorOf(await check(flow.id, code)),
        invalidData('DEVICE_LOCKED', 'recoveryCode'),
      );
      // The device is as good as before.
      const read = await server.auth(`/deviceAuthentications/${flow.id}`);
      assert.equal(read.body.status, 'OTP_REQUIRED');
      server.advance(15 * MINUTE);
      assert.equal((await startWith(user, code)).body.status, 'COMPLETED');
      assert.equal((await startWith(user, next)).body.status, 'COMPLETED');
    });

    test('wrong codes count for the lockout of the account', async () => {
      const settings = await server.api('/mfaSettings');
      const lockout = { failureCount: 2, durationSeconds: 600 };
      const changed = await server.api('/mfaSettings', {
        method: 'PUT',
        body: { ...settings.body, lockout },
      });
      assert.equal(changed.status, 200, changed.text);
      const user = await aUserWithDevice();
      const [code = ''] = await codesFor(user);
      const flow = await aFlow(server, user);
      await check(flow.id, guess(1));
      await check(flow.id, guess(2));
      const read = await server.auth(`/deviceAuthentications/${flow.id}`);
      assert.equal(read.body.error.code, 'USER_LOCKED');
      assert.equal((await startWith(user, code)).status, 400);
      assert.equal(await left(user), 10);
      const { lockout: _, ...without } = settings.body;
      await server.api('/mfaSettings', { method: 'PUT', body: without });
    });

    test('what cannot be a code costs no attempt', async () => {
      const user = await aUserWithDevice();
      const [code = ''] = await codesFor(user);
      const flow = await aFlow(server, user);
      for (const typed of ['1', 'ABCD-EFGH', '0000-1111-0000-1111', `${code}X`, 'ÄÄÄÄ-EFGH-JKLM']) {
        const reply = await check(flow.id, typed);
        assert.deepEqual(errorOf(reply), invalidData('INVALID_OTP', 'recoveryCode'));
        assert.equal(reply.body.details[0].innerError.attemptsRemaining, RECOVERY_TRIES_MAX);
      }
      assert.equal((await check(flow.id, code)).body.status, 'COMPLETED');
    });

    test('new codes void those of before, and none are left when they are removed', async () => {
      const user = await aUserWithDevice();
      const [former = ''] = await codesFor(user);
      const many = await Promise.all(
        Array.from({ length: 4 }, () =>
          server.api(`/users/${user.id}/recoveryCodes`, { method: 'POST' }),
        ),
      );
      for (const { status, body } of many) {
        assert.equal(status, 201);
        for (const code of body.codes) learn(code);
      }
      assert.equal(await left(user), 10);
      const flow = await aFlow(server, user);
      assert.equal((await check(flow.id, former)).status, 400);
      const good = await Promise.all(many.map(({ body }) => startWith(user, body.codes[0])));
      assert.equal(
        good.filter(({ status }) => status === 200).length,
        1,
        'one set of them is good',
      );
      const removed = await server.api(`/users/${user.id}/recoveryCodes`, { method: 'DELETE' });
      assert.equal(removed.status, 204);
      const told = await server.api(`/users/${user.id}/recoveryCodes`);
      assert.equal(told.body.remaining, 0);
      assert.equal(told.body.createdAt, undefined);
    });

    test('a code is of no use to anybody else, nor as another kind', async () => {
      const [user, other] = [await aUserWithDevice(), await aUserWithDevice()];
      const [code = ''] = await codesFor(user);
      await codesFor(other);
      assert.equal((await startWith(other, code)).status, 400);
      const invitation = await server.api(`/users/${user.id}/invitations`, {
        body: { lifeTime: HOUR },
      });
      learn(invitation.body.code);
      assert.deepEqual(
        errorOf(await startWith(user, invitation.body.code)),
        invalidData('INVALID_OTP', 'recoveryCode'),
      );
    });

    test('nothing of it is there until a policy turns it on', async () => {
      const off = await server.api('/deviceAuthenticationPolicies', {
        body: policyBody(`off ${dialect}`),
      });
      assert.equal(off.body.recovery, undefined);
      assert.equal(off.body.proofBeforePairing, undefined);
      const same = await server.api(`/deviceAuthenticationPolicies/${policy.id}`, {
        method: 'PUT',
        body: policy,
      });
      assert.deepEqual(same.body.recovery, ON.recovery);
      const user = await aUserWithDevice();
      const codes = await codesFor(user);
      const { code } = await temporaryCode(user);
      const named = { policy: { id: off.body.id } };
      for (const path of ['recoveryCodes', 'temporaryCodes']) {
        const body = { ...named, ...(path === 'temporaryCodes' ? { lifeTime: HOUR } : {}) };
        const made = await server.api(`/users/${user.id}/${path}`, { body });
        assert.deepEqual(errorOf(made), invalidData('METHOD_DISABLED', 'policy.id'));
      }
      for (const one of [codes[0] ?? '', code, guess(1)]) {
        const reply = await startWith(user, one, named);
        assert.deepEqual(errorOf(reply), invalidData('METHOD_DISABLED', 'recoveryCode'));
      }
      const half = await server.api('/deviceAuthenticationPolicies', {
        body: policyBody(`half ${dialect}`, { recovery: { temporaryCodes: { enabled: true } } }),
      });
      const half_ = { policy: { id: half.body.id } };
      assert.equal((await startWith(user, codes[0] ?? '', half_)).status, 400);
      assert.equal((await startWith(user, code, half_)).body.status, 'COMPLETED');
    });

    test('a flow, its links and its devices are as before for who knows nothing of codes', async () => {
      const user = await aUserWithDevice();
      await codesFor(user);
      const flow = await aFlow(server, user);
      assert.deepEqual(Object.keys(flow._links), ['self', 'device.select', 'otp.check']);
      const devices = await server.api(`/users/${user.id}/devices`);
      assert.equal(devices.body.count, 1);
      const { body } = await server.api(`/users/${user.id}`);
      assert.ok(!JSON.stringify(body).toLowerCase().includes('recovery'));
    });

    test('a temporary code is good as often and as long as the help desk says', async () => {
      const user = await aUserWithDevice();
      const made = await temporaryCode(user, { uses: 2 });
      assert.match(made.code, /^([2-9A-HJ-NP-Z]{4}-){2}[2-9A-HJ-NP-Z]{4}$/);
      assert.equal(made.uses, 2);
      assert.match(await lastSubject(user), /recovery codes .* were changed/);
      const path = `/users/${user.id}/temporaryCodes`;
      const first = await startWith(user, made.code);
      assert.deepEqual(first.body.authenticators, ['mfa', 'temporary_code']);
      const list = await server.api(path);
      assert.equal(list.body.count, 1);
      const [shown] = list.body._embedded.temporaryCodes;
      assert.equal(shown.usesLeft, 1);
      assert.equal(shown.code, undefined);
      const replies = await Promise.all(
        Array.from({ length: AT_ONCE }, () => startWith(user, made.code)),
      );
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
      assert.equal((await server.api(path)).body.count, 0);

      const other = await aUser(server);
      const [brief, revoked] = [
        await temporaryCode(other, { lifeTime: { duration: 5, timeUnit: 'MINUTES' }, uses: 10 }),
        await temporaryCode(other),
      ];
      const at = `/users/${other.id}/temporaryCodes/${revoked.id}`;
      assert.equal((await server.api(at)).body.usesLeft, 1);
      assert.equal((await server.api(at, { method: 'DELETE' })).status, 204);
      assert.equal((await startWith(other, revoked.code)).status, 400);
      assert.equal((await startWith(other, brief.code)).status, 200);
      server.advance(5 * MINUTE);
      assert.equal((await startWith(other, brief.code)).status, 400);
      const gone = await server.api(`/users/${other.id}/temporaryCodes/${brief.id}`);
      assert.equal(gone.status, 404);
      const actions = await actionsOf(server, `resources.id eq "${revoked.id}"`);
      assert.deepEqual(actions, ['TEMPORARY_CODE.DELETED', 'TEMPORARY_CODE.CREATED']);
    });

    test('a temporary code out of its bounds is refused', async () => {
      const user = await aUser(server);
      const make = (body: object) => server.api(`/users/${user.id}/temporaryCodes`, { body });
      for (const lifeTime of [
        { duration: 4, timeUnit: 'MINUTES' },
        { duration: 73, timeUnit: 'HOURS' },
        { duration: 0, timeUnit: 'DAYS' },
      ]) {
        const reply = await make({ lifeTime });
        assert.deepEqual(errorOf(reply), invalidData('OUT_OF_RANGE', 'lifeTime.duration'));
      }
      for (const uses of [0, 11, 1.5]) {
        assert.equal(errorOf(await make({ lifeTime: HOUR, uses })).target, 'uses');
      }
      const replies = await Promise.all(Array.from({ length: 12 }, () => make({ lifeTime: HOUR })));
      for (const { body } of replies) if (body.code?.includes('-')) learn(body.code);
      assert.equal(replies.filter(({ status }) => status === 201).length, 10);
      assert.equal((await make({ lifeTime: HOUR })).body.details[0].code, 'LIMIT_EXCEEDED');
    });

    test('the help desk gives temporary codes, and makes neither recovery codes nor invitations', async () => {
      const user = await aUser(server);
      const token = await aWorker(HELP_DESK);
      const body = { lifeTime: HOUR };
      const made = await server.api(`/users/${user.id}/temporaryCodes`, { token, body });
      assert.equal(made.status, 201, made.text);
      learn(made.body.code);
      const refused = [
        await server.api(`/users/${user.id}/recoveryCodes`, { token, method: 'POST' }),
        await server.api(`/users/${user.id}/invitations`, { token, body }),
      ];
      for (const { status } of refused) assert.equal(status, 403);
      assert.equal((await server.api(`/users/${user.id}/recoveryCodes`, { token })).status, 200);
    });

    async function aWorker(roleId: string): Promise<string> {
      const made = await server.api('/applications', {
        body: {
          name: `desk ${dialect}`,
          type: 'WORKER',
          protocol: 'OPENID_CONNECT',
          enabled: true,
          grantTypes: ['CLIENT_CREDENTIALS'],
          tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
          assignActorRoles: false,
        },
      });
      const scope = { id: server.environmentId, type: 'ENVIRONMENT' };
      await server.api(`/applications/${made.body.id}/roleAssignments`, {
        body: { role: { id: roleId }, scope },
      });
      const { body } = await server.api(`/applications/${made.body.id}/secret`);
      const basic = Buffer.from(`${made.body.id}:${body.secret}`).toString('base64');
      const issued = await send(`${server.server.url}/${server.environmentId}/as/token`, {
        type: 'application/x-www-form-urlencoded',
        headers: { authorization: `Basic ${basic}` },
        body: 'grant_type=client_credentials',
      });
      server.secret(issued.body.access_token);
      return issued.body.access_token;
    }

    test('a user makes codes by their own token, and gives themself no temporary one', async () => {
      const [user, other] = [await aUser(server), await aUser(server)];
      const token = await tokenOf(user, ['p1:create:device', 'p1:read:device']);
      const made = await server.api(`/users/${user.id}/recoveryCodes`, { token, body: {} });
      assert.equal(made.status, 201, made.text);
      for (const code of made.body.codes) learn(code);
      assert.equal((await startWith(user, made.body.codes[0])).status, 200);
      const body = { lifeTime: HOUR };
      const refused = await Promise.all([
        server.api(`/users/${user.id}/temporaryCodes`, { token, body }),
        server.api(`/users/${user.id}/invitations`, { token, body }),
        server.api(`/users/${other.id}/recoveryCodes`, { token, body: {} }),
        server.api(`/users/${user.id}/recoveryCodes`, { token, method: 'DELETE' }),
      ]);
      for (const { status } of refused) assert.equal(status, 403);
      // Their own flows are theirs, another user's are not there.
      const [next = ''] = made.body.codes.slice(1);
      assert.equal((await startWith(user, next, {}, token)).status, 200);
      const [theirs = ''] = await codesFor(other);
      assert.equal((await startWith(other, theirs, {}, token)).status, 404);
      const flow = await aFlow(server, other);
      assert.equal((await check(flow.id, theirs, token)).status, 404);
      assert.equal(await left(other), 10);
    });

    async function tokenOf({ id: userId }: TestUser, scopes: SelfScope[]): Promise<string> {
      const { parts } = server.server;
      const { environmentId } = server;
      const { token } = await issueUserToken(parts, { environmentId, userId, scopes });
      server.secret(token);
      return token;
    }

    test('a locked account is closed to codes, and a deleted user leaves none', async () => {
      const user = await aUser(server);
      const [code = ''] = await codesFor(user);
      await server.api(`/users/${user.id}`, { type: 'account.lock', body: {} });
      assert.equal((await startWith(user, code)).status, 400);
      assert.equal(await left(user), 10);
      await server.api(`/users/${user.id}`, { method: 'DELETE' });
      const { store } = server.server.parts;
      assert.equal(await store.get('user_codes', server.environmentId, user.id), undefined);
      assert.equal((await startWith(user, code)).status, 404);
    });

    test('no row and no activity has a code', async () => {
      const user = await aUserWithDevice();
      const [code = '', used = ''] = await codesFor(user);
      const { code: temporary } = await temporaryCode(user);
      await startWith(user, used);
      const { store } = server.server.parts;
      const tables = ['user_codes', 'users', 'flows', 'activities', 'messages'] as const;
      const rows = await Promise.all(
        tables.map((table) => store.list(table, server.environmentId, { limit: 1_000 })),
      );
      const text = JSON.stringify(rows);
      for (const one of [code, used, temporary]) {
        assert.ok(!text.includes(one) && !text.includes(one.replaceAll('-', '')));
      }
    });
  });
}
