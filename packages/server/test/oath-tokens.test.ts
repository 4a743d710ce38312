/** OATH tokens as an administrator keeps them; contract settings §4. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { spendOneTimeValues } from '../src/gone-back.ts';
import { createRegistry } from '../src/methods/registry.ts';
import { errorOf, invalidData, type Reply } from '../src/testing/client.ts';
import {
  anOathToken,
  deviceTokenOf,
  OATH_BLOCK,
  oathTokenBody,
  type TestToken,
  TOTP_TOKEN,
} from '../src/testing/oath.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { actionsOf, aDevice, aUser, found } from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

for (const dialect of DIALECTS) {
  describe(`OATH tokens on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server, OATH_BLOCK);
    });
    after(() => server?.close());

    const read = async ({ id }: { id: string }, query = '') => {
      const reply = await server.api(`/oathTokens/${id}${query}`);
      assert.equal(reply.status, 200, reply.text);
      return reply.body;
    };
    const resync = ({ id }: { id: string }, otps: string[], prefix = '', token?: string) =>
      server.api(`${prefix}/oathTokens/${id}`, {
        type: 'device.resync',
        body: { otps },
        ...(token === undefined ? {} : { token }),
      });
    const details = ({ status, body }: Reply) => [status, body.details?.[0].code];

    test('what comes back is what was sent, but the secret', async () => {
      const minimal = oathTokenBody();
      const hotp = await server.api('/oathTokens', { body: minimal });
      assert.equal(hotp.status, 201, hotp.text);
      const { _links, id, environment, createdAt, updatedAt, ...shown } = hotp.body;
      const { secret: _secret, ...sent } = minimal;
      assert.deepEqual(shown, { ...sent, hashAlgorithm: 'HmacSHA1', hotp: { counter: 0 } });
      assert.match(_links.self.href, new RegExp(`/oathTokens/${id}$`));
      assert.deepEqual(environment, { id: server.environmentId });
      assert.equal(createdAt, updatedAt);
      assert.deepEqual(await read({ id }), hotp.body);
      const whole = oathTokenBody({
        type: 'TOTP',
        otpLength: 8,
        hashAlgorithm: 'HmacSHA512',
        totp: { timeStep: 60 },
        hotp: { counter: 7 },
        rowNumber: 12,
      });
      const totp = await server.api('/oathTokens', { body: whole });
      assert.equal(totp.status, 201, totp.text);
      const { serialNumber, otpLength, hashAlgorithm, rowNumber } = whole;
      assert.deepEqual(
        { ...totp.body, _links: 0, id: 0, environment: 0, createdAt: 0, updatedAt: 0 },
        {
          serialNumber,
          otpLength,
          hashAlgorithm,
          rowNumber,
          type: 'TOTP',
          totp: { timeStep: 60, drift: 0 },
          ...{ _links: 0, id: 0, environment: 0, createdAt: 0, updatedAt: 0 },
        },
      );
      for (const { text } of [hotp, totp]) assert.ok(!text.includes('secret'));
      assert.deepEqual(await actionsOf(server, `resources.id eq "${id}"`), ['OATH_TOKEN.CREATED']);
      assert.equal((await server.api(`/oathTokens/${id}`, { method: 'DELETE' })).status, 204);
      for (const method of ['GET', 'DELETE']) {
        const gone = await server.api(`/oathTokens/${id}`, { method });
        assert.deepEqual([gone.status, gone.body.code], [404, 'NOT_FOUND']);
      }
    });

    test('refuses what is no token, and says why', async () => {
      const refused = async (more: object) =>
        errorOf(await server.api('/oathTokens', { body: oathTokenBody(more) }));
      for (const target of ['serialNumber', 'secret', 'type', 'otpLength']) {
        const reply = await refused({ [target]: undefined });
        assert.deepEqual(reply, invalidData('REQUIRED_VALUE', target));
      }
      for (const [more, detail, target] of [
        [{ serialNumber: 'a'.repeat(51) }, 'SIZE_LIMIT_EXCEEDED', 'serialNumber'],
        [{ serialNumber: '12 34' }, 'INVALID_VALUE', 'serialNumber'],
        [{ secret: 'abc' }, 'INVALID_VALUE', 'secret'],
        [{ secret: 'xy' }, 'INVALID_VALUE', 'secret'],
        [{ secret: 'ab'.repeat(101) }, 'SIZE_LIMIT_EXCEEDED', 'secret'],
        [{ type: 'OCRA' }, 'INVALID_VALUE', 'type'],
        [{ otpLength: 7 }, 'INVALID_VALUE', 'otpLength'],
        [{ hashAlgorithm: 'SHA1' }, 'INVALID_VALUE', 'hashAlgorithm'],
        [{ hashAlgorithm: 'HmacSHA256' }, 'INVALID_VALUE', 'hashAlgorithm'],
        [{ hotp: { counter: -1 } }, 'OUT_OF_RANGE', 'hotp.counter'],
        [{ type: 'TOTP' }, 'REQUIRED_VALUE', 'totp.timeStep'],
        [{ type: 'TOTP', totp: {} }, 'REQUIRED_VALUE', 'totp.timeStep'],
        [{ type: 'TOTP', totp: { timeStep: 45 } }, 'INVALID_VALUE', 'totp.timeStep'],
      ] as const) {
        assert.deepEqual(await refused(more), invalidData(detail, target), JSON.stringify(more));
      }
      const { serialNumber } = await anOathToken(server);
      assert.deepEqual(await refused({ serialNumber }), {
        status: 409,
        code: 'UNIQUENESS_VIOLATION',
        detail: 'UNIQUENESS_VIOLATION',
        target: 'serialNumber',
      });
      const put = await server.api(`/oathTokens/${randomUUID()}`, { method: 'PUT', body: {} });
      assert.equal(put.status, 405);
    });

    test('lists by pages, and finds by the serial number', async () => {
      const mark = `PG${Date.now()}`;
      const numbers = Array.from({ length: 23 }, (_, place) => `${mark}N${place}`);
      for (const serialNumber of numbers) await anOathToken(server, { serialNumber });
      const sw = encodeURIComponent(`serialNumber sw "${mark}"`);
      const seen: string[] = [];
      let sizes = '';
      let path = `/oathTokens?limit=10&filter=${sw}`;
      for (;;) {
        const { body } = await server.api(path);
        seen.push(...body._embedded.oathTokens.map(({ serialNumber }: TestToken) => serialNumber));
        sizes += `${body.size} of ${body.count};`;
        if (!body._links.next) break;
        path = body._links.next.href.split(server.environmentId)[1];
      }
      assert.deepEqual(seen.toSorted(), numbers.toSorted());
      assert.equal(sizes, '10 of 23;10 of 23;3 of 23;');
      const one = await found(server, 'oathTokens', `serialNumber eq "${mark}N2"`);
      assert.deepEqual(
        one.map(({ serialNumber }) => serialNumber),
        [`${mark}N2`],
      );
      assert.deepEqual(await found(server, 'oathTokens', `serialNumber eq "${mark}"`), []);
      for (const query of ['limit=1001', 'filter=type%20eq%20%22HOTP%22', 'expand=secrets']) {
        assert.equal((await server.api(`/oathTokens?${query}`)).body.code, 'INVALID_DATA');
      }
    });

    test('shows the devices of paired tokens where that is wanted', async () => {
      const mark = `EX${Date.now()}`;
      const paired = await anOathToken(server, { serialNumber: `${mark}A` });
      const free = await anOathToken(server, { serialNumber: `${mark}B` });
      const user = await aUser(server);
      const device = await aDevice(server, user, {
        type: 'OATH_TOKEN',
        serialNumber: paired.serialNumber,
      });
      const devices = [{ id: device.id, user: { id: user.id } }];
      const filter = encodeURIComponent(`serialNumber sw "${mark}"`);
      const { body } = await server.api(`/oathTokens?expand=devices&filter=${filter}`);
      const shown = new Map(
        body._embedded.oathTokens.map((token: { id: string; devices?: object }) => [
          token.id,
          token.devices,
        ]),
      );
      assert.deepEqual([shown.get(paired.id), shown.get(free.id)], [devices, undefined]);
      assert.deepEqual((await read(paired, '?expand=devices')).devices, devices);
      assert.equal((await read(paired)).devices, undefined);
    });

    test('resynchronises by two passcodes in a row', async () => {
      const token = await anOathToken(server);
      const done = await resync(token, [token.code(900), token.code(901)]);
      assert.equal(done.status, 200, done.text);
      assert.deepEqual([done.body.id, done.body.hotp], [token.id, { counter: 902 }]);
      assert.deepEqual(await read(token), done.body);
      const clock = await anOathToken(server, { ...TOTP_TOKEN, otpLength: 8 });
      const moved = await resync(clock, [clock.code(100), clock.code(101)]);
      assert.deepEqual(moved.body.totp, { timeStep: 30, drift: 101 });
      assert.deepEqual(await actionsOf(server, `resources.id eq "${token.id}"`), [
        'OATH_TOKEN.UPDATED',
        'OATH_TOKEN.CREATED',
      ]);
    });

    test('resynchronises by one passcode, and the next one within five minutes', async () => {
      const token = await anOathToken(server);
      const isExtra = invalidData('EXTRA_OTP_REQUIRED', 'otps');
      assert.deepEqual(errorOf(await resync(token, [token.code(50)])), isExtra);
      server.advance(299_000);
      assert.equal((await resync(token, [token.code(51)])).body.hotp.counter, 52);
      assert.deepEqual(errorOf(await resync(token, [token.code(60)])), isExtra);
      server.advance(300_000);
      assert.deepEqual(errorOf(await resync(token, [token.code(61)])), isExtra);
      assert.equal((await resync(token, [token.code(62)])).body.hotp.counter, 63);
    });

    test('refuses what resynchronises nothing, and ends the guessing', async () => {
      const token = await anOathToken(server);
      const isInvalid = invalidData('INVALID_VALUE', 'otps');
      const codes = [0, 1, 2].map(token.code);
      for (const otps of [[], codes, ['12345678'], ['12345x'], [codes[0] ?? '', '1']]) {
        assert.deepEqual(errorOf(await resync(token, otps)), isInvalid);
      }
      const replies = await Promise.all(
        Array.from({ length: 100 }, () => resync(token, [token.code(10), token.code(12)])),
      );
      const wrong = replies.filter(({ body }) => body.details[0].code === 'INVALID_OTP');
      const late = replies.filter(({ body }) => body.details[0].code === 'LIMIT_EXCEEDED');
      assert.deepEqual([wrong.length, late.length], [5, 95]);
      assert.deepEqual(errorOf(wrong[0] as Reply), invalidData('INVALID_OTP', 'otps'));
      const right = [token.code(10), token.code(11)];
      assert.equal(details(await resync(token, right))[1], 'LIMIT_EXCEEDED');
      server.advance(15 * 60_000);
      assert.equal((await resync(token, right)).status, 200);
      assert.equal((await resync({ id: randomUUID() }, right)).status, 404);
    });

    test('of two that resynchronise by the same passcodes one wins', async () => {
      const token = await anOathToken(server);
      const otps = [token.code(20), token.code(21)];
      const replies = await Promise.all(Array.from({ length: 4 }, () => resync(token, otps)));
      assert.deepEqual(replies.map(({ status }) => status).sort(), [200, 400, 400, 400]);
    });

    test('a user resynchronises the token of their own device, and no other', async () => {
      const token = await anOathToken(server);
      const [user, stranger] = [await aUser(server), await aUser(server)];
      await aDevice(server, user, { type: 'OATH_TOKEN', serialNumber: token.serialNumber });
      const own = await deviceTokenOf(server, user);
      const other = await deviceTokenOf(server, stranger);
      const otps = [token.code(30), token.code(31)];
      const path = `/users/${user.id}`;
      assert.equal((await resync(token, otps, path, other)).status, 403);
      assert.equal((await resync(token, otps, `/users/${stranger.id}`, other)).status, 404);
      assert.equal((await resync(token, otps, '', own)).status, 403);
      const done = await resync(token, otps, path, own);
      assert.equal(done.body.hotp?.counter, 32, done.text);
      assert.equal((await resync(token, [33, 34].map(token.code), path)).status, 200);
    });

    test('a revoked token takes its device along', async () => {
      const token = await anOathToken(server);
      const user = await aUser(server);
      const device = await aDevice(server, user, {
        type: 'OATH_TOKEN',
        serialNumber: token.serialNumber,
      });
      const gone = await server.api(`/oathTokens/${token.id}`, { method: 'DELETE' });
      assert.equal(gone.status, 204);
      const { body } = await server.api(`/users/${user.id}/devices?expand=order`);
      assert.deepEqual([body._embedded.devices, body.order], [[], []]);
      for (const [id, action] of [
        [device.id, 'DEVICE.DELETED'],
        [token.id, 'OATH_TOKEN.DELETED'],
      ]) {
        assert.equal((await actionsOf(server, `resources.id eq "${id}"`))[0], action);
      }
    });

    test('takes no passcode of before once the store went back in time', async () => {
      const clock = await anOathToken(server, TOTP_TOKEN);
      const counter = await anOathToken(server);
      const { store } = server.server.parts;
      await spendOneTimeValues({ store, methods: createRegistry(), now: server.now() });
      const user = await aUser(server);
      for (const { serialNumber } of [clock, counter]) {
        await aDevice(server, user, { type: 'OATH_TOKEN', serialNumber });
      }
      const start = (otp: string) =>
        server.auth('/deviceAuthentications', {
          body: { user: { id: user.id }, selectedDevice: { otp } },
        });
      for (const otp of [clock.code(0), counter.code(0)]) {
        assert.equal(errorOf(await start(otp)).detail, 'INVALID_OTP');
      }
      assert.equal((await resync(counter, [3, 4].map(counter.code))).status, 200);
      assert.equal((await start(counter.code(5))).status, 201);
      server.advance(6 * 30_000);
      assert.equal((await start(clock.code(0))).status, 201);
    });
  });
}
