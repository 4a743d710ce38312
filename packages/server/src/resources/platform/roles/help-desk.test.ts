/** What a worker with one role may do, over HTTP: the help desk, and reading the configuration. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { askToken, type RequestOptions } from '../../../testing/client.ts';
import { aDevice, aUser } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';
import { aWorker } from '../applications/testing-platform.ts';

describe('a worker with one role', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.close());

  /** How a worker asks that has the role on the environment, and no other. */
  async function workerWith(name: string) {
    const { body } = await server.api('/applications', { body: aWorker({ name: randomUUID() }) });
    const { roles } = (await server.raw('/v1/roles', { token: server.token })).body._embedded;
    const role = roles.find((one: { name: string }) => one.name === name);
    const given = await server.api(`/applications/${body.id}/roleAssignments`, {
      body: {
        role: { id: role.id },
        scope: { id: server.environmentId, type: 'ENVIRONMENT' },
      },
    });
    assert.equal(given.status, 201, given.text);
    const { secret } = (await server.api(`/applications/${body.id}/secret`)).body;
    server.secret(secret);
    const environment = `${server.server.url}/${server.environmentId}`;
    const token: string = (await askToken(environment, body.id, secret)).body.access_token;
    server.secret(token);
    return (path: string, options: RequestOptions = {}) =>
      server.api(path, { ...options, token }).then(({ status }) => status);
  }

  test('of the help desk helps users, and changes nothing else', async () => {
    const ask = await workerWith('Help Desk Admin');
    const user = await aUser(server);
    const path = `/users/${user.id}`;
    const device = `${path}/devices/${(await aDevice(server, user)).id}`;
    const put = { method: 'PUT' };
    const until = '2036-03-04T05:06:07.089Z';
    const cases: [number, string, RequestOptions?][] = [
      [200, ''],
      [200, '/users'],
      [200, path],
      [200, `${path}/devices`],
      [200, `${path}/mfaEnabled`, { ...put, body: { mfaEnabled: true } }],
      [200, `${path}/bypassMFA`, { ...put, body: { bypassMFAEnabledUntil: until } }],
      [200, device, { type: 'device.unlock' }],
      [403, path, { ...put, body: { username: 'other' } }],
      [403, path, { type: 'account.lock' }],
      [403, '/users', { body: { username: 'new' } }],
      [403, `${path}/devices`, { body: { type: 'EMAIL', email: 'a@shop.example' } }],
      [403, `${device}/nickname`, { ...put, body: { nickname: 'Mine' } }],
      [403, device, { type: 'device.block' }],
      [403, '/populations'],
      [403, '/applications'],
      [403, '/mfaSettings'],
      [403, '/activities'],
      [204, device, { method: 'DELETE' }],
    ];
    for (const [status, at, options] of cases) {
      assert.equal(await ask(at, options), status, `${at} ${JSON.stringify(options)}`);
    }
  });

  test('that reads the configuration sees no secret and no user', async () => {
    const ask = await workerWith('Configuration Read Only');
    const application = await server.api('/applications', {
      body: aWorker({ name: randomUUID() }),
    });
    const path = `/applications/${application.body.id}`;
    const cases: [number, string, RequestOptions?][] = [
      [200, path],
      [200, '/populations'],
      [200, '/mfaSettings'],
      [200, '/deviceAuthenticationPolicies'],
      [200, '/activities'],
      [200, '/languages'],
      [200, '/resources'],
      [403, '/identityProviders'],
      [403, '/gateways'],
      [200, `/totalIdentities?filter=${encodeURIComponent('endDate eq "2026-01-01T00:00:00Z"')}`],
      [403, `${path}/secret`],
      [403, '/users'],
      [403, '/populations', { body: { name: 'new' } }],
      [403, '/languages', { body: { locale: 'fi', enabled: false } }],
    ];
    for (const [status, at, options] of cases) {
      assert.equal(await ask(at, options), status, `${at} ${JSON.stringify(options)}`);
    }
  });
});
