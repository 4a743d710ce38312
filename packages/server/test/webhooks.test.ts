/** Events on their way to those who have subscribed: real receivers over HTTPS; decision 0040. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { WEBHOOK_RETRY_MAX_MS } from '../src/config/limits.ts';
import { readSettings } from '../src/config/settings.ts';
import { selfSignedCertificate } from '../src/http/testing-certificate.ts';
import { firstActivityId } from '../src/model/activity-id.ts';
import { startServer } from '../src/serve.ts';
import { send } from '../src/testing/client.ts';
import { type EventReceiver, startEventReceiver } from '../src/testing/event-receiver.ts';
import { DIALECTS, postgresOfSuite } from '../src/testing/postgres.ts';
import { aDevice, aFlow, aUser, type TestUser } from '../src/testing/scenario.ts';
import { startTestServer, startTestServerOn, type TestServer } from '../src/testing/server.ts';
import { until } from '../src/testing/until.ts';

const DAY = 24 * 3_600_000;
const TYPES = ['USER.CREATED', 'USER.UPDATED'];

/** A receiver's certificate that the server is told to trust. */
const trusted = selfSignedCertificate();
let folder: string;
let caFile: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'countersign-webhooks-'));
  caFile = join(folder, 'ca.pem');
  await writeFile(caFile, trusted.cert);
});
after(() => rm(folder, { recursive: true, force: true }));

const settings = () => ({
  COUNTERSIGN_WEBHOOKS_PRIVATE: 'true',
  COUNTERSIGN_WEBHOOKS_CA_FILE: caFile,
});

async function subscribe(
  server: TestServer,
  { url }: Pick<EventReceiver, 'url'>,
  more: object = {},
) {
  // What was recorded within the same millisecond is an event of it, too.
  server.advance(1);
  const { filterOptions = {}, httpEndpoint = {}, ...rest } = more as Record<string, object>;
  const reply = await server.api('/subscriptions', {
    body: {
      name: randomUUID(),
      enabled: true,
      verifyTlsCertificates: true,
      ...rest,
      filterOptions: { includedActionTypes: TYPES, ...filterOptions },
      httpEndpoint: { url, ...httpEndpoint },
    },
  });
  assert.equal(reply.status, 201, reply.text);
  return reply.body;
}

const rename = (server: TestServer, user: TestUser, title: string, more: object = {}) =>
  server.api(`/users/${user.id}`, { method: 'PATCH', body: { title }, ...more });
const deliveryOf = async (server: TestServer, { id }: { id: string }) =>
  (await server.api(`/subscriptions/${id}/delivery`)).body;
const unsubscribe = (server: TestServer, { id }: { id: string }) =>
  server.api(`/subscriptions/${id}`, { method: 'DELETE' });
const change = (server: TestServer, subscription: object, more: object) => {
  const { id } = subscription as { id: string };
  const { connectionDetails: _same, ...body } = { ...subscription, ...more } as Record<
    string,
    unknown
  >;
  return server.api(`/subscriptions/${id}`, { method: 'PUT', body });
};
// biome-ignore lint/suspicious/noExplicitAny: whatever the receiver was told.
const resourceIds = (events: any[]) => events.map(({ resources }) => resources[0].id);

for (const dialect of DIALECTS) {
  describe(`webhooks (${dialect})`, () => {
    let server: TestServer;
    let receiver: EventReceiver;

    before(async () => {
      server = await startTestServerOn(dialect, { env: settings() });
      receiver = await startEventReceiver(trusted);
    });
    after(async () => {
      await server?.close();
      await receiver?.close();
    });

    const idle = () => server.server.eventsIdle();

    test('tell what the audit log says, in its order, with the headers of the receiver', async () => {
      const secret = `Bearer ${randomUUID()}`;
      server.secret(secret);
      const subscription = await subscribe(server, receiver, {
        httpEndpoint: { headers: { Authorization: secret } },
      });
      const user = await aUser(server);
      for (const title of ['a', 'b', 'c']) await rename(server, user, title);
      await aDevice(server, user);
      await idle();
      const events = receiver.events().filter(({ user: { id } }) => id === user.id);
      assert.deepEqual(
        events.map(({ action }) => action.type),
        ['USER.CREATED', 'USER.UPDATED', 'USER.UPDATED', 'USER.UPDATED'],
      );
      for (const { _embedded, ...event } of events) {
        assert.deepEqual(_embedded, {});
        assert.deepEqual((await server.api(`/activities/${event.id}`)).body, event);
      }
      const { headers } = receiver.arrived.at(-1) ?? assert.fail();
      assert.equal(headers.authorization, secret);
      assert.equal(headers['content-type'], 'application/json');
      const { status, waiting, delivered, dropped } = await deliveryOf(server, subscription);
      assert.deepEqual([status, waiting, delivered, dropped], ['DELIVERING', 0, 4, 0]);
      await unsubscribe(server, subscription);
      const count = receiver.arrived.length;
      await rename(server, user, 'd');
      await idle();
      assert.equal(receiver.arrived.length, count);
    });

    test('of a receiver that fails are sent again as they were, and none before them', async () => {
      const failing = await startEventReceiver(trusted);
      const well = await startEventReceiver(trusted);
      const [one, other] = [await subscribe(server, failing), await subscribe(server, well)];
      failing.answer = 503;
      const user = await aUser(server);
      await rename(server, user, 'a');
      await idle();
      await rename(server, user, 'b');
      await idle();
      const { lastFailureReason, status, waiting, failingSince, nextTryAt } = await deliveryOf(
        server,
        one,
      );
      assert.deepEqual([lastFailureReason, status, waiting], ['HTTP_503', 'FAILING', 3]);
      assert.equal(failingSince, new Date(server.now()).toISOString());
      assert.ok(nextTryAt > failingSince);
      // Nobody waits for somebody else's receiver.
      assert.equal(well.events().length, 3);
      for (let tries = 0; tries < 12; tries++) {
        server.advance(WEBHOOK_RETRY_MAX_MS);
        await idle();
      }
      const [first, ...again] = failing.arrived.map(({ text }) => text);
      assert.ok(again.length >= 11);
      for (const text of again) assert.equal(text, first);
      failing.answer = 204;
      server.advance(WEBHOOK_RETRY_MAX_MS);
      await server.renew();
      await idle();
      assert.deepEqual(
        failing.events().map(({ id }) => id),
        well.events().map(({ id }) => id),
      );
      assert.equal((await deliveryOf(server, one)).status, 'DELIVERING');
      for (const subscription of [one, other]) await unsubscribe(server, subscription);
      await Promise.all([failing.close(), well.close()]);
    });

    test('do not wait for a receiver that hangs, and it loses nothing', async () => {
      const hanging = await startEventReceiver(trusted);
      const open: ServerResponse[] = [];
      hanging.answer = (response) => void open.push(response);
      const subscription = await subscribe(server, hanging);
      const beside = await subscribe(server, receiver);
      const user = await aUser(server);
      await until(() => open.length > 0);
      await until(() => resourceIds(receiver.events()).includes(user.id));
      hanging.answer = 200;
      for (const response of open) response.writeHead(200).end();
      await idle();
      assert.equal((await deliveryOf(server, subscription)).delivered, 1);
      for (const one of [subscription, beside]) await unsubscribe(server, one);
      await hanging.close();
    });

    test('of one receiver come in order and in few requests, while one hangs and one fails', async () => {
      const receivers = {
        hanging: await startEventReceiver(trusted),
        failing: await startEventReceiver(trusted),
        well: await startEventReceiver(trusted),
      };
      const { hanging, failing, well } = receivers;
      hanging.answer = () => {};
      failing.answer = 500;
      const payloadOptions = { maximumPayloadLimit: { type: 'EVENTS_PER_PAYLOAD', size: 100 } };
      const more = { enabled: false, payloadOptions };
      const [first, second, third] = [
        await subscribe(server, hanging, more),
        await subscribe(server, failing, more),
        await subscribe(server, well, more),
      ];
      const user = await aUser(server);
      const other = await aUser(server);
      for (let count = 0; count < 249; count++) {
        const title = String(count);
        await Promise.all([rename(server, user, title), rename(server, other, title)]);
      }
      await change(server, first, { enabled: true });
      await change(server, second, { enabled: true });
      await until(() => hanging.arrived.length > 0 && failing.arrived.length > 0);
      await change(server, third, { enabled: true });
      await until(() => well.events().length === 500);
      assert.equal(well.arrived.length, 5);
      // And those that are made from now on.
      await rename(server, user, 'x');
      await until(() => well.events().length === 501);
      const rows = await server.server.parts.store.list('activities', server.environmentId, {
        where: { column: 'position', is: 'present' },
        afterId: firstActivityId(Date.parse(third.createdAt)),
        limit: 1_000,
      });
      const inOrder = rows.sort((a, b) => Number(a.doc.position) - Number(b.doc.position));
      assert.deepEqual(
        well.events().map(({ id }) => id),
        inOrder.map(({ id }) => id),
      );
      assert.deepEqual([hanging.events(), failing.events()], [[], []]);
      for (const one of [first, second, third]) await unsubscribe(server, one);
      await Promise.all(Object.values(receivers).map((one) => one.close()));
    });

    test('are counted for those who watch the server', async () => {
      const watched = await startEventReceiver(trusted);
      const metric = async (name: string) => {
        const { text } = await server.raw('/metrics');
        const line = text.split('\n').find((one) => one.startsWith(`countersign_${name} `));
        return Number(line?.split(' ').at(-1) ?? 0);
      };
      const counts = async () => ({
        delivered: await metric('webhook_events_total{outcome="DELIVERED"}'),
        failed: await metric('webhook_events_total{outcome="FAILED"}'),
        waiting: await metric('webhook_backlog'),
      });
      const at = await counts();
      watched.answer = 503;
      const subscription = await subscribe(server, watched);
      await aUser(server);
      await idle();
      assert.deepEqual(await counts(), { ...at, failed: at.failed + 1, waiting: 1 });
      watched.answer = 200;
      server.advance(WEBHOOK_RETRY_MAX_MS);
      await server.renew();
      await idle();
      const after = { delivered: at.delivered + 1, failed: at.failed + 1, waiting: 0 };
      assert.deepEqual(await counts(), after);
      await unsubscribe(server, subscription);
      await watched.close();
    });

    test('are not taken elsewhere by a redirect, and neither are the headers', async () => {
      const elsewhere = await startEventReceiver(trusted);
      const leading = await startEventReceiver(trusted);
      leading.answer = (response) =>
        void response.writeHead(307, { location: elsewhere.url }).end();
      const subscription = await subscribe(server, leading, {
        httpEndpoint: { headers: { 'X-Key': randomUUID() } },
      });
      await aUser(server);
      await idle();
      assert.equal((await deliveryOf(server, subscription)).lastFailureReason, 'HTTP_307');
      assert.deepEqual([leading.arrived.length, elsewhere.arrived.length], [1, 0]);
      await unsubscribe(server, subscription);
      await Promise.all([elsewhere.close(), leading.close()]);
    });

    test('do not go to a receiver without a known certificate, unless that is wanted', async () => {
      const stranger = await startEventReceiver();
      const subscription = await subscribe(server, stranger);
      const user = await aUser(server);
      await idle();
      assert.equal((await deliveryOf(server, subscription)).lastFailureReason, 'CERTIFICATE');
      assert.equal(stranger.arrived.length, 0);
      await change(server, subscription, { verifyTlsCertificates: false });
      server.advance(WEBHOOK_RETRY_MAX_MS);
      await idle();
      assert.deepEqual(resourceIds(stranger.events()), [user.id]);
      await unsubscribe(server, subscription);
      await stranger.close();
    });

    test('are those that the filter names', async () => {
      const population = (await server.api('/populations', { body: { name: randomUUID() } })).body;
      const client = (await server.api('/activities?limit=1')).body._embedded.activities[0].actors
        .client;
      const all = await startEventReceiver(trusted);
      const some = await startEventReceiver(trusted);
      const none = await startEventReceiver(trusted);
      const subscriptions = [
        await subscribe(server, all, {
          filterOptions: { includedApplications: [{ id: client.id }] },
        }),
        await subscribe(server, some, {
          filterOptions: { includedPopulations: [{ id: population.id }] },
        }),
        await subscribe(server, none, {
          filterOptions: { includedApplications: [{ id: randomUUID() }] },
        }),
      ];
      const tagged = await subscribe(server, none, {
        filterOptions: { includedTags: ['adminIdentityEvent'] },
      });
      const users = [
        await aUser(server),
        await aUser(server, { population: { id: population.id } }),
      ];
      await idle();
      assert.deepEqual(
        resourceIds(all.events()),
        users.map(({ id }) => id),
      );
      assert.deepEqual(resourceIds(some.events()), [users[1]?.id]);
      assert.equal(none.arrived.length, 0);
      for (const one of [...subscriptions, tagged]) await unsubscribe(server, one);
      await Promise.all([all, some, none].map((one) => one.close()));
    });

    test('show where a request came from to those who may know', async () => {
      const shown = await startEventReceiver(trusted);
      const one = await subscribe(server, shown, {
        filterOptions: { ipAddressExposed: true, userAgentExposed: true },
      });
      const other = await subscribe(server, receiver);
      const user = await aUser(server);
      await rename(server, user, 'a', { headers: { 'user-agent': 'Shop/1.0' } });
      await idle();
      const [, event] = shown.events();
      assert.deepEqual(event.source, { ipAddress: '127.0.0.1', userAgent: 'Shop/1.0' });
      const same = receiver.events().find(({ id }) => id === event.id);
      assert.equal(same.source, undefined);
      assert.equal((await server.api(`/activities/${event.id}`)).body.source, undefined);
      for (const subscription of [one, other]) await unsubscribe(server, subscription);
      await shown.close();
    });

    test('have the form that is wanted, and the size', async () => {
      const splunk = await startEventReceiver(trusted);
      const lines = await startEventReceiver(trusted);
      const subscriptions = [
        await subscribe(server, splunk, {
          enabled: false,
          format: 'SPLUNK',
          payloadOptions: { maximumPayloadLimit: { type: 'EVENTS_PER_PAYLOAD', size: 2 } },
        }),
        await subscribe(server, lines, {
          enabled: false,
          payloadOptions: {
            maximumPayloadLimit: { type: 'KB_PER_PAYLOAD', size: 1 },
            payloadFormat: { https: { format: 'ND_JSON' } },
          },
        }),
      ];
      const user = await aUser(server);
      for (const title of ['a', 'b', 'c', 'd']) await rename(server, user, title);
      // All are there when the first batch is made.
      for (const one of subscriptions) await change(server, one, { enabled: true });
      await idle();
      const sizes = splunk.arrived.map(({ text }) => JSON.parse(text).length);
      assert.deepEqual(sizes, [2, 2, 1]);
      const [first] = splunk.events();
      const { host } = new URL(server.server.url);
      assert.deepEqual(
        [first.source, first.host, first.time, first.event.resources[0].id],
        ['countersign', host, Date.parse(first.event.recordedAt), user.id],
      );
      const taken = lines.arrived;
      assert.equal(taken.length, 5);
      for (const { text, headers } of taken) {
        assert.equal(headers['content-type'], 'application/x-ndjson');
        assert.equal(JSON.parse(text).user.id, user.id);
      }
      for (const one of subscriptions) await unsubscribe(server, one);
      await Promise.all([splunk.close(), lines.close()]);
    });

    test('are kept for two weeks while they are not wanted', async () => {
      const later = await startEventReceiver(trusted);
      const subscription = await subscribe(server, later, { enabled: false });
      const forgotten = await aUser(server);
      server.advance(2 * DAY);
      await server.renew();
      const kept = await aUser(server);
      server.advance(13 * DAY);
      await server.renew();
      await idle();
      assert.equal(later.arrived.length, 0);
      const { status, waiting } = await deliveryOf(server, subscription);
      assert.deepEqual([status, waiting], ['DISABLED', 2]);
      await change(server, subscription, { enabled: true });
      await idle();
      assert.deepEqual(resourceIds(later.events()), [kept.id]);
      assert.notEqual(forgotten.id, kept.id);
      const after = await deliveryOf(server, subscription);
      assert.deepEqual([after.dropped, after.delivered], [1, 1]);
      await unsubscribe(server, subscription);
      await later.close();
    });

    test('are given up and counted after a week of failing, and no sooner', async () => {
      const failing = await startEventReceiver(trusted);
      failing.answer = 500;
      const subscription = await subscribe(server, failing);
      await aUser(server);
      await idle();
      server.advance(7 * DAY - 1_000);
      await server.renew();
      const young = await aUser(server);
      await idle();
      assert.equal((await deliveryOf(server, subscription)).dropped, 0);
      server.advance(60_000 + WEBHOOK_RETRY_MAX_MS);
      failing.answer = 200;
      await idle();
      assert.deepEqual(resourceIds(failing.events()), [young.id]);
      assert.equal((await deliveryOf(server, subscription)).dropped, 1);
      await unsubscribe(server, subscription);
      await failing.close();
    });

    test('are delivered again from a moment on, before others', async () => {
      const early = await aUser(server);
      server.advance(1_000);
      const from = new Date(server.now()).toISOString();
      const user = await aUser(server);
      server.advance(1_000);
      const again = await startEventReceiver(trusted);
      const subscription = await subscribe(server, again);
      const replay = (body: object) =>
        server.api(`/subscriptions/${subscription.id}`, {
          type: 'application/vnd.countersign.subscription.replay+json',
          body,
        });
      const asked = await replay({ from });
      assert.deepEqual([asked.status, asked.body.replaying], [200, true], asked.text);
      await idle();
      server.advance(1_000);
      const live = await aUser(server);
      await idle();
      assert.deepEqual(resourceIds(again.events()), [user.id, live.id]);
      assert.equal((await deliveryOf(server, subscription)).replaying, false);
      await replay({ from });
      await idle();
      assert.deepEqual(resourceIds(again.events()), [user.id, live.id, user.id, live.id]);
      assert.ok(!resourceIds(again.events()).includes(early.id));
      const future = await replay({ from: new Date(server.now() + DAY).toISOString() });
      assert.equal(future.status, 400);
      await unsubscribe(server, subscription);
      await again.close();
    });

    test('cost nothing where nobody has subscribed', async () => {
      const { store } = server.server.parts;
      const user = await aUser(server);
      await aDevice(server, user);
      const flow = await aFlow(server, user);
      const rows = await store.list('activities', server.environmentId, {
        where: { column: 'resource_id', is: 'eq', value: flow.id },
        limit: 10,
      });
      assert.ok(rows.length > 0);
      for (const { doc, version } of rows) {
        assert.deepEqual(
          [doc.waiting, doc.position, doc.source, version],
          [undefined, undefined, undefined, 1],
        );
      }
    });
  });
}

describe('webhooks to private addresses', () => {
  let server: TestServer;
  let receiver: EventReceiver;
  before(async () => {
    server = await startTestServer();
    receiver = await startEventReceiver();
  });
  after(async () => {
    await server?.close();
    await receiver?.close();
  });

  test('are not connected to, by a number or by a name', async () => {
    const { port } = new URL(receiver.url);
    const addresses = [
      '127.0.0.1',
      'localhost',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '169.254.169.254',
      '10.0.0.1',
    ];
    for (const address of addresses) {
      const url = `https://${address}:${port}/`;
      const subscription = await subscribe(server, { url }, { verifyTlsCertificates: false });
      await aUser(server);
      await server.server.eventsIdle();
      const { lastFailureReason } = await deliveryOf(server, subscription);
      assert.equal(lastFailureReason, 'PRIVATE_ADDRESS', address);
      await unsubscribe(server, subscription);
    }
    assert.equal(receiver.arrived.length, 0);
  });
});

describe('webhooks of two nodes', {
  skip: DIALECTS.includes('postgres') ? false : 'DIALECTS leaves it out',
}, () => {
  const postgres = postgresOfSuite();

  test('lose nothing, and keep the order, also when the one that delivers is gone', async (context) => {
    const databaseUrl = await postgres.freshDatabase();
    const data = await mkdtemp(join(tmpdir(), 'countersign-nodes-'));
    const receiver = await startEventReceiver(trusted);
    const one = await startTestServer({ databaseUrl, env: settings(), dataDirectory: data });
    const other = await startServer(
      readSettings({
        HOST: '127.0.0.1',
        PORT: '0',
        COUNTERSIGN_DATA_DIR: data,
        DATABASE_URL: databaseUrl,
        COUNTERSIGN_LOG_LEVEL: 'silent',
        // Tokens are of one issuer.
        COUNTERSIGN_PUBLIC_URL: one.server.url,
        ...settings(),
      }),
      { clock: { now: () => one.now() } },
    );
    context.after(async () => {
      await Promise.allSettled([one.close(), other.close(), receiver.close()]);
      await rm(data, { recursive: true, force: true });
    });
    const api: TestServer['api'] = (path, options) =>
      send(`http://127.0.0.1:${other.port}/v1/environments/${one.environmentId}${path}`, {
        token: one.token,
        ...options,
      });
    const nodes: TestServer[] = [one, { ...one, api }];
    const [first = assert.fail(), second = assert.fail()] = nodes;
    const subscription = await subscribe(first, receiver);
    const users: TestUser[] = [];
    // At the same time on both: late commits with earlier moments happen by themselves.
    await Promise.all(
      nodes.map(async (test) => {
        for (let count = 0; count < 25; count++) {
          const user = await aUser(test);
          users.push(user);
          await rename(test, user, String(count));
        }
      }),
    );
    const ids = () => new Set(receiver.events().map(({ id }) => id)).size;
    await until(() => ids() === 100);
    // The one that delivers stops in the middle of what fails; the other goes on with it.
    receiver.answer = 503;
    for (const user of users.slice(0, 10)) await rename(second, user, 'x');
    await until(async () => (await deliveryOf(second, subscription)).status === 'FAILING');
    await one.server.close();
    receiver.answer = 200;
    await until(() => {
      one.advance(1_000);
      return ids() === 110;
    });
    const events = receiver.events();
    for (const user of users) {
      const own = events.filter((event) => event.user.id === user.id);
      const distinct = own.filter(
        ({ id }, index) => own.findIndex((same) => same.id === id) === index,
      );
      const moments = distinct.map(({ action }) => action.type);
      assert.equal(moments[0], 'USER.CREATED');
      assert.deepEqual(
        distinct.map(({ id }) => id),
        distinct.map(({ id }) => id).sort(),
      );
    }
  });
});
