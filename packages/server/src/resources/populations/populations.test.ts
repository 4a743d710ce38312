/** Populations over HTTP. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { aUser, errorOf } from '../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../testing/server.ts';

describe('populations', () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.close());

  test('are made, read, replaced and deleted', async () => {
    const made = await server.api('/populations', {
      body: { name: 'Shop', description: 'Customers', default: true },
    });
    assert.equal(made.status, 201, made.text);
    const { id, name, description } = made.body;
    assert.deepEqual([name, description, made.body.default], ['Shop', 'Customers', false]);
    const read = await server.api(`/populations/${id}`);
    assert.deepEqual(read.body, made.body);
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
    const { body } = await server.api(
      `/activities?filter=${encodeURIComponent(`resources.id eq "${id}"`)}`,
    );
    assert.deepEqual(
      body._embedded.activities.map(({ action }: { action: { type: string } }) => action.type),
      ['POPULATION.DELETED', 'POPULATION.UPDATED', 'POPULATION.CREATED'],
    );
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

  test('are kept while they have users, and the default always', async () => {
    const { body } = await server.api('/populations', { body: { name: randomUUID() } });
    const user = await aUser(server, { population: { id: body.id } });
    const inUse = await server.api(`/populations/${body.id}`, { method: 'DELETE' });
    assert.deepEqual([inUse.status, inUse.body.code], [400, 'REQUEST_FAILED']);
    await server.api(`/users/${user.id}`, { method: 'DELETE' });
    assert.equal((await server.api(`/populations/${body.id}`, { method: 'DELETE' })).status, 204);
    const list = await server.api('/populations');
    const initial = list.body._embedded.populations.find(
      (population: { default: boolean }) => population.default,
    );
    const kept = await server.api(`/populations/${initial.id}`, { method: 'DELETE' });
    assert.equal(errorOf(kept).detail, 'CONSTRAINT_VIOLATION');
  });
});
