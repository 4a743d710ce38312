import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { type JWTPayload, SignJWT, UnsecuredJWT } from 'jose';
import type { Operation } from '../../kit/operation.ts';
import {
  ADMIN,
  AUTH_URL,
  applicationsOf,
  commit,
  createWorker,
  HOME,
  OTHER,
  type Platform,
  PUBLIC_URL,
  startPlatform,
  USER,
} from '../applications/testing-platform.ts';
import { issueUserToken } from './issue-token.ts';

/** Answers who asks and how far. */
const probe: Operation = {
  id: 'probe',
  method: 'GET',
  path: '/v1/environments/{envID}/users/{userID}/probe',
  tag: 'Tests',
  summary: 'probe',
  permission: 'read:device',
  selfScopes: ['p1:read:device'],
  needsMfa: false,
  responses: { 200: null },
  handle: async ({ actor, populationIds }) => ({ status: 200, body: { actor, populationIds } }),
};
const probeOf = (environmentId = HOME, userId = USER) =>
  `/v1/environments/${environmentId}/users/${userId}/probe`;

async function start(context: TestContext) {
  const platform = await startPlatform(context, [probe]);
  const ask = async (token: string, path = probeOf()) => {
    const { status, body } = await platform.ask(path, { token });
    return { status, body };
  };
  return { ...platform, probe: ask };
}

interface Forgery {
  claims?: JWTPayload;
  header?: Record<string, unknown>;
  key?: KeyObject;
  without?: string;
}

/** A token as ours, but for what the forgery says. */
async function forge(
  { keyring, time }: Pick<Platform, 'keyring' | 'time'>,
  { claims, header, key, without }: Forgery = {},
): Promise<string> {
  const { kid, alg, privateKey } = await keyring.signingKey(HOME);
  const seconds = Math.floor(time.now / 1_000);
  const payload: JWTPayload = {
    iss: `${AUTH_URL}/${HOME}/as`,
    aud: [PUBLIC_URL],
    client_id: ADMIN,
    iat: seconds,
    exp: seconds + 3_600,
    jti: randomUUID(),
    ...claims,
  };
  if (without !== undefined) delete payload[without];
  return new SignJWT(payload)
    .setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header })
    .sign(key ?? privateKey);
}

const refused = (answer: { status: number; body: { code?: string } }, name: string) =>
  assert.deepEqual([answer.status, answer.body.code], [401, 'INVALID_TOKEN'], name);

describe('an access token', () => {
  test('is taken when it is ours', async (context) => {
    const platform = await start(context);
    const { status, body } = await platform.probe(await forge(platform));
    assert.equal(status, 200);
    const actor = { type: 'APPLICATION', environmentId: HOME, applicationId: ADMIN };
    assert.deepEqual(body, { actor });
  });

  test('is refused in every other form of the header', async (context) => {
    const { ask, tokenOf } = await start(context);
    const token = await tokenOf();
    const forms = ['', 'Bearer', 'Bearer ', token, `Basic ${token}`, `Bearer ${token}.x`];
    for (const authorization of [...forms, `Bearer ${token} ${token}`, `Bearer x${token}`]) {
      refused(await ask(probeOf(), { token: null, headers: { authorization } }), authorization);
    }
    const { status } = await ask(probeOf(), {
      token: null,
      headers: { authorization: `bearer  ${token}` },
    });
    assert.equal(status, 200);
    const without = await ask(probeOf(), { token: null });
    refused(without, 'no header');
    assert.equal(without.headers.get('www-authenticate'), 'Bearer');
  });

  test('is refused when its algorithm is none or symmetric', async (context) => {
    const platform = await start(context);
    const { kid } = await platform.keyring.signingKey(HOME);
    const publicKey = await platform.keyring.verificationKey(HOME, kid);
    assert.ok(publicKey);
    const good = await forge(platform);
    const [, payload = ''] = good.split('.');
    const headerOf = (alg: string) =>
      Buffer.from(JSON.stringify({ alg, kid, typ: 'at+jwt' })).toString('base64url');
    const { privateKey: ellipticKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const withSecret = async (secret: Buffer) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid, typ: 'at+jwt' }).sign(secret);
    const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const jwk = JSON.stringify(publicKey.export({ format: 'jwk' }));
    const forgeries = {
      none: new UnsecuredJWT(claims).encode(),
      'none with a kid': `${headerOf('none')}.${payload}.`,
      'none with a signature': `${headerOf('None')}.${payload}.AAAA`,
      'HS256 by the PEM': await withSecret(Buffer.from(pem)),
      'HS256 by the DER': await withSecret(publicKey.export({ type: 'spki', format: 'der' })),
      'HS256 by the JWK': await withSecret(Buffer.from(jwk)),
      'HS256 by nothing': await withSecret(Buffer.alloc(32)),
      'another algorithm of the same key': await forge(platform, { header: { alg: 'RS512' } }),
      'an elliptic key': await forge(platform, { header: { alg: 'ES256' }, key: ellipticKey }),
    };
    for (const [name, token] of Object.entries(forgeries))
      refused(await platform.probe(token), name);
  });

  test('is refused when another key signed it, whatever it says of keys', async (context) => {
    const platform = await start(context);
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const jwk = publicKey.export({ format: 'jwk' });
    const other = await platform.keyring.signingKey(OTHER);
    const mine = (await platform.keyring.signingKey(HOME)).kid;
    const device = await platform.keyring.deviceSigningKey(HOME);
    const kids = [
      '',
      '../environment_keys',
      `../${OTHER}/${other.kid}`,
      `${mine}\u0000`,
      `${mine}' or '1'='1`,
      '__proto__',
      'constructor',
      other.kid,
    ];
    for (const kid of kids) {
      refused(await platform.probe(await forge(platform, { header: { kid } })), kid);
      refused(
        await platform.probe(await forge(platform, { header: { kid }, key: privateKey })),
        kid,
      );
    }
    const header = { jwk, jku: 'http://127.0.0.1:1/jwks', x5u: 'http://127.0.0.1:1/x' };
    const forgeries: Record<string, Forgery> = {
      'a foreign key': { key: privateKey },
      'a key of its own': { key: privateKey, header },
      "another environment's key": { key: other.privateKey },
      "another environment's key and kid": { key: other.privateKey, header: { kid: other.kid } },
      'no kid': { header: { kid: undefined } },
      'a kid that is no text': { header: { kid: 1 } },
      'the key for devices': {
        key: device.privateKey,
        header: { kid: device.kid, alg: device.alg },
      },
    };
    for (const [name, forgery] of Object.entries(forgeries)) {
      refused(await platform.probe(await forge(platform, forgery)), name);
    }
  });

  test('is refused when it was changed in one character', async (context) => {
    const platform = await start(context);
    const token = await forge(platform);
    const [header = '', payload = '', signature = ''] = token.split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    const changed = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 1 }));
    refused(await platform.probe(`${header}.${changed.toString('base64url')}.${signature}`), 'exp');
    refused(await platform.probe(`${header}.${payload}.`), 'no signature');
    refused(await platform.probe(`${header}.${payload}`), 'two parts');
    const other = await forge(platform, { claims: { client_id: randomUUID() } });
    refused(await platform.probe(`${header}.${payload}.${other.split('.')[2]}`), 'transplanted');
    assert.equal((await platform.probe(token)).status, 200);
  });

  test('is refused by issuer, audience, type, times and missing claims', async (context) => {
    const platform = await start(context);
    const seconds = Math.floor(platform.time.now / 1_000);
    const iss = `${AUTH_URL}/${HOME}/as`;
    const forgeries: Record<string, Forgery> = {
      'a foreign issuer': { claims: { iss: `https://evil.example/${HOME}/as` } },
      'an issuer with more before': { claims: { iss: `https://evil.example/?${iss}` } },
      'an issuer with more after': { claims: { iss: `${iss}/` } },
      'an issuer in another case': { claims: { iss: iss.toUpperCase() } },
      "another environment's issuer": { claims: { iss: `${AUTH_URL}/${OTHER}/as` } },
      'the issuer of no environment': { claims: { iss: `${AUTH_URL}/${randomUUID()}/as` } },
      'no issuer': { without: 'iss' },
      'another audience': { claims: { aud: 'https://api.example.test' } },
      'the issuer as audience': { claims: { aud: iss } },
      'no audience': { without: 'aud' },
      'another type': { header: { typ: 'JWT' } },
      'no type': { header: { typ: undefined } },
      expired: { claims: { iat: seconds - 3_700, exp: seconds - 31 } },
      'not yet valid': { claims: { nbf: seconds + 31 } },
      'made in the future': { claims: { iat: seconds + 31, exp: seconds + 100 } },
      'made too long ago': { claims: { iat: seconds - 3_631, exp: seconds + 100 } },
      'no expiry': { without: 'exp' },
      'no time of issue': { without: 'iat' },
      'no id': { without: 'jti' },
      nobody: { without: 'client_id' },
      'a client that is no text': { claims: { client_id: 1 as unknown as string } },
      'an unknown client': { claims: { client_id: randomUUID() } },
      'a critical extension': { header: { crit: ['x'], x: 1 } },
    };
    for (const [name, forgery] of Object.entries(forgeries)) {
      refused(await platform.probe(await forge(platform, forgery).catch(() => 'x.y.z')), name);
    }
    const withinLeeway: Record<string, Forgery> = {
      'just expired': { claims: { exp: seconds - 29 } },
      'almost valid': { claims: { nbf: seconds + 29, iat: seconds + 29 } },
    };
    for (const [name, forgery] of Object.entries(withinLeeway)) {
      assert.equal((await platform.probe(await forge(platform, forgery))).status, 200, name);
    }
  });

  test('that is remembered still expires', async (context) => {
    const platform = await start(context);
    const token = await platform.tokenOf();
    assert.equal((await platform.probe(token)).status, 200);
    platform.time.now += 3_629_000;
    assert.equal((await platform.probe(token)).status, 200);
    platform.time.now += 1_000;
    refused(await platform.probe(token), 'expired');
  });

  test('is not read when it is too long', async (context) => {
    const platform = await start(context);
    const token = await forge(platform, { claims: { x: 'x'.repeat(9_000) } });
    refused(await platform.probe(token), 'long');
  });

  test('of a retired key is taken as long as it lives', async (context) => {
    const platform = await start(context);
    const token = await platform.tokenOf();
    await platform.keyring.rotateSigningKey(HOME);
    platform.time.now += 120_000;
    const next = await platform.tokenOf();
    assert.notEqual(kidOf(next), kidOf(token));
    for (const one of [token, next]) assert.equal((await platform.probe(one)).status, 200);
    platform.time.now += 3_300_000;
    assert.equal((await platform.probe(await forge(platform))).status, 200);
  });
});

function kidOf(token: string): string {
  return JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid;
}

describe("an application's token", () => {
  test('ends when the application is disabled, deleted, or gets a new secret', async (context) => {
    const platform = await start(context);
    const admin = await platform.tokenOf();
    const path = (id: string) => `${applicationsOf()}/${id}`;
    const worker = async (name: string) => {
      const { id, secret, body } = await createWorker(platform, admin, {
        name,
        assignActorRoles: true,
      });
      const token = await platform.tokenOf(id, secret);
      assert.equal((await platform.probe(token)).status, 200, name);
      return { id, token, body };
    };
    const disabled = await worker('disabled');
    await platform.ask(path(disabled.id), {
      token: admin,
      method: 'PUT',
      body: { ...disabled.body, enabled: false },
    });
    refused(await platform.probe(disabled.token), 'disabled');
    await platform.ask(path(disabled.id), { token: admin, method: 'PUT', body: disabled.body });
    assert.equal((await platform.probe(disabled.token)).status, 200, 'enabled again');

    const deleted = await worker('deleted');
    await platform.ask(path(deleted.id), { token: admin, method: 'DELETE' });
    refused(await platform.probe(deleted.token), 'deleted');

    const renewed = await worker('renewed');
    const { body } = await platform.ask(`${path(renewed.id)}/secret`, { token: admin, body: {} });
    refused(await platform.probe(renewed.token), 'new secret');
    // In the same second: the new token is younger than the change, the old one is not.
    const next = await platform.tokenOf(renewed.id, body.secret);
    assert.equal((await platform.probe(next)).status, 200);
    refused(await platform.probe(renewed.token), 'still refused');

    const rekeyed = await worker('rekeyed');
    await platform.ask(path(rekeyed.id), {
      token: admin,
      method: 'PUT',
      body: { ...rekeyed.body, tokenEndpointAuthMethod: 'CLIENT_SECRET_POST' },
    });
    refused(await platform.probe(rekeyed.token), 'another method');
  });

  test('reaches what the roles say, in whichever environment', async (context) => {
    const platform = await start(context);
    const admin = await platform.tokenOf();
    const { body: roles } = await platform.ask('/v1/roles', { token: admin });
    const idOf = (name: string): string =>
      roles._embedded.roles.find((role: { name: string }) => role.name === name).id;
    const { id, secret } = await createWorker(platform, admin);
    const token = await platform.tokenOf(id, secret);
    const reach = async (environmentId = HOME) => {
      const { status, body } = await platform.probe(token, probeOf(environmentId));
      return status === 200 ? (body.populationIds ?? 'ALL') : status;
    };
    const assign = async (name: string, scope: object) => {
      const path = `${applicationsOf()}/${id}/roleAssignments`;
      const { status, body } = await platform.ask(path, {
        token: admin,
        body: { role: { id: idOf(name) }, scope },
      });
      assert.equal(status, 201, JSON.stringify(body));
    };
    assert.equal(await reach(), 403);
    const second = '44444444-0000-4000-8000-000000000002';
    const { now } = platform.time;
    await commit(platform.store, [
      {
        op: 'insert',
        table: 'populations',
        environmentId: HOME,
        id: second,
        doc: { name: 'Second', isDefault: false, createdAt: now, updatedAt: now },
      },
    ]);
    const first = '44444444-0000-4000-8000-000000000001';
    await assign('Identity Data Read Only', { type: 'POPULATION', id: first });
    assert.deepEqual([await reach(), await reach(OTHER)], [[first], 403]);
    await assign('Identity Data Admin', { type: 'POPULATION', id: second });
    assert.deepEqual([await reach(), await reach(OTHER)], [[first, second], 403]);
    // What isn't in a population is out of reach of a role on one.
    const other = await platform.ask(`${applicationsOf()}/${id}`, { token });
    assert.equal(other.status, 403);
    await assign('Identity Data Read Only', { type: 'ENVIRONMENT', id: OTHER });
    assert.deepEqual([await reach(), await reach(OTHER)], [[first, second], 'ALL']);
    await assign('Identity Data Admin', { type: 'ENVIRONMENT', id: HOME });
    assert.deepEqual([await reach(), await reach(OTHER)], ['ALL', 'ALL']);
    const nowhere = await platform.probe(token, probeOf(randomUUID()));
    assert.equal(nowhere.status, 403);
  });

  test('does not outlive its environment', async (context) => {
    const platform = await start(context);
    const admin = await platform.tokenOf();
    const environment = await platform.store.get('environments', HOME, HOME);
    assert.ok(environment);
    const { id, version } = environment;
    assert.equal((await platform.probe(admin, probeOf(OTHER))).status, 200);
    await commit(platform.store, [
      { op: 'delete', table: 'environments', environmentId: HOME, id, version },
    ]);
    refused(await platform.probe(admin, probeOf(OTHER)), 'environment deleted');
  });
});

describe("a user's own token", () => {
  test('acts for the user with its scopes, in his environment', async (context) => {
    const platform = await start(context);
    const { token } = await issueUserToken(platform, {
      environmentId: HOME,
      userId: USER,
      scopes: ['p1:read:device', 'p1:read:user'],
    });
    const { status, body } = await platform.probe(token);
    const actor = { type: 'USER', environmentId: HOME, userId: USER };
    assert.deepEqual([status, body], [200, { actor }]);
    assert.equal((await platform.probe(token, probeOf(HOME, randomUUID()))).status, 403);
    assert.equal((await platform.probe(token, probeOf(OTHER))).status, 403);
    assert.equal((await platform.ask(applicationsOf(), { token })).status, 403);
    assert.equal((await platform.ask('/v1/roles', { token })).status, 403);
    const narrow = await issueUserToken(platform, {
      environmentId: HOME,
      userId: USER,
      scopes: ['p1:read:user'],
    });
    assert.equal((await platform.probe(narrow.token)).status, 403);
  });

  test('ends with the user, who may be disabled or deleted, and with its application', async (context) => {
    const platform = await start(context);
    const admin = await platform.tokenOf();
    const application = await createWorker(platform, admin);
    const scopes = ['p1:read:device'] as const;
    const request = { environmentId: HOME, userId: USER, scopes };
    const own = (await issueUserToken(platform, request)).token;
    const by = await issueUserToken(platform, { ...request, applicationId: application.id });
    const stranger = await issueUserToken(platform, { ...request, userId: randomUUID() });
    assert.equal((await platform.probe(own)).status, 200);
    assert.equal((await platform.probe(by.token)).status, 200);
    refused(await platform.probe(stranger.token), 'no such user');
    await platform.ask(`${applicationsOf()}/${application.id}`, { token: admin, method: 'DELETE' });
    refused(await platform.probe(by.token), 'its application is gone');
    const user = await platform.store.get('users', HOME, USER);
    assert.ok(user);
    const doc = { ...user.doc, enabled: false };
    await commit(platform.store, [{ ...user, op: 'update', table: 'users', doc }]);
    refused(await platform.probe(own), 'disabled');
  });

  test('lives an hour at the most', async (context) => {
    const platform = await start(context);
    const request = { environmentId: HOME, userId: USER, scopes: ['p1:read:device'] as const };
    const short = await issueUserToken(platform, { ...request, lifetimeSeconds: 60 });
    const long = await issueUserToken(platform, { ...request, lifetimeSeconds: 100_000 });
    assert.deepEqual([short.expiresInSeconds, long.expiresInSeconds], [60, 3_600]);
    platform.time.now += 91_000;
    refused(await platform.probe(short.token), 'expired');
  });

  test('of a client with the same name as its subject is the client', async (context) => {
    const platform = await start(context);
    const token = await forge(platform, { claims: { sub: ADMIN, scope: 'p1:read:device' } });
    const { body } = await platform.probe(token);
    assert.equal(body.actor.type, 'APPLICATION');
  });
});
