/** Push credentials of an application, over HTTP. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { ever } from '../../../testing/scenario.ts';
import { startTestServer, startTestServerOn, type TestServer } from '../../../testing/server.ts';
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
    const createdAt = new Date(server.now()).toISOString();
    const environment = { id: server.environmentId };
    const moments = { createdAt, updatedAt: createdAt };
    assert.deepEqual(shown, { type: 'APNS', environment, ...moments });
    assert.ok(_links.self.href.endsWith(`${path}/${id}`));
    assert.ok(_links.application.href.endsWith(`/applications/${path.split('/')[2]}`));
    assert.deepEqual((await server.api(`${path}/${id}`)).body, made.body);
    assert.deepEqual((await server.api(path)).body._embedded.pushCredentials, [made.body]);
    const put = await server.api(`${path}/${id}`, {
      method: 'PUT',
      body: { ...apns, key: 'not-shown-either' },
    });
    assert.deepEqual([put.status, put.body.type], [200, 'APNS']);
    assert.equal(put.text.includes('not-shown-either'), false);
    const other = { type: 'HMS', clientId: 'ID', clientSecret: 'secret' };
    const changed = await server.api(`${path}/${id}`, { method: 'PUT', body: other });
    assert.deepEqual(errorOf(changed), invalidData('INVALID_VALUE', 'type'));
    assert.deepEqual(changed.body.details[0].innerError, { allowedValues: ['APNS'] });
    assert.equal((await server.api(`${path}/${id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await server.api(`${path}/${id}`)).status, 404);
  });

  test('are one of each type, and of their own application', async () => {
    const { body } = await server.api(path, { body: apns });
    const { status, code, target } = errorOf(await server.api(path, { body: apns }));
    assert.deepEqual([status, code, target], [409, 'UNIQUENESS_VIOLATION', 'type']);
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

/** `pingone_mfa_application_push_credential`: one of each type beside the others. */
const KEY_OF = (type: 'ec' | 'rsa') =>
  (type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2_048 })
  ).privateKey
    .export({ format: 'pem', type: 'pkcs8' })
    .toString();
const account = (project: string) => ({
  googleServiceAccountCredentials: JSON.stringify({
    project_id: project,
    client_email: 'push@shop.example',
    private_key: KEY_OF('rsa'),
  }),
});
const ACCOUNTS: Record<string, [made: object, changed: object]> = {
  // With the line breaks that a heredoc gives it.
  APNS: [
    { key: 'KEY', teamId: 'team.id', token: `${KEY_OF('ec')}\n` },
    { key: 'OTHER', teamId: 'team.id.updated', token: KEY_OF('ec') },
  ],
  FCM: [{ key: 'legacy' }, { key: 'legacy too' }],
  FCM_HTTP_V1: [account('one'), account('two')],
  HMS: [
    { clientId: 'ID', clientSecret: 'secret' },
    { clientId: 'ID', clientSecret: 'another' },
  ],
};

for (const dialect of DIALECTS) {
  describe(`pingone_mfa_application_push_credential on ${dialect}`, () => {
    let server: TestServer;
    let path: string;
    before(async () => {
      server = await startTestServerOn(dialect);
      const { body } = await server.api('/applications', { body: aWorker({ type: 'NATIVE_APP' }) });
      path = `/applications/${body.id}/pushCredentials`;
    });
    after(() => server?.close());

    for (const [type, [made, changed]] of Object.entries(ACCOUNTS)) {
      test(`${type}: made, changed, gone; what was said is not shown`, async () => {
        const created = await server.api(path, { body: { type, ...made } });
        assert.equal(created.status, 201, created.text);
        const one = `${path}/${created.body.id}`;
        const put = await server.api(one, { method: 'PUT', body: { type, ...changed } });
        assert.equal(put.status, 200, put.text);
        for (const { body } of [created, put, await server.api(one)]) {
          const { _links, environment, ...shown } = body;
          assert.ok(_links && environment);
          assert.deepEqual(Object.keys(shown).sort(), ['createdAt', 'id', 'type', 'updatedAt']);
          assert.equal(shown.type, type);
        }
        for (const missing of Object.keys(made)) {
          const body = { type, ...made, [missing]: undefined };
          const refused = errorOf(await server.api(one, { method: 'PUT', body }));
          assert.deepEqual(refused, invalidData('REQUIRED_VALUE', missing));
        }
        assert.equal((await server.api(one, { method: 'DELETE' })).status, 204);
        for (const options of [
          {},
          { method: 'PUT', body: { type, ...made } },
          { method: 'DELETE' },
        ]) {
          const { status, code } = errorOf(await server.api(one, options));
          assert.deepEqual([status, code], [404, 'NOT_FOUND']);
        }
        const filter = encodeURIComponent(ever(`resources.id eq "${created.body.id}"`));
        const { body } = await server.api(`/activities?filter=${filter}`);
        const actions = body._embedded.activities.map(
          (activity: { action: { type: string } }) => activity.action.type,
        );
        assert.deepEqual(actions.sort(), [
          'PUSH_CREDENTIALS.CREATED',
          'PUSH_CREDENTIALS.DELETED',
          'PUSH_CREDENTIALS.UPDATED',
        ]);
      });
    }
  });
}
