/** What guards against messages that only cost, as administrators and callers see it. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { limitMessages, rejections } from '../../../testing/limits.ts';
import { allowMessages } from '../../../testing/policies.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import {
  actionsOf,
  aDevice,
  aFlow,
  aUser,
  check,
  found,
  select,
  sentOtp,
  start,
  type TestUser,
} from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';

const PATH = '/notificationsSettings/abuseProtection';
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const DEFAULTS = {
  numberTypes: {
    mode: 'ON',
    types: ['PREMIUM_RATE', 'SHARED_COST', 'PAGER', 'UAN', 'VOICEMAIL'],
  },
  countries: [],
  velocity: {
    prefix: { mode: 'WATCH', maximum: 30, period: { duration: 1, timeUnit: 'HOURS' } },
    country: { mode: 'WATCH', maximum: 1_000, period: { duration: 1, timeUnit: 'HOURS' } },
  },
  killSwitch: {
    mode: 'WATCH',
    minimumShare: 0.2,
    minimumMessages: 100,
    period: { duration: 15, timeUnit: 'MINUTES' },
    pause: { duration: 30, timeUnit: 'MINUTES' },
  },
};

for (const dialect of DIALECTS) {
  describe(`abuse protection on ${dialect}`, () => {
    let server: TestServer;
    let number = 0;
    before(async () => {
      server = await startTestServerOn(dialect);
      await allowMessages(server);
      await limitMessages(server);
    });
    after(() => server?.close());
    beforeEach(async () => {
      // Periods of their own for each test.
      server.advance(DAY);
      await server.renew();
    });

    const put = async (body: object) => {
      const reply = await server.api(PATH, { method: 'PUT', body });
      assert.equal(reply.status, 200, reply.text);
      return reply;
    };
    const rulesOf = ({ body }: { body: Record<string, unknown> }) => {
      const { _links, environment, updatedAt: _, ...rules } = body;
      assert.ok(_links && environment);
      return rules;
    };
    const aPhone = (prefix = '+3584012') => `${prefix}${String(++number).padStart(5, '0')}`;
    async function withPhone(phone = aPhone()): Promise<TestUser> {
      const user = await aUser(server);
      await aDevice(server, user, { type: 'SMS', phone });
      return user;
    }
    const watched = async (user: TestUser) =>
      (await actionsOf(server, `user.id eq "${user.id}"`)).filter(
        (action) => action === 'NOTIFICATION.WATCHED',
      ).length;

    test('has defaults, is replaced as a whole, and is reset', async () => {
      assert.deepEqual(rulesOf(await server.api(PATH)), DEFAULTS);
      const some = { countries: [{ country: 'FI', mode: 'WATCH' }], killSwitch: { mode: 'ON' } };
      const replaced = await put(some);
      const killSwitch = { ...DEFAULTS.killSwitch, mode: 'ON' };
      assert.deepEqual(rulesOf(replaced), { ...DEFAULTS, countries: some.countries, killSwitch });
      const again = await put(replaced.body);
      assert.deepEqual(rulesOf(again), rulesOf(replaced), 'what was read can be sent back');
      assert.equal((await server.api(PATH, { method: 'DELETE' })).status, 204);
      assert.deepEqual(rulesOf(await server.api(PATH)), DEFAULTS);
    });

    test('refuses what is out of its range', async () => {
      const period = (duration: number, timeUnit: string) => ({ duration, timeUnit });
      for (const [body, detail, target] of [
        [{ numberTypes: { mode: 'YES' } }, 'INVALID_VALUE', 'numberTypes.mode'],
        [{ countries: [{ country: 'Fi', mode: 'ON' }] }, 'INVALID_VALUE', 'countries[0].country'],
        [
          { countries: ['OFF', 'ON'].map((mode) => ({ country: 'FI', mode })) },
          'INVALID_VALUE',
          'countries[1].country',
        ],
        [{ velocity: { prefix: { maximum: 0 } } }, 'OUT_OF_RANGE', 'velocity.prefix.maximum'],
        [
          { velocity: { country: { period: period(25, 'HOURS') } } },
          'OUT_OF_RANGE',
          'velocity.country.period',
        ],
        [{ killSwitch: { period: period(61, 'MINUTES') } }, 'OUT_OF_RANGE', 'killSwitch.period'],
        [{ killSwitch: { pause: period(0, 'MINUTES') } }, 'OUT_OF_RANGE', 'killSwitch.pause'],
        [{ killSwitch: { minimumShare: 2 } }, 'OUT_OF_RANGE', 'killSwitch.minimumShare'],
      ] as const) {
        const reply = await server.api(PATH, { method: 'PUT', body });
        assert.deepEqual(errorOf(reply), invalidData(detail, target), JSON.stringify(body));
      }
    });

    test('nothing goes to a country that is off, or to a kind of number', async () => {
      const fixed = '+3589471234';
      const user = await withPhone();
      const other = await withPhone(fixed);
      await put({
        countries: [{ country: 'SE', mode: 'OFF' }],
        numberTypes: { types: ['FIXED_LINE'] },
      });
      assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
      const failed = await aFlow(server, other);
      assert.equal(failed.error.code, 'NO_USABLE_DEVICES');
      assert.equal(failed._embedded.blockedDevices[0].usableStatus.reason, 'NOTIFICATION_LIMIT');
      assert.deepEqual(await rejections(server, other.id), ['NUMBER_TYPE']);
      for (const phone of ['+46701234567', fixed]) {
        const pairing = await server.api(`/users/${user.id}/devices`, {
          body: { type: 'VOICE', phone, status: 'ACTIVATION_REQUIRED' },
        });
        assert.deepEqual(errorOf(pairing), invalidData('INVALID_VALUE', 'phone'), phone);
      }
      assert.deepEqual(await rejections(server, user.id), ['COUNTRY', 'NUMBER_TYPE']);
    });

    test('a burst to one range of numbers is watched, or stopped', async () => {
      const maximum = 2;
      await put({ velocity: { prefix: { maximum } } });
      const range = `+35850${String(number).padStart(2, '0')}1`;
      const users: TestUser[] = [];
      for (let made = 0; made < 5; made++) users.push(await withPhone(aPhone(range).slice(0, 13)));
      const flows = [];
      for (const user of users.slice(0, 3)) flows.push((await aFlow(server, user)).status);
      assert.deepEqual(flows, ['OTP_REQUIRED', 'OTP_REQUIRED', 'OTP_REQUIRED']);
      assert.deepEqual(await Promise.all(users.slice(0, 3).map(watched)), [0, 0, 1]);
      await put({ velocity: { prefix: { maximum, mode: 'ON' } } });
      const [, , , fourth] = users;
      assert.ok(fourth);
      assert.equal((await aFlow(server, fourth)).error.code, 'NO_USABLE_DEVICES');
      assert.deepEqual(await rejections(server, fourth.id), ['PREFIX_VELOCITY']);
      // Another device can be used, and the first one is told of in words.
      await aDevice(server, fourth);
      const flow = await aFlow(server, fourth);
      assert.equal(flow.status, 'DEVICE_SELECTION_REQUIRED');
      const [limited] = flow._embedded.blockedDevices;
      assert.deepEqual(errorOf(await select(server, flow.id, limited.id)), {
        status: 400,
        code: 'REQUEST_FAILED',
        detail: 'LIMIT_EXCEEDED',
        target: 'device.id',
      });
      const elsewhere = await withPhone('+46701234567');
      assert.equal((await aFlow(server, elsewhere)).status, 'OTP_REQUIRED', 'another range');
      server.advance(60 * MINUTE);
      await server.renew();
      const later = await start(server, fourth, { selectedDevice: { id: limited.id } });
      assert.equal(later.body.status, 'OTP_REQUIRED', 'another hour');
    });

    test('the kill switch trips where codes are not typed in, says so, and is taken back', async () => {
      await put({
        killSwitch: { mode: 'ON', minimumMessages: 4, minimumShare: 0.5 },
      });
      const users = await Promise.all([1, 2, 3, 4].map(() => withPhone()));
      const [first, ...others] = users as [TestUser, ...TestUser[]];
      const typed = await aFlow(server, first);
      for (const user of others) await aFlow(server, user);
      const { body } = await server.api(`/users/${first.id}/devices`);
      const [{ phone }] = body._embedded.devices;
      const done = await check(server, typed.id, await sentOtp(server, phone));
      assert.equal(done.body.status, 'COMPLETED');
      await server.server.talliesFlushed();
      assert.equal((await server.api(PATH)).body.pausedUntil, undefined, 'they may still type');
      server.advance(4 * MINUTE);
      await server.server.talliesFlushed();
      const tripped = await server.api(PATH);
      const until = new Date(server.now() + 30 * MINUTE).toISOString();
      assert.equal(tripped.body.pausedUntil, until);
      await server.server.talliesFlushed();
      assert.equal((await server.api(PATH)).body.pausedUntil, until, 'once');
      const told = await found(
        server,
        'activities',
        'action.type eq "NOTIFICATIONS_SETTINGS.UPDATED"',
      );
      assert.equal(told.filter(({ actors }) => !actors?.client).length, 1);
      const refused = await aFlow(server, first);
      assert.equal(refused.error.code, 'NO_USABLE_DEVICES');
      assert.deepEqual(await rejections(server, first.id), ['KILL_SWITCH']);
      // Whoever has an e-mail device still signs in.
      const reader = await aUser(server);
      await aDevice(server, reader);
      assert.equal((await aFlow(server, reader)).status, 'OTP_REQUIRED');
      const resumed = await server.api(PATH, {
        method: 'POST',
        type: 'application/vnd.countersign.abuseProtection.resume+json',
      });
      assert.equal(resumed.status, 200, resumed.text);
      assert.equal(resumed.body.pausedUntil, undefined);
      assert.equal((await aFlow(server, first)).status, 'OTP_REQUIRED');
      server.advance(4 * MINUTE);
      await server.server.talliesFlushed();
      const after = await server.api(PATH);
      assert.equal(after.body.pausedUntil, undefined, 'what went before is not held against it');
    });
  });
}
