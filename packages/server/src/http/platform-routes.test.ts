import assert from 'node:assert/strict';
import { get, type IncomingMessage } from 'node:http';
import { describe, test } from 'node:test';
import { Type } from 'typebox';
import { operation, startTestApp, THINGS, thingsOf } from './testing-app.ts';

describe('health', () => {
  test('is up while the server serves, and ready while the store answers', async (context) => {
    let ready: () => Promise<boolean> = async () => true;
    const { ask } = await startTestApp(context, [], {
      parts: { store: { isReady: () => ready(), list: async () => [] } },
    });
    const status = async (path: string) => (await ask(path, { token: null })).status;
    assert.equal(await status('/healthz'), 200);
    assert.equal(await status('/readyz'), 200);
    ready = async () => false;
    assert.equal(await status('/readyz'), 503);
    ready = () => Promise.reject(new Error('down'));
    const down = await ask('/readyz', { token: null });
    assert.deepEqual([down.status, down.body.code], [503, 'SERVICE_UNAVAILABLE']);
    assert.equal(await status('/healthz'), 200);
    assert.equal((await ask('/healthz', { method: 'POST', token: null })).status, 405);
  });
});

describe('metrics', () => {
  test('count requests by operation, and name nobody', async (context) => {
    const path = '/v1/environments/{envID}/users/{userID}';
    const { ask } = await startTestApp(context, [operation({ id: 'readUser', path })]);
    const id = '22222222-0000-4000-8000-000000000001';
    const user = `/v1/environments/11111111-0000-4000-8000-000000000001/users/${id}`;
    await ask(user);
    await ask(user, { token: null });
    await ask('/nowhere');
    const { body, headers } = await ask('/metrics', { token: null });
    assert.match(headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(body, /http_requests_total\{operation="readUser",status="2xx"\} 1/);
    assert.match(body, /http_requests_total\{operation="readUser",status="4xx"\} 1/);
    assert.match(body, /http_requests_total\{operation="none",status="4xx"\} 1/);
    assert.match(body, /http_request_duration_seconds_count\{operation="readUser"\} 2/);
    assert.ok(!body.includes(id));
  });
});

/** As Chromium asks when somebody types an address. */
const BROWSER = {
  accept: 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8',
};

describe('the reference page', () => {
  test('is one document that loads nothing but its icon, under a strict policy', async (context) => {
    const { ask } = await startTestApp(context, []);
    const page = await ask('/docs', { token: null });
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.doesNotMatch(page.body, /<[^>]* (?:style|on\w+)=/);
    const files = [...page.body.matchAll(/<(?:link|script|img)[^>]*(?:src|href)="([^"]+)"/g)];
    assert.equal(files.length, 3);
    for (const [, file] of files) {
      const { status, body } = await ask(`/${file}`, { token: null });
      assert.equal(status, 200, file);
      assert.ok(body.length > 0);
    }
    assert.equal((await ask('/docs/..%2f..%2fpackage.json')).status, 404);
    assert.equal((await ask('/docs/absolute-path.js')).status, 404);
  });
});

describe('pages for people', () => {
  test('an address without a page says so in HTML, to a browser only', async (context) => {
    const { ask } = await startTestApp(context, [
      operation({ id: 'create', method: 'POST', path: THINGS }),
    ]);
    for (const [path, status] of [
      ['/nowhere', 404],
      ['/v1', 404],
      [thingsOf(), 405],
      ['/a/b/%zz', 400],
    ] as const) {
      const page = await ask(path, { token: null, headers: BROWSER });
      assert.equal(page.status, status);
      assert.match(page.headers.get('content-type') ?? '', /^text\/html/, path);
      assert.match(page.body, /<html lang="en">[\s\S]*<title>[^<]+<\/title>[\s\S]*<h1>/);
      assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
      assert.equal(page.headers.get('cache-control'), 'no-store');
      for (const accept of ['*/*', 'application/json', 'application/json, text/html;q=0.9']) {
        const answer = await ask(path, { token: null, headers: { accept } });
        assert.equal(answer.status, status);
        assert.match(answer.headers.get('content-type') ?? '', /^application\/json/, accept);
        assert.ok(answer.body.code);
      }
      const withToken = await ask(path, { headers: BROWSER });
      assert.match(withToken.headers.get('content-type') ?? '', /^application\/json/);
    }
    const v1 = await ask('/v1', { token: null, headers: BROWSER });
    assert.match(v1.body, /<h1>This address is for programs<\/h1>/);
    // The root is found from any depth, also below a path that a proxy has cut off.
    const { body } = await ask('/a/b/c?d=/e', { token: null, headers: BROWSER });
    assert.match(body, /href="\.\.\/\.\.\/docs"/);
  });

  test('what was asked for is never part of a page', async (context) => {
    const { ask } = await startTestApp(context, []);
    const headers = BROWSER;
    const { body } = await ask('/%3Cscript%3EMARK?x=<b>MARK', { token: null, headers });
    assert.doesNotMatch(body, /MARK/);
  });

  test('near misses lead on, by a relative address', async (context) => {
    const { ask, origin } = await startTestApp(context, []);
    for (const [path, location] of [
      ['/docs/', '../docs'],
      ['/self-service/', '../self-service'],
      ['/index.html', './'],
    ] as const) {
      const { status, headers } = await fetch(origin + path, { redirect: 'manual' });
      assert.deepEqual([status, headers.get('location')], [308, location]);
      assert.equal((await ask(path, { token: null })).status, 200);
    }
  });

  test('the start page names environments in development only', async (context) => {
    const id = '11111111-0000-4000-8000-000000000009';
    const row = { environmentId: id, id, version: 1, doc: { name: 'Shop <1>' } };
    for (const production of [false, true]) {
      const { ask } = await startTestApp(context, [], {
        parts: {
          settings: { production },
          store: { isReady: async () => true, list: async () => [row] as never },
        },
      });
      const { status, body } = await ask('/', { token: null });
      assert.equal(status, 200);
      assert.equal(body.includes(id), !production);
      assert.equal(body.includes('Shop &lt;1&gt;'), !production);
      assert.equal(body.includes('href="dev/outbox"'), false, 'there is none here');
      assert.match(body, /href="docs"/);
      const document = await ask('/openapi.json', { token: null });
      const flow = document.body.components.securitySchemes.clientCredentials.flows;
      const { tokenUrl } = flow.clientCredentials;
      assert.equal(tokenUrl.includes(id), !production);
    }
  });

  test('the outbox is an inbox for a browser, with everything in it escaped', async (context) => {
    const message = {
      channel: 'EMAIL',
      to: 'kaisa@shop.example',
      subject: '<b>Code</b>',
      text: 'Your code is <i>482913</i>.',
      otp: '482913',
      createdAt: '2026-03-04T05:06:07.089Z',
    };
    const { ask } = await startTestApp(context, [
      operation({
        id: 'readDevelopmentOutbox',
        path: '/dev/outbox',
        permission: 'PUBLIC',
        handle: async () => ({
          status: 200,
          body: { messages: [message] },
          headers: { 'cache-control': 'no-store' },
        }),
      }),
    ]);
    const page = await ask('/dev/outbox?to=%22%3E%3Cscript%3E', { token: null, headers: BROWSER });
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    assert.equal(page.headers.get('cache-control'), 'no-store');
    assert.match(page.body, /&lt;b&gt;Code&lt;\/b&gt;[\s\S]*482913/);
    assert.doesNotMatch(page.body, /<b>|<i>|<script/);
    const json = await ask('/dev/outbox', { token: null });
    assert.deepEqual(json.body.messages, [message]);
  });
});

describe('what is the same for everybody', () => {
  const encoded = (origin: string, path: string, headers: Record<string, string>) =>
    new Promise<IncomingMessage & { bytes: number }>((resolve, reject) => {
      get(origin + path, { headers }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () => resolve(Object.assign(response, { bytes })));
      }).on('error', reject);
    });

  test('is compressed as the client likes, and not sent again', async (context) => {
    const { origin } = await startTestApp(context, []);
    for (const path of ['/openapi.json', '/docs', '/self-service/passkeys.js', '/self-service']) {
      const plain = await encoded(origin, path, {});
      assert.equal(plain.headers['content-encoding'], undefined);
      assert.match(plain.headers.vary ?? '', /accept-encoding/);
      const tags = new Set([plain.headers.etag]);
      for (const [accepted, used] of [
        ['gzip, deflate, br', 'br'],
        ['gzip', 'gzip'],
        ['br;q=0, gzip', 'gzip'],
      ] as const) {
        const headers = { 'accept-encoding': accepted };
        const answer = await encoded(origin, path, headers);
        assert.equal(answer.headers['content-encoding'], used, `${path} ${accepted}`);
        assert.ok(answer.bytes < plain.bytes / 2, path);
        tags.add(answer.headers.etag);
        const again = { ...headers, 'if-none-match': String(answer.headers.etag) };
        const unchanged = await encoded(origin, path, again);
        assert.deepEqual([unchanged.statusCode, unchanged.bytes], [304, 0]);
        assert.equal(unchanged.headers.etag, answer.headers.etag);
      }
      assert.equal(tags.size, 3, 'each version has a tag of its own');
      const refused = await encoded(origin, path, { 'accept-encoding': 'identity;q=1, *;q=0' });
      assert.equal(refused.headers['content-encoding'], undefined);
    }
  });

  test('and nothing else is: a secret can be told by the size (BREACH)', async (context) => {
    const body = { text: 'a'.repeat(10_000) };
    const { origin } = await startTestApp(context, [
      operation({
        id: 'public',
        path: '/{envID}/public',
        permission: 'PUBLIC',
        handle: async () => ({ status: 200, body }),
      }),
    ]);
    const path = '/11111111-0000-4000-8000-000000000001/public';
    const answer = await encoded(origin, path, { 'accept-encoding': 'br, gzip' });
    assert.equal(answer.statusCode, 200);
    assert.equal(answer.headers['content-encoding'], undefined);
    assert.ok(answer.bytes > 10_000);
  });
});

describe('the pages for users', () => {
  test('and all that they load come from this server, under a strict policy', async (context) => {
    const { ask } = await startTestApp(context, []);
    for (const name of ['passkeys', 'phone']) {
      const page = await ask(`/self-service/${name}`, { token: null });
      const policy = page.headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'; script-src 'self'; style-src 'self';/);
      const files = [...page.body.matchAll(/(?:src|href)="([^"/#]+)"/g)].map(([, file]) => file);
      assert.deepEqual(files, ['self-service.css', `${name}.js`]);
      for (const file of [...files, 'qr-code.js', 'qr.js']) {
        const { status, headers } = await ask(`/self-service/${file}`, { token: null });
        assert.equal(status, 200, file);
        assert.equal(headers.get('content-security-policy'), policy);
      }
    }
  });
});

describe('extra routes', () => {
  test('share the headers, the errors and the log', async (context) => {
    const { ask, logLines } = await startTestApp(context, [], {
      extraRoutes(app) {
        app.get('/console/:page', (_request, reply) => reply.type('text/html').send('<p>hi'));
        app.get('/broken', () => Promise.reject(new Error('hunter2')));
      },
    });
    const page = await ask('/console/secret-page?token=MARK', { token: null });
    assert.deepEqual([page.status, page.body], [200, '<p>hi']);
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff');
    assert.ok(page.headers.get('correlation-id'));
    const broken = await ask('/broken', { token: null });
    assert.deepEqual([broken.status, broken.body.code], [500, 'UNEXPECTED_ERROR']);
    const lines = logLines();
    const shown = await ask('/broken', { token: null, headers: BROWSER });
    assert.equal(shown.status, 500);
    assert.match(shown.body, /<h1>Something went wrong here<\/h1>/);
    assert.doesNotMatch(shown.body, /hunter2/);
    assert.deepEqual(
      lines.map(({ route, status, level }) => [route, status, level]),
      [
        ['/console/:page', 200, 'info'],
        ['/broken', 500, 'error'],
      ],
    );
    assert.equal(lines[1].error.id, broken.body.id);
    assert.doesNotMatch(JSON.stringify(lines), /MARK|secret-page/);
  });
});

describe('the log of requests', () => {
  test('has one line per request, by template, and nothing that was sent', async (context) => {
    const body = Type.Object({ otp: Type.String({ maxLength: 3 }), email: Type.String() });
    const query = Type.Object({ filter: Type.Optional(Type.String()) });
    const { ask, logLines, logText } = await startTestApp(context, [
      operation({ id: 'check', method: 'POST', path: THINGS, body, query }),
    ]);
    const secret = { otp: 'MARK-otp', email: 'mark@secret.example' };
    const headers = { cookie: 'c=MARK', 'x-ping-external-transaction-id': 'mark@secret.example' };
    await ask(`${thingsOf()}?filter=MARK`, { body: secret, headers, token: 'admin' });
    await ask(`${thingsOf()}?filter=MARK`, { body: { ...secret, otp: '1' }, headers });
    await ask(`${thingsOf()}?filter=MARK`, { body: secret, headers, token: 'MARKtoken' });
    await ask('/MARK?x=MARK', { headers });
    assert.equal(logLines().length, 4);
    assert.doesNotMatch(logText(), /MARK|secret\.example/);
    const [refused, done, unknown, nowhere] = logLines();
    const { time, ms, correlationId, ...line } = done;
    assert.ok(time && ms >= 0 && correlationId);
    assert.deepEqual(line, {
      level: 'info',
      operation: 'check',
      method: 'POST',
      route: THINGS,
      status: 200,
      environmentId: '11111111-0000-4000-8000-000000000001',
      actor: { type: 'APPLICATION', id: '33333333-0000-4000-8000-000000000001' },
      msg: 'request',
    });
    assert.deepEqual(refused.error.details, [{ code: 'SIZE_LIMIT_EXCEEDED', target: 'otp' }]);
    assert.deepEqual([unknown.status, unknown.actor], [401, undefined]);
    assert.deepEqual([nowhere.status, nowhere.route, nowhere.operation], [404, '', undefined]);
  });
});
