/** Connected phones: woken at once, on whatever node; and what strangers do to the socket. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { WebSocket as RawSocket } from 'ws';
import { type ApprovalRequest, type Listening, memoryStorage } from '../../device/src/index.ts';
import { DEVICE_GREETINGS_PER_ADDRESS_MAX } from '../src/config/limits.ts';
import { endLatePushes } from '../src/jobs/push-timeouts.ts';
import { expirePush } from '../src/resources/authentication/device-authentications/settle-push.ts';
import { type AnotherNode, startAnotherNode } from '../src/testing/another-node.ts';
import { send } from '../src/testing/client.ts';
import { reasonOf, signedBy } from '../src/testing/device-requests.ts';
import {
  allowNative,
  aNativeApplication,
  anInstallation,
  aPhone,
  type Phone,
} from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { startPostgres, type TestPostgres } from '../src/testing/postgres.ts';
import { aFlow, aUser, type TestUser } from '../src/testing/scenario.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';

type Flooding = InstanceType<typeof RawSocket>;

/** Requests as they come. */
function inbox() {
  const arrived: ApprovalRequest[] = [];
  let wake = () => {};
  return {
    take: (request: ApprovalRequest) => {
      arrived.push(request);
      wake();
    },
    async next(): Promise<ApprovalRequest> {
      for (;;) {
        const request = arrived.shift();
        if (request) return request;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

const closeOf = (socket: WebSocket) =>
  new Promise<{ code: number; reason: string }>((resolve) => {
    socket.addEventListener('close', ({ code, reason }) => resolve({ code, reason }));
  });
const firstOf = (socket: WebSocket) =>
  new Promise<string>((resolve) => {
    socket.addEventListener('message', ({ data }) => resolve(String(data)));
  });

describeNative(
  'the channel of devices',
  (world) => {
    let server: TestServer;
    let applicationId: string;
    beforeEach(() => {
      ({ server, applicationId } = world);
    });

    const channelUrl = () =>
      `${server.server.url.replace('http', 'ws')}/${server.environmentId}/device/v1/channel`;

    /** A socket that has said whose it is. */
    async function connect({ account }: Phone, options: { autoPong?: boolean } = {}) {
      const socket = new RawSocket(channelUrl(), options) as unknown as WebSocket;
      await new Promise((resolve) => socket.addEventListener('open', resolve));
      socket.send(JSON.stringify({ request: await account.sign('channel') }));
      return socket;
    }

    for (const transport of ['socket', 'poll'] as const) {
      test(`brings each request once, by ${transport}`, async () => {
        const user = await aUser(server);
        const phone = await aPhone(server, user, applicationId);
        const { take, next } = inbox();
        const listening = phone.device.onRequest(take, { transport });
        await listening.ready;
        for (let round = 0; round < 2; round++) {
          const flow = await aFlow(server, user);
          const request = await next();
          assert.equal(request.challenge.id, flow.id);
          assert.equal(await request.approve(), 'COMPLETED');
        }
        listening.close();
      });
    }

    test('ends for a device that was removed, which forgets its account', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const ended = new Promise<string>((resolve) => {
        const onError = (error: unknown) => resolve((error as { code: string }).code);
        phone.device
          .onRequest(() => {}, { onError })
          .ready.then(() =>
            server.api(`/users/${user.id}/devices/${phone.account.id}`, { method: 'DELETE' }),
          );
      });
      assert.equal(await ended, 'REMOVED');
      assert.deepEqual(await phone.device.accounts(), []);
    });

    test('two at the same time are a device and its copy: both are blocked', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const one = await connect(phone);
      assert.match(await firstOf(one), /ready/);
      const closes = closeOf(one);
      const other = await connect(phone);
      assert.deepEqual(await closeOf(other), { code: 4_001, reason: 'DEVICE_BLOCKED' });
      assert.deepEqual(await closes, { code: 4_001, reason: 'DEVICE_BLOCKED' });
      const { body } = await server.api(`/users/${user.id}/devices`);
      assert.equal(body._embedded.devices[0].block.status, 'BLOCKED');
      const third = await connect(phone);
      assert.equal((await closeOf(third)).reason, 'DEVICE_BLOCKED');
    });

    test('one that was lost is replaced', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const one = await connect(phone);
      await firstOf(one);
      const gone = closeOf(one);
      one.close();
      await gone;
      const other = await connect(phone);
      assert.match(await firstOf(other), /ready/);
      const woken = firstOf(other);
      await aFlow(server, user);
      assert.match(await woken, /wake/);
      other.close();
    });

    test('is closed for whoever says nothing sound', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const request = await phone.account.sign('channel');
      const wrong = await phone.account.sign('challenges');
      for (const [text, reason] of [
        ['', 'INVALID_REQUEST'],
        ['{}', 'INVALID_REQUEST'],
        ['{"request":"a.b.c"}', 'INVALID_SIGNATURE'],
        [JSON.stringify({ request: wrong }), 'INVALID_SIGNATURE'],
      ] as const) {
        const socket = new WebSocket(channelUrl());
        socket.addEventListener('open', () => socket.send(text));
        assert.deepEqual(await closeOf(socket), { code: 4_001, reason });
      }
      const first = new WebSocket(channelUrl());
      first.addEventListener('open', () => first.send(JSON.stringify({ request })));
      await firstOf(first);
      first.close();
      const again = new WebSocket(channelUrl());
      again.addEventListener('open', () => again.send(JSON.stringify({ request })));
      assert.equal((await closeOf(again)).reason, 'REQUEST_REPLAYED');
      for (const path of ['/channel', `/${randomUUID()}/device/v1/nothing`, '/']) {
        const stray = new WebSocket(server.server.url.replace('http', 'ws') + path);
        assert.equal((await closeOf(stray)).code, 1_006);
      }
      const nowhere = new WebSocket(channelUrl().replace(server.environmentId, randomUUID()));
      nowhere.addEventListener('open', () => nowhere.send('{"request":"x"}'));
      assert.equal((await closeOf(nowhere)).reason, 'NOT_FOUND');
    });

    test('ends at once for a device that is blocked or removed, by whomever', async () => {
      const ways: Record<string, (userId: string, phone: Phone) => Promise<unknown>> = {
        DEVICE_BLOCKED: (userId, { account }) =>
          server.api(`/users/${userId}/devices/${account.id}`, { type: 'device.block', body: {} }),
        DEVICE_REMOVED: (userId, { account }) =>
          server.api(`/users/${userId}/devices/${account.id}`, { method: 'DELETE' }),
        'DEVICE_REMOVED, with its user': (userId) =>
          server.api(`/users/${userId}`, { method: 'DELETE' }),
        'DEVICE_REMOVED, by itself': (_userId, { account }) => account.remove(),
      };
      for (const [name, end] of Object.entries(ways)) {
        const user = await aUser(server);
        const phone = await aPhone(server, user, applicationId);
        const socket = await connect(phone);
        assert.match(await firstOf(socket), /ready/);
        const closes = closeOf(socket);
        await end(user.id, phone);
        assert.deepEqual(await closes, { code: 4_001, reason: name.split(',')[0] }, name);
      }
    });

    test('many at the same time are admitted one by one, and none of them stays', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      // A copy that doesn't want to be noticed.
      const first = await connect(phone, { autoPong: false });
      const ended = closeOf(first);
      assert.match(await firstOf(first), /ready/);
      let ready = 0;
      const closes = Array.from({ length: 30 }, async () => {
        const socket = await connect(phone);
        socket.addEventListener('message', ({ data }) => {
          if (String(data).includes('ready')) ready += 1;
        });
        return (await closeOf(socket)).reason;
      });
      const reasons = await Promise.all(closes);
      await ended;
      assert.equal(ready, 1);
      for (const reason of ['DEVICE_BLOCKED', 'LIMIT_EXCEEDED'])
        assert.ok(reasons.includes(reason));
      const { body } = await server.api(`/users/${user.id}/devices`);
      assert.equal(body._embedded.devices[0].block.status, 'BLOCKED');
    });

    test('a flood of sockets keeps nobody from being woken', async () => {
      const user = await aUser(server);
      const phone = await aPhone(server, user, applicationId);
      const { take, next } = inbox();
      const listening = phone.device.onRequest(take);
      await listening.ready;
      const flood: Flooding[] = [];
      const open = (frame?: string, from = '192.0.2.1') => {
        const headers = { 'x-forwarded-for': from };
        const socket = new RawSocket(channelUrl(), { autoPong: false, headers });
        socket.on('error', () => {});
        if (frame !== undefined) socket.on('open', () => socket.send(frame));
        flood.push(socket);
        return new Promise<void>((resolve) => {
          socket.on('open', resolve);
          socket.on('close', resolve);
        });
      };
      await open(undefined, '192.0.2.2');
      // Silent ones, more than an address may have: its oldest are ended at once.
      const silent = Array.from({ length: DEVICE_GREETINGS_PER_ADDRESS_MAX + 100 }, () => open());
      await Promise.all(silent);
      const [elsewhere, ...here] = flood;
      const isOpen = ({ readyState }: Flooding) => readyState === RawSocket.OPEN;
      assert.ok(elsewhere && isOpen(elsewhere));
      const left = () => here.filter(isOpen).length;
      while (left() > DEVICE_GREETINGS_PER_ADDRESS_MAX) await new Promise(setImmediate);
      assert.equal(left(), DEVICE_GREETINGS_PER_ADDRESS_MAX);
      const copied = await aPhone(server, await aUser(server), applicationId);
      const frames = await Promise.all(
        Array.from({ length: 50 }, async () =>
          JSON.stringify({ request: await copied.account.sign('channel') }),
        ),
      );
      void Promise.all(
        [...frames, ...Array(100).fill('x'), ...Array(100).fill('{}')].map((frame) => open(frame)),
      );
      const flow = await aFlow(server, user);
      const request = await next();
      assert.equal(request.challenge.id, flow.id);
      assert.equal(await request.approve(), 'COMPLETED');
      // Who comes now is served, too.
      const late = await aPhone(server, user, applicationId);
      const socket = await connect(late);
      assert.match(await firstOf(socket), /ready/);
      socket.close();
      listening.close();
      for (const one of flood) one.terminate();
    });

    test('pushes that nobody answers are ended, also when nobody asks', async () => {
      const user = await aUser(server);
      await aPhone(server, user, applicationId);
      const flow = await aFlow(server, user);
      server.advance(60_000);
      const { parts } = server.server;
      await endLatePushes({
        store: parts.store,
        clock: { now: server.now },
        log: parts.log,
        expire: (environmentId, flowId, now) => expirePush(parts, environmentId, flowId, now),
      });
      const row = await parts.store.get('flows', server.environmentId, flow.id);
      assert.equal(row?.doc.status, 'PUSH_CONFIRMATION_TIMED_OUT');
    });
  },
  // Who is in front says where sockets come from.
  { env: { COUNTERSIGN_TRUST_PROXY: '127.0.0.1' } },
);

describe('the channel over two nodes', () => {
  let postgres: TestPostgres;
  let one: TestServer;
  let other: AnotherNode;

  before(async () => {
    postgres = await startPostgres();
    const databaseUrl = await postgres.freshDatabase();
    const env = { COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
    one = await startTestServer({ databaseUrl, env });
    other = await startAnotherNode(one, databaseUrl, env);
  });
  after(async () => {
    await one?.close();
    await other?.close();
    await postgres?.stop();
  });

  test('a flow that is started on one wakes a phone that is connected to the other', async () => {
    const applicationId = await aNativeApplication(one);
    await allowNative(one, applicationId);
    const user = await aUser(one);
    const storage = memoryStorage();
    const key = await one.api(`/users/${user.id}/pairingKeys`, { method: 'POST' });
    const device = anInstallation(one, applicationId, { storage });
    await device.pair(key.body.uri);
    const { take, next } = inbox();
    const listening: Listening = device.onRequest(take);
    await listening.ready;
    const url = `${other.url}/${one.environmentId}/deviceAuthentications`;
    const reply = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${one.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ user: { id: user.id } }),
    });
    const flow = (await reply.json()) as { id: string; status: string };
    assert.equal(flow.status, 'PUSH_CONFIRMATION_REQUIRED');
    const request = await next();
    assert.equal(request.challenge.id, flow.id);
    assert.equal(await request.approve(), 'COMPLETED');
    listening.close();
  });

  test('a device that is blocked or removed on one is cut off from the other', async () => {
    const applicationId = await aNativeApplication(one);
    await allowNative(one, applicationId);
    const path = ({ id }: TestUser, { account }: Phone) => `/users/${id}/devices/${account.id}`;
    const ways: Record<string, (user: TestUser, phone: Phone) => Promise<unknown>> = {
      DEVICE_BLOCKED: (user, phone) =>
        one.api(path(user, phone), { type: 'device.block', body: {} }),
      DEVICE_REMOVED: (user, phone) => one.api(path(user, phone), { method: 'DELETE' }),
    };
    for (const [reason, end] of Object.entries(ways)) {
      const user = await aUser(one);
      const phone = await aPhone(one, user, applicationId);
      const url = `${other.url.replace('http', 'ws')}/${one.environmentId}/device/v1/channel`;
      const request = await phone.account.sign('channel');
      const socket = new WebSocket(url);
      socket.addEventListener('open', () => socket.send(JSON.stringify({ request })));
      assert.match(await firstOf(socket), /ready/);
      const closes = closeOf(socket);
      await end(user, phone);
      assert.deepEqual(await closes, { code: 4_001, reason });
    }
  });

  test('a request is taken once by both together', async () => {
    const applicationId = await aNativeApplication(one);
    await allowNative(one, applicationId);
    const phone = await aPhone(one, await aUser(one), applicationId);
    const origins = [one.server.url, other.url];
    for (let round = 0; round < 3; round++) {
      const text = await signedBy(one, phone, 'challenges');
      const replies = await Promise.all(
        [...origins, ...origins, ...origins].map((origin) =>
          send(`${origin}/${one.environmentId}/device/v1/challenges`, { body: { request: text } }),
        ),
      );
      const reasons = replies.map(reasonOf);
      assert.equal(reasons.filter(([status]) => status === 200).length, 1);
      assert.equal(reasons.filter(([, code]) => code === 'REQUEST_REPLAYED').length, 5);
    }
  });
});
