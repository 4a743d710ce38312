import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Type } from 'typebox';
import { ApiError } from '../errors/api-error.ts';
import type { Operation } from '../resources/kit/operation.ts';
import { Uuid } from '../resources/kit/schemas.ts';
import {
  APPLICATION,
  type AskOptions,
  ENVIRONMENT,
  NO_ENVIRONMENT,
  NOW,
  OTHER_USER,
  operation,
  PLAIN_ENVIRONMENT,
  POPULATION,
  recorder,
  sendRaw,
  startTestApp,
  THINGS,
  thingsOf,
  USER,
} from './testing-app.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CHECK = 'application/vnd.pingidentity.Thing.check+json';
const CLEAR = 'application/vnd.pingidentity.things.clear+json';
const named = Type.Object({ name: Type.String() }, { additionalProperties: false });

/** Answers with its own name, so that a test sees who was chosen. */
const who = (id: string, more: Partial<Operation> = {}): Operation =>
  operation({ id, path: THINGS, handle: async () => ({ status: 200, body: { id } }), ...more });

describe('an operation is chosen by path, method and media type', () => {
  const operations = [
    who('list'),
    who('create', { method: 'POST', body: named }),
    who('check', { method: 'POST', mediaType: CHECK, body: named }),
    who('clear', { method: 'POST', mediaType: CLEAR }),
    who('remove', { method: 'DELETE' }),
    who('removeMarked', { method: 'DELETE', mediaType: CLEAR }),
    who('replace', { method: 'PUT', path: `${THINGS}/{thingID}`, body: named, bodyOptional: true }),
    who('only', { method: 'PATCH', path: `${THINGS}/{thingID}`, mediaType: CLEAR }),
  ];
  const body = '{"name":"x"}';
  const type = (value: string) => ({ headers: { 'content-type': value } });
  const cases: [string, AskOptions & { id?: boolean }, string | 415][] = [
    ['plain JSON', { body, ...type('application/json') }, 'create'],
    ['a charset', { body, ...type('application/json; charset=UTF-8') }, 'create'],
    [
      'other case and spaces',
      { body, ...type('APPLICATION/VND.PINGIDENTITY.thing.CHECK+JSON ;q=1') },
      'check',
    ],
    ['an action without a body', { method: 'POST', ...type(CLEAR) }, 'clear'],
    ['an action without a body that gets one', { body: '{}', ...type(CLEAR) }, 'clear'],
    ['an unknown media type', { body, ...type('application/vnd.other+json') }, 415],
    ['a media type that is none', { body, ...type('json') }, 415],
    ['a list of media types', { body, ...type('application/json, text/plain') }, 415],
    ['the general beside a special one', { body, ...type(`application/json, ${CHECK}`) }, 'check'],
    ['the same, the other way', { body, ...type(`${CHECK}; q=1,application/json`) }, 'check'],
    ['two special ones', { body, ...type(`${CHECK}, ${CLEAR}`) }, 415],
    ['no media type and no body, where several actions are', { method: 'POST' }, 415],
    ['a body without a media type', { method: 'POST', body: new TextEncoder().encode(body) }, 415],
    ['GET with a media type', { method: 'GET', ...type('text/plain') }, 'list'],
    ['DELETE', { method: 'DELETE' }, 'remove'],
    [
      'DELETE with a media type of no action',
      { method: 'DELETE', ...type('text/plain') },
      'remove',
    ],
    ['DELETE with that of an action', { method: 'DELETE', ...type(CLEAR) }, 'removeMarked'],
    ['an optional body left out', { method: 'PUT', id: true }, 'replace'],
    ['a lone action without a body', { method: 'PATCH', id: true }, 'only'],
  ];
  test('as each of these asks for', async (context) => {
    const { ask } = await startTestApp(context, operations);
    for (const [name, { id, ...request }, expected] of cases) {
      const { status, body } = await ask(thingsOf() + (id ? `/${USER}` : ''), request);
      if (typeof expected === 'string') {
        assert.deepEqual([status, body.id], [200, expected], name);
      } else {
        assert.equal(status, expected, name);
        assert.equal(body.code, 'UNSUPPORTED_MEDIA_TYPE');
        assert.equal(body.details[0].target, 'Content-Type');
        const { message, innerError } = body.details[0];
        assert.ok(innerError.allowedValues.length > 0, name);
        for (const value of innerError.allowedValues) assert.ok(message.includes(value), name);
      }
    }
  });

  test('also where the media types come as two headers, in either order', async (context) => {
    const { port } = await startTestApp(context, operations);
    const types = ['application/json', CHECK];
    for (const [one, other] of [types, types.toReversed()]) {
      const head = `POST ${thingsOf()} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer admin\r\n`;
      const headers = `Content-Type: ${one}\r\nContent-Type: ${other}\r\nConnection: close\r\n`;
      const text = `${head}${headers}Content-Length: ${body.length}\r\n\r\n${body}`;
      assert.match(await sendRaw(port, text), /^HTTP\/1\.1 200 .*"check"/s);
    }
  });

  test('and two that can not be told apart stop the start', async (context) => {
    const same = [who('one'), who('other', { mediaType: 'Application/JSON' })];
    await assert.rejects(startTestApp(context, same), /Two operations are GET/);
  });

  test('and an unknown path is 404, an unknown method 405 with the methods that there are', async (context) => {
    const { ask } = await startTestApp(context, operations);
    for (const path of ['/v1', '/v1/', '/nothing', `${thingsOf()}/`, `${thingsOf()}/${USER}/x`]) {
      const { status, body } = await ask(path);
      assert.deepEqual([status, body.code], [404, 'NOT_FOUND'], path);
      assert.match(body.id, UUID);
    }
    const put = await ask(`${thingsOf()}?x=1`, { method: 'PUT', body: { name: 'x' } });
    assert.deepEqual([put.status, put.body.code], [405, 'METHOD_NOT_ALLOWED']);
    assert.equal(put.headers.get('allow'), 'GET, HEAD, POST, DELETE, OPTIONS');
    for (const method of ['PROPFIND', 'QUERY']) {
      assert.equal((await ask(thingsOf(), { method })).status, 405, method);
    }
    const options = await ask(thingsOf(), { method: 'OPTIONS', token: null });
    assert.deepEqual([options.status, options.body], [204, '']);
    assert.equal((await ask('/nothing', { method: 'OPTIONS' })).status, 404);
  });

  test('and HEAD answers as GET does, without the body', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const { status, headers, body } = await ask(thingsOf(), { method: 'HEAD' });
    assert.deepEqual([status, body], [200, '']);
    assert.equal(headers.get('content-length'), String('{"id":"list"}'.length));
    assert.equal((await ask(thingsOf(), { method: 'HEAD', token: null })).status, 401);
  });
});

describe('a request is refused at the first of these', () => {
  const { requests, handle } = recorder();
  const operations = [
    operation({ id: 'read', path: `${THINGS}/{thingID}`, handle }),
    operation({ id: 'text', path: `${THINGS}/{thingID}/names/{name}`, handle }),
    operation({
      id: 'write',
      method: 'POST',
      path: THINGS,
      permission: 'create:device',
      body: named,
      handle,
    }),
    operation({
      id: 'settings',
      path: '/v1/environments/{envID}/settings',
      needsMfa: false,
      handle,
    }),
    operation({ id: 'token', path: '/{envID}/as/token', permission: 'PUBLIC', handle }),
  ];
  const cases: [string, string, AskOptions, number, string][] = [
    ['an id that is none, before the token', `${thingsOf()}/7`, { token: null }, 404, 'NOT_FOUND'],
    ['an id in capitals', `${thingsOf()}/${USER.replace('4', 'A')}`, {}, 404, 'NOT_FOUND'],
    ['a long id', `${thingsOf()}/${'1'.repeat(300)}`, {}, 404, 'NOT_FOUND'],
    ['an environment id that is none', `${thingsOf('x')}/${USER}`, {}, 404, 'NOT_FOUND'],
    ['a name with a control character', `${thingsOf()}/${USER}/names/a%00b`, {}, 404, 'NOT_FOUND'],
    ['no token', `${thingsOf()}/${USER}`, { token: null }, 401, 'INVALID_TOKEN'],
    ['a wrong token', `${thingsOf()}/${USER}`, { token: 'wrong' }, 401, 'INVALID_TOKEN'],
    [
      'a role that does not allow it',
      thingsOf(),
      { token: 'reader', body: { name: 1 } },
      403,
      'ACCESS_FAILED',
    ],
    ['a role elsewhere', `${thingsOf(NO_ENVIRONMENT)}/${USER}`, {}, 403, 'ACCESS_FAILED'],
    [
      'no such environment',
      `${thingsOf(NO_ENVIRONMENT)}/${USER}`,
      { token: 'everywhere' },
      404,
      'NOT_FOUND',
    ],
    [
      'no such environment, publicly',
      `/${NO_ENVIRONMENT}/as/token`,
      { token: null },
      404,
      'NOT_FOUND',
    ],
    [
      'an environment without the product',
      `${thingsOf(PLAIN_ENVIRONMENT)}/${USER}`,
      {},
      403,
      'ACCESS_FAILED',
    ],
    [
      'a body that is not JSON',
      thingsOf(),
      { body: '{', headers: { 'content-type': 'application/json' } },
      400,
      'INVALID_REQUEST',
    ],
    ['a body that is not valid', thingsOf(), { body: { name: 1 } }, 400, 'INVALID_DATA'],
  ];

  test('with the error of the catalogue, and without calling the handler', async (context) => {
    const { ask } = await startTestApp(context, operations);
    for (const [name, path, request, status, code] of cases) {
      const answer = await ask(path, request);
      assert.deepEqual([answer.status, answer.body.code], [status, code], name);
      assert.match(answer.body.id, UUID);
      assert.equal(typeof answer.body.message, 'string');
      const challenge = status === 401 ? 'Bearer' : null;
      assert.equal(answer.headers.get('www-authenticate'), challenge, name);
    }
    assert.equal(requests.length, 0);
  });

  test('naming the product that is missing, unless the operation does without', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const refused = await ask(`${thingsOf(PLAIN_ENVIRONMENT)}/${USER}`);
    assert.match(refused.body.message, /bill of materials .* PING_ONE_MFA/);
    assert.equal((await ask(`/v1/environments/${PLAIN_ENVIRONMENT}/settings`)).status, 200);
  });

  test('before a body was read: the answer comes while the body is still missing', async (context) => {
    const { origin } = await startTestApp(context, operations);
    const endless = new ReadableStream({ start: (stream) => stream.enqueue(Buffer.from('{')) });
    const response = await fetch(origin + thingsOf(), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer wrong' },
      body: endless,
      duplex: 'half',
    });
    assert.equal(response.status, 401);
    assert.equal(response.headers.get('connection'), 'close');
  });
});

describe('a handler gets', () => {
  test('what the request says, and who sends it', async (context) => {
    const { requests, handle } = recorder();
    const query = Type.Object({
      filter: Type.Optional(Type.String()),
      limit: Type.Optional(Type.String()),
    });
    const path = `${THINGS}/{thingID}/names/{name}`;
    const { ask, loaded } = await startTestApp(context, [
      operation({ id: 'write', method: 'PUT', path, body: named, query, handle }),
    ]);
    const address = `${thingsOf()}/${USER}/names/caf%C3%A9%20%2F?filter=a+eq+%22b%22&other=1&other=2`;
    const headers = { 'x-ping-external-transaction-id': 'tx-1' };
    const body = { name: 'n', admin: true, _links: {} };
    await ask(address, { method: 'PUT', body, headers });
    const [request] = requests;
    assert.deepEqual({ ...request?.params }, { envID: ENVIRONMENT, thingID: USER, name: 'café /' });
    assert.deepEqual(request?.query, { filter: 'a eq "b"' });
    assert.deepEqual(request?.body, { name: 'n' }, 'what the schema does not list is gone');
    assert.deepEqual(request?.actor, {
      type: 'APPLICATION',
      environmentId: ENVIRONMENT,
      applicationId: APPLICATION,
    });
    assert.equal(request?.now, NOW);
    assert.equal(request?.correlationId, 'tx-1');
    assert.equal(request?.remoteAddress, '127.0.0.1');
    assert.equal(request?.headers['content-type'], 'application/json');
    assert.deepEqual(loaded, [ENVIRONMENT], "the environment's keys are loaded before");
  });

  test('the address that a trusted proxy names, and no other', async (context) => {
    const { requests, handle } = recorder();
    const operations = [operation({ id: 'read', path: THINGS, handle })];
    const headers = { 'x-forwarded-for': '203.0.113.9' };
    const direct = await startTestApp(context, operations);
    await direct.ask(thingsOf(), { headers });
    const behind = await startTestApp(context, operations, { trustProxy: ['127.0.0.1'] });
    await behind.ask(thingsOf(), { headers });
    const addresses = requests.map(({ remoteAddress }) => remoteAddress);
    assert.deepEqual(addresses, ['127.0.0.1', '203.0.113.9']);
  });

  test('nobody as the actor of a public operation', async (context) => {
    const { requests, handle } = recorder();
    const { ask } = await startTestApp(context, [
      operation({ id: 'token', path: '/{envID}/as/token', permission: 'PUBLIC', handle }),
    ]);
    await ask(`/${ENVIRONMENT}/as/token`, { token: null });
    assert.deepEqual(requests[0]?.actor, {
      type: 'APPLICATION',
      environmentId: '',
      applicationId: '',
    });
  });
});

describe('users', () => {
  const path = '/v1/environments/{envID}/users/{userID}/devices';
  const { requests, handle } = recorder();
  const operations = [
    operation({ id: 'list', path, selfScopes: ['p1:read:device', 'p1:update:device'], handle }),
    operation({ id: 'block', path, method: 'PUT', handle }),
    operation({ id: 'flow', path: '/{envID}/flows', selfFlow: true, handle }),
  ];
  const devicesOf = (user: string, environment = ENVIRONMENT) =>
    `/v1/environments/${environment}/users/${user}/devices`;

  test('with the scope may act on themselves in their environment, and on nobody else', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const status = async (path: string, request: AskOptions) => (await ask(path, request)).status;
    assert.equal(await status(devicesOf(USER), { token: 'user' }), 200);
    assert.equal(await status(devicesOf(OTHER_USER), { token: 'user' }), 403);
    assert.equal(await status(devicesOf(USER, PLAIN_ENVIRONMENT), { token: 'user' }), 403);
    assert.equal(await status(devicesOf(USER), { token: 'scopeless' }), 403);
    assert.equal(await status(devicesOf(USER), { token: 'user', method: 'PUT' }), 403);
    assert.equal(await status(`/${ENVIRONMENT}/flows`, { token: 'scopeless' }), 200);
    assert.equal(await status(`/${PLAIN_ENVIRONMENT}/flows`, { token: 'scopeless' }), 403);
  });

  test('are hidden from whom may not see them', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const guards = new Map<string, (id: string, populationId: string) => boolean>();
    for (const token of ['admin', 'confined', 'user']) {
      requests.length = 0;
      await ask(devicesOf(USER), { token });
      const [request] = requests;
      assert.deepEqual(request?.populationIds, token === 'confined' ? [POPULATION] : undefined);
      guards.set(token, (id, populationId) => {
        try {
          request?.requireUser({ id, populationId });
          return true;
        } catch (error) {
          assert.ok(error instanceof ApiError && error.code === 'NOT_FOUND');
          return false;
        }
      });
    }
    const sees = (token: string, id: string, populationId: string) =>
      guards.get(token)?.(id, populationId);
    assert.equal(sees('admin', OTHER_USER, 'elsewhere'), true);
    assert.equal(sees('confined', OTHER_USER, POPULATION), true);
    assert.equal(sees('confined', OTHER_USER, 'elsewhere'), false);
    assert.equal(sees('user', USER, 'elsewhere'), true);
    assert.equal(sees('user', OTHER_USER, POPULATION), false);
  });
});

describe('an answer', () => {
  test('is JSON that nobody may keep, show or take for something else', async (context) => {
    const { ask } = await startTestApp(context, [who('list')]);
    for (const token of ['admin', null]) {
      const { headers } = await ask(thingsOf(), { token });
      assert.equal(headers.get('content-type'), 'application/json');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('x-frame-options'), 'DENY');
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('pragma'), 'no-cache');
      assert.equal(headers.get('expires'), '0');
      assert.ok(headers.get('date') && headers.get('correlation-id'));
      assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
      assert.equal(headers.get('strict-transport-security'), null);
      assert.equal(headers.get('x-powered-by'), null);
    }
  });

  test('may have no body, a text, bytes, and headers of its own', async (context) => {
    const replies = {
      none: { status: 204 },
      empty: { status: 202 },
      text: { status: 200, body: 'plain', headers: { 'content-type': 'text/plain' } },
      bytes: { status: 200, body: Buffer.from('bytes'), headers: { 'content-type': 'image/png' } },
      kept: {
        status: 201,
        body: { a: 'ü' },
        headers: { 'cache-control': 'max-age=1', 'set-cookie': 'a=b' },
      },
    };
    const { ask } = await startTestApp(
      context,
      Object.entries(replies).map(([id, reply]) =>
        operation({ id, path: `${THINGS}/${id}`, handle: async () => reply }),
      ),
    );
    const none = await ask(`${thingsOf()}/none`);
    assert.deepEqual([none.status, none.body, none.headers.get('content-length')], [204, '', null]);
    const empty = await ask(`${thingsOf()}/empty`);
    assert.deepEqual([empty.status, empty.headers.get('content-length')], [202, '0']);
    assert.equal((await ask(`${thingsOf()}/text`)).body, 'plain');
    assert.equal((await ask(`${thingsOf()}/bytes`)).headers.get('content-type'), 'image/png');
    const kept = await ask(`${thingsOf()}/kept`);
    assert.deepEqual([kept.status, kept.body], [201, { a: 'ü' }]);
    assert.equal(kept.headers.get('cache-control'), 'max-age=1');
    assert.equal(kept.headers.get('set-cookie'), 'a=b');
  });

  test('of a bug is 500 with an id, and nothing of the bug', async (context) => {
    const faults: Record<string, () => unknown> = {
      error: () => {
        throw new TypeError('hunter2 is not a function');
      },
      text: () => {
        throw 'hunter2';
      },
      nothing: () => {
        throw undefined;
      },
      reply: () => ({ status: 200, body: { amount: 10n } }),
      header: () => ({ status: 200, headers: { 'x-bad': 'a\r\nb: c' } }),
    };
    const { ask, logLines } = await startTestApp(
      context,
      Object.entries(faults).map(([id, fault]) =>
        operation({ id, path: `${THINGS}/${id}`, handle: async () => fault() as never }),
      ),
    );
    for (const id of Object.keys(faults)) {
      const { status, body } = await ask(`${thingsOf()}/${id}`);
      assert.deepEqual([status, body.code, body.details], [500, 'UNEXPECTED_ERROR', undefined], id);
      assert.ok(!JSON.stringify(body).includes('hunter2'));
      const line = logLines().find(({ error }) => error?.id === body.id);
      assert.equal(line?.level, 'error', id);
      assert.notEqual(line.err, undefined);
    }
    const [first] = logLines();
    assert.match(first.err.stack, /app\.test\.ts/, 'the log has the stack');
  });

  test('carries the ids of the request back, made where they are missing', async (context) => {
    const { ask, origin } = await startTestApp(context, [who('list')]);
    const made = await ask(thingsOf(), { token: null });
    const names = [
      'correlation-id',
      'x-ping-external-transaction-id',
      'x-ping-external-session-id',
    ];
    for (const name of names) assert.match(made.headers.get(name) ?? '', UUID, name);
    const echo = async (value: string) => {
      const { headers } = await ask('/nowhere', {
        headers: { 'x-ping-external-transaction-id': value },
      });
      return Buffer.from(headers.get('x-ping-external-transaction-id') ?? '', 'latin1').toString(
        'utf8',
      );
    };
    assert.equal(await echo('Aa0._-/@=#+'), 'Aa0._-/@=#+');
    assert.equal(await echo('a b<c>"d"'), 'a_b_c__d_');
    assert.equal(await echo('x'.repeat(150)), 'x'.repeat(100));
    const letters = 'Zoë٣é';
    assert.equal(await echo(Buffer.from(letters).toString('latin1')), letters);
    assert.equal(await echo(Buffer.from('a\u{1F600}b').toString('latin1')), 'a_b');
    const response = await fetch(origin, { headers: { 'correlation-id': 'mine' } });
    assert.equal(response.headers.get('correlation-id'), 'mine');
  });
});

describe('query parameters', () => {
  const { requests, handle } = recorder();
  const query = Type.Object({
    userId: Type.Optional(Uuid),
    q: Type.Optional(Type.String({ maxLength: 5 })),
  });
  const operations = [operation({ id: 'list', path: THINGS, query, handle })];

  test('that are not valid are named', async (context) => {
    const { ask } = await startTestApp(context, operations);
    const cases: [string, string][] = [
      ['q=1&q=2', 'q'],
      ['q=a&userId=7', 'userId'],
      ['q=123456', 'q'],
      ['q=%ZZ', 'q'],
      ['q=%FF', 'q'],
      ['q=%00', 'q'],
    ];
    for (const [text, target] of cases) {
      const { status, body } = await ask(`${thingsOf()}?${text}`);
      assert.deepEqual(
        [status, body.code, body.details[0].target],
        [400, 'INVALID_DATA', target],
        text,
      );
    }
    assert.equal(requests.length, 0);
  });

  test('that are unknown are ignored, and empty ones are not', async (context) => {
    const { ask } = await startTestApp(context, operations);
    await ask(`${thingsOf()}?__proto__=1&constructor=2&x=1&x=2&%ZZ=1&q&&=`);
    assert.deepEqual(requests.at(-1)?.query, { q: '' });
    await ask(`${thingsOf()}?`);
    assert.deepEqual(requests.at(-1)?.query, {});
  });
});
