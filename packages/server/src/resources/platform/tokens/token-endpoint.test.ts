import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import {
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { CLIENT_FAILURES_MAX, CLIENT_FAILURES_WINDOW_MS } from '../../../config/limits.ts';
import type { Activity } from '../../../model/documents.ts';
import type { Stored } from '../../../storage/store.ts';
import { until } from '../../../testing/until.ts';
import { createFailureWindow } from '../../kit/failure-window.ts';
import {
  ADMIN,
  ADMIN_SECRET,
  AUTH_URL,
  applicationsOf,
  aWorker,
  basic,
  createWorker,
  HOME,
  OTHER,
  PUBLIC_URL,
  startPlatform,
} from '../applications/testing-platform.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import { JWT_BEARER } from './client-credentials.ts';

const GRANT = { grant_type: 'client_credentials' };

type Answer = { status: number; body: { error?: string; error_description?: string } };
const isError = (answer: Answer, status: number, error: string, name = error) => {
  assert.deepEqual([answer.status, answer.body.error], [status, error], name);
  assert.equal(typeof answer.body.error_description, 'string');
};

async function start(context: TestContext) {
  const platform = await startPlatform(context);
  return { ...platform, admin: await platform.tokenOf() };
}

describe('the token endpoint', () => {
  test('gives a token of an hour, with the claims of the platform', async (context) => {
    const { askToken, time, keyring } = await startPlatform(context);
    const { status, body, headers } = await askToken(GRANT, {
      authorization: basic(ADMIN, ADMIN_SECRET),
    });
    assert.equal(status, 200);
    assert.equal(headers.get('cache-control'), 'no-store');
    assert.equal(headers.get('pragma'), 'no-cache');
    const { access_token: token, ...rest } = body;
    assert.deepEqual(rest, { token_type: 'Bearer', expires_in: 3_600 });
    const { jti, ...claims } = decodeJwt(token);
    const seconds = Math.floor(time.now / 1_000);
    assert.deepEqual(claims, {
      client_id: ADMIN,
      iss: `${AUTH_URL}/${HOME}/as`,
      aud: [PUBLIC_URL],
      env: HOME,
      org: ORGANIZATION_ID,
      iat: seconds,
      exp: seconds + 3_600,
    });
    assert.match(String(jti), /^[0-9a-f-]{36}$/);
    const { kid } = await keyring.signingKey(HOME);
    assert.deepEqual(decodeProtectedHeader(token), { alg: 'RS256', kid, typ: 'at+jwt' });
  });

  test('records whom it gave one, and logs no secret and no token', async (context) => {
    const { store, tokenOf, askToken, logText } = await startPlatform(context);
    const token = await tokenOf();
    await askToken({ ...GRANT, client_id: ADMIN, client_secret: 'a wrong secret' });
    let activities: Stored<Activity>[] = [];
    // The refusal didn't wait for its own record.
    await until(async () => {
      activities = await store.list('activities', HOME, { limit: 10 });
      return activities.length >= 2;
    });
    const [activity, failure, ...more] = activities;
    assert.equal(more.length, 0);
    assert.equal(activity?.doc.action, 'ACCESS_TOKEN.CREATED');
    assert.equal(activity?.doc.result, 'SUCCESS');
    assert.deepEqual(activity?.doc.actor, { type: 'APPLICATION', id: ADMIN });
    assert.equal(failure?.doc.action, 'ACCESS_TOKEN.CREATED');
    assert.equal(failure?.doc.result, 'FAILED');
    assert.deepEqual(failure?.doc.data, {
      reason: 'CLIENT_AUTHENTICATION_FAILED',
      method: 'CLIENT_SECRET_POST',
    });
    const said = `${logText()} ${JSON.stringify(activities)}`;
    assert.ok(said.includes('createToken'));
    for (const secret of [token, ADMIN_SECRET, 'a wrong secret']) assert.ok(!said.includes(secret));
  });

  test('is described by the discovery document and the key set', async (context) => {
    const { ask, tokenOf } = await startPlatform(context);
    const root = `${AUTH_URL}/${HOME}/as`;
    const discovery = await ask(`/${HOME}/as/.well-known/openid-configuration`, { token: null });
    assert.equal(discovery.status, 200);
    assert.equal(discovery.body.issuer, root);
    assert.equal(discovery.body.token_endpoint, `${root}/token`);
    assert.equal(discovery.body.jwks_uri, `${root}/jwks`);
    assert.deepEqual(discovery.body.token_endpoint_auth_methods_supported, [
      'client_secret_basic',
      'client_secret_post',
      'client_secret_jwt',
      'private_key_jwt',
    ]);
    const jwks = await ask(`/${HOME}/as/jwks`, { token: null });
    assert.equal(jwks.status, 200);
    assert.equal(jwks.headers.get('cache-control'), 'public, max-age=60');
    assert.equal(jwks.body.keys[0].kid, decodeProtectedHeader(await tokenOf()).kid);
    assert.ok(!('d' in jwks.body.keys[0]));
    const nowhere = await ask(`/${randomUUID()}/as/jwks`, { token: null });
    assert.deepEqual([nowhere.status, nowhere.body.code], [404, 'NOT_FOUND']);
    // Only its type is of interest: the key set is one that clients' libraries take.
    assert.equal(typeof createRemoteJWKSet(new URL(`${root}/jwks`)), 'function');
  });

  test('refuses what is no request for this grant', async (context) => {
    const { askToken, ask } = await startPlatform(context);
    const authorization = basic(ADMIN, ADMIN_SECRET);
    const asAdmin = (form: Record<string, string>) => askToken(form, { authorization });
    isError(await asAdmin({}), 400, 'invalid_request');
    isError(await asAdmin({ grant_type: '' }), 400, 'invalid_request');
    for (const grant of ['password', 'authorization_code', 'CLIENT_CREDENTIALS', 'refresh_token']) {
      isError(await asAdmin({ grant_type: grant }), 400, 'unsupported_grant_type', grant);
    }
    for (const scope of ['p1:read:user', 'openid', 'x y']) {
      isError(await asAdmin({ ...GRANT, scope }), 400, 'invalid_scope', scope);
    }
    assert.equal((await asAdmin({ ...GRANT, scope: '' })).status, 200);
    const path = `/${HOME}/as/token`;
    isError(await ask(path, { method: 'POST', token: null }), 400, 'invalid_request');
    const json = await ask(path, { token: null, body: GRANT });
    assert.equal(json.status, 415);
  });

  test('refuses an application without this grant, even with roles', async (context) => {
    const platform = await start(context);
    const { id, secret } = await createWorker(platform, platform.admin, {
      grantTypes: ['AUTHORIZATION_CODE'],
    });
    const answer = await platform.askToken(GRANT, { authorization: basic(id, secret) });
    isError(answer, 400, 'unauthorized_client');
  });
});

describe('client authentication', () => {
  test('takes the registered method and no other', async (context) => {
    const platform = await start(context);
    const { askToken, admin } = platform;
    const ways = {
      CLIENT_SECRET_BASIC: (id: string, secret: string) =>
        askToken(GRANT, { authorization: basic(id, secret) }),
      CLIENT_SECRET_POST: (id: string, secret: string) =>
        askToken({ ...GRANT, client_id: id, client_secret: secret }),
    };
    for (const method of ['CLIENT_SECRET_BASIC', 'CLIENT_SECRET_POST', 'NONE'] as const) {
      const { id, secret } = await createWorker(platform, admin, {
        name: method,
        tokenEndpointAuthMethod: method,
      });
      for (const [way, ask] of Object.entries(ways)) {
        const answer = await ask(id, secret);
        if (way === method) assert.equal(answer.status, 200, `${way} for ${method}`);
        else isError(answer, 401, 'invalid_client', `${way} for ${method}`);
      }
      isError(await askToken({ ...GRANT, client_id: id }), 401, 'invalid_client', method);
    }
  });

  test('answers unknown, disabled and wrong clients alike', async (context) => {
    const platform = await start(context);
    const { id, secret } = await createWorker(platform, platform.admin, { enabled: false });
    const cases: [string, string, string?][] = [
      [randomUUID(), ADMIN_SECRET],
      ['not-an-id', ADMIN_SECRET],
      [` ${ADMIN}`, ADMIN_SECRET],
      [`${ADMIN}' or '1'='1`, ADMIN_SECRET],
      [ADMIN, ''],
      [ADMIN, `${ADMIN_SECRET} `],
      [ADMIN, ADMIN_SECRET, OTHER],
      [id, secret],
    ];
    const answers = [];
    for (const [client, password, environmentId = HOME] of cases) {
      const authorization = basic(client, password);
      const answer = await platform.askToken(GRANT, { authorization }, environmentId);
      isError(answer, 401, 'invalid_client', client);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic /);
      answers.push(JSON.stringify(answer.body));
    }
    assert.equal(new Set(answers).size, 1);
  });

  test('reads a Basic header with and without form encoding, and nothing else', async (context) => {
    const { askToken } = await startPlatform(context);
    const header = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;
    const good = [
      basic(ADMIN, ADMIN_SECRET),
      basic(ADMIN, ADMIN_SECRET).replace('Basic', 'basic'),
      header(`${ADMIN}:${ADMIN_SECRET}`),
      header(`${ADMIN}:${encodeURIComponent(ADMIN_SECRET).replaceAll('%20', '+')}`),
    ];
    for (const authorization of good) {
      assert.equal((await askToken(GRANT, { authorization })).status, 200, authorization);
    }
    for (const authorization of ['Basic', 'Basic !', header(ADMIN), header(':x'), 'Bearer x']) {
      isError(await askToken(GRANT, { authorization }), 401, 'invalid_client', authorization);
    }
  });

  test('takes one method at a time, of one client', async (context) => {
    const { askToken } = await startPlatform(context);
    const authorization = basic(ADMIN, ADMIN_SECRET);
    const twice = [
      { client_secret: ADMIN_SECRET },
      { client_secret: '' },
      { client_assertion: 'x.y.z', client_assertion_type: JWT_BEARER },
      { client_id: randomUUID() },
    ];
    for (const form of twice) {
      const answer = await askToken({ ...GRANT, ...form }, { authorization });
      isError(answer, 400, 'invalid_request', JSON.stringify(form));
    }
    const named = await askToken({ ...GRANT, client_id: ADMIN }, { authorization });
    assert.equal(named.status, 200);
    isError(await askToken(GRANT), 401, 'invalid_client');
    isError(await askToken({ ...GRANT, client_secret: 'x' }), 401, 'invalid_client');
  });

  test('slows down who fails too often, and nobody else', async (context) => {
    const platform = await start(context);
    const { askToken, time } = platform;
    const fail = () => askToken(GRANT, { authorization: basic(ADMIN, 'wrong') });
    const succeed = () => askToken(GRANT, { authorization: basic(ADMIN, ADMIN_SECRET) });
    const other = await createWorker(platform, platform.admin);
    for (let at = 0; at < CLIENT_FAILURES_MAX; at++) isError(await fail(), 401, 'invalid_client');
    const slow = await fail();
    isError(slow, 429, 'slow_down');
    assert.equal(slow.headers.get('retry-after'), '60');
    isError(await succeed(), 429, 'slow_down');
    const neighbour = await askToken(GRANT, { authorization: basic(other.id, other.secret) });
    assert.equal(neighbour.status, 200);
    time.now += CLIENT_FAILURES_WINDOW_MS;
    assert.equal((await succeed()).status, 200);
  });

  test('tells parallel guesses no more than those in a row', async (context) => {
    const { askToken } = await startPlatform(context);
    const guesses = Array.from({ length: 30 }, (_, at) =>
      at === 29 ? ADMIN_SECRET : `wrong ${at}`,
    );
    const answers = await Promise.all(
      guesses.map((guess) => askToken(GRANT, { authorization: basic(ADMIN, guess) })),
    );
    const judged = answers.filter(({ status }) => status === 401 || status === 200);
    assert.ok(judged.length <= CLIENT_FAILURES_MAX + 1, `${judged.length}`);
  });

  test('serves right clients beside a flood of invented ones', async (context) => {
    const platform = await start(context);
    const { askToken, admin } = platform;
    const right = [];
    for (let at = 0; at < 12; at++) {
      right.push(await createWorker(platform, admin, { name: `right ${at}` }));
    }
    const flood = Array.from({ length: 160 }, () =>
      askToken(GRANT, { authorization: basic(randomUUID(), 'invented') }),
    );
    for (const { id, secret } of right) {
      const answer = await askToken(GRANT, { authorization: basic(id, secret) });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    }
    for (const answer of await Promise.all(flood)) isError(answer, 401, 'invalid_client');
  });

  test('records few of many failures of a client, and none of invented ones', async (context) => {
    const { askToken, store, time } = await startPlatform(context);
    const failed = async () => {
      const rows = await store.list('activities', HOME, { limit: 1_000 });
      return rows.filter(({ doc }) => doc.result === 'FAILED').length;
    };
    for (let at = 0; at < CLIENT_FAILURES_MAX + 5; at++) {
      await askToken(GRANT, { authorization: basic(ADMIN, 'wrong') });
      await askToken(GRANT, { authorization: basic(randomUUID(), 'wrong') });
    }
    await until(async () => (await failed()) === CLIENT_FAILURES_MAX);
    time.now += CLIENT_FAILURES_WINDOW_MS;
    await askToken(GRANT, { authorization: basic(ADMIN, 'wrong') });
    await until(async () => (await failed()) === CLIENT_FAILURES_MAX + 1);
  });

  test('checks no more secrets at once than it can hold', async (context) => {
    const { askToken } = await startPlatform(context);
    const authorization = basic(ADMIN, ADMIN_SECRET);
    const answers = await Promise.all(
      Array.from({ length: 80 }, () => askToken(GRANT, { authorization })),
    );
    const statuses = new Set(answers.map(({ status }) => status));
    assert.ok(statuses.has(200));
    for (const status of statuses) assert.ok(status === 200 || status === 503, `${status}`);
  });
});

describe('private_key_jwt', () => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwkOf = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid });
  const jwks = JSON.stringify({
    keys: [jwkOf(pair.publicKey, 'rsa'), jwkOf(elliptic.publicKey, 'ec')],
  });
  const TOKEN_URL = `${AUTH_URL}/${HOME}/as/token`;

  async function startWithKeys(context: TestContext) {
    const platform = await start(context);
    const { ask, askToken, admin, time } = platform;
    const created = await ask(applicationsOf(), {
      token: admin,
      body: aWorker({ tokenEndpointAuthMethod: 'PRIVATE_KEY_JWT', jwks }),
    });
    assert.equal(created.status, 201, JSON.stringify(created.body));
    const id = String(created.body.id);
    const sign = (
      claims: JWTPayload = {},
      { key = pair.privateKey, alg = 'RS256', kid = 'rsa', without = '' } = {},
    ) => {
      const payload: JWTPayload = {
        iss: id,
        sub: id,
        aud: TOKEN_URL,
        exp: Math.floor(time.now / 1_000) + 60,
        jti: randomUUID(),
        ...claims,
      };
      delete payload[without];
      return new SignJWT(payload).setProtectedHeader({ alg, kid }).sign(key);
    };
    const present = (assertion: string, form: Record<string, string> = {}) =>
      askToken({
        ...GRANT,
        client_assertion: assertion,
        client_assertion_type: JWT_BEARER,
        ...form,
      });
    return { ...platform, id, sign, present };
  }

  test('is taken once, for the token endpoint or the issuer', async (context) => {
    const { sign, present, id, ask, admin } = await startWithKeys(context);
    const assertion = await sign();
    const { status, body } = await present(assertion, { client_id: id });
    assert.equal(status, 200);
    assert.equal(decodeJwt(body.access_token).client_id, id);
    isError(await present(assertion), 401, 'invalid_client', 'again');
    assert.equal((await present(await sign({ aud: `${AUTH_URL}/${HOME}/as` }))).status, 200);
    const byCurve = { key: elliptic.privateKey, alg: 'ES256', kid: 'ec' };
    assert.equal((await present(await sign({}, byCurve))).status, 200);
    const shown = await ask(`${applicationsOf()}/${id}`, { token: admin });
    assert.deepEqual(JSON.parse(shown.body.jwks), JSON.parse(jwks));
  });

  test('is taken once when two arrive together, and by its id', async (context) => {
    const { sign, present } = await startWithKeys(context);
    const assertion = await sign();
    const answers = await Promise.all([present(assertion), present(assertion)]);
    assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 401]);
    const [one, other] = [await sign({ jti: 'same' }), await sign({ jti: 'same', x: 1 })];
    assert.equal((await present(one)).status, 200);
    isError(await present(other), 401, 'invalid_client');
    const nameless = await sign({}, { without: 'jti' });
    assert.equal((await present(nameless)).status, 200);
    isError(await present(nameless), 401, 'invalid_client');
  });

  test('is refused unless all of it is right', async (context) => {
    const { sign, present, time, id } = await startWithKeys(context);
    const inSeconds = (count: number) => Math.floor(time.now / 1_000) + count;
    const foreign = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
    const wrong = {
      'another issuer': () => sign({ iss: ADMIN }),
      'no issuer': () => sign({}, { without: 'iss' }),
      'another audience': () => sign({ aud: `${AUTH_URL}/${OTHER}/as/token` }),
      'the API as audience': () => sign({ aud: PUBLIC_URL }),
      'no audience': () => sign({}, { without: 'aud' }),
      expired: () => sign({ exp: inSeconds(-31) }),
      'too long a life': () => sign({ exp: inSeconds(3_631) }),
      'no expiry': () => sign({}, { without: 'exp' }),
      'not yet': () => sign({ nbf: inSeconds(31) }),
      'made in the future': () => sign({ iat: inSeconds(31) }),
      'a foreign key': () => sign({}, { key: foreign }),
      'the wrong one of the keys': () => sign({}, { kid: 'ec' }),
      'an unknown kid': () => sign({}, { kid: '../rsa' }),
    };
    let failures = 0;
    for (const [name, assertion] of Object.entries(wrong)) {
      isError(await present(await assertion()), 401, 'invalid_client', name);
      failures += 1;
      if (failures % 9 === 0) time.now += CLIENT_FAILURES_WINDOW_MS;
    }
    time.now += CLIENT_FAILURES_WINDOW_MS;
    const stranger = await sign({ iss: randomUUID(), sub: randomUUID() });
    isError(await present(stranger), 401, 'invalid_client', 'an unknown client');
    const secretOwner = await sign({ iss: ADMIN, sub: ADMIN });
    isError(await present(secretOwner), 401, 'invalid_client', 'a client of another method');
    const unsigned = [{ sub: 1 }, { sub: {} }, null, []].map(
      (claims) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`,
    );
    for (const text of ['', 'x', 'x.y.z', 'a'.repeat(10_000), ...unsigned]) {
      isError(await present(text), 401, 'invalid_client', text);
    }
    const good = await sign();
    const type = {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer',
    };
    isError(await present(good, type), 400, 'invalid_request');
    isError(await present(good, { client_id: ADMIN }), 400, 'invalid_request');
    assert.equal((await present(good, { client_id: id })).status, 200);
  });

  test('is never an HMAC by the public key, and never unsigned', async (context) => {
    const { sign, present } = await startWithKeys(context);
    const [, payload = ''] = (await sign()).split('.');
    const claims: JWTPayload = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const hmac = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'rsa' })
      .sign(Buffer.from(pem));
    const header = Buffer.from(JSON.stringify({ alg: 'none', kid: 'rsa' })).toString('base64url');
    for (const assertion of [hmac, `${header}.${payload}.`, `${header}.${payload}.AA`]) {
      isError(await present(assertion), 401, 'invalid_client', assertion);
    }
  });
});

describe('what is remembered of clients', () => {
  test('counts failures in one window, then starts anew', () => {
    const failures = createFailureWindow();
    for (let at = 0; at < CLIENT_FAILURES_MAX; at++) {
      assert.equal(failures.waitMs('key', at), undefined);
      failures.record('key', at);
    }
    assert.equal(failures.waitMs('key', 10), CLIENT_FAILURES_WINDOW_MS - 10);
    assert.equal(failures.waitMs('other', 10), undefined);
    assert.equal(failures.waitMs('key', CLIENT_FAILURES_WINDOW_MS), undefined);
  });

  test('counts tries whose outcome is not known as failures, until it is', () => {
    const failures = createFailureWindow();
    const tries = Array.from({ length: CLIENT_FAILURES_MAX + 1 }, () => failures.begin('key', 0));
    const [first, ...others] = tries;
    assert.equal(others.pop(), undefined);
    assert.ok(others.every(Boolean));
    first?.();
    assert.ok(failures.begin('key', 0));
    assert.equal(failures.begin('key', 0), undefined);
    assert.ok(failures.begin('other', 0));
    assert.ok(failures.begin('key', CLIENT_FAILURES_WINDOW_MS));
  });
});
