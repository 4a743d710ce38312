/**
 * A whole environment as a declarative client keeps it, on both stores: each resource made in the
 * order of what needs what, read again at each refresh, changed, and all of it gone in the reverse.
 * What was sent comes back, and a plan right after an apply is empty.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf } from '../src/testing/client.ts';
import { DECLARED, type Declared, type Ids } from '../src/testing/declared-resources.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { assertHas } from '../src/testing/round-trip.ts';
import { startTestServerOn, type TestServer } from '../src/testing/server.ts';

const without = (members: object, names: readonly string[] = []) =>
  Object.fromEntries(Object.entries(members).filter(([name]) => !names.includes(name)));

for (const dialect of DIALECTS) {
  describe(`a declared environment on ${dialect}`, () => {
    let server: TestServer;
    const ids: Ids = {};
    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    async function call(method: string, path: string, body?: object, type?: string) {
      const options = { token: server.token, method };
      const sent = body === undefined ? {} : { body, ...(type === undefined ? {} : { type }) };
      return server.raw(`/v1/environments${path}`, { ...options, ...sent });
    }
    const below = (path: string) => `/${ids.environment}${path}`;
    const placeOf = ({ path }: Declared) => below(typeof path === 'string' ? path : path(ids));
    const addressOf = (one: Declared) =>
      one.isThere ? placeOf(one) : `${placeOf(one)}/${ids[one.name]}`;
    async function read(path: string) {
      const { status, body, text } = await call('GET', path);
      assert.equal(status, 200, text);
      return body;
    }

    /** What was sent is there, a second look sees the same, and sending it back changes nothing. */
    async function assertSettled(one: Declared, sent: object) {
      const found = await read(addressOf(one));
      assertHas(found, without(sent, one.hidden), one.name);
      assert.deepEqual(await read(addressOf(one)), found);
      if (!one.changed || one.needsSecret) return;
      const put = await call('PUT', addressOf(one), found);
      assert.equal(put.status, 200, put.text);
      const moments = ['updatedAt'];
      assert.deepEqual(without(await read(addressOf(one)), moments), without(found, moments));
    }

    test('begins with an environment and what is in it from the beginning', async () => {
      const sent = {
        name: `declared-${randomUUID()}`,
        description: 'Of a test',
        type: 'SANDBOX',
        region: 'EU',
        license: { id: randomUUID() },
        billOfMaterials: {
          solutionType: 'CUSTOMER',
          products: [
            { type: 'PING_ONE_BASE' },
            { type: 'PING_ONE_DAVINCI', tags: ['DAVINCI_MINIMAL'] },
            {
              type: 'PING_ONE_MFA',
              console: { href: 'https://shop.example' },
              bookmarks: [{ name: 'Shop', href: 'https://shop.example/b' }],
            },
          ],
        },
      };
      const made = await call('POST', '', sent);
      assert.equal(made.status, 201, made.text);
      assertHas(made.body, sent);
      ids.environment = made.body.id;
      const { billOfMaterials, ...environment } = sent;
      assertHas(await read(below('')), environment);
      assertHas(await read(below('/billOfMaterials')), billOfMaterials);
      const policies = await read(below('/deviceAuthenticationPolicies'));
      ids['first policy'] = policies._embedded.deviceAuthenticationPolicies.find(
        (one: { default: boolean }) => one.default,
      ).id;
      const roles = await server.raw('/v1/roles', { token: server.token });
      ids.role = roles.body._embedded.roles.find(
        ({ name }: { name: string }) => name === 'Identity Data Admin',
      ).id;
    });

    for (const one of DECLARED) {
      test(`${one.name}: is applied, and the plan after it is empty`, async () => {
        const sent = one.body(ids);
        const method = one.isThere ? 'PUT' : 'POST';
        const made = await call(method, placeOf(one), sent, one.type);
        assert.equal(made.status, one.isThere ? 200 : 201, made.text);
        assertHas(made.body, without(sent, one.hidden));
        if (!one.isThere) ids[one.name] = made.body.id;
        await assertSettled(one, sent);
      });
    }

    test('is changed, what is left out is gone, and nothing else has moved', async () => {
      for (const one of DECLARED) {
        if (!one.changed) continue;
        const sent = one.changed(ids);
        const put = await call('PUT', addressOf(one), sent);
        assert.equal(put.status, 200, `${one.name}: ${put.text}`);
        await assertSettled(one, sent);
      }
      const policy = await read(below(`/deviceAuthenticationPolicies/${ids['first policy']}`));
      assert.ok(!('notificationsPolicy' in policy), 'as the provider’s own test has it');
      for (const one of DECLARED) {
        await assertSettled(one, (one.changed ?? one.body)(ids));
      }
    });

    test('has lists that hold each resource whole', async () => {
      for (const one of DECLARED.filter(({ isThere }) => !isThere)) {
        const { _embedded, size } = await read(placeOf(one));
        const [rows = []] = Object.values<{ id: string }[]>(_embedded);
        const listed = rows.find(({ id }) => id === ids[one.name]);
        assert.equal(rows.length, size);
        // Counting takes a question of its own in a list.
        const { userCount: _, ...whole } = await read(addressOf(one));
        assert.deepEqual(listed, whole, one.name);
      }
    });

    test('is destroyed in the reverse order', async () => {
      for (const one of DECLARED.filter(({ isThere }) => !isThere).toReversed()) {
        const address = addressOf(one);
        const { status, text } = await call('DELETE', address);
        assert.equal(status, 204, `${one.name}: ${text}`);
        const gone = errorOf(await call('GET', address));
        assert.deepEqual([gone.status, gone.code], [404, 'NOT_FOUND'], one.name);
      }
      assert.equal((await call('DELETE', below('/mfaSettings'))).status, 204);
      assert.equal((await call('DELETE', below(''))).status, 204);
      for (const _time of [1, 2]) {
        const gone = errorOf(await call('GET', below('')));
        assert.deepEqual([gone.status, gone.code], [404, 'NOT_FOUND']);
      }
    });
  });
}
