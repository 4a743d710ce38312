/** `…/subscriptions` over HTTP; contract platform §3. What is delivered: test/webhooks.test.ts. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { SUBSCRIPTIONS_MAX } from '../../../config/limits.ts';
import { errorOf, invalidData } from '../../../testing/client.ts';
import { DIALECTS } from '../../../testing/postgres.ts';
import { actionsOf } from '../../../testing/scenario.ts';
import { startTestServerOn, type TestServer } from '../../../testing/server.ts';

const URL_OF = 'https://audit.shop.example/events?key=1';

export const minimal = (more: object = {}) => ({
  name: `webhook-${randomUUID()}`,
  enabled: false,
  verifyTlsCertificates: true,
  filterOptions: { includedActionTypes: ['ACCOUNT.LINKED'] },
  httpEndpoint: { url: URL_OF },
  ...more,
});

for (const dialect of DIALECTS) {
  describe(`subscriptions (${dialect})`, () => {
    let server: TestServer;

    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    const create = (body: object) => server.api('/subscriptions', { body });
    const read = (id: string) => server.api(`/subscriptions/${id}`);
    const replace = (id: string, body: object) =>
      server.api(`/subscriptions/${id}`, { method: 'PUT', body });
    const remove = (id: string) => server.api(`/subscriptions/${id}`, { method: 'DELETE' });
    // biome-ignore lint/suspicious/noExplicitAny: whatever the reply has.
    const members = ({ _links, id, environment, createdAt, updatedAt, ...rest }: any) => rest;

    test('come back as they were sent, from the least to the most and back', async () => {
      const headers = { Authorization: 'Basic dXNlcjpwYXNz-secret', 'X-Key': 'k' };
      server.secret(headers.Authorization);
      const least = minimal();
      const made = await create(least);
      assert.equal(made.status, 201, made.text);
      const { id, _links, environment } = made.body;
      const path = `/v1/environments/${server.environmentId}/subscriptions/${id}`;
      assert.equal(_links.self.href, `${server.server.url}${path}`);
      assert.deepEqual(environment, { id: server.environmentId });
      const shown = {
        ...least,
        connectionDetails: least.httpEndpoint,
        filterOptions: { ...least.filterOptions, ipAddressExposed: false, userAgentExposed: false },
        protocol: 'HTTPS',
      };
      assert.deepEqual(members(made.body), shown);
      assert.deepEqual((await read(id)).body, made.body);
      const same = await replace(id, made.body);
      assert.deepEqual([same.status, members(same.body)], [200, shown]);

      const most = {
        ...least,
        name: `${least.name}-more`,
        enabled: true,
        verifyTlsCertificates: false,
        format: 'SPLUNK',
        protocol: 'HTTPS',
        filterOptions: {
          includedActionTypes: ['DEVICE.LOCKED', 'USER.CREATED'],
          includedApplications: [{ id: randomUUID() }],
          includedPopulations: [{ id: randomUUID() }, { id: randomUUID() }],
          includedTags: ['adminIdentityEvent'],
          ipAddressExposed: true,
          userAgentExposed: true,
        },
        httpEndpoint: { url: URL_OF, headers },
        connectionDetails: { url: URL_OF, headers },
        payloadOptions: {
          maximumPayloadLimit: { type: 'KB_PER_PAYLOAD', size: 4_096 },
          payloadFormat: { https: { format: 'ND_JSON', prettyPrint: false } },
        },
      };
      const full = await replace(id, most);
      assert.deepEqual([full.status, members(full.body)], [200, most]);
      assert.deepEqual((await read(id)).body, full.body);
      assert.deepEqual(members((await replace(id, full.body)).body), most);
      const back = await replace(id, least);
      assert.deepEqual([back.status, members(back.body)], [200, shown]);

      assert.equal((await remove(id)).status, 204);
      for (const gone of [await read(id), await replace(id, least), await remove(id)]) {
        assert.deepEqual([gone.status, gone.body.code], [404, 'NOT_FOUND']);
      }
      assert.deepEqual(await actionsOf(server, `resources.id eq "${id}"`), [
        'SUBSCRIPTION.DELETED',
        ...Array(4).fill('SUBSCRIPTION.UPDATED'),
        'SUBSCRIPTION.CREATED',
      ]);
      const { store } = server.server.parts;
      assert.equal(await store.get('event_deliveries', server.environmentId, id), undefined);
    });

    test('are one thing under two names, and one name is enough', async () => {
      const { httpEndpoint, ...rest } = minimal();
      const made = await create({ ...rest, connectionDetails: httpEndpoint });
      assert.deepEqual([made.status, made.body.httpEndpoint], [201, httpEndpoint]);
      const other = { url: 'https://other.shop.example/' };
      const both = await create(minimal({ connectionDetails: other }));
      assert.deepEqual(errorOf(both), invalidData('CONSTRAINT_VIOLATION', 'connectionDetails'));
      assert.deepEqual(errorOf(await create(rest)), invalidData('REQUIRED_VALUE', 'httpEndpoint'));
    });

    test('are refused by what is wrong with them', async () => {
      const endpoint = (url: string, headers?: object) => ({ httpEndpoint: { url, headers } });
      const filter = (more: object) => ({
        filterOptions: { includedActionTypes: ['USER.CREATED'], ...more },
      });
      const limit = (type: string, size: number) => ({
        payloadOptions: { maximumPayloadLimit: { type, size } },
      });
      const ids = Array.from({ length: 11 }, () => ({ id: randomUUID() }));
      const cases: [object, string, string][] = [
        [endpoint('http://audit.shop.example/'), 'INVALID_VALUE', 'httpEndpoint.url'],
        [endpoint('ftp://audit.shop.example/'), 'INVALID_VALUE', 'httpEndpoint.url'],
        [endpoint('audit'), 'INVALID_VALUE', 'httpEndpoint.url'],
        [endpoint('https://user:pass@audit.shop.example/'), 'INVALID_VALUE', 'httpEndpoint.url'],
        [endpoint(URL_OF, { Host: 'x' }), 'INVALID_VALUE', 'httpEndpoint.headers.Host'],
        [filter({ includedActionTypes: [] }), 'EMPTY_VALUE', 'filterOptions.includedActionTypes'],
        [
          filter({ includedPopulations: ids }),
          'SIZE_LIMIT_EXCEEDED',
          'filterOptions.includedPopulations',
        ],
        [
          filter({ includedApplications: ids }),
          'SIZE_LIMIT_EXCEEDED',
          'filterOptions.includedApplications',
        ],
        [filter({ includedTags: ['other'] }), 'INVALID_VALUE', 'filterOptions.includedTags[0]'],
        [
          limit('EVENTS_PER_PAYLOAD', 501),
          'OUT_OF_RANGE',
          'payloadOptions.maximumPayloadLimit.size',
        ],
        [limit('KB_PER_PAYLOAD', 4_097), 'OUT_OF_RANGE', 'payloadOptions.maximumPayloadLimit.size'],
        [limit('KB_PER_PAYLOAD', 0), 'OUT_OF_RANGE', 'payloadOptions.maximumPayloadLimit.size'],
        [{ protocol: 'TCP_IP' }, 'INVALID_VALUE', 'protocol'],
        [{ format: 'NEWRELIC' }, 'INVALID_VALUE', 'format'],
        [{ tlsClientAuthKeyPair: { id: randomUUID() } }, 'INVALID_VALUE', 'tlsClientAuthKeyPair'],
        [
          { payloadOptions: { payloadFormat: { tcp: { format: 'JSON_DOC' } } } },
          'INVALID_VALUE',
          'payloadOptions.payloadFormat',
        ],
        [{ name: '' }, 'EMPTY_VALUE', 'name'],
        [{ name: undefined }, 'REQUIRED_VALUE', 'name'],
        [{ enabled: undefined }, 'REQUIRED_VALUE', 'enabled'],
        [{ verifyTlsCertificates: undefined }, 'REQUIRED_VALUE', 'verifyTlsCertificates'],
        [{ filterOptions: undefined }, 'REQUIRED_VALUE', 'filterOptions'],
      ];
      for (const [more, detail, target] of cases) {
        const reply = await create(minimal(more));
        assert.deepEqual(errorOf(reply), invalidData(detail, target), reply.text);
      }
      for (const [more, allowed] of [
        [{ protocol: 'TCP_IP' }, ['HTTPS']],
        [{ format: 'NEWRELIC' }, ['ACTIVITY', 'SPLUNK']],
        [{ tlsClientAuthKeyPair: {} }, []],
      ] as const) {
        const { body } = await create(minimal(more));
        assert.deepEqual(body.details[0].innerError.allowedValues, allowed);
      }
      const bad = await create(minimal(endpoint(URL_OF, { 'X Y': '1' })));
      assert.deepEqual(errorOf(bad), invalidData('INVALID_VALUE', 'httpEndpoint.headers.X Y'));
      const split = await create(minimal(endpoint(URL_OF, { 'X-Y': '1\r\nHost: x' })));
      assert.equal(errorOf(split).status, 400, split.text);
      const taken = minimal();
      assert.equal((await create(taken)).status, 201);
      assert.equal((await create(taken)).status, 409);
    });

    test('keep their headers sealed, and from those who only read', async () => {
      const value = `Bearer ${randomUUID()}`;
      server.secret(value);
      const { body } = await create(
        minimal({ httpEndpoint: { url: URL_OF, headers: { A: value } } }),
      );
      const { store } = server.server.parts;
      const row = await store.get('subscriptions', server.environmentId, body.id);
      assert.ok(!JSON.stringify(row).includes(value));
      const activities = await server.api('/activities');
      assert.ok(!activities.text.includes(value));
      const token = await readOnlyToken();
      const seen = await server.api(`/subscriptions/${body.id}`, { token });
      assert.deepEqual([seen.status, seen.body.httpEndpoint], [200, { url: URL_OF }]);
      assert.equal((await remove(body.id)).status, 204);
    });

    /** Of a worker who may read the configuration, and no more. */
    async function readOnlyToken(): Promise<string> {
      const { askToken, send } = await import('../../../testing/client.ts');
      const made = await server.api('/applications', {
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
      const { id } = made.body;
      const roles = await send(`${server.server.url}/v1/roles`, { token: server.token });
      const role = roles.body._embedded.roles.find(
        ({ name }: { name: string }) => name === 'Configuration Read Only',
      );
      const assigned = await server.api(`/applications/${id}/roleAssignments`, {
        body: { role: { id: role.id }, scope: { id: server.environmentId, type: 'ENVIRONMENT' } },
      });
      assert.equal(assigned.status, 201, assigned.text);
      const { secret } = (await server.api(`/applications/${id}/secret`)).body;
      const issued = await askToken(`${server.server.url}/${server.environmentId}`, id, secret);
      server.secret(issued.body.access_token);
      return issued.body.access_token;
    }

    test('are never more than fifty: one more is forbidden, also at the same time', async () => {
      const { body } = await server.api('/subscriptions');
      const room = SUBSCRIPTIONS_MAX - body.count;
      const replies = await Promise.all(Array.from({ length: room + 5 }, () => create(minimal())));
      const statuses = replies.map(({ status }) => status);
      assert.equal(statuses.filter((status) => status === 201).length, room);
      const refused = replies.find(({ status }) => status !== 201);
      assert.deepEqual([refused?.status, refused?.body.code], [403, 'ACCESS_FAILED']);
      assert.equal((await server.api('/subscriptions')).body.count, SUBSCRIPTIONS_MAX);
    });
  });
}
