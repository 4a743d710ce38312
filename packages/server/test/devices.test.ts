/** Devices over HTTP, on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generateSync } from 'otplib';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { errorOf, invalidData } from '../src/testing/client.ts';
import { aDefaultPolicy, policyBody } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import {
  aDevice,
  aFlow,
  aUser,
  check,
  sentOtp,
  type TestUser,
  wrong,
} from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const MINUTE = 60_000;
const DAY = 24 * 3_600_000;

for (const dialect of DIALECTS) {
  describe(`devices on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server);
    });
    after(() => server?.close());

    const path = (user: TestUser, id = '') => `/users/${user.id}/devices${id && `/${id}`}`;
    const create = (user: TestUser, body: object) => server.api(path(user), { body });
    const act = (user: TestUser, id: string, type: string, body?: object) =>
      server.api(path(user, id), { type: `device.${type}`, body });

    test('a pending device is activated by the code that was sent, once', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user, { status: 'ACTIVATION_REQUIRED' });
      assert.equal(device.status, 'ACTIVATION_REQUIRED');
      assert.ok(device._links['device.activate']);
      assert.equal((await aFlow(server, user)).error.code, 'NO_USABLE_DEVICES');
      const otp = await sentOtp(server, user.email);
      const bad = await act(user, device.id, 'activate', { otp: wrong(otp) });
      assert.equal(errorOf(bad).detail, 'INVALID_OTP');
      assert.equal(bad.body.details[0].innerError.attemptsRemaining, 2);
      const replies = await Promise.all(
        Array.from({ length: 5 }, () => act(user, device.id, 'activate', { otp })),
      );
      assert.equal(replies.filter(({ status }) => status === 200).length, 1);
      const active = await server.api(path(user, device.id));
      assert.equal(active.body.status, 'ACTIVE');
      assert.equal(active.body._links['device.activate'], undefined);
      assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
    });

    test('three wrong codes void it, also in parallel, and a new one can be sent', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user, { status: 'ACTIVATION_REQUIRED' });
      const otp = await sentOtp(server, user.email);
      const replies = await Promise.all(
        Array.from({ length: 20 }, () => act(user, device.id, 'activate', { otp: wrong(otp) })),
      );
      assert.equal(replies.filter((reply) => errorOf(reply).detail === 'INVALID_OTP').length, 3);
      assert.equal(
        errorOf(await act(user, device.id, 'activate', { otp })).detail,
        'OTP_EXPIRED',
        'even the right one',
      );
      assert.equal((await act(user, device.id, 'sendActivationCode')).status, 200);
      const fresh = await sentOtp(server, user.email);
      assert.equal(errorOf(await act(user, device.id, 'activate', { otp })).detail, 'INVALID_OTP');
      assert.equal((await act(user, device.id, 'activate', { otp: fresh })).status, 200);
      assert.equal(
        errorOf(await act(user, device.id, 'sendActivationCode')).detail,
        'INVALID_STATE',
      );
    });

    test('a TOTP device shows its secret once, and the secret pairs it', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user, { type: 'TOTP', nickname: 'Blue tablet' });
      assert.match(device.secret, /^[A-Z2-7]{32}$/);
      const uri = new URL(device.keyUri);
      assert.equal(uri.protocol, 'otpauth:');
      assert.equal(uri.searchParams.get('secret'), device.secret);
      assert.equal(decodeURIComponent(uri.pathname.slice(1)), user.username);
      const read = await server.api(path(user, device.id));
      assert.equal(read.body.secret, undefined);
      assert.equal(read.body.keyUri, undefined);
      assert.doesNotMatch(read.text, new RegExp(device.secret));
      const epoch = Math.floor(server.now() / 1_000);
      const otp = generateSync({ secret: device.secret, epoch });
      assert.equal((await act(user, device.id, 'activate', { otp })).status, 200);
      assert.equal(
        errorOf(await act(user, device.id, 'sendActivationCode')).code,
        'INVALID_REQUEST',
      );
      const again = await server.auth('/deviceAuthentications', {
        body: { user: { id: user.id }, selectedDevice: { id: device.id, otp } },
      });
      assert.equal(again.status, 400, 'the code that paired it is used');
    });

    test('a test device shows its code until it is active', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user, {
        status: 'ACTIVATION_REQUIRED',
        testMode: true,
        type: 'SMS',
        phone: '+15125551299',
      });
      assert.match(device.test.otp, /^[0-9]{6}$/);
      assert.equal(device.testMode, true);
      const reply = await act(user, device.id, 'activate', { otp: device.test.otp });
      assert.equal(reply.body.test, undefined);
      const refused = await create(user, { type: 'TOTP', testMode: true });
      assert.equal(errorOf(refused).target, 'testMode');
    });

    test('phones and e-mails are checked, kept in one form, and paired once', async () => {
      const user = await aUser(server);
      const first = await create(user, { type: 'SMS', phone: '+1 (512) 555-1234' });
      assert.equal(first.body.phone, '+15125551234');
      const twice = await create(user, { type: 'SMS', phone: '+1.5125551234' });
      assert.deepEqual(errorOf(twice), {
        status: 409,
        code: 'UNIQUENESS_VIOLATION',
        detail: 'UNIQUENESS_VIOLATION',
        target: 'phone',
      });
      assert.equal((await create(user, { type: 'VOICE', phone: '15125551234' })).status, 201);
      for (const phone of ['12', 'abc', '+15125551234\r\nx', '', 5, null]) {
        assert.equal(errorOf(await create(user, { type: 'SMS', phone })).target, 'phone');
      }
      for (const email of ['a', 'a@b@c', 'a@b.example\r\nBcc: c@d.example', '', {}]) {
        assert.equal(errorOf(await create(user, { type: 'EMAIL', email })).target, 'email');
      }
      assert.equal(errorOf(await create(user, { type: 'SMS' })).detail, 'REQUIRED_VALUE');
      const parallel = await Promise.all(
        Array.from({ length: 6 }, () => create(user, { type: 'EMAIL', email: user.email })),
      );
      assert.equal(parallel.filter(({ status }) => status === 201).length, 1);
    });

    test('an extension needs the setting', async () => {
      const user = await aUser(server);
      const body = { type: 'VOICE', phone: '+15125551234', extension: '204#' };
      assert.equal(errorOf(await create(user, body)).target, 'extension');
      await server.api('/mfaSettings', {
        method: 'PUT',
        body: { phoneExtensions: { enabled: true } },
      });
      assert.equal((await create(user, body)).body.extension, '204#');
      const bad = await create(user, { ...body, extension: '20x' });
      assert.equal(errorOf(bad).target, 'extension');
      const flow = await aFlow(server, user);
      assert.equal(flow._embedded.devices[0].extension, undefined);
      await server.api('/mfaSettings', { method: 'DELETE' });
    });

    test('a user has no more devices than the settings allow, however many ask at once', async () => {
      const user = await aUser(server);
      const replies = await Promise.all(
        Array.from({ length: 12 }, (_, index) =>
          create(user, { type: 'EMAIL', email: `d${index}@shop.example` }),
        ),
      );
      assert.equal(replies.filter(({ status }) => status === 201).length, 5);
      const refused = replies.find(({ status }) => status !== 201);
      assert.ok(refused);
      assert.deepEqual(errorOf(refused), {
        status: 400,
        code: 'REQUEST_FAILED',
        detail: 'LIMIT_EXCEEDED',
        target: undefined,
      });
      assert.deepEqual(refused.body.details[0].innerError, { maximumAllowed: 5, maximumValue: 5 });
      assert.equal(refused.headers['retry-after'], undefined);
      const list = await server.api(`${path(user)}?expand=order`);
      assert.equal(list.body.count, 5);
      assert.equal(list.body.order.length, 5);
    });

    test('the policy forbids pairing, or a method altogether', async () => {
      const otp = {
        lifeTime: { duration: 30, timeUnit: 'MINUTES' },
        failure: { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } },
      };
      const policy = await aDefaultPolicy(server, {
        sms: { enabled: true, pairingDisabled: true, otp },
        voice: { enabled: false, otp },
      });
      const user = await aUser(server);
      const phone = '+15125551234';
      const sms = await create(user, { type: 'SMS', phone, policy: { id: policy.id } });
      assert.equal(errorOf(sms).detail, 'PAIRING_DISABLED');
      assert.equal(errorOf(await create(user, { type: 'VOICE', phone })).detail, 'METHOD_DISABLED');
      await aDefaultPolicy(server);
    });

    test('block, unblock, unlock, nickname and deletion', async () => {
      const user = await aUser(server);
      const one = await aDevice(server, user);
      const two = await aDevice(server, user, { type: 'SMS', phone: '+15125551234' });
      const blocked = await act(user, one.id, 'block');
      assert.equal(blocked.body.block.status, 'BLOCKED');
      assert.equal(blocked.body.status, 'ACTIVE');
      const at = blocked.body.block.blockedAt;
      server.advance(1_000);
      assert.equal((await act(user, one.id, 'block')).body.block.blockedAt, at, 'once is enough');
      assert.deepEqual((await act(user, one.id, 'unblock')).body.block, { status: 'UNBLOCKED' });
      const flow = await aFlow(server, user);
      for (let tries = 0; tries < 3; tries++) await check(server, flow.id, '12345678');
      const locked = await server.api(path(user, one.id));
      assert.equal(locked.body.lock.status, 'LOCKED');
      assert.equal(locked.body.lock.reason, 'OTP');
      assert.deepEqual((await act(user, one.id, 'unlock')).body.lock, { status: 'UNLOCKED' });
      const rename = (nickname: unknown) =>
        server.api(`${path(user, one.id)}/nickname`, { method: 'PUT', body: { nickname } });
      assert.equal((await rename('Red phone')).body.nickname, 'Red phone');
      assert.equal((await rename('')).status, 200);
      assert.equal((await server.api(path(user, one.id))).body.nickname, undefined);
      for (const bad of ['x'.repeat(101), 'a\r\nb', 7, null]) {
        assert.equal(errorOf(await rename(bad)).target, 'nickname');
      }
      assert.equal((await server.api(path(user, one.id), { method: 'DELETE' })).status, 204);
      assert.equal((await server.api(path(user, one.id))).status, 404);
      assert.deepEqual((await aFlow(server, user)).selectedDevice, { id: two.id });
    });

    test('lists by filter, the default first and pending ones last', async () => {
      const user = await aUser(server);
      const pending = await aDevice(server, user, {
        status: 'ACTIVATION_REQUIRED',
        email: 'pending@shop.example',
      });
      const one = await aDevice(server, user);
      const two = await aDevice(server, user, { type: 'SMS', phone: '+15125551234' });
      const list = async (query: string) => {
        const reply = await server.api(`${path(user)}${query}`);
        assert.equal(reply.status, 200, reply.text);
        return reply.body._embedded.devices.map(({ id }: { id: string }) => id);
      };
      await server.api(path(user), {
        type: 'devices.reorder',
        body: { order: [{ id: two.id }] },
      });
      assert.deepEqual(await list(''), [two.id, one.id, pending.id]);
      assert.deepEqual(await list('?filter=status%20eq%20%22ACTIVE%22'), [two.id, one.id]);
      assert.deepEqual(
        await list('?filter=type%20eq%20%22EMAIL%22%20and%20status%20eq%20%22ACTIVE%22'),
        [one.id],
      );
      assert.deepEqual(await list('?limit=1'), [two.id]);
      for (const [query, target] of [
        ['?filter=phone%20eq%20%221%22', 'filter'],
        ['?expand=everything', 'expand'],
        ['?limit=0', 'limit'],
      ]) {
        assert.equal(errorOf(await server.api(`${path(user)}${query}`)).target, target);
      }
      for (const order of [[{ id: pending.id }], [{ id: one.id }, { id: one.id }]]) {
        const reply = await server.api(path(user), { type: 'devices.reorder', body: { order } });
        assert.match(errorOf(reply).target, /^order\[\d\]\.id$/);
      }
    });

    test('a pending device is gone after a day', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user, { status: 'ACTIVATION_REQUIRED' });
      server.advance(DAY - MINUTE);
      await server.renew();
      assert.equal((await server.api(path(user, device.id))).status, 200);
      server.advance(MINUTE);
      assert.equal((await server.api(path(user, device.id))).status, 404);
      assert.equal((await act(user, device.id, 'activate', { otp: '123456' })).status, 404);
      await server.renew();
    });

    test('a user pairs for himself, by proof only, and for nobody else', async () => {
      const user = await aUser(server);
      const stranger = await aUser(server);
      const { token } = await issueUserToken(server.server.parts, {
        environmentId: server.environmentId,
        userId: user.id,
        scopes: ['p1:create:device', 'p1:read:device'],
      });
      server.secret(token);
      const own = (body: object) => server.api(path(user), { token, body });
      const email = { type: 'EMAIL', email: user.email };
      const vouched = await own({ ...email, status: 'ACTIVE' });
      assert.equal(errorOf(vouched).target, 'status');
      const device = await own(email);
      assert.equal(device.body.status, 'ACTIVATION_REQUIRED');
      const otp = await sentOtp(server, user.email);
      const activated = await server.api(path(user, device.body.id), {
        token,
        type: 'device.activate',
        body: { otp },
      });
      assert.equal(activated.body.status, 'ACTIVE');
      assert.equal((await server.api(path(stranger), { token, body: email })).status, 403);
      const block = { token, type: 'device.block' };
      assert.equal((await server.api(path(user, device.body.id), block)).status, 403);
      const flow = await server.auth('/deviceAuthentications', {
        token,
        body: { user: { id: user.id } },
      });
      assert.equal(flow.body.status, 'OTP_REQUIRED');
      const policy = await server.api('/deviceAuthenticationPolicies', {
        body: policyBody('for applications', { applicationsOnly: true }),
      });
      for (const more of [
        { policy: { id: policy.body.id } },
        { selectedDevice: { oneTime: { type: 'EMAIL', email: 'me@elsewhere.example' } } },
      ]) {
        const reply = await server.auth('/deviceAuthentications', {
          token,
          body: { user: { id: user.id }, ...more },
        });
        assert.equal(reply.status, 403);
      }
    });

    test('types that are paired otherwise, or no more, are refused by their name', async () => {
      const user = await aUser(server);
      const old = ['PLATFORM', 'SECURITY_KEY', 'PINGID_MOBILE', 'PINGID_DESKTOP', 'YUBIKEY'];
      for (const type of [...old, 'PINGID_DESKTOP_GEN2']) {
        const reply = await create(user, { type });
        assert.deepEqual(errorOf(reply), invalidData('INVALID_VALUE', 'type'), type);
      }
      const phone = await create(user, { type: 'MOBILE' });
      assert.equal(phone.status, 400);
      assert.equal(errorOf(phone).target, 'type');
    });

    test('a body can set nothing that is not its own', async () => {
      const user = await aUser(server);
      const id = '00000000-0000-4000-8000-000000000000';
      const device = await aDevice(server, user, {
        id,
        environment: { id },
        user: { id },
        createdAt: '2001-01-01T00:00:00.000Z',
        block: { status: 'BLOCKED' },
        lock: { status: 'LOCKED' },
        failures: -100,
        credential: { email: 'evil@shop.example' },
      });
      assert.notEqual(device.id, id);
      assert.equal(device.user.id, user.id);
      assert.equal(device.environment.id, server.environmentId);
      assert.equal(device.email, user.email);
      assert.deepEqual(
        [device.block, device.lock],
        [{ status: 'UNBLOCKED' }, { status: 'UNLOCKED' }],
      );
    });
  });
}
