/** Who may see and change which users: a user himself, and roles on a population; contract §1.2. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf } from '../../../testing/client.ts';
import { confinedToken } from '../../../testing/confined-token.ts';
import { aUser, type TestUser } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';
import type { SelfScope } from '../../kit/operation.ts';
import { issueUserToken } from '../tokens/issue-token.ts';

describe('access to users', () => {
  let server: TestServer;
  let populationId: string;
  let defaultPopulationId: string;
  let inside: TestUser;
  let outside: TestUser;
  /** Of an application with Identity Data Admin on one population. */
  let confined: string;

  async function ownToken(user: TestUser, scopes: SelfScope[]): Promise<string> {
    const issued = await issueUserToken(server.server.parts, {
      environmentId: server.environmentId,
      userId: user.id,
      scopes,
      lifetimeSeconds: 600,
    });
    server.secret(issued.token);
    return issued.token;
  }

  before(async () => {
    server = await startTestServer();
    const populations = await server.api('/populations');
    defaultPopulationId = populations.body._embedded.populations[0].id;
    const population = await server.api('/populations', { body: { name: 'Shop' } });
    populationId = population.body.id;
    inside = await aUser(server, { population: { id: populationId } });
    outside = await aUser(server);
    confined = await confinedToken(server, populationId);
  });
  after(() => server?.close());

  test('a role on a population lists and reads only its users and itself', async () => {
    const users = await server.api('/users', { token: confined });
    assert.deepEqual(
      users.body._embedded.users.map(({ id }: { id: string }) => id),
      [inside.id],
    );
    assert.equal(users.body.count, 1);
    const filtered = await server.api(
      `/users?filter=${encodeURIComponent(`id eq "${inside.id}" or id eq "${outside.id}"`)}`,
      { token: confined },
    );
    assert.equal(filtered.body.count, 1);
    const populations = await server.api('/populations', { token: confined });
    assert.deepEqual(
      populations.body._embedded.populations.map(({ id }: { id: string }) => id),
      [populationId],
    );
    for (const [path, status] of [
      [`/users/${inside.id}`, 200],
      [`/users/${outside.id}`, 404],
      [`/users/${outside.id}/mfaEnabled`, 404],
      [`/users/${outside.id}/bypassMFA`, 404],
      [`/populations/${populationId}`, 200],
      [`/populations/${defaultPopulationId}`, 404],
      ['/activities', 403],
    ] as const) {
      assert.equal((await server.api(path, { token: confined })).status, status, path);
    }
  });

  test('a role on a population neither makes nor moves users out of it', async () => {
    const make = (body: object) =>
      server.api('/users', { token: confined, body: { username: randomUUID(), ...body } });
    assert.equal((await make({ population: { id: populationId } })).status, 201);
    assert.equal(errorOf(await make({})).target, 'population.id');
    assert.equal(
      errorOf(await make({ population: { id: defaultPopulationId } })).detail,
      'NOT_FOUND',
    );
    const moved = await server.api(`/users/${inside.id}`, {
      token: confined,
      method: 'PATCH',
      body: { population: { id: defaultPopulationId } },
    });
    assert.equal(errorOf(moved).target, 'population.id');
    for (const options of [
      { method: 'DELETE' },
      { method: 'PATCH', body: { title: 'x' } },
      { type: 'account.lock' },
      { type: 'account.unlock' },
    ]) {
      const reply = await server.api(`/users/${outside.id}`, { token: confined, ...options });
      assert.equal(reply.status, 404, JSON.stringify(options));
    }
  });

  test('a user reads and changes himself with the scope for it, and nobody else', async () => {
    const token = await ownToken(outside, ['p1:read:user', 'p1:update:user']);
    const own = await server.api(`/users/${outside.id}`, { token });
    assert.equal(own.status, 200);
    const renamed = await server.api(`/users/${outside.id}`, {
      token,
      method: 'PUT',
      body: { ...own.body, nickname: 'Ossi', enabled: false, mfaEnabled: false },
    });
    assert.equal(renamed.status, 200, renamed.text);
    assert.equal(renamed.body.nickname, 'Ossi');
    assert.equal(renamed.body.mfaEnabled, true);
    assert.equal((await server.api(`/users/${outside.id}/mfaEnabled`, { token })).status, 200);
    const refused: [string, object][] = [
      [`/users/${inside.id}`, {}],
      [`/users/${outside.id}`, { method: 'DELETE' }],
      [`/users/${outside.id}`, { type: 'account.unlock' }],
      [`/users/${outside.id}`, { method: 'PATCH', body: { population: { id: populationId } } }],
      [`/users/${outside.id}/mfaEnabled`, { method: 'PUT', body: { mfaEnabled: false } }],
      [`/users/${outside.id}/enabled`, { method: 'PUT', body: { enabled: true } }],
      ['/users', {}],
    ];
    for (const [path, options] of refused) {
      const reply = await server.api(path, { token, ...options });
      assert.equal(reply.status, 403, `${path} ${JSON.stringify(options)}`);
    }
  });

  test('a user switches his own MFA with the scope for it only', async () => {
    const token = await ownToken(outside, ['p1:update:userMfaEnabled']);
    const path = `/users/${outside.id}/mfaEnabled`;
    const off = await server.api(path, { token, method: 'PUT', body: { mfaEnabled: false } });
    assert.equal(off.body.mfaEnabled, false);
    assert.equal((await server.api(`/users/${outside.id}`, { token })).status, 403);
    const { body } = await server.api('/activities?limit=1');
    const { type, id, name } = body._embedded.activities[0].actors.user;
    assert.deepEqual([type, id, name], ['USER', outside.id, outside.username]);
  });
});
