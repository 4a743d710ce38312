/** Populations over HTTP. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { roundTrip } from '../../../testing/round-trip.ts';
import { actionsOf, aUser } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';

describe('populations', () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.close());

  test('are made, read, replaced and deleted', async () => {
    const made = await server.api('/populations', {
      body: { name: 'Shop', description: 'Customers' },
    });
    assert.equal(made.status, 201, made.text);
    const { id, name, description } = made.body;
    assert.deepEqual([name, description, made.body.default], ['Shop', 'Customers', false]);
    const read = await server.api(`/populations/${id}`);
    assert.deepEqual(read.body, { ...made.body, userCount: 0 });
    const replaced = await server.api(`/populations/${id}`, {
      method: 'PUT',
      body: { name: 'Shops' },
    });
    assert.equal(replaced.body.name, 'Shops');
    assert.equal('description' in replaced.body, false);
    const filter = encodeURIComponent('name eq "Shops"');
    const list = await server.api(`/populations?filter=${filter}`);
    assert.deepEqual(list.body._embedded.populations, [replaced.body]);
    assert.equal((await server.api(`/populations/${id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await server.api(`/populations/${id}`)).status, 404);
    assert.deepEqual(await actionsOf(server, `resources.id eq "${id}"`), [
      'POPULATION.DELETED',
      'POPULATION.UPDATED',
      'POPULATION.CREATED',
    ]);
  });

  test('keep what is sent, and have a theme and a language without it', async () => {
    const { replaced } = await roundTrip(server.api, '/populations', {
      post: {
        name: randomUUID(),
        description: 'Customers',
        alternativeIdentifiers: ['one', 'two'],
        passwordPolicy: { id: randomUUID() },
        preferredLanguage: 'es',
        theme: { id: randomUUID() },
      },
      put: { name: randomUUID() },
    });
    assert.equal(replaced.preferredLanguage, 'en');
    assert.ok(replaced.theme.id);
    for (const name of ['description', 'alternativeIdentifiers', 'passwordPolicy']) {
      assert.equal(name in replaced, false, name);
    }
    const { body } = await server.api('/populations', { body: { name: randomUUID() } });
    assert.deepEqual([body.theme, body.preferredLanguage], [replaced.theme, 'en']);
  });

  test('tell how many users they have, where that is asked', async () => {
    const { body } = await server.api('/populations', { body: { name: randomUUID() } });
    await aUser(server, { population: { id: body.id } });
    await aUser(server, { population: { id: body.id } });
    const one = async (query: string) => {
      const filter = encodeURIComponent(`id eq "${body.id}"`);
      const list = await server.api(`/populations?filter=${filter}${query}`);
      return list.body._embedded.populations[0];
    };
    assert.equal((await one('&expand=userCount')).userCount, 2);
    assert.equal('userCount' in (await one('')), false);
    const refused = await server.api('/populations?expand=users');
    assert.deepEqual(errorOf(refused), invalidData('INVALID_VALUE', 'expand'));
    assert.deepEqual(refused.body.details[0].innerError.allowedValues, ['userCount']);
  });

  test('are found by id and by the beginning of the name, and by nothing else', async () => {
    const name = `Shop-${randomUUID()}`;
    const { id } = (await server.api('/populations', { body: { name } })).body;
    const ask = (filter: string) => server.api(`/populations?filter=${encodeURIComponent(filter)}`);
    for (const filter of [`id eq "${id}"`, `name sw "${name.slice(0, 15).toUpperCase()}"`]) {
      const { body } = await ask(filter);
      assert.deepEqual(
        body._embedded.populations.map((one: { id: string }) => one.id),
        [id],
        filter,
      );
    }
    for (const filter of ['description eq "a"', 'id sw "a"', 'default eq true', 'name']) {
      assert.deepEqual(errorOf(await ask(filter)), invalidData('INVALID_FILTER', 'filter'), filter);
    }
  });

  test('stay as they are when what was read is sent back, and can be least again', async () => {
    const least = { name: randomUUID() };
    const { body: made } = await server.api('/populations', { body: least });
    const path = `/populations/${made.id}`;
    const put = async (body: object) => (await server.api(path, { method: 'PUT', body })).body;
    const { updatedAt: _, userCount: __, ...read } = (await server.api(path)).body;
    const { updatedAt: ___, ...same } = await put(read);
    assert.deepEqual(same, read);
    await put({
      ...least,
      description: 'All',
      alternativeIdentifiers: ['a'],
      theme: { id: made.id },
    });
    const { updatedAt: ____, ...back } = await put(least);
    const { updatedAt: _____, ...first } = made;
    assert.deepEqual(back, first);
    await server.api(path, { method: 'DELETE' });
    assert.equal((await put(least)).code, 'NOT_FOUND');
  });

  test('have unique names', async () => {
    const name = randomUUID();
    await server.api('/populations', { body: { name } });
    const again = await server.api('/populations', { body: { name } });
    assert.deepEqual(errorOf(again), {
      status: 409,
      code: 'UNIQUENESS_VIOLATION',
      detail: 'UNIQUENESS_VIOLATION',
      target: 'name',
    });
  });

  test('have one default, which takes new users: making another unmakes it', async () => {
    const defaults = async () => {
      const { body } = await server.api('/populations?limit=1000');
      const all: { id: string; default: boolean }[] = body._embedded.populations;
      return all.filter((population) => population.default).map(({ id }) => id);
    };
    const put = (id: string, body: object) =>
      server.api(`/populations/${id}`, { method: 'PUT', body: { name: randomUUID(), ...body } });
    const [former = ''] = await defaults();
    const made = await server.api('/populations', { body: { name: randomUUID(), default: true } });
    assert.equal(made.body.default, true);
    assert.deepEqual(await defaults(), [made.body.id]);
    const user = await server.api('/users', { body: { username: randomUUID() } });
    assert.equal(user.body.population.id, made.body.id);
    const unmade = await put(made.body.id, { default: false });
    assert.deepEqual(errorOf(unmade), invalidData('CONSTRAINT_VIOLATION', 'default'));
    assert.equal((await put(made.body.id, {})).body.default, true);
    assert.equal((await put(former, { default: true })).status, 200);
    assert.deepEqual(await defaults(), [former]);
    const replies = await Promise.all([
      put(made.body.id, { default: true }),
      put(former, { default: true }),
      ...Array.from({ length: 4 }, () =>
        server.api('/populations', { body: { name: randomUUID(), default: true } }),
      ),
    ]);
    for (const reply of replies) assert.ok(reply.status < 300, reply.text);
    assert.equal((await defaults()).length, 1);
  });

  test('are kept while they have users, and the default always', async () => {
    const { body } = await server.api('/populations', { body: { name: randomUUID() } });
    const user = await aUser(server, { population: { id: body.id } });
    assert.equal((await server.api(`/populations/${body.id}`)).body.userCount, 1);
    const inUse = await server.api(`/populations/${body.id}`, { method: 'DELETE' });
    assert.deepEqual([inUse.status, inUse.body.code], [400, 'REQUEST_FAILED']);
    assert.match(inUse.body.message, /^The request could not be completed\..* has users\.$/);
    await server.api(`/users/${user.id}`, { method: 'DELETE' });
    assert.equal((await server.api(`/populations/${body.id}`, { method: 'DELETE' })).status, 204);
    const list = await server.api('/populations');
    const initial = list.body._embedded.populations.find(
      (population: { default: boolean }) => population.default,
    );
    const kept = await server.api(`/populations/${initial.id}`, { method: 'DELETE' });
    assert.equal(errorOf(kept).detail, 'CONSTRAINT_VIOLATION');
    assert.match(kept.body.details[0].message, /must contain at least one population/);
  });
});
