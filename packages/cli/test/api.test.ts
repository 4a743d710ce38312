import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { type TestContext, test } from 'node:test';
import { list, open } from '../src/api.ts';

type Answer = readonly [status: number, body: object | string];

/** A server that answers as told, and the API at it. */
async function apiOf(context: TestContext, answer: (request: IncomingMessage) => Answer) {
  const server = createServer((request, response) => {
    const [status, body] = answer(request);
    response.writeHead(status).end(typeof body === 'string' ? body : JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const origin = `http://127.0.0.1:${port}`;
  const given = (value: string) => ({ value, from: 'a test' });
  return open(
    { api: origin, auth: origin, name: 'It', program: 'X', advice: 'Start it.', options: '--x' },
    {
      url: given(origin),
      home: given('e'),
      environmentId: 'e',
      clientId: given('c'),
      secret: given('s'),
    },
  );
}

test('a token whose renewal failed is renewed by the next request', async (context) => {
  let tokens = 0;
  const api = await apiOf(context, ({ url }) => {
    if (url !== '/e/as/token') return [200, { is: 'well' }];
    tokens += 1;
    // Over at once, so each request needs a new one.
    return tokens === 2 ? [503, '<h1>busy</h1>'] : [200, { access_token: 't', expires_in: 1 }];
  });
  await assert.rejects(api.get('/users'), { name: 'Refused', status: 503 });
  assert.deepEqual(await api.get('/users'), { is: 'well' });
  assert.equal(tokens, 3);
});

test('the next page is read at the same server, wherever its link leads', async (context) => {
  const read: string[] = [];
  const api = await apiOf(context, ({ url = '' }) => {
    if (url === '/e/as/token') return [200, { access_token: 't', expires_in: 3_600 }];
    read.push(url);
    const href = 'https://elsewhere.example/x/v1/environments/e/users?cursor=2';
    return url.includes('cursor')
      ? [200, { _links: {}, _embedded: { users: [{ id: 2 }] } }]
      : [200, { _links: { next: { href } }, _embedded: { users: [{ id: 1 }] } }];
  });
  const { rows } = await list(api, '/users', { limit: '9', pageSize: 1 });
  assert.deepEqual(rows, [{ id: 1 }, { id: 2 }]);
  const base = '/v1/environments/e/users';
  assert.deepEqual(read, [`${base}?limit=1`, `${base}?cursor=2`]);
});
