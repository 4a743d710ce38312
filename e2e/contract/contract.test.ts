/** Each documented request gets the documented answer, on both stores: nothing missing, nothing more. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { DIALECTS } from '../../packages/server/src/testing/postgres.ts';
import { startTestServerOn, type TestServer } from '../../packages/server/src/testing/server.ts';
import { type Documented, REQUESTS, type World } from './requests.ts';
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

    before(async () => {
      server = await startTestServerOn(dialect);
    });
    after(() => server?.close());

    async function send({ root = 'api', method, path, action, body }: Documented) {
      const where = typeof path === 'string' ? path : path(world);
      const given = typeof body === 'function' ? body(world) : body;
      const options = {
        method,
        ...(action === undefined ? {} : { type: action }),
        ...(given === undefined ? {} : { body: given }),
      };
      if (root === 'origin') return server.raw(where, { token: server.token, ...options });
      return root === 'auth' ? server.auth(where, options) : server.api(where, options);
    }

    for (const one of REQUESTS) {
      test(one.page, async () => {
        const reply = await send(one);
        assert.equal(reply.status, one.status, reply.text);
        for (const [name, value] of Object.entries(HEADERS)) {
          assert.match(String(reply.headers[name]), value, name);
        }
        if (one.status === 204) assert.equal(reply.text, '');
        if (one.shape) assert.deepEqual(differences(reply.body, one.shape), []);
        if (one.links) assert.deepEqual(wrongLinks(reply.body, one.links), []);
        if (one.status >= 400) {
          const { id, code, message } = reply.body;
          assert.ok(id && code && message);
        }
        one.keep?.(reply.body, world);
      });
    }
  });
}
