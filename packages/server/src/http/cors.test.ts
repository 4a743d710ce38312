/** Pages of other origins: what a browser asks before it lets them call, and what it lets them read. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type AskOptions, operation, startTestApp, thingsOf, USER } from './testing-app.ts';

const ORIGIN = 'https://shop.example';
const handle = async () => ({ status: 200, body: {} });
const things = { path: '/v1/environments/{envID}/things', permission: 'read:device' } as const;
const OPERATIONS = [
  operation({ ...things, id: 'list', handle }),
  operation({ ...things, id: 'make', method: 'POST', handle }),
  operation({
    id: 'token',
    method: 'POST',
    path: '/{envID}/as/token',
    permission: 'PUBLIC',
    handle,
  }),
  operation({ id: 'outbox', path: '/dev/outbox', permission: 'PUBLIC', handle }),
  operation({
    id: 'device',
    method: 'POST',
    path: '/{envID}/device/v1/keys',
    permission: 'PUBLIC',
    handle,
  }),
];
const preflight = (method: string) => ({
  method: 'OPTIONS',
  token: null,
  headers: {
    origin: ORIGIN,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization,content-type',
  },
});

describe('a page of another origin', () => {
  test('may call what an access token decides, and get a token', async (context) => {
    const { ask } = await startTestApp(context, OPERATIONS);
    for (const [path, method] of [
      [thingsOf(), 'POST'],
      [`/${USER}/as/token`, 'POST'],
    ] as const) {
      const { status, headers, body } = await ask(path, preflight(method));
      assert.deepEqual([status, body], [204, ''], path);
      assert.equal(headers.get('access-control-allow-origin'), '*');
      assert.ok(headers.get('access-control-allow-methods')?.split(', ').includes(method));
      assert.match(
        headers.get('access-control-allow-headers') ?? '',
        /Authorization, Content-Type/,
      );
      assert.equal(headers.get('access-control-max-age'), '3600');
    }
  });

  test('reads every answer, errors too, and never as the browser’s user', async (context) => {
    const { ask } = await startTestApp(context, OPERATIONS);
    const cases: [AskOptions, number][] = [
      [{}, 200],
      [{ token: null }, 401],
      [{ method: 'PUT' }, 405],
      [{ method: 'POST', body: 'text' }, 415],
    ];
    for (const [request, status] of cases) {
      const answer = await ask(thingsOf(), { ...request, headers: { origin: ORIGIN } });
      assert.equal(answer.status, status);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*', String(status));
      assert.match(answer.headers.get('access-control-expose-headers') ?? '', /Correlation-Id/);
      assert.equal(answer.headers.get('access-control-allow-credentials'), null);
    }
  });

  test('may not read what is there for whoever reaches the server', async (context) => {
    const { ask } = await startTestApp(context, OPERATIONS);
    for (const path of ['/dev/outbox', `/${USER}/device/v1/keys`, '/healthz', '/openapi.json']) {
      for (const request of [preflight('GET'), { headers: { origin: ORIGIN } }]) {
        const { headers } = await ask(path, request);
        for (const name of ['origin', 'methods', 'headers', 'credentials']) {
          assert.equal(headers.get(`access-control-allow-${name}`), null, `${path} ${name}`);
        }
      }
    }
  });
});
