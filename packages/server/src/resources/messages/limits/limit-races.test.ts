/** Never one message more than the policy allows, however many ask at once, and on whatever node. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Store } from '../../../storage/store.ts';
import { startAnotherNode } from '../../../testing/another-node.ts';
import { type Reply, send } from '../../../testing/client.ts';
import { countMessages, limitMessages, rejections } from '../../../testing/limits.ts';
import { allowMessages } from '../../../testing/policies.ts';
import { DIALECTS, postgresOfSuite } from '../../../testing/postgres.ts';
import { aDevice, aFlow, aUser, start, type TestUser } from '../../../testing/scenario.ts';
import { startTestServer, startTestServerOn, type TestServer } from '../../../testing/server.ts';
import { createEnvironmentCounts } from './environment-counts.ts';

const COUNTED = ['message_counters', 'message_cooldowns'];
const AT_ONCE = 40;
const DAY = 24 * 3_600_000;
const many = <T>(count: number, make: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));
const perUser = (total: number) => ({ type: 'USER', deliveryMethods: ['Email'], total });
const ofAll = (total: number) => ({ type: 'ENVIRONMENT', deliveryMethods: ['Email'], total });
/** How often counters are read and written by what is done meanwhile, and in how many commits. */
async function countCalls(store: Store, work: () => Promise<unknown>) {
  const { get, commit } = store;
  const calls = { reads: 0, rows: 0, commits: 0 };
  Object.assign(store, {
    get: (...args: Parameters<Store['get']>) => {
      if (COUNTED.includes(args[0])) calls.reads += 1;
      return get(...args);
    },
    commit: (writes: Parameters<Store['commit']>[0]) => {
      const counted = writes.filter(({ table }) => COUNTED.includes(table));
      // Not those of the jobs, which run meanwhile.
      if (counted.length > 0 || writes.some(({ table }) => table === 'flows')) calls.commits += 1;
      calls.rows += counted.length;
      return commit(writes);
    },
  });
  try {
    await work();
  } finally {
    Object.assign(store, { get, commit });
  }
  return calls;
}

for (const dialect of DIALECTS) {
  describe(`limits of messages at once on ${dialect}`, () => {
    let server: TestServer;
    before(async () => {
      server = await startTestServerOn(dialect);
      await allowMessages(server);
    });
    after(() => server?.close());

    test('many starts of one user send as many as their quota says', async () => {
      await limitMessages(server, { quotas: [perUser(5)] });
      const user = await aUser(server);
      await aDevice(server, user);
      const before = await countMessages(server);
      const replies = await many(AT_ONCE, () => start(server, user));
      const sent = replies.filter(({ body }) => body.status === 'OTP_REQUIRED');
      assert.equal(sent.length, 5);
      // More than thirty at once to one address are refused by the node itself, too.
      for (const reply of replies) {
        const { status, code, details } = reply.body;
        const why = reply.status === 201 ? status : [reply.status, code, details[0].code].join();
        assert.match(why, /^(OTP_REQUIRED|FAILED|400,REQUEST_FAILED,LIMIT_EXCEEDED)$/);
      }
      assert.equal((await countMessages(server)) - before, 5);
      assert.equal((await rejections(server, user.id)).length, AT_ONCE - 5);
      // Nor is pairing, or another address, another way.
      const paired = await many(AT_ONCE, (index) =>
        server.api(`/users/${user.id}/devices`, {
          body: { type: 'EMAIL', email: `p${index}@shop.example`, status: 'ACTIVATION_REQUIRED' },
        }),
      );
      assert.ok(paired.every(({ status }) => status === 400));
      assert.equal((await countMessages(server)) - before, 5);
    });

    test('many starts to one address send one, and one after its rest', async () => {
      const off = { enabled: false };
      const seconds = { duration: 10, timeUnit: 'SECONDS' };
      const email = { enabled: true, resendLimit: 5, periods: [seconds, seconds, seconds] };
      await limitMessages(server, {
        cooldownConfiguration: { sms: off, voice: off, whatsApp: off, email },
      });
      const users = await many(8, () => aUser(server));
      const oneTime = { type: 'EMAIL', email: users[0]?.email };
      const before = await countMessages(server);
      for (const sent of [1, 2]) {
        await many(AT_ONCE, (index) =>
          start(server, users[index % users.length] as TestUser, { selectedDevice: { oneTime } }),
        );
        assert.equal((await countMessages(server)) - before, sent);
        server.advance(10_000);
      }
    });

    test('many users together send as many as the environment may', async () => {
      server.advance(DAY);
      await server.renew();
      await limitMessages(server, { quotas: [ofAll(23)] });
      const users = await many(AT_ONCE, () => aUser(server));
      await many(AT_ONCE, (index) => aDevice(server, users[index] as TestUser));
      const before = await countMessages(server);
      const replies = await many(AT_ONCE, (index) => start(server, users[index] as TestUser));
      assert.equal(replies.filter(({ body }) => body.status === 'OTP_REQUIRED').length, 23);
      assert.equal((await countMessages(server)) - before, 23);
    });

    test('a start reads and writes what its policy needs, and no more', async () => {
      server.advance(DAY);
      await server.renew();
      const user = await aUser(server);
      const device = await aDevice(server, user);
      const tester = await aUser(server);
      await aDevice(server, tester, { testMode: true });
      const { store } = server.server.parts;
      const cost = async (settings: object, of: TestUser) => {
        await limitMessages(server, settings);
        await aFlow(server, of);
        return countCalls(store, () => aFlow(server, of));
      };
      // The policy of MFA allows e-mail, and text messages or calls: two counters are looked at.
      const usual = { reads: 2, rows: 1, commits: 1 };
      assert.deepEqual(await cost({ quotas: [perUser(50)] }, user), usual);
      assert.deepEqual(await cost({}, user), usual, 'the ceiling');
      assert.equal((await cost({ quotas: [perUser(50)] }, tester)).rows, 0);
      // Of a thousand that are left, one write of the environment's row is good for 62 messages.
      const ofEnvironment = await cost({ quotas: [ofAll(1_000)] }, user);
      assert.deepEqual(ofEnvironment, usual);
      assert.ok(device.id);
    });
  });
}

test('with neither ceiling nor limits nothing is counted', async (context) => {
  const server = await startTestServer({ env: { COUNTERSIGN_USER_MESSAGES_PER_DAY: '0' } });
  context.after(() => server.close());
  await limitMessages(server);
  const user = await aUser(server);
  await aDevice(server, user);
  const { store } = server.server.parts;
  const calls = await countCalls(store, () => aFlow(server, user));
  assert.deepEqual(calls, { reads: 0, rows: 0, commits: 1 });
  for (let sent = 0; sent < 60; sent++) {
    server.advance(10_000);
    assert.equal((await aFlow(server, user)).status, 'OTP_REQUIRED');
  }
});

describe('limits of messages on two nodes', {
  skip: DIALECTS.includes('postgres') ? false : 'DIALECTS leaves it out',
}, () => {
  const postgres = postgresOfSuite();

  test('hold for both together', async (context) => {
    const databaseUrl = await postgres.freshDatabase();
    const env = { COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
    const one = await startTestServer({ databaseUrl, env });
    const other = await startAnotherNode(one, databaseUrl, env);
    context.after(async () => {
      await Promise.allSettled([one.close(), other.close()]);
    });
    const startOn = (index: number, user: TestUser) =>
      index % 2 === 0
        ? start(one, user)
        : send(`${other.url}/${one.environmentId}/deviceAuthentications`, {
            token: one.token,
            body: { user: { id: user.id } },
          });
    const sentBy = async (starts: (index: number) => Promise<Reply>) => {
      const before = await countMessages(one);
      const replies = await many(AT_ONCE, starts);
      assert.ok(replies.every(({ status }) => status === 201));
      return (await countMessages(one)) - before;
    };
    await limitMessages(one, { quotas: [ofAll(7)] });
    const users = await many(AT_ONCE, () => aUser(one));
    await many(AT_ONCE, (index) => aDevice(one, users[index] as TestUser));
    assert.equal(await sentBy((index) => startOn(index, users[index] as TestUser)), 7);
    await limitMessages(one, { quotas: [perUser(5)] });
    const user = await aUser(one);
    await aDevice(one, user);
    assert.equal(await sentBy((index) => startOn(index, user)), 5);
  });
});

test('a node writes the row of the environment once for many, and hands out what it has', async (context) => {
  const server = await startTestServer();
  context.after(() => server.close());
  const { store } = server.server.parts;
  const now = server.now();
  const place = { environmentId: server.environmentId, id: 'environment:email:2026-03-04' };
  const node = createEnvironmentCounts(store);
  const other = createEnvironmentCounts(store);
  const taken = async (counts: typeof node, count: number, total: number) => {
    const answers = await many(count, () => counts.take(place, { total }, now));
    return answers.filter((answer) => answer === undefined).length;
  };
  const rowOf = async () =>
    (await store.get('message_counters', place.environmentId, place.id))?.doc;
  const calls = await countCalls(store, async () => {
    assert.equal(await taken(node, 200, 10_000), 200);
    assert.equal(await taken(node, 60, 10_000), 60);
  });
  assert.ok(calls.commits <= 3, `${calls.commits} commits for 260 messages`);
  // Both together never give out more than there are, and at the end all of them.
  const total = 700;
  let given = 260;
  for (let round = 0; round < 100 && given < total; round++) {
    given += (await Promise.all([taken(node, 7, total), taken(other, 7, total)])).reduce(
      (sum, one) => sum + one,
    );
  }
  assert.ok(given <= total);
  assert.ok(given >= total - 70, `${given} of ${total}`);
  assert.equal((await rowOf())?.total, total);
  assert.equal(await node.take(place, { total: 5 }, now), 5);
  // What is given back goes out again.
  node.giveBack(place);
  assert.equal(await node.take(place, { total }, now), undefined);
  await many(3, () => node.claim(place, now));
  assert.equal((await rowOf())?.claimed, 3);
});
