/** `…/activities` over HTTP. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf } from '../../../testing/client.ts';
import { aUser, found } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

describe('activities', () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.close());

  const list = (filter: string) => found(server, 'activities', filter);

  test('tell who did what to what, and with which request', async () => {
    const transaction = `order-${randomUUID()}`;
    const username = `kaisa-${randomUUID()}`;
    const email = `${username}@shop.example`;
    server.secret(email);
    const made = await server.api('/users', {
      body: { username, email },
      headers: { 'X-Ping-External-Transaction-ID': transaction },
    });
    const [activity, ...more] = await list(`correlationId eq "${transaction}"`);
    assert.deepEqual(more, []);
    const { _links, id, actors, ...rest } = activity;
    assert.deepEqual(rest, {
      recordedAt: new Date(server.now()).toISOString(),
      correlationId: transaction,
      action: { type: 'USER.CREATED' },
      resources: [{ type: 'USER', id: made.body.id }],
      user: { id: made.body.id },
      result: { status: 'SUCCESS' },
    });
    assert.deepEqual(Object.keys(actors), ['client']);
    assert.equal(actors.client.type, 'CLIENT');
    assert.deepEqual((await server.api(`/activities/${id}`)).body, activity);
    assert.ok(!JSON.stringify(activity).includes(email));
  });

  test('are listed from the newest on, page by page', async () => {
    const user = await aUser(server);
    for (const title of ['a', 'b', 'c']) {
      await server.api(`/users/${user.id}`, { method: 'PATCH', body: { title } });
    }
    const filter = encodeURIComponent(`resources.id eq "${user.id}"`);
    const first = await server.api(`/activities?limit=3&filter=${filter}`);
    assert.deepEqual([first.body.count, first.body.size], [4, 3]);
    const next = new URL(first.body._links.next.href);
    const second = await server.raw(`${next.pathname}${next.search}`, { token: server.token });
    const all = [...first.body._embedded.activities, ...second.body._embedded.activities];
    assert.equal(all.length, 4);
    const ids = all.map(({ id }) => id);
    assert.deepEqual(ids, [...ids].sort().reverse());
    assert.equal(all.at(-1).action.type, 'USER.CREATED');
  });

  test('are found by moment, action and user', async () => {
    const user = await aUser(server);
    server.advance(1_000);
    const since = new Date(server.now()).toISOString();
    await server.api(`/users/${user.id}`, { type: 'account.lock' });
    const ofUser = `user.id eq "${user.id}"`;
    const [locked, ...more] = await list(`${ofUser} and recordedAt ge "${since}"`);
    assert.deepEqual([locked.action.type, more], ['USER.LOCKED', []]);
    assert.deepEqual(await list(`${ofUser} and action.type eq "USER.LOCKED"`), [locked]);
    assert.equal((await list(`${ofUser} and recordedAt lt "${since}"`)).length, 1);
  });

  test('are not found by what can not be searched, nor changed', async () => {
    const reply = await server.api(`/activities?filter=${encodeURIComponent('data eq "x"')}`);
    assert.equal(errorOf(reply).detail, 'INVALID_FILTER');
    assert.equal((await server.api(`/activities/${randomUUID()}`)).status, 404);
    assert.equal((await server.api('/activities', { body: {} })).status, 405);
    const removal = await server.api(`/activities/${randomUUID()}`, { method: 'DELETE' });
    assert.equal(removal.status, 405);
  });
});
