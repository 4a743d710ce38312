/** Attacks by guessing, reusing and racing, over HTTP on both stores. The numbers are the attacks'. */
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type Reply } from '../src/testing/client.ts';
import { aDefaultPolicy } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import {
  aDevice,
  aFlow,
  aUser,
  check,
  start,
  type TestUser,
  wrong,
} from '../src/testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

/** Whether the code was looked at: it completed the flow, or it cost an attempt. */
const isJudged = ({ status, body }: Reply) =>
  status === 200 || body.details[0].innerError?.attemptsRemaining !== undefined;

for (const dialect of DIALECTS) {
  describe(`attacks by guessing on ${dialect}`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await aDefaultPolicy(server);
    });
    after(() => server?.close());

    /** Flows of test devices, each with its own code. */
    async function flowsOf(user: TestUser, count: number, deviceIds: readonly string[]) {
      const flows = Array.from({ length: count }, (_, index) =>
        aFlow(server, user, { selectedDevice: { id: deviceIds[index % deviceIds.length] } }),
      );
      return (await Promise.all(flows)).map(({ id, test }) => ({ id, otp: test.otp as string }));
    }

    /** One right code at a random place after the third, all others wrong, at once. */
    async function burst(flows: readonly { id: string; otp: string }[]) {
      const right = 3 + randomInt(flows.length - 3);
      const replies = await Promise.all(
        flows.map(({ id, otp }, index) => check(server, id, index === right ? otp : wrong(otp))),
      );
      assert.deepEqual(
        replies.filter(({ status }) => status !== 200 && status !== 400).map(({ text }) => text),
        [],
      );
      const judged = replies.filter(isJudged).length;
      return { judged, completed: replies[right]?.status === 200 };
    }

    /** The policy's limit; a right answer that came within it forgets the wrong ones before it. */
    function assertWithin(limit: number, { judged, completed }: Awaited<ReturnType<typeof burst>>) {
      assert.ok(judged <= (completed ? 2 * limit : limit), `${judged} were judged`);
    }

    /** With an account lockout, whatever becomes of the work. */
    async function withLockout(failureCount: number, work: () => Promise<void>) {
      const body = { lockout: { failureCount, durationSeconds: 300 } };
      const settings = await server.api('/mfaSettings', {
        method: 'PUT',
        body: { pairing: { maxAllowedDevices: 9 }, ...body },
      });
      assert.equal(settings.status, 200, settings.text);
      try {
        await work();
      } finally {
        await server.api('/mfaSettings', { method: 'DELETE' });
      }
    }

    test('1: a burst of guesses over many flows of one device gets three', async () => {
      let completed = 0;
      const bursts = 12;
      for (let round = 0; round < bursts; round++) {
        const user = await aUser(server);
        const device = await aDevice(server, user, { testMode: true });
        const flows = await flowsOf(user, 40, [device.id]);
        const one = await burst(flows);
        assertWithin(3, one);
        if (one.completed) completed += 1;
      }
      // A right one among the first three is honest luck: here about one burst in thirteen.
      assert.ok(completed <= bursts / 2, `${completed} of ${bursts} bursts completed`);
    });

    test('1: a burst over all devices of a user gets no more than locks the account', async () => {
      await withLockout(4, async () => {
        for (let round = 0; round < 6; round++) {
          const user = await aUser(server);
          const ids: string[] = [];
          for (let index = 0; index < 5; index++) {
            const email = `d${index}-${user.email}`;
            ids.push((await aDevice(server, user, { email, testMode: true })).id);
          }
          assertWithin(4, await burst(await flowsOf(user, 40, ids)));
        }
      });
    });

    test('1: two hundred right codes of one device at once all complete', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user, { testMode: true });
      const flows = await flowsOf(user, 200, [device.id]);
      const replies = await Promise.all(flows.map(({ id, otp }) => check(server, id, otp)));
      assert.deepEqual(
        replies.filter(({ status }) => status !== 200).map(({ text }) => text),
        [],
      );
    });

    test('1: wrong codes by the hundred that lock nothing are each counted', async () => {
      await aDefaultPolicy(server, {
        email: {
          enabled: true,
          otp: {
            lifeTime: { duration: 30, timeUnit: 'MINUTES' },
            failure: { count: 7, coolDown: { duration: 0, timeUnit: 'MINUTES' } },
          },
        },
      });
      const user = await aUser(server);
      const device = await aDevice(server, user, { testMode: true });
      const flows = await flowsOf(user, 300, [device.id]);
      const replies = await Promise.all(flows.map(({ id, otp }) => check(server, id, wrong(otp))));
      const codes = new Set(replies.map(({ body }) => body.details[0].code));
      assert.deepEqual([...codes], ['INVALID_OTP']);
      await aDefaultPolicy(server);
    });

    const smsTo = (phone: string) => ({
      selectedDevice: { oneTime: { type: 'SMS', phone, testMode: true } },
    });

    test('17: wrong codes for one-time targets lock the account, whatever the address', async () => {
      await withLockout(5, async () => {
        const user = await aUser(server);
        const flows = await Promise.all(
          Array.from({ length: 12 }, (_, index) =>
            aFlow(server, user, smsTo(`+1512555130${index % 3}`)),
          ),
        );
        const guesses = flows.flatMap(({ id, test }) =>
          Array.from({ length: 3 }, () => check(server, id, wrong(test.otp))),
        );
        const judged = (await Promise.all(guesses)).filter(isJudged).length;
        assert.ok(judged <= 5, `${judged} were judged`);
        const late = await check(server, flows[11]?.id, flows[11]?.test.otp);
        assert.equal(late.status, 400, late.text);
        const next = await start(server, user, smsTo('+15125551399'));
        assert.equal(next.body.error.code, 'USER_LOCKED');
      });
    });

    test('17: wrong codes for one address end, over all flows, and in a burst', async () => {
      const user = await aUser(server);
      const target = smsTo('+15125551310');
      const flows = await Promise.all(
        Array.from({ length: 12 }, () => aFlow(server, user, target)),
      );
      const guesses = flows.flatMap(({ id, test }) =>
        Array.from({ length: 3 }, () => check(server, id, wrong(test.otp))),
      );
      const judged = (await Promise.all(guesses)).filter(isJudged).length;
      assert.ok(judged <= 9, `${judged} were judged`);
      const refused = await start(server, user, target);
      assert.deepEqual(errorOf(refused), invalidData('DEVICE_LOCKED', 'selectedDevice.oneTime'));
      const open = flows.find(({ test }, index) => index === 11 && test.otp);
      const late = await check(server, open?.id, open?.test.otp);
      assert.equal(late.status, 400, 'a right code comes too late as well');
      assert.equal((await start(server, user, smsTo('+15125551311'))).status, 201);
      // Nobody waits for long.
      server.advance(2 * 60_000);
      const next = await aFlow(server, user, target);
      assert.equal((await check(server, next.id, next.test.otp)).status, 200);
    });

    test('1: an answer on its way while its user is disabled completes nothing', async () => {
      for (let round = 0; round < 10; round++) {
        const user = await aUser(server);
        const device = await aDevice(server, user, { testMode: true });
        const flows = await flowsOf(user, 6, [device.id]);
        const order: string[] = [];
        const disable = server
          .api(`/users/${user.id}/enabled`, { method: 'PUT', body: { enabled: false } })
          .then(({ status }) => order.push(`disabled ${status}`));
        const checks = flows.map(async ({ id, otp }) => {
          const reply = await check(server, id, otp);
          const read = await server.auth(`/deviceAuthentications/${id}`);
          // Completed before, or not at all: what came after the change finds the door closed.
          assert.equal(read.body.status, reply.status === 200 ? 'COMPLETED' : 'FAILED');
        });
        await Promise.all([...checks, disable]);
        const late = await check(server, flows[0]?.id ?? '', flows[0]?.otp ?? '');
        assert.equal(late.status, 400);
        assert.deepEqual(order, ['disabled 200']);
      }
    });
  });
}
