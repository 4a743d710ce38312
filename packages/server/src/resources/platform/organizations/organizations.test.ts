/** The organization and its license over HTTP, as the platform's clients ask for them. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData, type RequestOptions } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';

for (const dialect of DIALECTS) {
  describe(`the organization (${dialect})`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    const ask = (path: string, options?: RequestOptions) =>
      server.raw(`/v1/organizations${path}`, { token: server.token, ...options });
    const only = async () => (await ask('')).body._embedded.organizations[0];
    const filtered = (path: string, filter: string) =>
      ask(`${path}?filter=${encodeURIComponent(filter)}`);

    test('is listed, read, and found by the beginning of its name', async () => {
      const organization = await only();
      const { _links, id, createdAt, updatedAt, ...said } = organization;
      assert.deepEqual(said, { name: 'Countersign', type: 'INTERNAL' });
      assert.ok(_links.self.href.endsWith(`/v1/organizations/${id}`));
      assert.equal(createdAt, updatedAt);
      assert.deepEqual((await ask(`/${id}`)).body, organization);
      const environment = (await server.api('')).body;
      assert.equal(environment.organization.id, id);
      assert.equal((await filtered('', 'name sw "counter"')).body.count, 1);
      assert.equal((await filtered('', 'name sw "shop"')).body.count, 0);
      for (const filter of ['type eq "INTERNAL"', 'name gtx "a"', 'name']) {
        const refused = errorOf(await filtered('', filter));
        assert.deepEqual(refused, invalidData('INVALID_FILTER', 'filter'), filter);
      }
      assert.equal((await ask(`/${randomUUID()}`)).body.code, 'NOT_FOUND');
      assert.equal((await ask(`/${id}/capabilities`)).body.code, 'NOT_FOUND');
    });

    test('has one license, which allows all that is here', async () => {
      const { id, createdAt } = await only();
      const { body } = await ask(`/${id}/licenses`);
      assert.equal(body.count, 1);
      const [license] = body._embedded.licenses;
      assert.deepEqual(
        [license.name, license.package, license.status, license.beginsAt],
        ['Self-hosted', 'SELF_HOSTED', 'ACTIVE', createdAt],
      );
      assert.deepEqual(license.organization, { id });
      assert.equal(license.environments.regions[0], 'NORTH_AMERICA');
      assert.ok(Object.values(license.mfa).every((allowed) => allowed === true));
      assert.ok(Object.values(license.verify).every((allowed) => allowed === false));
      for (const name of ['expiresAt', 'terminatesAt']) assert.equal(name in license, false);
      assert.equal((await server.api('')).body.license.id, license.id);
      assert.deepEqual((await ask(`/${id}/licenses/${license.id}`)).body, license);
      assert.equal((await ask(`/${id}/licenses/${randomUUID()}`)).status, 404);
      assert.equal((await ask(`/${randomUUID()}/licenses`)).status, 404);
      const made = await server.raw('/v1/environments', {
        token: server.token,
        body: { name: randomUUID(), license: { id: license.id } },
      });
      assert.equal(made.status, 201);
      await server.raw('/v1/environments', {
        token: server.token,
        body: { name: randomUUID(), license: { id: randomUUID() } },
      });
      const after = (await ask(`/${id}/licenses/${license.id}`)).body;
      assert.equal(after.assignedEnvironmentsCount, license.assignedEnvironmentsCount + 1);
    });

    test('has a license that is found as clients look for it', async () => {
      const { id } = await only();
      const found = async (filter: string) =>
        (await filtered(`/${id}/licenses`, filter)).body.count;
      const later = new Date(server.now() + 1).toISOString();
      const long = '2001-02-03T04:05:06.007Z';
      for (const filter of [
        `(status eq "active") and (beginsAt lt "${later}")`,
        `status eq "ACTIVE" or status eq "FUTURE"`,
        'name eq "self-hosted"',
        'package eq "Self_Hosted"',
        '(name eq "Self-hosted") and (package eq "SELF_HOSTED") and (status eq "ACTIVE")',
      ]) {
        assert.equal(await found(filter), 1, filter);
      }
      for (const filter of [
        'status eq "EXPIRED"',
        'package eq "TRIAL"',
        'name eq "Trial"',
        `beginsAt lt "${long}"`,
      ]) {
        assert.equal(await found(filter), 0, filter);
      }
      for (const filter of ['expiresAt lt "2001-02-03T04:05:06.007Z"', 'status sw "A"']) {
        const refused = errorOf(await filtered(`/${id}/licenses`, filter));
        assert.deepEqual(refused, invalidData('INVALID_FILTER', 'filter'), filter);
      }
    });

    test('has a license that can be renamed', async () => {
      const { id } = await only();
      const { id: license } = (await ask(`/${id}/licenses`)).body._embedded.licenses[0];
      const path = `/${id}/licenses/${license}/name`;
      const put = (name: unknown) => ask(path, { method: 'PUT', body: { name } });
      assert.equal((await ask(path)).body.name, 'Self-hosted');
      const renamed = await put("Kaisa's shop/1 - été");
      assert.deepEqual([renamed.status, renamed.body.name], [200, "Kaisa's shop/1 - été"]);
      assert.equal((await ask(path)).body.name, "Kaisa's shop/1 - été");
      assert.equal((await ask(`/${id}/licenses/${license}`)).body.name, "Kaisa's shop/1 - été");
      assert.equal((await put('Self-hosted')).status, 200);
      assert.deepEqual(errorOf(await put('a<b')), invalidData('INVALID_VALUE', 'name'));
      assert.deepEqual(errorOf(await put('')).target, 'name');
      assert.deepEqual(errorOf(await put('x'.repeat(256))).target, 'name');
      assert.deepEqual(errorOf(await put(undefined)), invalidData('REQUIRED_VALUE', 'name'));
      const wrong = await ask(`/${id}/licenses/${randomUUID()}/name`);
      assert.equal(wrong.status, 404);
      const { body } = await server.api('/activities?limit=1');
      assert.equal(body._embedded.activities[0].action.type, 'LICENSE.UPDATED');
    });
  });
}
