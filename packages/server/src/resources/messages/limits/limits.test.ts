/** What callers see of the limits of messages; contract messages §4.2 to §4.5. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { errorOf, type Reply } from '../../../testing/client.ts';
import { countMessages, limitMessages, rejections } from '../../../testing/limits.ts';
import { allowMessages, policyBody } from '../../../testing/policies.ts';
import {
  aDevice,
  aFlow,
  aUser,
  check,
  select,
  sentOtp,
  start,
  type TestUser,
} from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const DAY = 24 * 60 * MINUTE;
const OFF = { enabled: false };
const seconds = (duration: number) => ({ duration, timeUnit: 'SECONDS' });
const REST = { enabled: true, resendLimit: 2, periods: [seconds(10), seconds(20), seconds(30)] };
const rest = (more: object) => ({
  cooldownConfiguration: { sms: OFF, email: OFF, voice: OFF, whatsApp: OFF, ...more },
});
const perUser = (...deliveryMethods: string[]) => ({ type: 'USER', deliveryMethods });

describe('limits of messages', () => {
  let server: TestServer;
  let number = 0;
  before(async () => {
    server = await startTestServer();
    await allowMessages(server);
  });
  after(() => server?.close());
  // A day of its own for each test.
  beforeEach(async () => {
    server.advance(DAY);
    await server.renew();
  });

  const aPhone = () => `+3584012${String(++number).padStart(5, '0')}`;
  const pending = (user: TestUser, more: object) =>
    server.api(`/users/${user.id}/devices`, { body: { status: 'ACTIVATION_REQUIRED', ...more } });
  const resend = (user: TestUser, id: string) =>
    server.api(`/users/${user.id}/devices/${id}`, { type: 'device.sendActivationCode' });
  const devicesOf = async (user: TestUser) =>
    (await server.api(`/users/${user.id}/devices`)).body.count;
  const assertLimited = (reply: Reply, innerError: object, target = 'device.id') => {
    assert.deepEqual(errorOf(reply), {
      status: 400,
      code: 'REQUEST_FAILED',
      detail: 'LIMIT_EXCEEDED',
      target,
    });
    assert.deepEqual(reply.body.details[0].innerError, innerError);
  };
  const at = (ms: number) => ({ coolDownExpiresAt: new Date(server.now() + ms).toISOString() });
  const maximum = (count: number) => ({ maximumAllowed: count, maximumValue: count });

  test('a device whose quota is full is not usable; others are offered, else the flow fails', async () => {
    await limitMessages(server, { quotas: [{ ...perUser('SMS', 'Voice'), total: 2 }] });
    const user = await aUser(server);
    const sms = await aDevice(server, user, { type: 'SMS', phone: aPhone() });
    for (const _ of [1, 2]) assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
    const sent = await countMessages(server);
    const failed = await aFlow(server, user);
    assert.equal(failed.status, 'FAILED');
    assert.equal(failed.error.code, 'NO_USABLE_DEVICES');
    assert.deepEqual(failed.error.unavailableDevices, [{ id: sms.id }]);
    const [blocked] = failed._embedded.blockedDevices;
    const unusable = { status: 'DISABLED', reason: 'NOTIFICATION_LIMIT' };
    assert.deepEqual(blocked.usableStatus, unusable);
    assert.deepEqual(await rejections(server, user.id), ['DAILY_LIMIT']);
    // Calls share the count, e-mails have their own.
    await aDevice(server, user, { type: 'VOICE', phone: aPhone() });
    const notices = (await countMessages(server)) - sent;
    assert.equal((await aFlow(server, user)).status, 'FAILED');
    assert.equal(await countMessages(server), sent + notices);
    const email = await aDevice(server, user);
    const before = await countMessages(server);
    const flow = await aFlow(server, user);
    assert.equal(flow.status, 'DEVICE_SELECTION_REQUIRED', 'the default device is not usable');
    assert.deepEqual(
      flow._embedded.devices.map((device: { id: string }) => device.id),
      [email.id],
    );
    assertLimited(await select(server, flow.id, sms.id), maximum(2));
    const still = await server.auth(`/deviceAuthentications/${flow.id}`);
    assert.equal(still.body.status, 'DEVICE_SELECTION_REQUIRED');
    assert.equal((await select(server, flow.id, email.id)).body.status, 'OTP_REQUIRED');
    const named = await start(server, user, { selectedDevice: { id: sms.id } });
    assertLimited(named, maximum(2), 'selectedDevice.id');
    assert.equal(await countMessages(server), before + 1);
    // Of the second start one for each of its two devices, of the third one for the default device.
    assert.equal((await rejections(server, user.id)).length, 6);
    // Midnight, UTC.
    server.advance(DAY);
    await server.renew();
    assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
  });

  test('the answer to the last message is judged all the same', async () => {
    await limitMessages(server, { quotas: [{ ...perUser('Email'), total: 1 }] });
    const user = await aUser(server);
    await aDevice(server, user);
    const flow = await aFlow(server, user);
    const done = await check(server, flow.id, await sentOtp(server, user.email));
    assert.equal(done.body.status, 'COMPLETED');
    assert.equal((await aFlow(server, user)).status, 'FAILED');
  });

  test('pairing and one-time addresses are counted, too, and make nothing where it is full', async () => {
    await limitMessages(server, { quotas: [{ ...perUser('Email'), total: 3 }] });
    const user = await aUser(server);
    const device = await pending(user, { type: 'EMAIL', email: user.email });
    assert.equal(device.status, 201, device.text);
    assert.equal((await resend(user, device.body.id)).status, 200);
    const oneTime = { type: 'EMAIL', email: `one-${user.email}` };
    assert.equal(
      (await aFlow(server, user, { selectedDevice: { oneTime } })).status,
      'OTP_REQUIRED',
    );
    const sent = await countMessages(server);
    const flows = await server.server.parts.store.count('flows', server.environmentId);
    assertLimited(await pending(user, { type: 'EMAIL', email: `b-${user.email}` }), maximum(3));
    assert.equal(await devicesOf(user), 1, 'no device is made');
    assertLimited(await resend(user, device.body.id), maximum(3));
    assertLimited(await start(server, user, { selectedDevice: { oneTime } }), maximum(3));
    assert.equal(await server.server.parts.store.count('flows', server.environmentId), flows);
    assert.equal(await countMessages(server), sent);
    assert.deepEqual(await rejections(server, user.id), Array(3).fill('DAILY_LIMIT'));
    // An active one asks for no message.
    assert.equal((await aDevice(server, user, { email: `c-${user.email}` })).status, 'ACTIVE');
  });

  test('a message whose code was used counts as claimed', async () => {
    await limitMessages(server, { quotas: [{ ...perUser('Email'), claimed: 2, unclaimed: 2 }] });
    const user = await aUser(server);
    const pairing = await pending(user, { type: 'EMAIL', email: user.email });
    const activate = { type: 'device.activate', body: { otp: await sentOtp(server, user.email) } };
    const path = `/users/${user.id}/devices/${pairing.body.id}`;
    assert.equal((await server.api(path, activate)).body.status, 'ACTIVE');
    // One claimed. Two that nobody answers, of which one is answered then.
    await aFlow(server, user);
    const flow = await aFlow(server, user);
    assert.equal((await aFlow(server, user)).status, 'FAILED', 'two are unclaimed');
    const done = await check(server, flow.id, await sentOtp(server, user.email));
    assert.equal(done.body.status, 'COMPLETED', done.text);
    const full = await aFlow(server, user);
    assert.equal(full.status, 'FAILED', 'two are claimed');
  });

  test('the environment has quotas, of which the claimed ones are moved', async () => {
    const quota = { type: 'ENVIRONMENT', deliveryMethods: ['Email'] };
    await limitMessages(server, { quotas: [{ ...quota, claimed: 9, unclaimed: 2 }] });
    const one = await aUser(server);
    const other = await aUser(server);
    for (const user of [one, other]) await aDevice(server, user);
    const flow = await aFlow(server, one);
    await aFlow(server, other);
    assert.equal((await aFlow(server, other)).status, 'FAILED', 'two are unclaimed');
    await check(server, flow.id, await sentOtp(server, one.email));
    assert.equal((await aFlow(server, other)).status, 'OTP_REQUIRED');
    assert.equal((await aFlow(server, other)).status, 'FAILED');
    // What was taken for a message that didn't go is there again.
    await limitMessages(server, { quotas: [{ ...quota, total: 5 }] });
    const device = await aDevice(server, one, { type: 'SMS', phone: aPhone() });
    for (let tries = 0; tries < 20; tries++) {
      await aFlow(server, one, { selectedDevice: { id: device.id } });
    }
    assert.equal((await aFlow(server, other)).status, 'OTP_REQUIRED', 'the fourth');
    assert.equal((await aFlow(server, other)).status, 'OTP_REQUIRED', 'the fifth');
    assert.equal((await aFlow(server, other)).status, 'FAILED');
  });

  test('nothing goes to a country that is not allowed', async () => {
    const countryLimit = { type: 'ALLOWED', countries: ['US', 'FI'] };
    await limitMessages(server, { countryLimit: { type: 'DENIED', countries: ['SE'] } });
    const user = await aUser(server);
    const canadian = await aDevice(server, user, { type: 'SMS', phone: '+14165551234' });
    await limitMessages(server, { countryLimit });
    const failed = await aFlow(server, user);
    assert.equal(failed.error.code, 'NO_USABLE_DEVICES');
    const refused = { status: 400, code: 'INVALID_DATA', detail: 'INVALID_VALUE', target: 'phone' };
    for (const phone of ['+14165551234', '+46701234567']) {
      const oneTime = { type: 'VOICE', phone };
      const made = await pending(user, { type: 'VOICE', phone });
      assert.deepEqual(errorOf(made), refused, phone);
      assert.deepEqual(
        errorOf(await start(server, user, { selectedDevice: { oneTime } })),
        refused,
      );
    }
    assert.equal(await devicesOf(user), 1);
    const reasons = await rejections(server, user.id);
    assert.deepEqual(reasons, Array(5).fill('COUNTRY'));
    const american = await pending(user, { type: 'VOICE', phone: '+15125551234' });
    assert.equal(american.status, 201, american.text);
    await aDevice(server, user);
    const flow = await aFlow(server, user);
    assert.deepEqual(errorOf(await select(server, flow.id, canadian.id)), {
      ...refused,
      detail: 'DEVICE_NOT_USABLE',
      target: 'device.id',
    });
    await limitMessages(server, { countryLimit: { ...countryLimit, deliveryMethods: ['Voice'] } });
    const chosen = await select(server, flow.id, canadian.id);
    assert.equal(chosen.body.status, 'OTP_REQUIRED', chosen.text);
  });

  test('an address rests between messages, whoever asks, and for half an hour after the last', async () => {
    await limitMessages(server, rest({ email: REST }));
    const user = await aUser(server);
    const device = await aDevice(server, user);
    const flow = await aFlow(server, user);
    const again = () => select(server, flow.id, device.id);
    assertLimited(await again(), at(10 * SECOND));
    const other = await aUser(server);
    const oneTime = { type: 'EMAIL', email: user.email.toUpperCase() };
    const oneTimeStart = () => start(server, other, { selectedDevice: { oneTime } });
    assertLimited(await oneTimeStart(), at(10 * SECOND));
    assert.equal((await aFlow(server, user)).status, 'FAILED', 'a new flow is a repeat, too');
    assert.deepEqual(await rejections(server, other.id), ['COOLDOWN']);
    server.advance(10 * SECOND);
    assert.equal((await again()).body.status, 'OTP_REQUIRED');
    assertLimited(await again(), at(20 * SECOND));
    server.advance(20 * SECOND);
    assert.equal((await oneTimeStart()).status, 201);
    assertLimited(await again(), at(30 * MINUTE));
    server.advance(30 * MINUTE - 1);
    assertLimited(await oneTimeStart(), at(1));
    server.advance(1);
    assert.equal((await oneTimeStart()).status, 201);
    assertLimited(await oneTimeStart(), at(10 * SECOND));
    // No row says whose address it is.
    const rows = await server.server.parts.store.list('message_cooldowns', server.environmentId, {
      limit: 100,
    });
    assert.ok(rows.length > 0);
    assert.ok(!JSON.stringify(rows).toLowerCase().includes(user.username.toLowerCase()));
  });

  test('the rest ends when the code is used, and pairing shares it', async () => {
    await limitMessages(server, rest({ email: REST }));
    const user = await aUser(server);
    const made = await pending(user, { type: 'EMAIL', email: user.email });
    assertLimited(await resend(user, made.body.id), at(10 * SECOND));
    assertLimited(await pending(user, { type: 'EMAIL', email: user.email }), at(10 * SECOND));
    const body = { otp: await sentOtp(server, user.email) };
    const path = `/users/${user.id}/devices/${made.body.id}`;
    assert.equal((await server.api(path, { type: 'device.activate', body })).body.status, 'ACTIVE');
    const flow = await aFlow(server, user);
    assert.equal(flow.status, 'OTP_REQUIRED', 'at once');
    assert.equal((await aFlow(server, user)).status, 'FAILED');
    await check(server, flow.id, await sentOtp(server, user.email));
    assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
  });

  test('by user, others do not share the rest; text messages and calls have their own', async () => {
    const sms = { ...REST, groupBy: 'USER_ID' };
    await limitMessages(server, rest({ sms, voice: { ...REST, groupBy: 'PHONE' } }));
    const phone = aPhone();
    const [one, other] = [await aUser(server), await aUser(server)];
    for (const type of ['SMS', 'VOICE']) {
      for (const user of [one, other]) await aDevice(server, user, { type, phone });
    }
    const send = async (user: TestUser, type: string) =>
      (await start(server, user, { selectedDevice: { oneTime: { type, phone } } })).status;
    assert.deepEqual([await send(one, 'SMS'), await send(one, 'SMS')], [201, 400]);
    assert.deepEqual([await send(other, 'SMS'), await send(other, 'SMS')], [201, 400]);
    assert.deepEqual([await send(one, 'VOICE'), await send(other, 'VOICE')], [201, 400]);
  });

  test('whatsApp has its rest, and no quota; test devices and notices have neither', async () => {
    await limitMessages(server, {
      quotas: [
        { ...perUser('SMS', 'Voice'), total: 1 },
        { ...perUser('Email'), total: 1 },
      ],
      ...rest({ whatsApp: REST, email: REST }),
    });
    const policy = await server.api('/deviceAuthenticationPolicies', {
      body: policyBody(`w-${randomUUID()}`, {
        newDeviceNotification: 'EMAIL_THEN_SMS',
        whatsApp: policyBody('').email,
      }),
    });
    const named = { policy: { id: policy.body.id } };
    const user = await aUser(server);
    await aDevice(server, user, { type: 'WHATSAPP', phone: aPhone(), ...named });
    for (const _ of [1, 2]) {
      assert.equal((await aFlow(server, user, named)).status, 'OTP_REQUIRED');
      assert.equal((await aFlow(server, user, named)).status, 'FAILED');
      server.advance(10 * SECOND);
    }
    const tester = await aUser(server);
    await aDevice(server, tester, { testMode: true });
    for (let tries = 0; tries < 5; tries++) {
      assert.equal((await aFlow(server, tester)).status, 'OTP_REQUIRED');
    }
    // The user hears of each new device, whatever was sent before.
    const told = await aUser(server);
    await aDevice(server, told, named);
    const sent = await countMessages(server);
    for (let made = 0; made < 3; made++) {
      await aDevice(server, told, { type: 'SMS', phone: aPhone(), ...named });
    }
    assert.equal(await countMessages(server), sent + 3);
    const selectedDevice = { oneTime: { type: 'EMAIL', email: told.email } };
    assert.equal((await start(server, told, { selectedDevice })).status, 201);
  });
});
