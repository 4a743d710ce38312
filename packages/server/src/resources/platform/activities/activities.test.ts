/** `…/activities` over HTTP; contract platform §2. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { allowMessages } from '../../../testing/policies.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { aDevice, aFlow, aUser, ever, found } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';

const DAY = 24 * 3_600_000;

for (const dialect of DIALECTS) {
  describe(`activities (${dialect})`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
      await allowMessages(server);
    });
    after(() => server?.close());

    const list = (filter: string) => found(server, 'activities', filter);
    const api = (path: string) =>
      `${server.server.url}/v1/environments/${server.environmentId}${path}`;
    const get = (filter: string, more = '') =>
      server.api(`/activities?filter=${encodeURIComponent(filter)}${more}`);

    test('tell who did what to what, and with which request', async () => {
      const transaction = `order-${randomUUID()}`;
      const username = `kaisa-${randomUUID()}`;
      const email = `${username}@shop.example`;
      server.secret(email);
      const made = await server.api('/users', {
        body: { username, email },
        headers: { 'X-Ping-External-Transaction-ID': transaction },
      });
      const [activity, ...more] = await list(`correlationId eq "${transaction}"`);
      assert.deepEqual(more, []);
      const { _links, id, actors, ...rest } = activity;
      const moment = new Date(server.now()).toISOString();
      const environment = { id: server.environmentId };
      assert.deepEqual(_links, { self: { href: api(`/activities/${id}`) } });
      assert.deepEqual(rest, {
        recordedAt: moment,
        createdAt: moment,
        correlationId: transaction,
        externalCorrelation: { transactionId: transaction },
        action: { type: 'USER.CREATED', description: 'User Created' },
        resources: [
          {
            type: 'USER',
            id: made.body.id,
            name: username,
            environment,
            population: made.body.population,
            href: api(`/users/${made.body.id}`),
          },
        ],
        user: { id: made.body.id },
        result: { status: 'SUCCESS', description: 'User Created' },
      });
      const { client, ...others } = actors;
      assert.deepEqual(others, {});
      const application = await server.api(`/applications/${client.id}`);
      assert.deepEqual(client, {
        id: client.id,
        name: application.body.name,
        environment,
        href: api(`/applications/${client.id}`),
        type: 'CLIENT',
      });
      assert.deepEqual((await server.api(`/activities/${id}`)).body, activity);
      assert.ok(!JSON.stringify(activity).includes(email));
    });

    test("have the caller's own ids only where they came, cleaned and cut", async () => {
      const user = await aUser(server);
      const long = 'a'.repeat(120);
      const headers = {
        'X-Ping-External-Transaction-ID': long,
        'X-Ping-External-Session-ID': 'one two;',
      };
      await server.api(`/users/${user.id}`, { method: 'PATCH', body: { title: 'a' }, headers });
      const [{ externalCorrelation }, created] = await list(`user.id eq "${user.id}"`);
      assert.deepEqual(externalCorrelation, {
        transactionId: 'a'.repeat(100),
        sessionId: 'one_two_',
      });
      assert.equal(created.externalCorrelation, undefined);
    });

    test('name what is gone', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user);
      const flow = await aFlow(server, user);
      await server.api(`/users/${user.id}`, { method: 'DELETE' });
      const population = (await server.api('/populations', { body: { name: 'gone' } })).body;
      await server.api(`/populations/${population.id}`, { method: 'DELETE' });
      const ofDevice = (await list(`resources.id eq "${device.id}"`)).at(-1);
      const [{ href, ...resource }] = ofDevice.resources;
      assert.deepEqual([resource.type, resource.name], ['DEVICE', device.id]);
      assert.equal(href, api(`/users/${user.id}/devices/${device.id}`));
      const ofFlow = (await list(`resources.id eq "${flow.id}"`)).at(-1);
      const [own, whose] = ofFlow.resources;
      assert.deepEqual([own.type, own.name], ['AUTHENTICATION', flow.id]);
      assert.deepEqual([whose.type, whose.id, whose.name], ['USER', user.id, user.username]);
      assert.equal(typeof whose.population.id, 'string');
      const ofPopulation = await list(`resources.id eq "${population.id}"`);
      assert.deepEqual(
        ofPopulation.map(({ resources }) => resources[0].name),
        ['gone', 'gone'],
      );
    });

    test('tell of each message, and whom it was for', async () => {
      const user = await aUser(server);
      const device = await aDevice(server, user, { status: 'ACTIVATION_REQUIRED' });
      await server.api(`/users/${user.id}/devices/${device.id}`, {
        type: 'device.sendActivationCode',
      });
      const second = `second-${user.email}`;
      server.secret(second);
      await aDevice(server, user, { email: second });
      await aFlow(server, user);
      const filter = `action.type eq "NOTIFICATION.CREATED" and user.id eq "${user.id}"`;
      const messages = await list(filter);
      assert.deepEqual(
        messages.map(({ data }) => [data.kind, data.channel, data.template]),
        [
          ['DEVICE_AUTHENTICATION', 'EMAIL', 'strong_authentication'],
          ['DEVICE_PAIRING', 'EMAIL', 'device_pairing'],
          ['DEVICE_PAIRING', 'EMAIL', 'device_pairing'],
        ],
      );
      for (const { resources, result } of messages) {
        assert.deepEqual(
          resources.map(({ type, id }: { type: string; id: string }) => [
            type,
            type === 'USER' ? id : '',
          ]),
          [
            ['NOTIFICATION', ''],
            ['USER', user.id],
          ],
        );
        assert.equal(result.status, 'SUCCESS');
      }
      assert.ok(!JSON.stringify(messages).includes(user.email));
      assert.equal((await list(`resources.id eq "${messages[0].resources[0].id}"`)).length, 1);
    });

    test('are listed from the newest on, page by page', async () => {
      const user = await aUser(server);
      for (const title of ['a', 'b', 'c']) {
        await server.api(`/users/${user.id}`, { method: 'PATCH', body: { title } });
      }
      const first = await get(ever(`resources.id eq "${user.id}"`), '&limit=3');
      assert.deepEqual([first.body.count, first.body.size], [4, 3]);
      const next = new URL(first.body._links.next.href);
      const second = await server.raw(`${next.pathname}${next.search}`, { token: server.token });
      const all = [...first.body._embedded.activities, ...second.body._embedded.activities];
      assert.equal(all.length, 4);
      const ids = all.map(({ id }) => id);
      assert.deepEqual(ids, [...ids].sort().reverse());
      assert.equal(all.at(-1).action.type, 'USER.CREATED');
    });

    test('are in the order of what they record, however late it was written', async () => {
      const user = await aUser(server);
      const { store } = server.server.parts;
      const [created] = await store.list('activities', server.environmentId, {
        where: { column: 'user_id', is: 'eq', value: user.id },
        limit: 1,
      });
      server.advance(5_000);
      await server.api(`/users/${user.id}`, { type: 'account.lock' });
      const [locked, ...earlier] = await list(`user.id eq "${user.id}"`);
      assert.ok(locked.id > (created?.id ?? ''));
      assert.deepEqual(
        [locked.action.type, ...earlier.map(({ action }) => action.type)],
        ['USER.LOCKED', 'USER.CREATED'],
      );
    });

    test('are searched by a body as by an address', async () => {
      const user = await aUser(server);
      for (const title of ['a', 'b']) {
        await server.api(`/users/${user.id}`, { method: 'PATCH', body: { title } });
      }
      const filter = ever(`resources.id eq "${user.id}"`);
      const search = (body: object) => server.api('/activities', { body });
      const whole = await get(filter);
      const searched = await search({ filter });
      assert.deepEqual([searched.status, searched.body], [200, whole.body]);
      const first = await search({ filter, limit: 2 });
      assert.equal(first.body.size, 2);
      const { href } = first.body._links.next;
      const cursor = new URL(href).searchParams.get('cursor');
      for (const offset of [href, cursor]) {
        const second = await search({ filter, limit: 2, offset });
        assert.deepEqual(
          second.body._embedded.activities,
          whole.body._embedded.activities.slice(2),
        );
      }
      assert.deepEqual(errorOf(await search({})), invalidData('REQUIRED_VALUE', 'filter'));
      assert.deepEqual(
        errorOf(await search({ filter, limit: 1_001 })),
        invalidData('OUT_OF_RANGE', 'limit'),
      );
      assert.deepEqual(
        errorOf(await search({ filter, offset: 'x' })),
        invalidData('INVALID_VALUE', 'cursor'),
      );
    });

    test('are found by moment, action and user', async () => {
      const user = await aUser(server);
      server.advance(1_000);
      const since = new Date(server.now()).toISOString();
      await server.api(`/users/${user.id}`, { type: 'account.lock' });
      const ofUser = `user.id eq "${user.id}"`;
      const [locked, ...more] = await list(`${ofUser} and recordedAt ge "${since}"`);
      assert.deepEqual([locked.action.type, more], ['USER.LOCKED', []]);
      assert.deepEqual(await list(`${ofUser} and action.type eq "USER.LOCKED"`), [locked]);
      assert.equal((await list(`${ofUser} and recordedAt lt "${since}"`)).length, 1);
    });

    test('are found by all that the documentation names, without regard to its case', async () => {
      const population = (await server.api('/populations', { body: { name: randomUUID() } })).body;
      const user = await aUser(server, { population: { id: population.id } });
      const device = await aDevice(server, user);
      const { client } = (await list(`user.id eq "${user.id}"`))[0].actors;
      const ofDevice = `resources.id eq "${device.id}"`;
      const actions = async (filter: string) =>
        (await list(filter)).map(({ action }) => action.type).sort();
      const wanted = await actions(ofDevice);
      assert.ok(wanted.includes('DEVICE.CREATED'), wanted.join());
      for (const more of [
        `actors.client.id eq "${client.id}"`,
        'RESOURCES.TYPE eq "DEVICE"',
        `resources.population.id eq "${population.id}"`,
        `org.id eq "${ORGANIZATION_ID}"`,
        `environment.id eq "${server.environmentId}"`,
        'action.type in ("DEVICE.CREATED", "DEVICE.ACTIVATED")',
        'action.type in ["DEVICE.CREATED","DEVICE.ACTIVATED"]',
      ]) {
        assert.deepEqual(await actions(`${ofDevice} AND ${more}`), wanted, more);
      }
      for (const more of [
        `actors.client.id eq "${user.id}"`,
        `actors.user.id eq "${user.id}"`,
        `actors.user.name eq "${user.username}"`,
        'resources.type eq "USER"',
        `resources.population.id eq "${randomUUID()}"`,
        `environment.id eq "${randomUUID()}"`,
        'tags eq "adminIdentityEvent"',
        'action.type in ("USER.CREATED")',
      ]) {
        assert.deepEqual(await actions(`${ofDevice} and ${more}`), [], more);
      }
      const worker = await server.api('/applications', {
        body: {
          name: randomUUID(),
          type: 'WORKER',
          protocol: 'OPENID_CONNECT',
          enabled: true,
          grantTypes: ['CLIENT_CREDENTIALS'],
          tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
          assignActorRoles: false,
        },
      });
      const { body: roles } = await server.raw('/v1/roles', { token: server.token });
      const role = roles._embedded.roles.find(
        ({ name }: { name: string }) => name === 'Configuration Read Only',
      );
      await server.api(`/applications/${worker.body.id}/roleAssignments`, {
        body: {
          role: { id: role.id },
          scope: { id: server.environmentId, type: 'ENVIRONMENT' },
        },
      });
      const [given] = await list('tags eq "adminIdentityEvent"');
      assert.deepEqual(given.tags, ['adminIdentityEvent']);
      assert.equal(given.action.type, 'ROLE_ASSIGNMENT.CREATED');
      const spelled = 'resources.type eq "FIDO Policy"';
      await server.api('/fidoPolicies', {
        body: {
          name: randomUUID(),
          attestationRequirements: 'NONE',
          residentKeyRequirement: 'REQUIRED',
        },
      });
      const [policy] = await list(spelled);
      assert.equal(policy.resources[0].type, 'FIDO Policy');
    });

    test('are found by who acted for themself', async () => {
      const { issueUserToken } = await import('../tokens/issue-token.ts');
      const user = await aUser(server);
      const { token } = await issueUserToken(server.server.parts, {
        environmentId: server.environmentId,
        userId: user.id,
        scopes: ['p1:update:user'],
      });
      server.secret(token);
      await server.api(`/users/${user.id}`, { method: 'PATCH', token, body: { title: 'x' } });
      for (const filter of [
        `actors.user.id eq "${user.id}"`,
        `actors.user.name eq "${user.username.toUpperCase()}"`,
      ]) {
        const [{ action, actors }, ...more] = await list(filter);
        assert.deepEqual(
          [action.type, actors.user.name, more],
          ['USER.UPDATED', user.username, []],
        );
      }
    });

    test('are those of the last days where nothing is asked, and else of a range', async () => {
      const old = await aUser(server);
      server.advance(15 * DAY);
      await server.renew();
      const user = await aUser(server);
      const { body } = await server.api('/activities');
      const ids = body._embedded.activities.map(
        ({ resources }: { resources: { id: string }[] }) => resources[0]?.id,
      );
      assert.ok(ids.includes(user.id) && !ids.includes(old.id));
      const iso = (at: number) => new Date(at).toISOString();
      const short = (at: number) => iso(at).replace(/0+Z$/, 'Z').replace(/\.Z$/, 'Z');
      const [from, to] = [server.now() - 16 * DAY, server.now()];
      for (const time of [iso, short, (at: number) => iso(at).replace(/\.\d+/, '')]) {
        const filter = `recordedat gt "${time(from)}" AND recordedat lt "${time(to + 1_000)}"`;
        const both = await get(`${filter} and resources.id eq "${old.id}"`);
        assert.equal(both.body.size, 1, both.text);
      }
      for (const filter of [
        `resources.id eq "${old.id}"`,
        `recordedAt gt "${iso(from)}"`,
        `recordedAt lt "${iso(to)}"`,
        `(recordedAt gt "${iso(from)}" or recordedAt lt "${iso(to)}")`,
        'data eq "x"',
        'result.status eq SUCCESS',
        `action.type in "USER.CREATED" and recordedAt gt "${iso(from)}"`,
        `action.type in ("USER.CREATED" and recordedAt gt "${iso(from)}"`,
        `resources.id in ("${old.id}")`,
      ]) {
        assert.deepEqual(
          errorOf(await get(filter)),
          invalidData('INVALID_FILTER', 'filter'),
          filter,
        );
      }
    });

    test('are not found where there are none, nor changed', async () => {
      assert.equal((await server.api(`/activities/${randomUUID()}`)).status, 404);
      const removal = await server.api(`/activities/${randomUUID()}`, { method: 'DELETE' });
      assert.equal(removal.status, 405);
      const limit = await server.api('/activities?limit=1001');
      assert.deepEqual(errorOf(limit), invalidData('OUT_OF_RANGE', 'limit'));
    });
  });
}
