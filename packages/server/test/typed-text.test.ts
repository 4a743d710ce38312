/** Text as people type and paste it, over HTTP: passcodes, phone numbers, names in QR codes. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { generateSync } from 'otplib';
import { errorOf, invalidData } from '../src/testing/client.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { aDevice, aFlow, aUser, check, start, type TestUser } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

const SHAPES: ((otp: string) => string)[] = [
  (otp) => `${otp.slice(0, 3)} ${otp.slice(3)}`,
  (otp) => `${otp.slice(0, 3)}-${otp.slice(3)}`,
  (otp) => `${otp.slice(0, 3)}\u00a0${otp.slice(3)}`,
  (otp) => ` ${otp}\n`,
  (otp) => otp.replaceAll(/./g, (digit) => String.fromCodePoint(0xff10 + Number(digit))),
];
const WORDS = ['abcdef', '12345', '12345678901', '12-34-5x', '?'];

describe('text as people type it', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
    await aDefaultPolicy(server);
  });
  after(() => server?.close());

  const create = (user: TestUser, body: object) =>
    server.api(`/users/${user.id}/devices`, { body });
  const activate = (user: TestUser, id: string, otp: string) =>
    server.api(`/users/${user.id}/devices/${id}`, { type: 'device.activate', body: { otp } });

  test('a sent passcode is taken in every shape, and a word costs no attempt', async () => {
    const user = await aUser(server);
    await aDevice(server, user, { testMode: true });
    for (const shape of SHAPES) {
      const flow = await aFlow(server, user);
      for (const word of WORDS) {
        const reply = await check(server, flow.id, word);
        assert.equal(errorOf(reply).detail, 'INVALID_OTP');
        assert.equal(reply.body.details[0].innerError.attemptsRemaining, 3);
      }
      const done = await check(server, flow.id, shape(flow.test.otp));
      assert.equal(done.body.status, 'COMPLETED', done.text);
    }
  });

  test('so is the passcode of a one-time target, and the one that pairs', async () => {
    const user = await aUser(server);
    const oneTime = { type: 'EMAIL', email: `once-${user.email}`, testMode: true };
    const flow = await aFlow(server, user, { selectedDevice: { oneTime } });
    for (const word of WORDS) await check(server, flow.id, word);
    const done = await check(server, flow.id, SHAPES[0]?.(flow.test.otp) ?? '');
    assert.equal(done.body.status, 'COMPLETED', done.text);
    const pending = { status: 'ACTIVATION_REQUIRED', testMode: true };
    const device = await aDevice(server, user, pending);
    for (const word of WORDS) {
      const reply = await activate(user, device.id, word);
      assert.equal(errorOf(reply).detail, 'INVALID_OTP');
      assert.equal(reply.body.details[0].innerError.attemptsRemaining, 3);
    }
    const active = await activate(user, device.id, SHAPES[1]?.(device.test.otp) ?? '');
    assert.equal(active.body.status, 'ACTIVE', active.text);
  });

  test('so is the passcode of an authenticator app, also at the start', async () => {
    const user = await aUser(server);
    const device = await aDevice(server, user, { type: 'TOTP' });
    const code = () =>
      generateSync({ secret: device.secret, epoch: Math.floor(server.now() / 1_000) });
    const shown = (otp: string) => `${otp.slice(0, 3)} ${otp.slice(3)}`;
    assert.equal((await activate(user, device.id, shown(code()))).status, 200);
    for (let round = 0; round < 5; round++) {
      const word = await start(server, user, { selectedDevice: { id: device.id, otp: 'abcdef' } });
      assert.deepEqual(errorOf(word), invalidData('INVALID_OTP', 'selectedDevice.otp'));
    }
    server.advance(60_000);
    const done = await start(server, user, {
      selectedDevice: { id: device.id, otp: shown(code()) },
    });
    assert.equal(done.body.status, 'COMPLETED', done.text);
  });

  test('no country is guessed for a number, and whoever forgot it is told so', async () => {
    const user = await aUser(server);
    const numbers = ['512-555-1239', '5125551238', '2065551241', '02079460958', '15125551234'];
    for (const phone of numbers) {
      const oneTime = { selectedDevice: { oneTime: { type: 'SMS', phone } } };
      for (const [reply, target] of [
        [await create(user, { type: 'SMS', phone }), 'phone'],
        [await start(server, user, oneTime), 'selectedDevice.oneTime.phone'],
      ] as const) {
        assert.equal(reply.status, 400, phone);
        assert.equal(errorOf(reply).target, target);
        assert.match(reply.body.details[0].message, /country code is missing/);
      }
    }
    for (const phone of numbers.slice(0, -1)) {
      const reply = await create(user, { type: 'VOICE', phone });
      assert.match(reply.body.details?.[0].message ?? reply.text, /country code is missing/);
    }
    // The page of VOICE shows this one.
    const voice = await create(user, { type: 'VOICE', phone: '1-512-555-1234' });
    assert.equal(voice.body.phone, '+15125551234');
  });

  test('numbers are taken as people write them', async () => {
    for (const phone of ['+49 (0)151/23456789', 'tel:+4915123456789', '(+49) 151 23456789']) {
      const reply = await create(await aUser(server), { type: 'SMS', phone });
      assert.equal(reply.body.phone, '+4915123456789', phone);
    }
  });

  test('an address is taken with the spaces that were pasted around it', async () => {
    const user = await aUser(server);
    const reply = await create(user, { type: 'EMAIL', email: ` ${user.email}\n` });
    assert.equal(reply.body.email, user.email, reply.text);
  });

  test('a name with colons stands in a QR code without them', async () => {
    const user = await aUser(server, { username: 'urn:user:1' });
    const device = await aDevice(server, user, { type: 'TOTP' });
    const label = decodeURIComponent(new URL(device.keyUri).pathname.replace('/', ''));
    assert.equal(label.replace('/totp/', '').replace('totp/', ''), 'urn-user-1');
  });
});
