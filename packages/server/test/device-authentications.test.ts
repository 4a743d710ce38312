/** Device authentications over HTTP, on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generateSync } from 'otplib';
import { errorOf, invalidData } from '../src/testing/client.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import {
  aDevice,
  aFlow,
  aUser,
  check,
  select,
  sentOtp,
  start,
  wrong,
} from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const MINUTE = 60_000;

function totpCode(secret: string, atMs: number): string {
  return generateSync({ secret, epoch: Math.floor(atMs / 1000) });
}

for (const dialect of DIALECTS) {
  describe(`device authentications on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server);
    });
    after(() => server?.close());

    async function totpUser() {
      const user = await aUser(server);
      const device = await aDevice(server, user, { type: 'TOTP' });
      const reply = await server.api(`/users/${user.id}/devices/${device.id}`, {
        type: 'device.activate',
        body: { otp: totpCode(device.secret, server.now()) },
      });
      assert.equal(reply.status, 200, reply.text);
      server.advance(MINUTE);
      return { user, id: device.id as string, secret: device.secret as string };
    }

    test('a sent passcode completes a flow once', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user);
      const flow = await aFlow(server, user);
      assert.equal(flow.status, 'OTP_REQUIRED');
      assert.deepEqual(flow.selectedDevice, { id: device.id });
      assert.deepEqual(Object.keys(flow._links), ['self', 'device.select', 'otp.check']);
      assert.match(flow._embedded.devices[0].email, /^ka\*{4}@shop\.example$/);
      const otp = await sentOtp(server, user.email);
      const done = await check(server, flow.id, otp);
      assert.equal(done.status, 200, done.text);
      assert.equal(done.body.status, 'COMPLETED');
      assert.deepEqual(done.body.authenticators, ['email', 'mfa']);
      assert.deepEqual(Object.keys(done.body._links), ['self']);
      const again = await check(server, flow.id, otp);
      assert.deepEqual(errorOf(again), {
        status: 400,
        code: 'INVALID_REQUEST',
        detail: 'INVALID_STATE',
        target: 'status',
      });
    });

    test('of twenty parallel checks with the right code exactly one completes', async () => {
      const user = await aUser(server);
      await aDevice(server, user);
      const flow = await aFlow(server, user);
      const otp = await sentOtp(server, user.email);
      const replies = await Promise.all(
        Array.from({ length: 20 }, () => check(server, flow.id, otp)),
      );
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
      assert.equal(replies.filter(({ status }) => status === 400).length, 19);
    });

    test('a hundred parallel wrong codes get no more attempts than the policy allows', async () => {
      const user = await aUser(server);
      await aDevice(server, user);
      const flow = await aFlow(server, user);
      const otp = await sentOtp(server, user.email);
      const replies = await Promise.all(
        Array.from({ length: 100 }, () => check(server, flow.id, wrong(otp))),
      );
      const details = replies.map(({ body }) => body.details[0].code);
      assert.equal(details.filter((code) => code === 'INVALID_OTP').length, 2);
      assert.equal(details.filter((code) => code === 'DEVICE_LOCKED').length, 1);
      assert.equal(details.filter((code) => code === 'INVALID_STATE').length, 97);
      const right = await check(server, flow.id, otp);
      assert.equal(right.status, 400);
      const read = await server.auth(`/deviceAuthentications/${flow.id}`);
      assert.equal(read.body.status, 'FAILED');
      assert.equal(read.body.error.code, 'NO_USABLE_DEVICES');
    });

    test('parallel guesses over many flows of one device are counted together', async () => {
      const user = await aUser(server);
      await aDevice(server, user);
      const flows = await Promise.all(Array.from({ length: 10 }, () => aFlow(server, user)));
      const replies = await Promise.all(
        flows.flatMap((flow) => [
          check(server, flow.id, '12345678'),
          check(server, flow.id, '12345678'),
        ]),
      );
      const counted = replies.filter(({ body }) =>
        ['INVALID_OTP', 'DEVICE_LOCKED'].includes(body.details[0].code),
      );
      const attempts = replies.filter(({ body }) => body.details[0].code === 'INVALID_OTP');
      assert.equal(attempts.length, 2, 'two wrong, and the third locks');
      assert.ok(counted.length >= 3);
      const next = await start(server, user);
      assert.equal(next.body.status, 'FAILED');
      assert.equal(next.body._embedded.blockedDevices[0].usableStatus.reason, 'LOCKED');
    });

    test('a lock ends after the cool-down', async () => {
      const user = await aUser(server);
      await aDevice(server, user);
      const flow = await aFlow(server, user);
      const bad = wrong(await sentOtp(server, user.email));
      for (const remaining of [2, 1]) {
        const reply = await check(server, flow.id, bad);
        assert.equal(reply.body.details[0].innerError.attemptsRemaining, remaining);
      }
      const locked = await check(server, flow.id, bad);
      const until = Date.parse(locked.body.details[0].innerError.coolDownExpiresAt);
      assert.equal(until, server.now() + 2 * MINUTE);
      server.advance(2 * MINUTE - 1);
      assert.equal((await start(server, user)).body.status, 'FAILED');
      server.advance(1);
      assert.equal((await start(server, user)).body.status, 'OTP_REQUIRED');
    });

    test('a passcode expires to the millisecond, and an expired one costs no attempt', async () => {
      const policy = await aDefaultPolicy(server, {
        email: {
          enabled: true,
          otp: {
            lifeTime: { duration: 1, timeUnit: 'MINUTES' },
            otpLength: 8,
            failure: { count: 1, coolDown: { duration: 2, timeUnit: 'MINUTES' } },
          },
        },
      });
      const user = await aUser(server);
      const device = await aDevice(server, user);
      const flow = await aFlow(server, user, { policy: { id: policy.id } });
      const otp = await sentOtp(server, user.email);
      assert.equal(otp.length, 8);
      server.advance(MINUTE);
      const late = await check(server, flow.id, otp);
      assert.equal(late.body.details[0].code, 'OTP_EXPIRED');
      assert.equal((await select(server, flow.id, device.id)).status, 200);
      const fresh = await sentOtp(server, user.email);
      server.advance(MINUTE - 1);
      assert.equal((await check(server, flow.id, fresh)).body.status, 'COMPLETED');
      await aDefaultPolicy(server);
    });

    test('a code of one flow, and of an older question, is worth nothing in another', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user);
      const one = await aFlow(server, user);
      const first = await sentOtp(server, user.email);
      const other = await aFlow(server, user);
      assert.equal((await check(server, other.id, first)).body.details[0].code, 'INVALID_OTP');
      await select(server, one.id, device.id);
      assert.equal((await check(server, one.id, first)).body.details[0].code, 'INVALID_OTP');
      const fresh = await sentOtp(server, user.email);
      assert.equal((await check(server, one.id, fresh)).body.status, 'COMPLETED');
    });

    test('a flow sends no flood of passcodes', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user);
      const flow = await aFlow(server, user);
      const replies = await Promise.all(
        Array.from({ length: 30 }, () => select(server, flow.id, device.id)),
      );
      assert.equal(replies.filter(({ status }) => status === 200).length, 19);
      const refused = replies.find(({ status }) => status !== 200);
      assert.equal(refused?.body.code, 'REQUEST_FAILED');
      assert.equal(refused?.body.details[0].innerError.maximumAllowed, 20);
      const wrongOne = await check(server, flow.id, '12345678');
      assert.equal(errorOf(wrongOne).detail, 'INVALID_OTP', 'the last passcode still stands');
    });

    test('a TOTP code is accepted once, within its window and drift', async () => {
      const { user, id, secret } = await totpUser();
      const given = (otp: string) => start(server, user, { selectedDevice: { id, otp } });
      const code = totpCode(secret, server.now());
      const done = await given(code);
      assert.equal(done.status, 201, done.text);
      assert.equal(done.body.status, 'COMPLETED');
      assert.deepEqual(done.body.authenticators, ['otp', 'mfa']);
      assert.deepEqual(
        errorOf(await given(code)),
        invalidData('INVALID_OTP', 'selectedDevice.otp'),
      );
      server.advance(5 * MINUTE);
      const early = totpCode(secret, server.now() - 6 * 30_000);
      assert.equal((await given(early)).status, 400);
      const drifted = await given(totpCode(secret, server.now() - 30_000));
      assert.equal(drifted.body.status, 'COMPLETED', drifted.text);
      server.advance(5 * MINUTE);
      const ahead = await given(totpCode(secret, server.now() + 30_000));
      assert.equal(ahead.body.status, 'COMPLETED', ahead.text);
      // Without naming the device.
      server.advance(5 * MINUTE);
      const any = await start(server, user, {
        selectedDevice: { otp: totpCode(secret, server.now()) },
      });
      assert.equal(any.body.status, 'COMPLETED', any.text);
    });

    test('one TOTP code given in twenty flows at once completes one', async () => {
      const { user, secret } = await totpUser();
      const flows = await Promise.all(Array.from({ length: 20 }, () => aFlow(server, user)));
      const code = totpCode(secret, server.now());
      const replies = await Promise.all(flows.map(({ id }) => check(server, id, code)));
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
    });

    test('guesses given at the start count on every device that they are tried on', async () => {
      const { user } = await totpUser();
      const guess = () => start(server, user, { selectedDevice: { otp: '12345678' } });
      const replies = [await guess(), await guess(), await guess(), await guess()];
      assert.deepEqual(
        replies.map(({ status, body }) => body.details?.[0].code ?? `${status} ${body.status}`),
        ['INVALID_OTP', 'INVALID_OTP', 'DEVICE_LOCKED', '201 FAILED'],
      );
    });

    test('a one-time target is masked, and never locks the user', async () => {
      const user = await aUser(server);
      const phone = '+15125551299';
      server.secret(phone);
      const target = { selectedDevice: { oneTime: { type: 'SMS', phone: '+1 (512) 555-1299' } } };
      const flow = await aFlow(server, user, target);
      assert.equal(flow.status, 'OTP_REQUIRED');
      assert.deepEqual(flow.selectedDevice, { oneTime: { type: 'SMS', phone: '*******99' } });
      assert.deepEqual(flow._embedded.devices, [{ type: 'SMS', phone: '*******99' }]);
      const otp = await sentOtp(server, phone);
      for (let tries = 0; tries < 3; tries++) await check(server, flow.id, wrong(otp));
      const read = await server.auth(`/deviceAuthentications/${flow.id}`);
      assert.equal(read.body.error.code, 'OTP_LIMIT_REACHED');
      const next = await aFlow(server, user, target);
      const done = await check(server, next.id, await sentOtp(server, phone));
      assert.deepEqual(done.body.authenticators, ['sms', 'mfa']);
    });

    test('a test target shows its code and sends nothing', async () => {
      const user = await aUser(server);
      const oneTime = { type: 'EMAIL', email: 'quiet@shop.example', testMode: true };
      const flow = await aFlow(server, user, { selectedDevice: { oneTime } });
      assert.match(flow.test.otp, /^[0-9]{6}$/);
      const reply = await server.raw('/dev/outbox?to=quiet%40shop.example');
      assert.deepEqual(reply.body.messages, []);
      const done = await check(server, flow.id, flow.test.otp);
      assert.equal(done.body.status, 'COMPLETED');
      assert.equal(done.body.test, undefined);
    });

    test('the selection mode decides which device runs', async () => {
      const user = await aUser(server);
      const first = await aDevice(server, user);
      const modeOf = async (deviceSelection: string) => {
        await aDefaultPolicy(server, { authentication: { deviceSelection } });
        return (await aFlow(server, user)).status;
      };
      assert.equal(await modeOf('ALWAYS_DISPLAY_DEVICES'), 'DEVICE_SELECTION_REQUIRED');
      assert.equal(await modeOf('PROMPT_TO_SELECT'), 'OTP_REQUIRED');
      const second = await aDevice(server, user, { type: 'SMS', phone: '+15125551234' });
      assert.equal(await modeOf('PROMPT_TO_SELECT'), 'DEVICE_SELECTION_REQUIRED');
      assert.equal(await modeOf('DEFAULT_TO_FIRST'), 'OTP_REQUIRED');
      const order = [{ id: second.id }, { id: first.id }];
      const path = `/users/${user.id}/devices`;
      const reordered = await server.api(path, { type: 'devices.reorder', body: { order } });
      assert.deepEqual(reordered.body.order, order);
      assert.deepEqual((await aFlow(server, user)).selectedDevice, { id: second.id });
      const removed = await server.api(path, { type: 'devices.order.remove' });
      assert.equal(removed.status, 204);
      const flow = await aFlow(server, user);
      assert.equal(flow.status, 'DEVICE_SELECTION_REQUIRED');
      assert.equal(flow.selectedDevice, undefined);
      assert.equal((await select(server, flow.id, first.id)).body.status, 'OTP_REQUIRED');
    });

    test('who may not authenticate meets a closed door, also in mid-flow', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user);
      const path = `/users/${user.id}`;
      const put = (name: string, body: object) =>
        server.api(`${path}/${name}`, { method: 'PUT', body });

      const running = await aFlow(server, user);
      const otp = await sentOtp(server, user.email);
      await put('mfaEnabled', { mfaEnabled: false });
      assert.equal(errorOf(await start(server, user)).detail, 'MFA_DISABLED');
      assert.equal(errorOf(await check(server, running.id, otp)).detail, 'MFA_DISABLED');
      await put('mfaEnabled', { mfaEnabled: true });

      const second = await aFlow(server, user);
      const code = await sentOtp(server, user.email);
      await server.api(path, { type: 'account.lock', body: {} });
      assert.equal((await start(server, user)).body.error.code, 'USER_LOCKED');
      assert.equal((await check(server, second.id, code)).status, 400);
      await server.api(path, { type: 'account.unlock' });
      assert.equal((await check(server, second.id, code)).status, 400, 'the flow has failed');

      await put('enabled', { enabled: false });
      assert.equal((await start(server, user)).body.error.code, 'USER_DISABLED');
      await put('enabled', { enabled: true });

      const third = await aFlow(server, user);
      const last = await sentOtp(server, user.email);
      await server.api(`${path}/devices/${device.id}`, { type: 'device.block' });
      assert.equal(errorOf(await check(server, third.id, last)).detail, 'DEVICE_BLOCKED');
      const chosen = await start(server, user, { selectedDevice: { id: device.id } });
      assert.equal(errorOf(chosen).detail, 'DEVICE_BLOCKED');
      const flow = await aFlow(server, user);
      assert.equal(flow.error.code, 'NO_USABLE_DEVICES');
      assert.deepEqual(flow.error.unavailableDevices, [{ id: device.id }]);
    });

    test('too many wrong answers over all devices lock the account', async () => {
      const settings = { pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'NUMERIC' } };
      const put = (body: object) => server.api('/mfaSettings', { method: 'PUT', body });
      await put({ ...settings, lockout: { failureCount: 4, durationSeconds: 60 } });
      const user = await aUser(server);
      await aDevice(server, user);
      await aDevice(server, user, { type: 'SMS', phone: '+15125551234' });
      const flow = await aFlow(server, user);
      const replies = [];
      for (let tries = 0; tries < 3; tries++) replies.push(await check(server, flow.id, '1234567'));
      assert.equal(replies[2]?.body.details[0].code, 'DEVICE_LOCKED');
      const next = await aFlow(server, user, {
        policy: undefined,
      });
      assert.equal(next.status, 'DEVICE_SELECTION_REQUIRED');
      const other = next._embedded.devices[0].id;
      await select(server, next.id, other);
      await check(server, next.id, '1234567');
      assert.equal((await aFlow(server, user)).error.code, 'USER_LOCKED');
      server.advance(MINUTE);
      assert.equal((await aFlow(server, user)).status, 'DEVICE_SELECTION_REQUIRED');
      assert.equal((await server.api('/mfaSettings', { method: 'DELETE' })).status, 204);
    });

    test('a bypass is told and nothing else', async () => {
      const user = await aUser(server);
      await aDevice(server, user);
      const until = new Date(server.now() + MINUTE).toISOString();
      const put = (value: unknown) =>
        server.api(`/users/${user.id}/bypassMFA`, {
          method: 'PUT',
          body: { bypassMFAEnabledUntil: value },
        });
      const reply = await put(until);
      assert.equal(reply.body.canBypassMFA, true, reply.text);
      const flow = await aFlow(server, user);
      assert.equal(flow.status, 'OTP_REQUIRED');
      assert.equal(flow.userBypassEnabled, true);
      server.advance(MINUTE);
      assert.equal((await aFlow(server, user)).userBypassEnabled, false);
      const ended = await server.api(`/users/${user.id}/bypassMFA`);
      assert.deepEqual(Object.keys(ended.body), ['_links']);
      for (const bad of ['2026-03-04T05:06:07Z', '2026-13-04T05:06:07.089Z', 12, '2026-03-04']) {
        assert.equal((await put(bad)).status, 400, String(bad));
      }
    });

    test('a flow ends after its time, and what is not there is not found', async () => {
      const user = await aUser(server);
      await aDevice(server, user);
      const flow = await aFlow(server, user);
      server.advance(15 * MINUTE - 1);
      assert.equal((await server.auth(`/deviceAuthentications/${flow.id}`)).status, 200);
      server.advance(1);
      assert.equal((await server.auth(`/deviceAuthentications/${flow.id}`)).status, 404);
      assert.equal((await check(server, flow.id, '123456')).status, 404);
      await server.renew();
    });

    test('the device of another user is no device', async () => {
      const user = await aUser(server);
      await aDevice(server, user);
      const stranger = await aUser(server);
      const foreign = await aDevice(server, stranger);
      const started = await start(server, user, { selectedDevice: { id: foreign.id } });
      assert.deepEqual(errorOf(started), invalidData('INVALID_VALUE', 'selectedDevice.id'));
      const flow = await aFlow(server, user);
      assert.equal(errorOf(await select(server, flow.id, foreign.id)).target, 'device.id');
      const path = `/users/${user.id}/devices/${foreign.id}`;
      assert.equal((await server.api(path)).status, 404);
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 404);
    });
  });
}
