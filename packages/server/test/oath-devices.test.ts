/** Devices that are made of OATH tokens: pairing, and flows with them; contract settings §4.5. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type Reply } from '../src/testing/client.ts';
import {
  anOathToken,
  deviceTokenOf,
  OATH_BLOCK,
  type TestToken,
  TOTP_TOKEN,
} from '../src/testing/oath.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import {
  actionsOf,
  aDevice,
  aFlow,
  aUser,
  check,
  start,
  type TestUser,
  wrong,
} from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

for (const dialect of DIALECTS) {
  describe(`devices of OATH tokens on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server, OATH_BLOCK);
    });
    after(() => server?.close());

    const pair = (user: TestUser, { serialNumber }: { serialNumber: string }, more: object = {}) =>
      aDevice(server, user, { type: 'OATH_TOKEN', serialNumber, ...more });
    const tryToPair = async (user: TestUser, serialNumber: string, more: object = {}) =>
      errorOf(
        await server.api(`/users/${user.id}/devices`, {
          body: { type: 'OATH_TOKEN', serialNumber },
          ...more,
        }),
      );
    const activate = (user: TestUser, device: { id: string }, body: object, token?: string) =>
      server.api(`/users/${user.id}/devices/${device.id}`, {
        type: 'device.activate',
        body,
        ...(token === undefined ? {} : { token }),
      });
    const counterOf = async ({ id }: TestToken) =>
      (await server.api(`/oathTokens/${id}`)).body.hotp.counter;
    /** A user whose only device is a new token. */
    async function paired(more: object = {}) {
      const user = await aUser(server);
      const token = await anOathToken(server, more);
      return { user, token, device: await pair(user, token) };
    }
    const isWrong = invalidData('INVALID_OTP', 'otp');

    test('are paired by the serial number', async () => {
      const { user, token, device } = await paired({ ...TOTP_TOKEN, otpLength: 8 });
      const { type, status, serialNumber, tokenType, oathToken } = device;
      assert.deepEqual(
        { type, status, serialNumber, tokenType, oathToken },
        {
          type: 'OATH_TOKEN',
          status: 'ACTIVE',
          serialNumber: token.serialNumber,
          tokenType: 'TOTP',
          oathToken: { id: token.id },
        },
      );
      assert.deepEqual((await server.api(`/users/${user.id}/devices/${device.id}`)).body, device);
      assert.ok(!JSON.stringify(device).includes('ecret'));
      const other = await aUser(server);
      assert.deepEqual(
        await tryToPair(other, 'NOSUCH1'),
        invalidData('INVALID_VALUE', 'serialNumber'),
      );
      const isPaired = invalidData('CONSTRAINT_VIOLATION', 'serialNumber');
      for (const someone of [user, other]) {
        assert.deepEqual(await tryToPair(someone, token.serialNumber), isPaired);
      }
      const path = `/users/${user.id}/devices/${device.id}`;
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
      assert.equal((await pair(other, token)).serialNumber, token.serialNumber, 'it is free again');
    });

    test('of one token is one, however many pair it at once', async () => {
      const token = await anOathToken(server);
      const users = await Promise.all(Array.from({ length: 8 }, () => aUser(server)));
      const replies = await Promise.all(
        users.map((user) =>
          server.api(`/users/${user.id}/devices`, {
            body: { type: 'OATH_TOKEN', serialNumber: token.serialNumber },
          }),
        ),
      );
      assert.deepEqual(replies.map(({ status }) => status).sort(), [
        201,
        ...Array.from({ length: 7 }, () => 400),
      ]);
      const refused = replies.find(({ status }) => status === 400) as Reply;
      assert.deepEqual(errorOf(refused), invalidData('CONSTRAINT_VIOLATION', 'serialNumber'));
    });

    test('are not made of a token that is revoked meanwhile', async () => {
      for (let round = 0; round < 5; round++) {
        const token = await anOathToken(server);
        const user = await aUser(server);
        await Promise.all([
          server.api(`/users/${user.id}/devices`, {
            body: { type: 'OATH_TOKEN', serialNumber: token.serialNumber },
          }),
          server.api(`/oathTokens/${token.id}`, { method: 'DELETE' }),
        ]);
        assert.equal((await server.api(`/users/${user.id}/devices`)).body.count, 0);
      }
    });

    test('are activated by a passcode, where the user pairs it', async () => {
      const user = await aUser(server);
      const own = await deviceTokenOf(server, user);
      const token = await anOathToken(server);
      const { serialNumber } = token;
      const body = { type: 'OATH_TOKEN', serialNumber };
      const active = await tryToPair(user, serialNumber, {
        token: own,
        body: { ...body, status: 'ACTIVE' },
      });
      assert.deepEqual(active, invalidData('INVALID_VALUE', 'status'));
      const made = await server.api(`/users/${user.id}/devices`, { token: own, body });
      assert.equal(made.body.status, 'ACTIVATION_REQUIRED', made.text);
      assert.deepEqual(
        errorOf(await activate(user, made.body, { otp: wrong(token.code(0)) }, own)),
        isWrong,
      );
      const done = await activate(user, made.body, { otp: token.code(3) }, own);
      assert.deepEqual([done.body.status, await counterOf(token)], ['ACTIVE', 4], done.text);
      assert.equal(
        (await start(server, user, { selectedDevice: { otp: token.code(3) } })).status,
        400,
      );
      assert.equal(
        (await start(server, user, { selectedDevice: { otp: token.code(4) } })).status,
        201,
      );
    });

    test('are activated by the next passcode, too, where the token has lost its place', async () => {
      const user = await aUser(server);
      const token = await anOathToken(server);
      const device = await pair(user, token, { status: 'ACTIVATION_REQUIRED' });
      const isExtra = invalidData('EXTRA_OTP_REQUIRED', 'otp');
      assert.deepEqual(errorOf(await activate(user, device, { otp: token.code(100) })), isExtra);
      const again = { otp: token.code(150), oathResync: true };
      assert.deepEqual(errorOf(await activate(user, device, again)), isExtra);
      const done = await activate(user, device, { otp: token.code(151), oathResync: true });
      assert.deepEqual([done.body.status, await counterOf(token)], ['ACTIVE', 152], done.text);
      assert.deepEqual(await actionsOf(server, `resources.id eq "${device.id}"`), [
        'DEVICE.ACTIVATED',
        'DEVICE.ACTIVATION_OTP_INVALID',
        'DEVICE.ACTIVATION_OTP_INVALID',
        'DEVICE.CREATED',
      ]);
    });

    test('that wait for one token become one: the first that is proved', async () => {
      const token = await anOathToken(server);
      const users = [await aUser(server), await aUser(server)] as const;
      const devices = [];
      for (const user of users) {
        devices.push(await pair(user, token, { status: 'ACTIVATION_REQUIRED' }));
      }
      const [first, second] = devices;
      assert.equal((await activate(users[0], first, { otp: token.code(0) })).status, 200);
      assert.deepEqual(
        errorOf(await activate(users[1], second, { otp: token.code(1) })),
        invalidData('CONSTRAINT_VIOLATION', 'serialNumber'),
      );
    });

    test('whose passcodes are guessed while pairing end it for all who wait', async () => {
      const token = await anOathToken(server);
      const user = await aUser(server);
      const judged = [];
      for (let device = 0; device < 4; device++) {
        const made = await pair(user, token, { status: 'ACTIVATION_REQUIRED' });
        for (let tries = 0; tries < 2; tries++) {
          const { detail } = errorOf(await activate(user, made, { otp: wrong(token.code(0)) }));
          judged.push(detail);
        }
      }
      assert.deepEqual(judged, [
        ...Array.from({ length: 5 }, () => 'INVALID_OTP'),
        ...Array.from({ length: 3 }, () => 'LIMIT_EXCEEDED'),
      ]);
    });

    test('complete a flow, and the token moves on', async () => {
      for (const kind of [{}, TOTP_TOKEN, { ...TOTP_TOKEN, hashAlgorithm: 'HmacSHA256' }]) {
        const { user, token } = await paired({ ...kind, otpLength: 8 });
        const flow = await aFlow(server, user);
        assert.equal(flow.status, 'OTP_REQUIRED');
        const [shown] = flow._embedded.devices;
        assert.deepEqual([shown.type, shown.serialNumber], ['OATH_TOKEN', token.serialNumber]);
        assert.deepEqual(errorOf(await check(server, flow.id, wrong(token.code(2)))), isWrong);
        const otp = token.code(2);
        const done = await check(server, flow.id, otp);
        assert.deepEqual(
          [done.body.status, done.body.authenticators],
          ['COMPLETED', ['otp', 'mfa']],
        );
        const { body } = await server.api(`/oathTokens/${token.id}`);
        assert.deepEqual(
          [body.hotp, body.totp],
          'type' in kind ? [undefined, { timeStep: 30, drift: 2 }] : [{ counter: 3 }, undefined],
        );
        const again = await aFlow(server, user);
        assert.deepEqual(errorOf(await check(server, again.id, otp)), isWrong);
      }
    });

    test('answer at the start, named or not, beside others that make passcodes', async () => {
      const { user, token, device } = await paired();
      const other = await anOathToken(server, { ...TOTP_TOKEN, otpLength: 8 });
      const second = await pair(user, other);
      const named = await start(server, user, {
        selectedDevice: { id: device.id, otp: token.code(0) },
      });
      assert.deepEqual([named.status, named.body.status], [201, 'COMPLETED'], named.text);
      const any = await start(server, user, { selectedDevice: { otp: other.code(0) } });
      assert.deepEqual(any.body.selectedDevice, { id: second.id });
      for (const selectedDevice of [
        { otp: token.code(0) },
        { id: second.id, otp: token.code(1) },
      ]) {
        const refused = await start(server, user, { selectedDevice });
        assert.deepEqual(errorOf(refused), invalidData('INVALID_OTP', 'selectedDevice.otp'));
      }
    });

    test('take a passcode once, however many send it at once', async () => {
      for (const kind of [{}, TOTP_TOKEN]) {
        const { user, token } = await paired(kind);
        const flows: string[] = [];
        for (let flow = 0; flow < 20; flow++) flows.push((await aFlow(server, user)).id);
        const otp = token.code(0);
        const replies = await Promise.all(flows.map((id) => check(server, id, otp)));
        const completed = replies.filter(({ status }) => status === 200);
        assert.equal(completed.length, 1);
      }
    });

    test('count each wrong passcode, however many come at once', async () => {
      const { user, token, device } = await paired();
      const flows: string[] = [];
      for (let flow = 0; flow < 10; flow++) flows.push((await aFlow(server, user)).id);
      const guesses = Array.from({ length: 100 }, (_, guess) => String(guess).padStart(6, '0'));
      const right = new Set(Array.from({ length: 11 }, (_, place) => token.code(place)));
      const replies = await Promise.all(
        guesses
          .filter((guess) => !right.has(guess))
          .map((guess, index) => check(server, flows[index % 10] ?? '', guess)),
      );
      const judged = replies.filter(
        ({ body }) => body.details?.[0].innerError?.attemptsRemaining !== undefined,
      );
      const locked = replies.filter(({ body }) => body.details?.[0].code === 'DEVICE_LOCKED');
      assert.equal(judged.length, 2, 'and the third one has locked it');
      assert.ok(locked.length > 0);
      const { body } = await server.api(`/users/${user.id}/devices/${device.id}`);
      assert.equal(body.lock.status, 'LOCKED');
      const late = await start(server, user, { selectedDevice: { otp: token.code(0) } });
      assert.notEqual(late.body.status, 'COMPLETED');
      server.advance(2 * 60_000);
      const done = await start(server, user, { selectedDevice: { otp: token.code(0) } });
      assert.equal(done.body.status, 'COMPLETED', done.text);
    });

    test('are as the policy of the flow says', async () => {
      const { user } = await paired();
      const policy = await aDefaultPolicy(server, {
        oathToken: { ...OATH_BLOCK.oathToken, enabled: false },
      });
      assert.equal(policy.oathToken.enabled, false);
      const flow = await aFlow(server, user);
      assert.equal(flow.error.code, 'NO_USABLE_DEVICES');
      const token = await anOathToken(server);
      assert.deepEqual(
        await tryToPair(user, token.serialNumber),
        invalidData('METHOD_DISABLED', 'type'),
      );
      await aDefaultPolicy(server, {
        oathToken: { ...OATH_BLOCK.oathToken, pairingDisabled: true },
      });
      assert.deepEqual(
        await tryToPair(user, token.serialNumber),
        invalidData('PAIRING_DISABLED', 'type'),
      );
      await aDefaultPolicy(server, OATH_BLOCK);
      await pair(user, token);
    });
  });
}
