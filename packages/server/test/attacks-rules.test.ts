/** Attacks on rules, bounds and the clock, over HTTP on both stores. The numbers are the attacks'. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { MESSAGES_PER_ADDRESS_MAX, USER_QUOTA_MAX } from '../src/config/limits.ts';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { errorOf, invalidData } from '../src/testing/client.ts';
import { aDefaultPolicy, FAILURE, policyBody } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import {
  aDevice,
  aFlow,
  aUser,
  check,
  sentOtp,
  start,
  type TestUser,
} from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const MINUTE = 60_000;
const OPEN = {
  enabled: true,
  otp: { lifeTime: { duration: 30, timeUnit: 'MINUTES' }, failure: FAILURE },
};

for (const dialect of DIALECTS) {
  describe(`attacks on rules on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server, { sms: { ...OPEN, pairingDisabled: true } });
    });
    after(() => server?.close());

    async function aPolicy(more: object = {}) {
      const body = policyBody(`policy-${randomUUID()}`, more);
      const reply = await server.api('/deviceAuthenticationPolicies', { body });
      assert.equal(reply.status, 201, reply.text);
      return reply.body;
    }

    async function ownToken(user: TestUser) {
      const scopes = ['p1:create:device', 'p1:update:device', 'p1:create:pairingKey'] as const;
      const owner = { environmentId: server.environmentId, userId: user.id, scopes };
      const { token } = await issueUserToken(server.server.parts, owner);
      server.secret(token);
      return token;
    }

    const pairSms = (user: TestUser, token: string | undefined, more: object) =>
      server.api(`/users/${user.id}/devices`, {
        ...(token === undefined ? {} : { token }),
        body: { type: 'SMS', phone: '+15125551401', testMode: true, ...more },
      });

    test('19: a user names no policy that is for applications only, by whatever door', async () => {
      const user = await aUser(server);
      const token = await ownToken(user);
      const closed = await aPolicy({ applicationsOnly: true });
      assert.equal(closed.applicationsOnly, true);
      const policy = { id: closed.id };
      const flow = { user: { id: user.id }, policy };
      const doors = [
        await pairSms(user, token, { policy }),
        await server.auth('/deviceAuthentications', { token, body: flow }),
        await server.api(`/users/${user.id}/pairingKeys`, { token, body: { policy } }),
      ];
      for (const reply of doors) {
        assert.deepEqual([reply.status, reply.body.code], [403, 'ACCESS_FAILED'], reply.text);
      }
      await aDevice(server, user);
      assert.equal((await server.auth('/deviceAuthentications', { body: flow })).status, 201);
      const open = await aPolicy();
      assert.equal(open.applicationsOnly, undefined, 'strict clients see nothing of it');
      const own = await server.auth('/deviceAuthentications', {
        token,
        body: { ...flow, policy: { id: open.id } },
      });
      assert.equal(own.status, 201, own.text);
    });

    test('19: what a policy forbids to pair is not used under it by way of another', async () => {
      const user = await aUser(server);
      const token = await ownToken(user);
      const open = await aPolicy();
      const forbidden = await pairSms(user, token, {});
      assert.equal(errorOf(forbidden).detail, 'PAIRING_DISABLED');
      const made = await pairSms(user, token, { policy: { id: open.id } });
      assert.equal(made.status, 201, made.text);
      const active = await server.api(`/users/${user.id}/devices/${made.body.id}`, {
        token,
        type: 'device.activate',
        body: { otp: made.body.test.otp },
      });
      assert.equal(active.body.status, 'ACTIVE', active.text);
      // The flow's own policy judges it: the one that it was paired by takes it, the default not.
      const selectedDevice = { id: made.body.id };
      const named = await start(server, user, { selectedDevice, policy: { id: open.id } });
      assert.equal(named.body.status, 'OTP_REQUIRED', named.text);
      const byDefault = await start(server, user, { selectedDevice });
      assert.deepEqual(errorOf(byDefault), invalidData('METHOD_DISABLED', 'selectedDevice.id'));
      // An application vouches for what it pairs.
      const other = await aUser(server);
      const vouched = await pairSms(other, undefined, { policy: { id: open.id } });
      const taken = await start(server, other, { selectedDevice: { id: vouched.body.id } });
      assert.equal(taken.body.status, 'OTP_REQUIRED', taken.text);
    });

    test('19: a device that was begun before its policy forbade it is not activated', async () => {
      const user = await aUser(server);
      const policy = await aPolicy();
      const status = 'ACTIVATION_REQUIRED';
      const made = await pairSms(user, undefined, { policy: { id: policy.id }, status });
      const path = `/deviceAuthenticationPolicies/${policy.id}`;
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
      const late = await server.api(`/users/${user.id}/devices/${made.body.id}`, {
        type: 'device.activate',
        body: { otp: made.body.test.otp },
      });
      assert.equal(errorOf(late).detail, 'PAIRING_DISABLED');
    });

    test('25: a flood to one address ends, also in a burst, and is soon over', async () => {
      const user = await aUser(server);
      await aDevice(server, user);
      const replies = await Promise.all(Array.from({ length: 90 }, () => start(server, user)));
      const sent = replies.filter(({ status }) => status === 201).length;
      assert.equal(sent, MESSAGES_PER_ADDRESS_MAX);
      const refused = replies.find(({ status }) => status !== 201);
      assert.equal(errorOf(refused as (typeof replies)[0]).detail, 'LIMIT_EXCEEDED');
      // Not 429: Go clients would send it again ten times. Contract messages §4.5.
      assert.deepEqual([refused?.status, refused?.body.code], [400, 'REQUEST_FAILED']);
      const coolDownExpiresAt = refused?.body.details[0].innerError.coolDownExpiresAt;
      const waitMs = Date.parse(coolDownExpiresAt) - server.now();
      assert.ok(waitMs > 0 && waitMs <= 10_000, String(waitMs));
      const oneTime = { type: 'EMAIL', email: user.email.toUpperCase() };
      const another = await start(server, await aUser(server), { selectedDevice: { oneTime } });
      assert.equal(errorOf(another).detail, 'LIMIT_EXCEEDED', 'for whomever, in whatever case');
      server.advance(20_000);
      assert.equal(
        (await start(server, user)).status,
        201,
        'whoever was flooded waits for seconds',
      );
    });

    test('25: a flood in the name of one user ends, whatever the addresses', async () => {
      const user = await aUser(server);
      const replies = await Promise.all(
        Array.from({ length: USER_QUOTA_MAX + 30 }, (_, index) =>
          start(server, user, {
            selectedDevice: { oneTime: { type: 'EMAIL', email: `x${index}@flood.example` } },
          }),
        ),
      );
      const sent = replies.filter(({ status }) => status === 201).length;
      assert.equal(sent, USER_QUOTA_MAX, 'as many as the platform sends a user on a day');
      const pairing = await server.api(`/users/${user.id}/devices`, {
        body: { type: 'EMAIL', email: 'y@flood.example', status: 'ACTIVATION_REQUIRED' },
      });
      assert.equal(errorOf(pairing).detail, 'LIMIT_EXCEEDED', 'pairing is no other way');
    });

    test('25: nothing goes to numbers that somebody earns by', async () => {
      const user = await aUser(server);
      const policy = { id: (await aPolicy()).id };
      for (const phone of ['+19005551234', '+35860012345', '+4918012345678', '+881612345678']) {
        const device = await pairSms(user, undefined, { phone, policy, testMode: false });
        assert.equal(errorOf(device).target, 'phone', phone);
        const oneTime = { type: 'VOICE', phone };
        const flow = await start(server, user, { selectedDevice: { oneTime } });
        assert.equal(errorOf(flow).target, 'selectedDevice.oneTime.phone', phone);
      }
    });

    test('45: a code that has expired stays so when the clock is set back', async () => {
      const user = await aUser(server);
      await aDevice(server, user);
      const flow = await aFlow(server, user);
      const otp = await sentOtp(server, user.email);
      // Kept alive by what else is asked of it; its code isn't.
      const device = flow._embedded.devices[0].id;
      assert.ok(device);
      server.advance(14 * MINUTE);
      await check(server, flow.id, otp.startsWith('1') ? '222222' : '111111');
      server.advance(14 * MINUTE);
      await check(server, flow.id, otp.startsWith('1') ? '222222' : '111111');
      server.advance(3 * MINUTE);
      assert.equal(errorOf(await check(server, flow.id, otp)).detail, 'OTP_EXPIRED');
      server.advance(-20 * MINUTE);
      assert.equal(errorOf(await check(server, flow.id, otp)).detail, 'OTP_EXPIRED');
      assert.match(server.log(), /The clock was set back/);
      server.advance(20 * MINUTE);
    });
  });
}
