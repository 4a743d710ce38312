/** Environments and their bill of materials over HTTP. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { askToken, errorOf, invalidData, type RequestOptions } from '../../../testing/client.ts';
import { roundTrip } from '../../../testing/round-trip.ts';
import { actionsOf } from '../../../testing/scenario.ts';
import { startTestServer, type TestServer } from '../../../testing/server.ts';
import { aWorker } from '../applications/testing-platform.ts';

describe('environments', () => {
  let server: TestServer;

  before(async () => {
    server = await startTestServer();
  });
  after(() => server?.close());

  const api = (path: string, options?: RequestOptions) =>
    server.raw(`/v1/environments${path}`, { token: server.token, ...options });
  async function made(more: object = {}) {
    const reply = await api('', { body: { name: `environment-${randomUUID()}`, ...more } });
    assert.equal(reply.status, 201, reply.text);
    return reply.body;
  }

  /** A worker of the environment that may administer a population of it, and nothing else. */
  async function aWorkerOf(environmentId: string) {
    const worker = await api(`/${environmentId}/applications`, { body: aWorker() });
    assert.equal(worker.status, 201, worker.text);
    const { id } = worker.body;
    const [population] = (await api(`/${environmentId}/populations`)).body._embedded.populations;
    const { roles } = (await server.raw('/v1/roles', { token: server.token })).body._embedded;
    const role = roles.find(({ name }: { name: string }) => name === 'Identity Data Admin');
    const given = await api(`/${environmentId}/applications/${id}/roleAssignments`, {
      body: { role: { id: role.id }, scope: { type: 'POPULATION', id: population.id } },
    });
    assert.equal(given.status, 201, given.text);
    const { secret } = (await api(`/${environmentId}/applications/${id}/secret`)).body;
    return { id, secret };
  }

  test('are made with all that MFA needs', async () => {
    const environment = await made({ description: 'Shop', type: 'PRODUCTION', region: 'EU' });
    const { _links, id, organization, createdAt, updatedAt, name, ...rest } = environment;
    const { license, billOfMaterials, ...said } = rest;
    assert.deepEqual(said, {
      description: 'Shop',
      type: 'PRODUCTION',
      region: 'EU',
      status: 'ACTIVE',
    });
    assert.ok(license.id);
    assert.equal(billOfMaterials.products[0].type, 'PING_ONE_MFA');
    assert.ok(_links.self.href.endsWith(`/v1/environments/${id}`));
    assert.ok(organization.id && name);
    assert.equal(createdAt, updatedAt);
    assert.deepEqual((await api(`/${id}`)).body, environment);
    const user = await api(`/${id}/users`, { body: { username: 'kaisa', mfaEnabled: true } });
    assert.equal(user.status, 201, user.text);
    const device = await api(`/${id}/users/${user.body.id}/devices`, {
      body: { type: 'EMAIL', email: 'kaisa@shop.example' },
    });
    assert.equal(device.status, 201, device.text);
    const populations = await api(`/${id}/populations`);
    assert.equal(populations.body._embedded.populations[0].default, true);
    assert.equal((await api(`/${id}/mfaSettings`)).status, 200);
    assert.equal((await api(`/${id}/deviceAuthenticationPolicies`)).body.count, 1);
    const flow = await server.raw(`/${id}/deviceAuthentications`, {
      token: server.token,
      body: { user: { id: user.body.id } },
    });
    assert.deepEqual([flow.status, flow.body.status], [201, 'OTP_REQUIRED']);
    const here = { api: (path: string) => api(`/${id}${path}`) };
    assert.deepEqual(await actionsOf(here, `resources.id eq "${id}"`), ['ENVIRONMENT.CREATED']);
  });

  test('are listed and replaced', async () => {
    const { id, name } = await made({ description: 'Shop' });
    const filter = encodeURIComponent(`name eq "${name}"`);
    const list = await api(`?filter=${filter}`);
    assert.deepEqual(
      list.body._embedded.environments.map((environment: { id: string }) => environment.id),
      [id],
    );
    assert.ok(list.body._links.self.href.includes('/v1/environments?filter='));
    const replaced = await api(`/${id}`, { method: 'PUT', body: { name: 'Renamed' } });
    assert.equal(replaced.body.name, 'Renamed');
    assert.equal(replaced.body.type, 'SANDBOX');
    assert.equal('description' in replaced.body, false);
    assert.equal(errorOf(await api('', { body: {} })).target, 'name');
    assert.equal(errorOf(await api('', { body: { name: 'a\tb' } })).detail, 'INVALID_VALUE');
  });

  test('are listed to a worker that has a role in them, and no others', async () => {
    const [own, other] = [await made(), await made()];
    const { id, secret } = await aWorkerOf(own.id);
    const asked = await askToken(`${server.server.url}/${own.id}`, id, secret);
    const token: string = asked.body.access_token;
    const mine = await server.raw('/v1/environments', { token });
    assert.deepEqual(
      mine.body._embedded.environments.map((environment: { id: string }) => environment.id),
      [own.id],
    );
    const read = (envID: string) => server.raw(`/v1/environments/${envID}`, { token });
    assert.equal((await read(own.id)).status, 200);
    assert.deepEqual((await read(other.id)).body.code, 'ACCESS_FAILED');
    const make = await server.raw('/v1/environments', { token, body: { name: randomUUID() } });
    assert.deepEqual([make.status, make.body.code], [403, 'ACCESS_FAILED']);
  });

  test('keep what the vendor’s clients send, in every answer', async () => {
    const license = { id: randomUUID() };
    const bill = {
      solutionType: 'CUSTOMER',
      products: [
        { id: randomUUID(), type: 'PING_ONE_MFA', description: 'MFA' },
        { type: 'PING_ONE_DAVINCI', tags: ['DAVINCI_MINIMAL'] },
        {
          type: 'PING_INTELLIGENCE',
          console: { href: 'https://console.shop.example' },
          bookmarks: [{ name: 'Help', href: 'https://help.shop.example' }],
          deployment: { id: randomUUID() },
        },
      ],
    };
    const about = {
      name: randomUUID(),
      description: 'Shop',
      type: 'SANDBOX',
      region: 'NA',
      license,
    };
    const icon = 'https://shop.example/icon.png';
    const { made, replaced } = await roundTrip(api, '', {
      post: { ...about, billOfMaterials: bill, icon },
      put: about,
    });
    assert.equal('icon' in replaced, false);
    const without = { ...about, billOfMaterials: { products: [] } };
    const put = await api(`/${made.id}`, { method: 'PUT', body: without });
    assert.deepEqual(put.body.billOfMaterials, made.billOfMaterials, 'PUT leaves it');
    const path = `/${made.id}/billOfMaterials`;
    const { solutionType, products } = (await api(path)).body;
    assert.deepEqual({ solutionType, products }, made.billOfMaterials);
    const again = await api(path, { method: 'PUT', body: { solutionType, products } });
    assert.deepEqual(again.body.products, products);
    assert.equal(again.body.solutionType, 'CUSTOMER');
    const fewer = await api(path, { method: 'PUT', body: { products: products.slice(0, 1) } });
    assert.equal('solutionType' in fewer.body, false);
  });

  test('stay as they are when what was read is sent back, and can be least again', async () => {
    const least = {
      name: randomUUID(),
      type: 'SANDBOX',
      region: 'AP',
      license: { id: randomUUID() },
    };
    const { id, ...made } = (await api('', { body: least })).body;
    const put = async (body: object) => (await api(`/${id}`, { method: 'PUT', body })).body;
    const { updatedAt: _, ...read } = (await api(`/${id}`)).body;
    const { updatedAt: __, ...same } = await put(read);
    assert.deepEqual(same, read);
    await put({ ...least, description: 'All', icon: 'https://shop.example/icon.png' });
    const { updatedAt: ___, ...back } = await put(least);
    const { updatedAt: ____, ...first } = made;
    assert.deepEqual(back, { id, ...first });
  });

  test('take every product that the platform has', async () => {
    const types =
      'PING_ONE_MFA PING_ONE_DAVINCI PING_ONE_ORCHESTRATE PING_ONE_RISK PING_ONE_FRAUD PING_ONE_PROVISIONING PING_DATA_SYNC PING_DATA_GOVERNANCE PING_ONE_FOR_ENTERPRISE PING_ID_SDK PING_ONE_FOR_SAAS PING_ONE_VERIFY PING_ONE_CREDENTIALS PING_ONE_AUTHORIZE PING_ONE_BASE PING_FEDERATE PING_ACCESS PING_DIRECTORY PING_AUTHORIZE PING_ID PING_ONE_ID PING_INTELLIGENCE PING_CENTRAL';
    const products = types.split(' ').map((type) => ({ type }));
    const { billOfMaterials } = await made({ billOfMaterials: { products } });
    assert.deepEqual(
      billOfMaterials.products.map(({ type }: { type: string }) => ({ type })),
      products,
    );
  });

  test('of an older version have what newer ones have', async () => {
    const { store } = server.server.parts;
    const { id } = await made();
    const row = await store.get('environments', id, id);
    assert.ok(row);
    const { license: _license, solutionType: _type, ...doc } = row.doc;
    const former = { ...doc, region: 'SOMEWHERE', products: [{ id, type: 'PING_ONE_MFA' }] };
    await store.commit([{ ...row, op: 'update', table: 'environments', doc: former }]);
    const { body } = await api(`/${id}`);
    assert.ok(body.license.id);
    const put = await api(`/${id}`, { method: 'PUT', body: { name: 'Old', description: 'Shop' } });
    assert.deepEqual([put.status, put.body.region], [200, 'SOMEWHERE'], put.text);
    assert.equal(put.body.license.id, body.license.id);
  });

  test('are found by what the platform’s clients ask for', async () => {
    const license = { id: randomUUID() };
    const { id, name, organization } = await made({ license });
    const found = async (filter: string) => {
      const reply = await api(`?limit=1000&filter=${encodeURIComponent(filter)}`);
      assert.equal(reply.status, 200, reply.text);
      return reply.body._embedded.environments.some((one: { id: string }) => one.id === id);
    };
    for (const filter of [
      `(organization.id eq "${organization.id}")`,
      `license.id eq "${license.id}"`,
      `status eq "ACTIVE" and id eq "${id}"`,
      `status eq "active"`,
      `name sw "${name.slice(0, 20).toUpperCase()}"`,
      ' ',
    ]) {
      assert.equal(await found(filter), true, filter);
    }
    for (const filter of [
      `organization.id eq "${randomUUID()}"`,
      `organization.id ne "${organization.id}"`,
      `license.id eq "${randomUUID()}"`,
      `status eq "DELETE_PENDING"`,
    ]) {
      assert.equal(await found(filter), false, filter);
    }
  });

  test('are made in a region, and where the server has one, in no other', async () => {
    const nowhere = await api('', { body: { name: randomUUID(), region: 'SOMEWHERE' } });
    assert.deepEqual(nowhere.body.details[0].innerError.allowedValues[0], 'NA');
    const european = await startTestServer({ env: { COUNTERSIGN_REGION: 'EU' } });
    try {
      const make = (more: object) =>
        european.raw('/v1/environments', {
          token: european.token,
          body: { name: randomUUID(), ...more },
        });
      assert.equal((await european.api('')).body.region, 'EU');
      assert.equal((await make({})).body.region, 'EU');
      const refused = await make({ region: 'NA' });
      assert.equal(errorOf(refused).target, 'region');
      assert.deepEqual(refused.body.details[0].innerError.allowedValues, ['EU']);
    } finally {
      await european.close();
    }
  });

  test('are of a server that may be set to tell a secret once', async () => {
    const strict = await startTestServer({ env: { COUNTERSIGN_SECRETS_READ_ONCE: 'true' } });
    try {
      for (const [one, statuses] of [
        [server, [200, 200]],
        [strict, [200, 404]],
      ] as const) {
        const { body } = await one.api('/applications', { body: aWorker({ name: randomUUID() }) });
        const read = () => one.api(`/applications/${body.id}/secret`);
        assert.deepEqual([(await read()).status, (await read()).status], statuses);
      }
    } finally {
      await strict.close();
    }
  });

  test('are promoted to production, and back', async () => {
    const { id, updatedAt: _, ...environment } = await made();
    const put = (body: object) => api(`/${id}/type`, { method: 'PUT', body });
    const promoted = await put({ type: 'PRODUCTION' });
    assert.equal(promoted.status, 200, promoted.text);
    const { updatedAt: __, ...now } = promoted.body;
    assert.deepEqual(now, { id, ...environment, type: 'PRODUCTION' });
    assert.deepEqual((await api(`/${id}`)).body, promoted.body);
    const kept = await api(`/${id}`, { method: 'DELETE' });
    assert.deepEqual([kept.status, kept.body.code], [400, 'REQUEST_FAILED']);
    assert.deepEqual((await put({ type: 'PRODUCTION' })).body, promoted.body, 'nothing to do');
    assert.equal((await put({ type: 'SANDBOX' })).body.type, 'SANDBOX');
    assert.deepEqual(errorOf(await put({ type: 'TRIAL' })), invalidData('INVALID_VALUE', 'type'));
    assert.deepEqual(errorOf(await put({})), invalidData('REQUIRED_VALUE', 'type'));
    const here = { api: (path: string) => api(`/${id}${path}`) };
    assert.deepEqual(await actionsOf(here, `resources.id eq "${id}"`), [
      'ENVIRONMENT.DEMOTED',
      'ENVIRONMENT.PROMOTED',
      'ENVIRONMENT.CREATED',
    ]);
    assert.equal((await api(`/${id}/status`, { method: 'PUT', body: {} })).status, 404);
    assert.equal((await api(`/${id}`, { method: 'DELETE' })).status, 204);
    assert.equal((await put({ type: 'SANDBOX' })).body.code, 'NOT_FOUND');
  });

  test('have names that are unique, also when they are made at once', async () => {
    const taken = {
      status: 409,
      code: 'UNIQUENESS_VIOLATION',
      detail: 'UNIQUENESS_VIOLATION',
      target: 'name',
    };
    const [one, other] = [await made(), await made()];
    assert.deepEqual(errorOf(await api('', { body: { name: one.name } })), taken);
    const rename = (name: string) => api(`/${other.id}`, { method: 'PUT', body: { name } });
    assert.deepEqual(errorOf(await rename(one.name)), taken);
    assert.equal((await rename(other.name)).status, 200, 'its own');
    const name = randomUUID();
    const replies = await Promise.all(Array.from({ length: 5 }, () => api('', { body: { name } })));
    assert.equal(replies.filter(({ status }) => status === 201).length, 1);
  });

  test('are not found by what they do not have', async () => {
    for (const filter of ['type eq "SANDBOX"', 'id sw "a"', 'region eq "NA"', 'name like "a"']) {
      const refused = errorOf(await api(`?filter=${encodeURIComponent(filter)}`));
      assert.deepEqual(refused, invalidData('INVALID_FILTER', 'filter'), filter);
    }
  });

  test('serve MFA while their bill of materials has it', async () => {
    const { id } = await made();
    const path = `/${id}/billOfMaterials`;
    const bill = await api(path);
    const [product] = bill.body.products;
    assert.equal(product.type, 'PING_ONE_MFA');
    const put = (products: object[]) => api(path, { method: 'PUT', body: { products } });
    const without = await put([{ type: 'PING_ONE_BASE', description: 'SSO' }]);
    assert.equal(without.status, 200, without.text);
    const refused = await api(`/${id}/mfaSettings`);
    assert.deepEqual([refused.status, refused.body.code], [403, 'ACCESS_FAILED']);
    assert.equal((await api(`/${id}/users`)).status, 200);
    assert.equal((await put([...without.body.products, product])).status, 200);
    const again = await api(path);
    assert.deepEqual(again.body.products, [...without.body.products, product]);
    assert.equal((await api(`/${id}/mfaSettings`)).status, 200);
    assert.equal(errorOf(await put([{ type: 'PING_ONE_TEA' }])).target, 'products[0].type');
  });

  test('are gone with all their routes when they are deleted', async () => {
    const { id } = await made();
    assert.equal((await api(`/${id}`, { method: 'DELETE' })).status, 204);
    for (const path of ['', '/users', '/populations', '/mfaSettings', '/activities']) {
      assert.equal((await api(`/${id}${path}`)).status, 404, path);
    }
    assert.equal((await api(`/${id}`, { method: 'DELETE' })).status, 404);
  });

  test('are kept when they are in production, or the own of who would delete them', async () => {
    const { id } = await made({ type: 'PRODUCTION' });
    for (const environmentId of [id, server.environmentId]) {
      const reply = await api(`/${environmentId}`, { method: 'DELETE' });
      assert.deepEqual([reply.status, reply.body.code], [400, 'REQUEST_FAILED']);
      assert.equal((await api(`/${environmentId}`)).status, 200);
    }
    await api(`/${id}`, { method: 'PUT', body: { name: 'Retired', type: 'SANDBOX' } });
    assert.equal((await api(`/${id}`, { method: 'DELETE' })).status, 204);
  });

  test('keep their rows apart', async () => {
    const { id } = await made();
    const { body } = await api(`/${id}/users`, { body: { username: 'kaisa' } });
    assert.equal((await server.api(`/users/${body.id}`)).status, 404);
    const own = await server.api('/users', { body: { username: 'kaisa' } });
    assert.equal(own.status, 201, 'a name is unique in its environment only');
    assert.equal((await api(`/${id}/users`)).body.count, 1);
  });
});
