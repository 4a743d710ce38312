/** Remembered browsers, and WhatsApp devices, over HTTP on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { issueUserToken } from '../src/resources/platform/tokens/issue-token.ts';
import { errorOf, invalidData, type Reply } from '../src/testing/client.ts';
import { aDefaultPolicy, FAILURE } from '../src/testing/policies.ts';
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
const DAY = 24 * 60 * MINUTE;
const PAYLOAD = 'what the SDK in the page says';
const rememberMe = (duration: number, timeUnit: string) => ({
  web: { enabled: true, lifeTime: { duration, timeUnit } },
});

for (const dialect of DIALECTS) {
  describe(`remembered browsers on ${dialect}`, () => {
    let server: TestServer;
    let policy: { id: string };

    before(async () => {
      server = await startTestServerOn(dialect);
      policy = await aDefaultPolicy(server, { rememberMe: rememberMe(2, 'HOURS') });
    });
    after(() => server?.close());

    const remember = (user: TestUser, more: object = {}, cookie?: string) =>
      server.api(`/users/${user.id}/devices`, {
        body: { type: 'BROWSER', policy: { id: policy.id }, payload: PAYLOAD, ...more },
        ...(cookie === undefined ? {} : { headers: { cookie } }),
      });
    const ask = (user: TestUser, cookie?: string, more: object = {}) =>
      server.auth('/deviceAuthentications', {
        type: 'payload.check',
        body: {
          user: { id: user.id },
          policy: { id: policy.id },
          payload: { type: 'BROWSER', value: PAYLOAD },
          ...more,
        },
        ...(cookie === undefined ? {} : { headers: { cookie } }),
      });

    /** The cookie as the browser sends it back. */
    function cookieOf({ headers }: Reply): string {
      const [cookie = ''] = String(headers['set-cookie']).split(';');
      server.secret(cookie.split('=')[1] ?? '');
      return cookie;
    }

    async function remembered(user: TestUser, more: object = {}) {
      const reply = await remember(user, more);
      assert.equal(reply.status, 201, reply.text);
      return { device: reply.body, cookie: cookieOf(reply), reply };
    }

    const statusOf = async (...given: Parameters<typeof ask>) => {
      const reply = await ask(...given);
      assert.equal(reply.status, 200, reply.text);
      return reply.body.status;
    };

    test('are known by their cookie, which a page cannot read and no other site sees', async () => {
      const user = await aUser(server);
      const { device, cookie, reply } = await remembered(user, { nickname: 'Firefox(148.0)' });
      assert.match(
        String(reply.headers['set-cookie']),
        /^mfa-rd-[0-9a-f]{8}=[\w-]{43}; Max-Age=7200; Path=\/; HttpOnly; Secure; SameSite=None$/,
      );
      assert.equal(device.type, 'BROWSER');
      assert.equal(device.status, 'ACTIVE');
      assert.equal(device.lastRememberedAt, server.now());
      assert.ok(!reply.text.includes(PAYLOAD));
      const checked = await ask(user, `other=1; ${cookie}`);
      assert.equal(checked.body.status, 'COMPLETED');
      assert.deepEqual(checked.body.authenticators, ['swk', 'mfa', 'rm']);
      assert.deepEqual(checked.body.selectedDevice, { id: device.id });
      const [accessing] = checked.body._embedded.accessingDevices;
      assert.equal(accessing.id, device.id);
      assert.equal(accessing.nickname, 'Firefox(148.0)');
      assert.equal(accessing.lastRememberedAt, device.lastRememberedAt);
      const read = await server.auth(`/deviceAuthentications/${checked.body.id}`);
      assert.deepEqual(read.body, checked.body);
    });

    test('are not known by anything else, and nothing says why', async () => {
      const [user, other] = [await aUser(server), await aUser(server)];
      const { cookie } = await remembered(user);
      const forged = `${cookie.slice(0, -4)}AAAA`;
      const replies = [await ask(user), await ask(user, forged), await ask(other, cookie)];
      for (const { status, body } of replies) {
        assert.equal(status, 200);
        assert.equal(body.status, 'FAILED');
        assert.equal(body.error, undefined);
        assert.equal(body.authenticators, undefined);
        assert.equal(body._embedded.accessingDevices, undefined);
      }
    });

    test('are remembered for as long as the policy of the check says, from the beginning', async () => {
      const user = await aUser(server);
      const { cookie } = await remembered(user);
      server.advance(119 * MINUTE);
      await server.renew();
      assert.equal(await statusOf(user, cookie), 'COMPLETED');
      server.advance(MINUTE);
      assert.equal(await statusOf(user, cookie), 'FAILED');
      const longer = await server.api('/deviceAuthenticationPolicies', {
        body: {
          ...policy,
          name: `Longer ${dialect}`,
          default: false,
          rememberMe: rememberMe(1, 'DAYS'),
        },
      });
      assert.equal(await statusOf(user, cookie, { policy: { id: longer.body.id } }), 'COMPLETED');
      const never = await server.api('/deviceAuthenticationPolicies', {
        body: { ...policy, name: `Never ${dialect}`, default: false, rememberMe: undefined },
      });
      assert.equal(await statusOf(user, cookie, { policy: { id: never.body.id } }), 'FAILED');
      assert.deepEqual(
        errorOf(await remember(user, { policy: { id: never.body.id } })),
        invalidData('INVALID_VALUE', 'policy.id'),
      );
      server.advance(90 * DAY);
      await server.renew();
      const list = await server.api(`/users/${user.id}/devices`);
      assert.equal(list.body.count, 0);
    });

    test('belong to the session that was named', async () => {
      const user = await aUser(server);
      const { device, cookie } = await remembered(user, { session: { id: 's-1' } });
      assert.deepEqual(device.session, { id: 's-1' });
      assert.equal(await statusOf(user, cookie), 'FAILED');
      assert.equal(await statusOf(user, cookie, { deviceSession: { id: 's-2' } }), 'FAILED');
      assert.equal(await statusOf(user, cookie, { deviceSession: { id: 's-1' } }), 'COMPLETED');
    });

    test('are forgotten when they are blocked, deleted, or their user is disabled or locked', async () => {
      const user = await aUser(server);
      const { device, cookie } = await remembered(user);
      const at = `/users/${user.id}/devices/${device.id}`;
      await server.api(at, { type: 'device.block' });
      assert.equal(await statusOf(user, cookie), 'FAILED');
      assert.equal((await server.api(at, { type: 'device.unblock' })).status, 200);
      assert.equal(await statusOf(user, cookie), 'COMPLETED');
      await server.api(`/users/${user.id}`, { type: 'account.lock' });
      assert.equal(await statusOf(user, cookie), 'FAILED');
      await server.api(`/users/${user.id}`, { type: 'account.unlock' });
      await server.api(`/users/${user.id}/enabled`, { method: 'PUT', body: { enabled: false } });
      assert.equal(await statusOf(user, cookie), 'FAILED');
      await server.api(`/users/${user.id}/enabled`, { method: 'PUT', body: { enabled: true } });
      assert.equal((await server.api(at, { method: 'DELETE' })).status, 204);
      assert.equal(await statusOf(user, cookie), 'FAILED');
      assert.equal((await ask({ ...user, id: policy.id }, cookie)).status, 404);
    });

    test('get a new cookie when they are remembered again; the one before is good no more', async () => {
      const user = await aUser(server);
      const first = await remembered(user);
      const again = await remember(user, {}, first.cookie);
      assert.equal(again.body.id, first.device.id);
      const cookie = cookieOf(again);
      assert.equal(await statusOf(user, first.cookie), 'FAILED');
      assert.equal(await statusOf(user, cookie), 'COMPLETED');
    });

    test('are no authenticators: not counted, not ordered, not offered, and bounded', async () => {
      const user = await aUser(server);
      const made = await remembered(user);
      assert.equal((await aFlow(server, user)).error.code, 'NO_USABLE_DEVICES');
      for (let count = 0; count < 52; count += 1) await remembered(user);
      const list = await server.api(`/users/${user.id}/devices?filter=type%20eq%20%22BROWSER%22`);
      assert.equal(list.body.count, 50);
      assert.equal(await statusOf(user, made.cookie), 'FAILED');
      const device = await aDevice(server, user);
      const flow = await aFlow(server, user);
      assert.equal(flow.status, 'OTP_REQUIRED');
      assert.deepEqual(
        flow._embedded.devices.map(({ id }: { id: string }) => id),
        [device.id],
      );
      const browser = list.body._embedded.devices[0];
      const reorder = await server.api(`/users/${user.id}/devices`, {
        type: 'devices.reorder',
        body: { order: [{ id: browser.id }] },
      });
      assert.deepEqual(errorOf(reorder), invalidData('INVALID_VALUE', 'order[0].id'));
      const named = await start(server, user, { selectedDevice: { id: browser.id } });
      assert.equal(named.status, 400);
      const activate = await server.api(`/users/${user.id}/devices/${browser.id}`, {
        type: 'device.activate',
        body: { otp: '123456' },
      });
      assert.equal(activate.status, 400);
    });

    test('need an application that says so, and whole requests', async () => {
      const user = await aUser(server);
      const { token } = await issueUserToken(server.server.parts, {
        environmentId: server.environmentId,
        userId: user.id,
        scopes: ['p1:create:device'],
      });
      server.secret(token);
      const own = await server.api(`/users/${user.id}/devices`, {
        token,
        body: { type: 'BROWSER', policy: { id: policy.id }, payload: PAYLOAD },
      });
      assert.equal(own.status, 403);
      for (const [body, target, code] of [
        [{ policy: undefined }, 'policy.id', 'REQUIRED_VALUE'],
        [{ payload: undefined }, 'payload', 'REQUIRED_VALUE'],
        [{ payload: '' }, 'payload', 'EMPTY_VALUE'],
        [{ status: 'ACTIVATION_REQUIRED' }, 'status', 'INVALID_VALUE'],
      ] as const) {
        assert.deepEqual(errorOf(await remember(user, body)), invalidData(code, target));
      }
      assert.equal(
        (await ask(user, undefined, { payload: { type: 'OTHER', value: 'x' } })).status,
        400,
      );
    });
  });

  describe(`WhatsApp devices on ${dialect}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server, {
        whatsApp: {
          enabled: true,
          otp: { lifeTime: { duration: 30, timeUnit: 'MINUTES' }, failure: FAILURE },
        },
      });
    });
    after(() => server?.close());

    test('pair, authenticate and say so; they are no one-time target', async () => {
      const user = await aUser(server);
      const phone = '+12125550123';
      const device = await aDevice(server, user, { type: 'WHATSAPP', phone });
      assert.equal(device.phone, phone);
      const flow = await aFlow(server, user);
      assert.equal(flow.status, 'OTP_REQUIRED');
      assert.notEqual(flow._embedded.devices[0].phone, phone);
      const done = await check(server, flow.id, await sentOtp(server, phone));
      assert.equal(done.body.status, 'COMPLETED');
      assert.deepEqual(done.body.authenticators, ['otp', 'mfa']);
      const oneTime = await start(server, user, {
        selectedDevice: { oneTime: { type: 'WHATSAPP', phone } },
      });
      assert.equal(oneTime.status, 400);
      assert.deepEqual(oneTime.body.details[0].innerError.allowedValues, ['EMAIL', 'SMS', 'VOICE']);
    });
  });
}
