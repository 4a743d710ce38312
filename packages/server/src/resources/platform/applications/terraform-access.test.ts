/**
 * `pingone_application_secret` and `pingone_application_role_assignment`, as the vendor's Terraform
 * provider and its Go SDK use them, on both stores.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { errorOf, type Reply, send } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import { JWT_BEARER } from '../tokens/client-credentials.ts';
import { aWorker, basic } from './testing-platform.ts';

const FORM = 'application/x-www-form-urlencoded';

for (const dialect of DIALECTS) {
  describe(`what goes with pingone_application on ${dialect}`, () => {
    let server: TestServer;
    let tokenUrl: string;
    before(async () => {
      server = await startTestServerOn(dialect);
      const { body } = await server.auth('/as/.well-known/openid-configuration');
      tokenUrl = body.token_endpoint;
    });
    after(() => server?.close());

    let made = 0;
    async function anApplication(more: object = {}): Promise<string> {
      const body = aWorker({ name: `Terraform ${++made}`, ...more });
      const created = await server.api('/applications', { body });
      assert.equal(created.status, 201, created.text);
      return `/applications/${created.body.id}`;
    }
    const askToken = (form: Record<string, string>, headers = {}) =>
      send(tokenUrl, {
        type: FORM,
        headers,
        body: new URLSearchParams({ grant_type: 'client_credentials', ...form }).toString(),
      });

    test('a secret: made, read at each refresh, rotated, its application gone', async () => {
      const application = await anApplication();
      const path = `${application}/secret`;
      const id = application.split('/')[2] ?? '';
      const isShown = ({ status, body }: Reply) => {
        assert.equal(status, 200);
        assert.match(body.secret, /^[a-zA-Z0-9-~_]{10,}$/);
        assert.equal(body.environment.id, server.environmentId);
        return body;
      };
      const first = isShown(await server.api(path, { method: 'POST', body: {} }));
      for (let refresh = 0; refresh < 3; refresh++) {
        assert.deepEqual(isShown(await server.api(path)), first);
      }
      assert.ok(!('previous' in first));
      const expiresAt = new Date(server.now() + 600_000).toISOString();
      const body = { previous: { expiresAt } };
      const second = isShown(await server.api(path, { method: 'POST', body }));
      assert.deepEqual(second.previous, { secret: first.secret, expiresAt });
      assert.deepEqual(isShown(await server.api(path)), second);
      for (const { secret } of [first, second]) {
        const got = await askToken({}, { authorization: basic(id, secret) });
        assert.equal(got.status, 200, got.text);
        assert.deepEqual([got.body.token_type, got.body.expires_in], ['Bearer', 3_600]);
      }
      assert.ok(isShown(await server.api(path)).previous.lastUsed);
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
      const { previous: _, ...left } = second;
      assert.deepEqual(isShown(await server.api(path)), left);
      assert.equal((await server.api(application, { method: 'DELETE' })).status, 204);
      for (const options of [{}, { method: 'POST', body: {} }, { method: 'DELETE' }]) {
        const { status, code } = errorOf(await server.api(path, options));
        assert.deepEqual([status, code], [404, 'NOT_FOUND']);
      }
    });

    test('an assertion is taken once', async () => {
      const application = await anApplication({ tokenEndpointAuthMethod: 'CLIENT_SECRET_JWT' });
      const id = application.split('/')[2] ?? '';
      const { body } = await server.api(`${application}/secret`);
      const assertion = await new SignJWT({ iss: id, sub: id, aud: tokenUrl, jti: randomUUID() })
        .setProtectedHeader({ alg: 'HS512' })
        .setExpirationTime(Math.floor(server.now() / 1_000) + 60)
        .sign(Buffer.from(body.secret));
      const form = { client_assertion: assertion, client_assertion_type: JWT_BEARER };
      const answers = await Promise.all([askToken(form), askToken(form)]);
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401]);
    });

    test('role assignments: on each scope, read, listed, gone', async () => {
      const application = await anApplication();
      const path = `${application}/roleAssignments`;
      const { body: roles } = await server.raw('/v1/roles', { token: server.token });
      const roleId = (name: string) =>
        roles._embedded.roles.find((role: { name: string }) => role.name === name)?.id;
      const population = await server.api('/populations', { body: { name: `of ${dialect}` } });
      const cases: [string, object][] = [
        ['Organization Admin', { type: 'ORGANIZATION', id: ORGANIZATION_ID }],
        ['Environment Admin', { type: 'ENVIRONMENT', id: server.environmentId }],
        ['Identity Data Admin', { type: 'POPULATION', id: population.body.id }],
        ['Application Owner', { type: 'APPLICATION', id: application.split('/')[2] }],
      ];
      const ids: string[] = [];
      for (const [name, scope] of cases) {
        const sent = { role: { id: roleId(name) }, scope };
        const created = await server.api(path, { body: sent });
        assert.equal(created.status, 201, `${name}: ${created.text}`);
        const { id, role, scope: kept, readOnly, environment } = created.body;
        assert.deepEqual({ role, scope: kept, readOnly }, { ...sent, readOnly: false });
        assert.equal(environment.id, server.environmentId);
        assert.deepEqual((await server.api(`${path}/${id}`)).body, created.body);
        const again = errorOf(await server.api(path, { body: sent }));
        assert.deepEqual([again.status, again.code], [409, 'UNIQUENESS_VIOLATION']);
        ids.push(id);
      }
      const list = await server.api(path);
      assert.deepEqual(
        list.body._embedded.roleAssignments.map(({ id }: { id: string }) => id).sort(),
        ids.sort(),
      );
      for (const id of ids) {
        assert.equal((await server.api(`${path}/${id}`, { method: 'DELETE' })).status, 204);
        for (const method of ['GET', 'DELETE']) {
          const { status, code } = errorOf(await server.api(`${path}/${id}`, { method }));
          assert.deepEqual([status, code], [404, 'NOT_FOUND']);
        }
      }
    });
  });
}
