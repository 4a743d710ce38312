/** Clients that prove themselves by JWTs of their own, beside those by registered keys. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import { after, before, describe, type TestContext, test } from 'node:test';
import { type JWTPayload, SignJWT } from 'jose';
import {
  CLIENT_ASSERTION_LIFETIME_SECONDS,
  CLIENT_FAILURES_MAX,
  KEY_SET_BYTES_MAX,
  KEY_SET_RETRY_MS,
  NODE_CLOCK_SKEW_MS,
  TOKEN_LEEWAY_SECONDS,
} from '../../../config/limits.ts';
import { sweepExpired } from '../../../jobs/sweeper.ts';
import { createLog } from '../../../observability/log.ts';
import { CERTIFICATE, listen, shut } from '../../../testing/http-provider.ts';
import { until } from '../../../testing/until.ts';
import {
  AUTH_URL,
  applicationsOf,
  aWorker,
  basic,
  createWorker,
  HOME,
  OTHER,
  startPlatform,
} from '../applications/testing-platform.ts';
import { createClientAuthentication } from './authenticate-client.ts';
import { JWT_BEARER } from './client-credentials.ts';
import { openRemoteKeys } from './remote-keys.ts';

const GRANT = { grant_type: 'client_credentials' };
const TOKEN_URL = `${AUTH_URL}/${HOME}/as/token`;

async function startBySecret(context: TestContext, settings: object = {}) {
  const platform = await startPlatform(context, [], settings);
  const admin = await platform.tokenOf();
  const { id, secret } = await createWorker(platform, admin, {
    tokenEndpointAuthMethod: 'CLIENT_SECRET_JWT',
  });
  const sign = (claims: JWTPayload = {}, { key = secret, alg = 'HS256' } = {}) =>
    new SignJWT({
      iss: id,
      sub: id,
      aud: TOKEN_URL,
      exp: Math.floor(platform.time.now / 1_000) + 60,
      jti: randomUUID(),
      ...claims,
    })
      .setProtectedHeader({ alg })
      .sign(Buffer.from(key));
  const form = (assertion: string) => ({
    ...GRANT,
    client_assertion: assertion,
    client_assertion_type: JWT_BEARER,
  });
  const statusOf = async (assertion: string) => (await platform.askToken(form(assertion))).status;
  const askSecret = (method: string, body?: object) =>
    platform.ask(`${applicationsOf()}/${id}/secret`, {
      token: admin,
      method,
      ...(body ? { body } : {}),
    });
  return { ...platform, id, secret, sign, statusOf, askSecret };
}

describe('client_secret_jwt', () => {
  test('is taken once, by each of its algorithms', async (context) => {
    const { sign, statusOf } = await startBySecret(context);
    for (const alg of ['HS256', 'HS384', 'HS512']) {
      const assertion = await sign({}, { alg });
      assert.deepEqual([await statusOf(assertion), await statusOf(assertion)], [200, 401], alg);
    }
    assert.equal(await statusOf(await sign({ aud: `${AUTH_URL}/${HOME}/as` })), 200);
  });

  test('is refused unless all of it is right', async (context) => {
    const { sign, statusOf, time, secret } = await startBySecret(context);
    const seconds = Math.floor(time.now / 1_000);
    const latest = CLIENT_ASSERTION_LIFETIME_SECONDS + TOKEN_LEEWAY_SECONDS;
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const wrong = [
      await sign({}, { key: `${secret} ` }),
      await sign({ iss: randomUUID() }),
      await sign({ aud: `${AUTH_URL}/${OTHER}/as/token` }),
      await sign({ exp: seconds - TOKEN_LEEWAY_SECONDS - 1 }),
      await sign({ exp: seconds + latest + 1 }),
      await sign({ nbf: seconds + TOKEN_LEEWAY_SECONDS + 1 }),
      await new SignJWT({}).setProtectedHeader({ alg: 'RS256' }).sign(privateKey),
    ];
    for (const assertion of wrong) assert.equal(await statusOf(assertion), 401);
    assert.equal(await statusOf(await sign({ exp: seconds + latest - 1 })), 200);
  });

  test('is for clients that are registered so', async (context) => {
    const platform = await startBySecret(context);
    const { askToken, id, secret, tokenOf, time } = platform;
    const authorization = basic(id, secret);
    assert.equal((await askToken(GRANT, { authorization })).status, 401);
    const other = await createWorker(platform, await tokenOf(), { name: 'Basic' });
    const assertion = await new SignJWT({ iss: other.id, sub: other.id, aud: TOKEN_URL })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime(Math.floor(time.now / 1_000) + 60)
      .sign(Buffer.from(other.secret));
    assert.equal(await platform.statusOf(assertion), 401);
  });

  test('is signed by the secret before, too, while that is good', async (context) => {
    const { sign, statusOf, askSecret, time, secret } = await startBySecret(context);
    const expiresAt = new Date(time.now + 60_000).toISOString();
    const { body } = await askSecret('POST', { previous: { expiresAt } });
    assert.equal(await statusOf(await sign()), 200);
    assert.equal(await statusOf(await sign({}, { key: body.secret })), 200);
    const read = await askSecret('GET');
    assert.equal(read.body.previous.lastUsed, new Date(time.now).toISOString());
    time.now += 60_000;
    assert.equal(await statusOf(await sign({}, { key: secret })), 401);
    assert.equal(await statusOf(await sign({}, { key: body.secret })), 200);
  });

  test('works where secrets are read once: the server keeps its own copy', async (context) => {
    const { sign, statusOf, askSecret } = await startBySecret(context, { secretsReadOnce: true });
    assert.equal((await askSecret('GET')).status, 404, 'it was read when it was made');
    assert.equal(await statusOf(await sign()), 200);
    const { body } = await askSecret('POST');
    assert.equal((await askSecret('GET')).status, 404);
    assert.equal(await statusOf(await sign({}, { key: body.secret })), 200);
  });
});

describe('an assertion that was used', () => {
  test('is refused by another node, and after a restart', async (context) => {
    const platform = await startBySecret(context);
    const assertion = await platform.sign();
    // Each has a memory of its own, and the one store.
    const nodes = [1, 2].map(() => createClientAuthentication(platform));
    const outcomes = await Promise.allSettled(
      nodes.map((authenticate) =>
        authenticate({
          environmentId: HOME,
          credentials: { method: 'CLIENT_SECRET_JWT', clientId: platform.id, assertion },
          remoteAddress: '192.0.2.1',
        }),
      ),
    );
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    assert.equal(await platform.statusOf(assertion), 401);
  });

  test('is remembered as long as any node may take it, and then forgotten', async (context) => {
    const { sign, statusOf, store, time, clock } = await startBySecret(context);
    await statusOf(await sign());
    const sweep = () => sweepExpired({ store, clock, log: createLog({ level: 'silent' }) });
    time.now += (60 + TOKEN_LEEWAY_SECONDS) * 1_000 + NODE_CLOCK_SKEW_MS - 1_000;
    await sweep();
    assert.equal(await store.count('used_assertions', HOME), 1);
    time.now += 2_000;
    await sweep();
    assert.equal(await store.count('used_assertions', HOME), 0);
  });
});

test('a right secret in another way than the registered one is no guess', async (context) => {
  const platform = await startPlatform(context);
  const { id, secret } = await createWorker(platform, await platform.tokenOf(), {
    tokenEndpointAuthMethod: 'CLIENT_SECRET_POST',
  });
  // As the vendor's Go client does it, in each new process.
  for (let started = 0; started <= CLIENT_FAILURES_MAX; started++) {
    const first = await platform.askToken(GRANT, { authorization: basic(id, secret) });
    assert.deepEqual([first.status, first.body.error], [401, 'invalid_client']);
    const second = await platform.askToken({ ...GRANT, client_id: id, client_secret: secret });
    assert.equal(second.status, 200, `process ${started}`);
  }
});

describe('keys at an address', () => {
  const pairs = { one: newPair(), two: newPair() };
  function newPair() {
    return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  }
  const jwkOf = (kid: keyof typeof pairs) => ({
    ...pairs[kid].publicKey.export({ format: 'jwk' }),
    kid,
  });
  /** What is answered, by path. */
  const answers: Record<string, [status: number, text: string]> = {
    '/good': [200, JSON.stringify({ keys: [jwkOf('one')] })],
    '/moved': [302, ''],
    '/garbage': [200, '<html>'],
    '/none': [200, '{}'],
    '/endless': [200, JSON.stringify({ keys: [jwkOf('one')], x: 'x'.repeat(KEY_SET_BYTES_MAX) })],
  };
  const asked: string[] = [];
  let origin: string;
  const server = createServer(CERTIFICATE, (request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const [status, text] = answers[path] ?? [404, ''];
    response.writeHead(status, status === 302 ? { location: '/good' } : {}).end(text);
  });
  before(async () => {
    origin = `https://127.0.0.1:${await listen(server)}`;
  });
  after(() => shut(server));

  async function startWith(context: TestContext, url: string, allowPrivate = true) {
    const platform = await startPlatform(context, [], {
      remoteKeys: (clock) => openRemoteKeys({ clock, allowPrivate, ca: CERTIFICATE.cert }),
    });
    const created = await platform.ask(applicationsOf(), {
      token: await platform.tokenOf(),
      body: aWorker({ tokenEndpointAuthMethod: 'PRIVATE_KEY_JWT', jwksUrl: url }),
    });
    assert.equal(created.status, 201, JSON.stringify(created.body));
    const { id, jwksUrl } = created.body;
    assert.equal(jwksUrl, url);
    async function statusBy(kid: keyof typeof pairs) {
      const assertion = await new SignJWT({ iss: id, sub: id, aud: TOKEN_URL, jti: randomUUID() })
        .setProtectedHeader({ alg: 'ES256', kid })
        .setExpirationTime(Math.floor(platform.time.now / 1_000) + 60)
        .sign(pairs[kid].privateKey);
      const form = { client_assertion: assertion, client_assertion_type: JWT_BEARER };
      return (await platform.askToken({ ...GRANT, ...form })).status;
    }
    return { ...platform, statusBy };
  }

  test('are fetched once, and used as registered ones are', async (context) => {
    const { statusBy } = await startWith(context, `${origin}/good`);
    const before = asked.length;
    assert.deepEqual([await statusBy('one'), await statusBy('one')], [200, 200]);
    assert.equal(await statusBy('two'), 401);
    assert.equal(asked.length, before + 1);
  });

  test('that are not there, or no keys, prove nothing; the audit log says why', async (context) => {
    for (const path of ['/gone', '/moved', '/garbage', '/none', '/endless']) {
      const { statusBy, store } = await startWith(context, `${origin}${path}`);
      assert.equal(await statusBy('one'), 401, path);
      let reason: unknown;
      await until(async () => {
        const rows = await store.list('activities', HOME, { limit: 99 });
        reason = rows.find(({ doc }) => doc.result === 'FAILED')?.doc.data?.reason;
        return reason !== undefined;
      });
      const expected = path === '/none' ? 'CLIENT_AUTHENTICATION_FAILED' : 'KEY_SET_UNREACHABLE';
      assert.equal(reason, expected, path);
    }
  });

  test('are not asked for again at once after a failure', async (context) => {
    const { statusBy, time } = await startWith(context, `${origin}/later`);
    const before = asked.length;
    assert.deepEqual([await statusBy('one'), await statusBy('one')], [401, 401]);
    assert.equal(asked.length, before + 1);
    answers['/later'] = answers['/good'] ?? [404, ''];
    time.now += KEY_SET_RETRY_MS;
    assert.equal(await statusBy('one'), 200);
  });

  test('are looked for nowhere inside', async (context) => {
    const { port } = new URL(origin);
    const before = asked.length;
    for (const host of ['127.0.0.1', 'localhost', '[::1]', '[::ffff:127.0.0.1]', '2130706433']) {
      const url = `https://${host}:${port}/good`;
      const { statusBy } = await startWith(context, url, false);
      assert.equal(await statusBy('one'), 401, host);
    }
    assert.equal(asked.length, before);
  });
});
