import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { connect } from 'node:net';
import { describe, test } from 'node:test';
import { Type } from 'typebox';
import { HEADER_BYTES_MAX } from '../config/limits.ts';
import { until } from '../testing/until.ts';
import { operation, sendRaw, startTestApp, THINGS, thingsOf } from './testing-app.ts';
import { selfSignedCertificate } from './testing-certificate.ts';

const operations = [
  operation({
    id: 'list',
    path: THINGS,
    handle: async () => ({ status: 200, body: { ok: true } }),
  }),
  operation({
    id: 'write',
    method: 'POST',
    path: THINGS,
    body: Type.Object({}),
    handle: async () => ({ status: 200, body: { ok: true } }),
  }),
];

const head = (line: string, ...headers: string[]) =>
  [line, 'Host: a', 'Authorization: Bearer admin', ...headers, '', ''].join('\r\n');
const GET = `GET ${thingsOf()} HTTP/1.1`;
const POST = `POST ${thingsOf()} HTTP/1.1`;

/** The last answer of what came over a connection. */
function lastAnswer(received: string) {
  const [top = '', text = ''] = received.slice(received.lastIndexOf('HTTP/1.1 ')).split('\r\n\r\n');
  const [line = '', ...headers] = top.split('\r\n');
  return {
    status: Number(line.split(' ')[1]),
    headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

describe('malformed HTTP', () => {
  const close = 'Connection: close';
  const cases: [string, string | Uint8Array, number, string][] = [
    ['no HTTP at all', 'hello\r\n\r\n', 400, 'INVALID_REQUEST'],
    [
      'TLS on a plain port',
      Uint8Array.of(0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3),
      400,
      'INVALID_REQUEST',
    ],
    ['an unknown method', head(`MAKE ${thingsOf()} HTTP/1.1`), 400, 'INVALID_REQUEST'],
    ['a wrong version', head(`GET ${thingsOf()} HTTP/9.9`), 400, 'INVALID_REQUEST'],
    ['no host', `${GET}\r\n${close}\r\n\r\n`, 400, ''],
    ['a header with NUL', head(GET, 'X-A: a\0b'), 400, 'INVALID_REQUEST'],
    ['a header name with a space', head(GET, 'X A: b'), 400, 'INVALID_REQUEST'],
    ['a length that is none', head(POST, 'Content-Length: 1x'), 400, 'INVALID_REQUEST'],
    ['a negative length', head(POST, 'Content-Length: -1'), 400, 'INVALID_REQUEST'],
    ['two lengths', head(POST, 'Content-Length: 2', 'Content-Length: 3'), 400, 'INVALID_REQUEST'],
    [
      'a length and chunks',
      head(POST, 'Content-Length: 2', 'Transfer-Encoding: chunked'),
      400,
      'INVALID_REQUEST',
    ],
    [
      'a chunk that is none',
      `${head(POST, 'Content-Type: application/json', 'Transfer-Encoding: chunked')}zz\r\n`,
      400,
      'INVALID_REQUEST',
    ],
    [
      'a head that is too large',
      head(GET, `X-A: ${'a'.repeat(HEADER_BYTES_MAX)}`),
      431,
      'HEADERS_TOO_LARGE',
    ],
    [
      'an address that is too large',
      head(`GET /${'a'.repeat(HEADER_BYTES_MAX)} HTTP/1.1`),
      431,
      'HEADERS_TOO_LARGE',
    ],
    [
      'bad encoding in the path',
      head('GET /v1/environments/%ZZ/things HTTP/1.1', close),
      400,
      'INVALID_REQUEST',
    ],
    [
      'bytes that are no UTF-8 in the path',
      head('GET /v1/environments/%FF/things HTTP/1.1', close),
      400,
      'INVALID_REQUEST',
    ],
    ['a way out of the root', head('GET /../../etc/passwd HTTP/1.1', close), 404, 'NOT_FOUND'],
    [
      'a media type with a line break',
      head(POST, 'Content-Type: application/json;\r\n x', 'Content-Length: 2', close),
      400,
      'INVALID_REQUEST',
    ],
  ];

  test('gets an error of the catalogue, and the server lives on', async (context) => {
    const { ask, port, logText } = await startTestApp(context, operations);
    for (const [name, bytes, status, code] of cases) {
      const answer = lastAnswer(await sendRaw(port, bytes));
      assert.equal(answer.status, status, name);
      // Node itself answers a request without a host, and without a body.
      if (code === '') continue;
      assert.equal(answer.body?.code, code, name);
      assert.match(answer.body.id, /^[0-9a-f-]{36}$/);
      assert.ok(
        answer.headers.some((line) => line.startsWith('correlation-id: ')),
        name,
      );
      assert.ok(answer.headers.includes('x-content-type-options: nosniff'), name);
    }
    assert.equal((await ask(thingsOf())).status, 200);
    assert.doesNotMatch(logText(), /passwd|evil/, 'paths are not logged');
  });

  test('is not what a whole address as the path is: proxies send that (RFC 9112 §3.2.2)', async (context) => {
    const { port } = await startTestApp(context, operations);
    const line = `GET http://other.example${thingsOf()}?x=1 HTTP/1.1`;
    assert.equal(lastAnswer(await sendRaw(port, head(line, 'Connection: close'))).status, 200);
  });

  test('after a good request does not spoil its answer', async (context) => {
    const { port } = await startTestApp(context, operations);
    const received = await sendRaw(port, `${head(GET)}garbage\r\n\r\n`);
    assert.match(received, /^HTTP\/1\.1 (200|400)/);
    assert.ok(received.split('HTTP/1.1 ').length <= 3);
  });
});

describe('a slow client', () => {
  const timeouts = { headersMs: 150, requestMs: 300, checkMs: 50 };
  const cases: [string, string][] = [
    ['that never ends its head', `${GET}\r\nHost: a\r\n`],
    ['that says nothing', ''],
    [
      'that never sends its body',
      head(POST, 'Content-Type: application/json', 'Content-Length: 10'),
    ],
    [
      'that sends a part of its body',
      `${head(POST, 'Content-Type: application/json', 'Content-Length: 10')}{`,
    ],
  ];
  test('is told 408 in time and let go', async (context) => {
    const { port, ask } = await startTestApp(context, operations, { timeouts });
    const answers = await Promise.all(cases.map(([, bytes]) => sendRaw(port, bytes)));
    for (const [at, [name]] of cases.entries()) {
      const answer = lastAnswer(answers[at] ?? '');
      assert.deepEqual([answer.status, answer.body?.code], [408, 'REQUEST_TIMED_OUT'], name);
    }
    // Who is not slow is served; on a busy machine even that may take too long once.
    await until(async () => (await ask(thingsOf())).status === 200);
  });

  test('that hangs up in its body leaves nothing behind', async (context) => {
    const { app, port, ask, logLines } = await startTestApp(context, operations);
    const socket = connect({ port, host: '127.0.0.1' });
    const arrived = once(app.server, 'request');
    socket.write(`${head(POST, 'Content-Type: application/json', 'Content-Length: 10')}{"a`);
    await arrived;
    socket.destroy();
    await until(() => logLines().some(({ operation: id }) => id === 'write'));
    const line = logLines().find(({ operation: id }) => id === 'write');
    assert.deepEqual([line.level, line.error.code], ['info', 'INVALID_REQUEST']);
    assert.equal((await ask(thingsOf())).status, 200);
  });
});

describe('a server that stops', () => {
  test('finishes what is under way, tells the connection to close, and takes no more', async (context) => {
    const started = Promise.withResolvers<void>();
    const finish = Promise.withResolvers<void>();
    const slow = operation({
      id: 'slow',
      path: THINGS,
      handle: async () => {
        started.resolve();
        await finish.promise;
        return { status: 200, body: { ok: true } };
      },
    });
    const { app, ask, port } = await startTestApp(context, [slow]);
    const silent = connect({ port, host: '127.0.0.1' });
    const underWay = ask(thingsOf());
    await started.promise;
    const closed = app.close();
    await until(() => !app.server.listening);
    await assert.rejects(ask(thingsOf()), 'no new connection is taken');
    finish.resolve();
    const { status, body, headers } = await underWay;
    assert.deepEqual([status, body], [200, { ok: true }]);
    assert.equal(headers.get('connection'), 'close');
    await closed;
    silent.destroy();
  });
});

test('a server with a certificate speaks HTTPS, with the same pipeline', async (context) => {
  const https = selfSignedCertificate();
  const { origin, port } = await startTestApp(context, operations, { https });
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const headers = { authorization: 'Bearer admin' };
    request(origin + thingsOf(), { ca: https.cert, headers, agent: false }, resolve)
      .on('error', reject)
      .end();
  });
  assert.equal(response.statusCode, 200);
  assert.match(response.headers['strict-transport-security'] ?? '', /max-age=\d+/);
  response.resume();
  const plain = await sendRaw(port, head(GET));
  assert.doesNotMatch(plain, /HTTP\/1\.1 200/);
});

test('who asks for another protocol than a socket’s is answered in this one', async (context) => {
  const { app, port } = await startTestApp(context, []);
  const head = (protocol: string) =>
    `GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings, close\r\n` +
    `Upgrade: ${protocol}\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n\r\n`;
  assert.match(await sendRaw(port, head('h2c')), /^HTTP\/1\.1 200 /);
  app.server.on('upgrade', (_request, socket) => socket.end('HTTP/1.1 404 Not Found\r\n\r\n'));
  // As Java's own client does by default.
  assert.match(await sendRaw(port, head('h2c')), /^HTTP\/1\.1 200 /);
  assert.match(await sendRaw(port, head('WebSocket')), /^HTTP\/1\.1 404 /);
});
