/** Attacks on flows, devices and users, over HTTP on both stores. The numbers are the attacks'. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { generateSync } from 'otplib';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { errorOf, invalidData } from '../src/testing/client.ts';
import { allowNative, aNativeApplication, aPairingKey } from '../src/testing/native.ts';
import { aDefaultPolicy, FAILURE, policyBody } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import {
  aDevice,
  aFlow,
  aUser,
  check,
  select,
  start,
  type TestUser,
  wrong,
} from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const MINUTE = 60_000;
const STEP = 30_000;
const SHORT = {
  enabled: true,
  otp: { lifeTime: { duration: 5, timeUnit: 'MINUTES' }, failure: FAILURE },
};

for (const dialect of DIALECTS) {
  describe(`attacks on flows on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server, { email: SHORT });
    });
    after(() => server?.close());

    const flowPath = (id: string) => `/deviceAuthentications/${id}`;
    const act = (id: string, type: string, body: object) =>
      server.auth(flowPath(id), { type, body });

    /** A user with a test device, whose codes the flows tell. */
    async function aTester() {
      const user = await aUser(server);
      const device = await aDevice(server, user, { testMode: true });
      return { user, id: device.id as string };
    }

    async function tokenOf(user: TestUser) {
      const scopes = ['p1:read:user', 'p1:read:device', 'p1:update:device'] as const;
      const owner = { environmentId: server.environmentId, userId: user.id, scopes };
      const { token } = await issueUserToken(server.server.parts, owner);
      server.secret(token);
      return token;
    }

    async function aTotpUser() {
      const user = await aUser(server);
      const { id, secret } = await aDevice(server, user, { type: 'TOTP' });
      const code = (steps = 0) =>
        generateSync({ secret, epoch: Math.floor((server.now() + steps * STEP) / 1_000) });
      const active = await server.api(`/users/${user.id}/devices/${id}`, {
        type: 'device.activate',
        body: { otp: code() },
      });
      assert.equal(active.status, 200, active.text);
      server.advance(10 * MINUTE);
      return { user, id: id as string, code };
    }

    const isWrong = invalidData('INVALID_OTP', 'otp');

    test('2: one code is taken once, however many send it at once', async () => {
      const { user } = await aTester();
      const flow = await aFlow(server, user);
      const replies = await Promise.all(
        Array.from({ length: 30 }, () => check(server, flow.id, flow.test.otp)),
      );
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    });

    test('3: the code of one flow is worth nothing in another', async () => {
      const { user } = await aTester();
      const [one, other] = [await aFlow(server, user), await aFlow(server, user)];
      if (one.test.otp === other.test.otp) return;
      assert.deepEqual(errorOf(await check(server, other.id, one.test.otp)), isWrong);
    });

    test('4: a code is worth nothing once another was asked for', async () => {
      const { user, id } = await aTester();
      const flow = await aFlow(server, user);
      const again = await select(server, flow.id, id);
      if (again.body.test.otp === flow.test.otp) return;
      assert.deepEqual(errorOf(await check(server, flow.id, flow.test.otp)), isWrong);
      assert.equal((await check(server, flow.id, again.body.test.otp)).status, 200);
    });

    test('5: a code is good until its last millisecond, and no longer', async () => {
      const { user } = await aTester();
      const [one, other] = [await aFlow(server, user), await aFlow(server, user)];
      server.advance(5 * MINUTE - 1);
      assert.equal((await check(server, one.id, one.test.otp)).status, 200);
      server.advance(1);
      assert.equal(errorOf(await check(server, other.id, other.test.otp)).detail, 'OTP_EXPIRED');
    });

    test('6: a code of an authenticator app is worth nothing again in its window', async () => {
      const { user, code } = await aTotpUser();
      const [one, other] = [await aFlow(server, user), await aFlow(server, user)];
      assert.equal((await check(server, one.id, code())).status, 200);
      assert.deepEqual(errorOf(await check(server, other.id, code())), isWrong);
      assert.deepEqual(
        errorOf(await check(server, other.id, code(-1))),
        isWrong,
        'nor an older one',
      );
    });

    test('7: a code of an authenticator app is worth nothing beyond its window', async () => {
      const { user, code } = await aTotpUser();
      const flow = await aFlow(server, user);
      for (const steps of [-6, 6]) {
        if (code(steps) === code(0)) continue;
        assert.deepEqual(errorOf(await check(server, flow.id, code(steps))), isWrong);
      }
      assert.equal((await check(server, flow.id, code(5))).status, 200);
    });

    test('9: the flow of another user is not there', async () => {
      const { user } = await aTester();
      const flow = await aFlow(server, user);
      const token = await tokenOf(await aUser(server));
      for (const options of [
        { token },
        { token, type: 'otp.check', body: { otp: flow.test.otp } },
        { token, type: 'device.select', body: { device: { id: randomUUID() } } },
      ]) {
        const reply = await server.auth(flowPath(flow.id), options);
        assert.equal(reply.status, 404, reply.text);
      }
      assert.equal((await check(server, flow.id, flow.test.otp)).status, 200);
    });

    test('10: a flow is not there in another environment', async () => {
      const { user } = await aTester();
      const flow = await aFlow(server, user);
      const made = await server.raw('/v1/environments', {
        token: server.token,
        body: { name: `other-${randomUUID()}`, type: 'SANDBOX', region: 'EU' },
      });
      assert.equal(made.status, 201, made.text);
      const path = `/${made.body.id}${flowPath(flow.id)}`;
      const { token } = server;
      assert.notEqual((await server.raw(path, { token })).status, 200);
      const body = { otp: flow.test.otp };
      const reply = await server.raw(path, { token, type: 'otp.check', body });
      assert.ok([403, 404].includes(reply.status), reply.text);
      assert.equal((await server.auth(flowPath(flow.id))).body.status, 'OTP_REQUIRED');
    });

    test('11: the device of another user is no device', async () => {
      const { user } = await aTester();
      const { user: stranger, id: foreign } = await aTester();
      const started = await start(server, user, { selectedDevice: { id: foreign } });
      assert.equal(errorOf(started).detail, 'INVALID_VALUE');
      const flow = await aFlow(server, user);
      assert.equal(errorOf(await select(server, flow.id, foreign)).detail, 'INVALID_VALUE');
      const path = `/users/${user.id}/devices/${foreign}`;
      for (const options of [
        {},
        { method: 'DELETE' },
        { type: 'device.block' },
        { method: 'PUT', body: { nickname: 'mine' } },
      ]) {
        const at = 'body' in options ? `${path}/nickname` : path;
        assert.equal((await server.api(at, options)).status, 404);
      }
      const theirs = await server.api(`/users/${stranger.id}/devices/${foreign}`);
      assert.equal(theirs.body.status, 'ACTIVE');
    });

    test('12: the pairing key of another user is not there', async () => {
      const applicationId = await aNativeApplication(server);
      await allowNative(server, applicationId);
      const user = await aUser(server);
      const key = await aPairingKey(server, user);
      const path = `/users/${(await aUser(server)).id}/pairingKeys/${key.id}`;
      assert.equal((await server.api(path)).status, 404);
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 404);
      assert.equal((await server.api(`/users/${user.id}/pairingKeys/${key.id}`)).status, 200);
      await aDefaultPolicy(server, { email: SHORT });
    });

    const ACTIONS: [type: string, body: (deviceId: string) => object][] = [
      ['device.select', (id) => ({ device: { id } })],
      ['otp.check', () => ({ otp: '123456' })],
      ['assertion.check', () => ({ origin: 'https://login.shop.example', assertion: '{}' })],
      ['cancel.push.authentication', () => ({})],
    ];

    test('13: an action that the state forbids changes nothing', async () => {
      const { user, id } = await aTester();
      await aDevice(server, user, { email: `second-${user.email}`, testMode: true });
      const waiting = await aFlow(server, user, { selectedDevice: { id } });
      const policy = {
        id: (
          await server.api('/deviceAuthenticationPolicies', {
            body: policyBody(`ask-${randomUUID()}`, {
              authentication: { deviceSelection: 'ALWAYS_DISPLAY_DEVICES' },
            }),
          })
        ).body.id,
      };
      const choosing = await aFlow(server, user, { policy });
      assert.equal(choosing.status, 'DEVICE_SELECTION_REQUIRED');
      const forbidden = {
        [waiting.id]: ['assertion.check', 'cancel.push.authentication'],
        [choosing.id]: ['otp.check', 'assertion.check', 'cancel.push.authentication'],
      };
      for (const [flowId, types] of Object.entries(forbidden)) {
        const before = (await server.auth(flowPath(flowId))).body;
        for (const [type, body] of ACTIONS.filter(([type]) => types.includes(type))) {
          const reply = await act(flowId, type, body(id));
          assert.equal(errorOf(reply).detail, 'INVALID_STATE', `${type}: ${reply.text}`);
        }
        assert.deepEqual((await server.auth(flowPath(flowId))).body, before);
      }
    });

    test('14, 15: a flow that has ended is driven no further and not revived', async () => {
      const { user, id } = await aTester();
      const completed = await aFlow(server, user);
      await check(server, completed.id, completed.test.otp);
      const failed = await aFlow(server, user);
      for (let tries = 0; tries < 3; tries++) {
        await check(server, failed.id, wrong(failed.test.otp));
      }
      server.advance(2 * MINUTE);
      for (const [flowId, status] of [
        [completed.id, 'COMPLETED'],
        [failed.id, 'FAILED'],
      ]) {
        const before = (await server.auth(flowPath(flowId))).body;
        assert.equal(before.status, status);
        for (const [type, body] of ACTIONS) {
          assert.equal(errorOf(await act(flowId, type, body(id))).detail, 'INVALID_STATE');
        }
        assert.deepEqual((await server.auth(flowPath(flowId))).body, before);
      }
    });

    test('16: a cool-down is escaped by no new flow, order or policy', async () => {
      const { user, id } = await aTester();
      const second = await aDevice(server, user, { email: `b-${user.email}`, testMode: true });
      const open = await aFlow(server, user, { selectedDevice: { id } });
      const flow = await aFlow(server, user, { selectedDevice: { id } });
      for (let tries = 0; tries < 3; tries++) await check(server, flow.id, wrong(flow.test.otp));
      const body = policyBody(`other-${randomUUID()}`);
      const { body: policy } = await server.api('/deviceAuthenticationPolicies', { body });
      const order = { order: [{ id }, { id: second.id }] };
      const ordered = await server.api(`/users/${user.id}/devices`, {
        type: 'devices.reorder',
        body: order,
      });
      assert.equal(ordered.status, 200, ordered.text);
      for (const more of [{}, { policy: { id: policy.id } }]) {
        const reply = await start(server, user, { selectedDevice: { id }, ...more });
        assert.equal(errorOf(reply).detail, 'DEVICE_LOCKED');
      }
      assert.equal(errorOf(await check(server, open.id, open.test.otp)).detail, 'DEVICE_LOCKED');
      assert.equal(errorOf(await select(server, open.id, id)).detail, 'DEVICE_LOCKED');
    });

    test('20: a device that is blocked, pending or of a disabled method is not used', async () => {
      const { user, id } = await aTester();
      const flow = await aFlow(server, user);
      await server.api(`/users/${user.id}/devices/${id}`, { type: 'device.block' });
      assert.equal(errorOf(await check(server, flow.id, flow.test.otp)).detail, 'DEVICE_BLOCKED');
      const pending = await aDevice(server, user, {
        email: `p-${user.email}`,
        status: 'ACTIVATION_REQUIRED',
        testMode: true,
      });
      const started = await start(server, user, { selectedDevice: { id: pending.id } });
      assert.equal(errorOf(started).target, 'selectedDevice.id');
      const { user: other, id: usable } = await aTester();
      const running = await aFlow(server, other);
      await aDefaultPolicy(server, { email: { ...SHORT, enabled: false } });
      const selectedDevice = { id: usable };
      const disabled = await start(server, other, { selectedDevice });
      assert.equal(errorOf(disabled).detail, 'METHOD_DISABLED');
      // The flow keeps the policy that it began with.
      assert.equal((await check(server, running.id, running.test.otp)).status, 200);
      await aDefaultPolicy(server, { email: SHORT });
    });

    test('21: who is disabled, locked or without MFA in mid-flow completes nothing', async () => {
      const changes: [string, object][] = [
        ['enabled', { method: 'PUT', body: { enabled: false } }],
        ['mfaEnabled', { method: 'PUT', body: { mfaEnabled: false } }],
        ['', { type: 'account.lock', body: {} }],
      ];
      for (const [name, options] of changes) {
        const { user } = await aTester();
        const flow = await aFlow(server, user);
        const path = `/users/${user.id}${name && `/${name}`}`;
        assert.equal((await server.api(path, options)).status, 200);
        assert.equal((await check(server, flow.id, flow.test.otp)).status, 400);
        assert.equal((await server.auth(flowPath(flow.id))).body.status, 'FAILED');
      }
    });

    test('22: a bypass is a moment, in whatever time zone, and completes no flow', async () => {
      const { user } = await aTester();
      const path = `/users/${user.id}/bypassMFA`;
      const put = (bypassMFAEnabledUntil: string) =>
        server.api(path, { method: 'PUT', body: { bypassMFAEnabledUntil } });
      const at = (ms: number) => new Date(server.now() + ms).toISOString();
      assert.equal((await put(at(-1))).body.canBypassMFA, undefined, 'a past one is none');
      const zoned = await put(`${at(-MINUTE).slice(0, -1)}-00:00`.replace('-00:00', '+05:00'));
      if (zoned.status === 200) assert.equal(zoned.body.canBypassMFA, undefined);
      assert.equal((await put(at(MINUTE))).body.canBypassMFA, true);
      const flow = await aFlow(server, user);
      assert.equal(flow.status, 'OTP_REQUIRED');
      server.advance(MINUTE);
      assert.equal((await server.api(path)).body.canBypassMFA, undefined);
    });

    test('24: who is not there and who is out of reach are answered alike', async () => {
      const { user, id } = await aTester();
      const token = await tokenOf(await aUser(server));
      const ask = async (userId: string) => {
        const reply = await server.auth('/deviceAuthentications', {
          token,
          body: { user: { id: userId } },
        });
        const { id: _id, ...rest } = reply.body;
        return [reply.status, JSON.stringify(rest).replaceAll(userId, '')];
      };
      assert.deepEqual(await ask(user.id), await ask(randomUUID()));
      const devices = async (deviceId: string) => {
        const reply = await server.api(`/users/${user.id}/devices/${deviceId}`, { token });
        return [reply.status, reply.body.code];
      };
      assert.deepEqual(await devices(id), await devices(randomUUID()));
      const pairing = await server.api(`/users/${user.id}/devices`, {
        body: { type: 'EMAIL', email: (await aTester()).user.email, testMode: true },
      });
      assert.equal(pairing.status, 201, 'an address of somebody else is told to nobody');
    });
  });
}
