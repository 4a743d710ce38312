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
