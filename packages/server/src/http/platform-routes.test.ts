import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Type } from 'typebox';
import { operation, startTestApp, THINGS, thingsOf } from './testing-app.ts';

describe('health', () => {
  test('is up while the server serves, and ready while the store answers', async (context) => {
    let ready: () => Promise<boolean> = async () => true;
    const { ask } = await startTestApp(context, [], {
      parts: { store: { isReady: () => ready() } },
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

describe('the reference page', () => {
  test('and all that it loads come from this server, under a strict policy', async (context) => {
    const { ask } = await startTestApp(context, []);
    const page = await ask('/docs', { token: null });
    assert.match(page.headers.get('content-type') ?? '', /^text\/html/);
    const policy = page.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self';/);
    const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, file]) => file);
    assert.equal(files.length, 3);
    for (const file of files) {
      const { status, body } = await ask(`/${file}`, { token: null });
      assert.equal(status, 200, file);
      assert.ok(body.length > 0);
    }
    assert.doesNotMatch(page.body, /https?:/);
    assert.equal((await ask('/docs/..%2f..%2fpackage.json')).status, 404);
    assert.equal((await ask('/docs/absolute-path.js')).status, 404);
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
