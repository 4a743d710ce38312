/** Push credentials of an application, over HTTP. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf } from '../../../testing/client.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';
import { aWorker } from '../applications/testing-platform.ts';

describe('push credentials', () => {
  let server: TestServer;
  let path: string;

  before(async () => {
    server = await startTestServer();
    const { body } = await server.api('/applications', { body: aWorker({ type: 'NATIVE_APP' }) });
    path = `/applications/${body.id}/pushCredentials`;
  });
  after(() => server?.close());

  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const token = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  const apns = { type: 'APNS', key: 'KEY', teamId: 'TEAM', token };

  test('are made, read, listed, replaced and deleted, and never shown', async () => {
    const made = await server.api(path, { body: { ...apns, clientId: null } });
    assert.equal(made.status, 201, made.text);
    const { id, _links, ...shown } = made.body;
    const application = { id: path.split('/')[2] };
    const createdAt = new Date(server.now()).toISOString();
    const environment = { id: server.environmentId };
    const moments = { createdAt, updatedAt: createdAt };
    assert.deepEqual(shown, { type: 'APNS', application, environment, ...moments });
    assert.ok(_links.self.href.endsWith(`${path}/${id}`));
    assert.ok(_links.application.href.endsWith(`/applications/${application.id}`));
    assert.deepEqual((await server.api(`${path}/${id}`)).body, made.body);
    assert.deepEqual((await server.api(path)).body._embedded.pushCredentials, [made.body]);
    const put = await server.api(`${path}/${id}`, {
      method: 'PUT',
      body: { type: 'HMS', clientId: 'ID', clientSecret: 'not shown either' },
    });
    assert.deepEqual([put.status, put.body.type], [200, 'HMS']);
    assert.equal(put.text.includes('not shown either'), false);
    assert.equal((await server.api(`${path}/${id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await server.api(`${path}/${id}`)).status, 404);
  });

  test('are one of each type, and of their own application', async () => {
    const { body } = await server.api(path, { body: apns });
    assert.equal(errorOf(await server.api(path, { body: apns })).target, 'type');
    const elsewhere = `/applications/${randomUUID()}/pushCredentials`;
    for (const other of [elsewhere, `${elsewhere}/${body.id}`]) {
      assert.equal((await server.api(other)).status, 404);
    }
    assert.equal((await server.api(elsewhere, { body: apns })).status, 404);
  });

  test('are refused where they can’t work', async () => {
    const cases: [object, string][] = [
      [{ ...apns, token: 'no key' }, 'token'],
      [
        { type: 'FCM_HTTP_V1', googleServiceAccountCredentials: '{}' },
        'googleServiceAccountCredentials',
      ],
      [{ type: 'SMOKE' }, 'type'],
    ];
    for (const [body, target] of cases) {
      assert.deepEqual(errorOf(await server.api(path, { body })).target, target);
    }
  });
});
