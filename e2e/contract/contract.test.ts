/** Each documented request gets the documented answer, on both stores: nothing missing, nothing more. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { defined } from '../../packages/server/src/model/defined.ts';
import { DIALECTS } from '../../packages/server/src/testing/postgres.ts';
import { startTestServerOn, type TestServer } from '../../packages/server/src/testing/server.ts';
import { type Asked, neverAsked } from './coverage.ts';
import { openApiCheck } from './openapi-check.ts';
import type { Documented, World } from './requests/documented.ts';
import { REQUESTS } from './requests.ts';
import { differences, wrongLinks } from './shape.ts';

/** On every answer; contract §6.2. */
const HEADERS = {
  'correlation-id': /./,
  'x-content-type-options': /^nosniff$/,
  'cache-control': /no-store|max-age/,
};

for (const dialect of DIALECTS) {
  describe(`the documented requests on ${dialect}`, () => {
    let server: TestServer;
    const world: World = {};
    const asked: Asked[] = [];

    let wrongByOpenApi: Awaited<ReturnType<typeof openApiCheck>>;

    before(async () => {
      server = await startTestServerOn(dialect);
      wrongByOpenApi = await openApiCheck(server.server.url);
    });
    after(() => server?.close());

    async function send(documented: Documented) {
      const { root = 'api', method, path, action, mediaType, isPublic, body } = documented;
      const where = typeof path === 'string' ? path : path(world);
      const given = typeof body === 'function' ? body(world) : body;
      const options = {
        method,
        ...defined({ type: mediaType ?? action }),
        ...(isPublic ? { token: undefined } : {}),
        ...(given === undefined ? {} : { body: given }),
      };
      if (root === 'origin') return server.raw(where, { token: server.token, ...options });
      return root === 'auth' ? server.auth(where, options) : server.api(where, options);
    }

    /** Of the documented page: the address from the host on. */
    function addressOf({ root = 'api', path }: Documented): string {
      const where = (typeof path === 'string' ? path : path(world)).split('?')[0] ?? '';
      if (root === 'origin') return where;
      const environment = `/${server.environmentId}`;
      return root === 'auth' ? environment + where : `/v1/environments${environment}${where}`;
    }

    for (const one of REQUESTS) {
      test(one.page, async () => {
        const reply = await send(one);
        const address = addressOf(one);
        asked.push({ method: one.method, address, mediaType: one.mediaType ?? one.action });
        assert.equal(reply.status, one.status, reply.text);
        for (const [name, value] of Object.entries(HEADERS)) {
          assert.match(String(reply.headers[name]), value, name);
        }
        if (one.status === 204) assert.equal(reply.text, '');
        if (one.shape) assert.deepEqual(differences(reply.body, one.shape), []);
        if (one.links) assert.deepEqual(wrongLinks(reply.body, one.links), []);
        assert.deepEqual(wrongByOpenApi(one.method, address, reply.status, reply.body), []);
        if (one.status >= 400) {
          const { id, code, message } = reply.body;
          assert.ok(id && code && message);
        }
        one.keep?.(reply.body, world);
      });
    }

    test('leave no documented endpoint or action out', async () => {
      const { body } = await server.raw('/openapi.json');
      assert.ok(neverAsked(body, []).length > REQUESTS.length / 2);
      assert.deepEqual(neverAsked(body, asked), []);
    });
  });
}
