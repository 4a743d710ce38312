import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { SECRET_READABLE_MS } from '../../../config/limits.ts';
import { verifyClientSecret } from '../../../crypto/client-secret.ts';
import { roundTrip } from '../../../testing/round-trip.ts';
import {
  ADMIN,
  ADMIN_SECRET,
  applicationsOf,
  aWorker,
  basic,
  commit,
  createWorker,
  HOME,
  OTHER,
  PUBLIC_URL,
  startPlatform,
} from './testing-platform.ts';

async function start(context: TestContext, settings?: { secretsReadOnce: boolean }) {
  const platform = await startPlatform(context, [], settings);
  const token = await platform.tokenOf();
  /** A request by the administrator. */
  const ask = (path: string, method = 'GET', body?: object) =>
    platform.ask(path, { token, method, ...(body ? { body } : {}) });
  return { ...platform, token, asAdmin: ask };
}

const pathOf = (id: string) => `${applicationsOf()}/${id}`;

describe('an application', () => {
  test('is created, read, listed, replaced and deleted', async (context) => {
    const { asAdmin, time } = await start(context);
    const mobile = {
      bundleId: 'com.example',
      passcodeGracePeriod: 5,
      integrityDetection: { mode: 'DISABLED' },
      passcodeRefreshDuration: { duration: 30, timeUnit: 'SECONDS' },
    };
    const created = await asAdmin(applicationsOf(), 'POST', {
      ...aWorker({ name: 'Phone', type: 'NATIVE_APP' }),
      description: 'An app',
      redirectUris: ['https://app.example/back'],
      pkceEnforcement: 'S256_REQUIRED',
      mobile,
      id: ADMIN,
      environment: { id: OTHER },
      createdAt: '2020-01-01T00:00:00.000Z',
      secretHash: 'x',
      tokensValidFrom: 0,
      unheardOf: true,
    });
    assert.equal(created.status, 201);
    const { id, _links, ...shown } = created.body;
    assert.notEqual(id, ADMIN);
    assert.equal(_links.self.href, `${PUBLIC_URL}${pathOf(id)}`);
    const createdAt = new Date(time.now).toISOString();
    assert.deepEqual(shown, {
      environment: { id: HOME },
      name: 'Phone',
      description: 'An app',
      enabled: true,
      type: 'NATIVE_APP',
      protocol: 'OPENID_CONNECT',
      grantTypes: ['CLIENT_CREDENTIALS'],
      tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
      redirectUris: ['https://app.example/back'],
      pkceEnforcement: 'S256_REQUIRED',
      additionalRefreshTokenReplayProtectionEnabled: true,
      devicePollingInterval: 5,
      deviceTimeout: 600,
      idpSignoff: false,
      includeX5t: false,
      opSessionCheckEnabled: false,
      parRequirement: 'OPTIONAL',
      parTimeout: 60,
      refreshTokenDuration: 2_592_000,
      requestScopesForMultipleResourcesEnabled: false,
      mobile,
      createdAt,
      updatedAt: createdAt,
    });
    assert.deepEqual((await asAdmin(pathOf(id))).body, created.body);
    const list = await asAdmin(`${applicationsOf()}?filter=type%20eq%20%22NATIVE_APP%22`);
    assert.deepEqual(list.body._embedded.applications, [created.body]);
    assert.equal((await asAdmin(applicationsOf())).body.count, 2);

    time.now += 1_000;
    const { description: _, redirectUris: __, ...rest } = created.body;
    const replaced = await asAdmin(pathOf(id), 'PUT', { ...rest, name: 'Tablet', enabled: false });
    assert.equal(replaced.status, 200, JSON.stringify(replaced.body));
    const { createdAt: kept, updatedAt, ...after } = replaced.body;
    assert.deepEqual([kept, updatedAt], [createdAt, new Date(time.now).toISOString()]);
    assert.deepEqual([after.name, after.enabled, after.mobile], ['Tablet', false, mobile]);
    assert.ok(!('description' in after) && !('redirectUris' in after));

    assert.equal((await asAdmin(pathOf(id), 'DELETE')).status, 204);
    for (const method of ['GET', 'DELETE']) {
      assert.equal((await asAdmin(pathOf(id), method)).status, 404);
    }
  });

  test('comes back with all that was sent, its keys as they were written', async (context) => {
    const { asAdmin } = await start(context);
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const jwks = `{\n  "keys" : [ ${JSON.stringify({ x5t: 'a', ...publicKey.export({ format: 'jwk' }) })} ]\n}\n`;
    const { assignActorRoles: _, ...plain } = aWorker({ name: 'Keys' });
    const sent = {
      ...plain,
      tokenEndpointAuthMethod: 'PRIVATE_KEY_JWT',
      accessControl: { group: { type: 'ANY_GROUP', groups: [{ id: randomUUID() }] } },
      includeX5t: true,
      idpSignoff: true,
      opSessionCheckEnabled: true,
      refreshTokenType: 'OPAQUE',
      requestScopesForMultipleResourcesEnabled: true,
      jwks,
    };
    const { made, replaced } = await roundTrip(
      (path, { body, method = body ? 'POST' : 'GET' } = {}) => asAdmin(path, method, body),
      applicationsOf(),
      { post: sent, put: plain },
    );
    assert.equal(made.jwks, jwks);
    assert.deepEqual(made.accessControl.role, { type: 'ADMIN_USERS_ONLY' });
    assert.deepEqual(replaced.accessControl, { role: { type: 'ADMIN_USERS_ONLY' } });
    assert.deepEqual(
      [replaced.includeX5t, replaced.idpSignoff, replaced.opSessionCheckEnabled],
      [false, false, false],
    );
  });

  test('is found in its own environment only', async (context) => {
    const { asAdmin } = await start(context);
    for (const path of ['', '/secret', '/roleAssignments']) {
      const { status, body } = await asAdmin(`${applicationsOf(OTHER)}/${ADMIN}${path}`);
      assert.deepEqual([status, body.code], [404, 'NOT_FOUND'], path);
    }
    assert.equal((await asAdmin(pathOf(randomUUID()))).status, 404);
  });

  test('has a name of its own in its environment', async (context) => {
    const { asAdmin } = await start(context);
    const isTaken = ({
      status,
      body,
    }: {
      status: number;
      body: { code: string; details: object[] };
    }) => {
      assert.deepEqual([status, body.code], [409, 'UNIQUENESS_VIOLATION']);
      const [detail] = body.details as { code: string; target: string }[];
      assert.deepEqual([detail?.code, detail?.target], ['UNIQUENESS_VIOLATION', 'name']);
    };
    isTaken(await asAdmin(applicationsOf(), 'POST', aWorker({ name: 'Administrator' })));
    const created = await asAdmin(applicationsOf(), 'POST', aWorker());
    const renamed = { ...created.body, name: 'Administrator' };
    isTaken(await asAdmin(pathOf(created.body.id), 'PUT', renamed));
    const elsewhere = await asAdmin(applicationsOf(OTHER), 'POST', aWorker());
    assert.equal(elsewhere.status, 201);
  });

  test('is refused with the target of what is wrong', async (context) => {
    const { asAdmin } = await start(context);
    const cases: [object, string, string][] = [
      [{ name: '' }, 'EMPTY_VALUE', 'name'],
      [{ name: 'x'.repeat(257) }, 'SIZE_LIMIT_EXCEEDED', 'name'],
      [{ name: undefined }, 'REQUIRED_VALUE', 'name'],
      [{ type: 'OTHER' }, 'INVALID_VALUE', 'type'],
      [{ protocol: 'KERBEROS' }, 'INVALID_VALUE', 'protocol'],
      [{ grantTypes: [] }, 'EMPTY_VALUE', 'grantTypes'],
      [{ grantTypes: ['PASSWORD'] }, 'INVALID_VALUE', 'grantTypes[0]'],
      [{ tokenEndpointAuthMethod: 'TLS' }, 'INVALID_VALUE', 'tokenEndpointAuthMethod'],
      [{ jwksUrl: 'file:///etc/passwd' }, 'INVALID_VALUE', 'jwksUrl'],
      [{ tokenEndpointAuthMethod: 'PRIVATE_KEY_JWT' }, 'REQUIRED_VALUE', 'jwks'],
      [{ redirectUris: 'x' }, 'INVALID_VALUE', 'redirectUris'],
      [{ mobile: 'x' }, 'INVALID_VALUE', 'mobile'],
    ];
    for (const [more, code, target] of cases) {
      const { status, body } = await asAdmin(applicationsOf(), 'POST', aWorker(more));
      assert.equal(status, 400, target);
      assert.deepEqual([body.details[0].code, body.details[0].target], [code, target]);
    }
    const created = await asAdmin(applicationsOf(), 'POST', aWorker());
    const other = { ...created.body, type: 'NATIVE_APP' };
    const { status, body } = await asAdmin(pathOf(created.body.id), 'PUT', other);
    assert.deepEqual([status, body.details[0].target], [400, 'type']);
  });

  test('has public keys only, and strong ones', async (context) => {
    const { asAdmin } = await start(context);
    const jwkOf = (bits: number) => {
      const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits });
      return {
        own: privateKey.export({ format: 'jwk' }),
        shown: publicKey.export({ format: 'jwk' }),
      };
    };
    const { own, shown } = jwkOf(2_048);
    const wrong: [unknown, RegExp][] = [
      ['{', /not JSON/],
      ['[]', /1 to 20 keys/],
      [{ keys: [] }, /1 to 20 keys/],
      [{ keys: Array.from({ length: 21 }, () => shown) }, /1 to 20 keys/],
      [{ keys: [own] }, /private/],
      [{ keys: [{ kty: 'oct', k: 'AAAA' }] }, /symmetric/],
      [{ keys: [{ ...shown, n: 1 }] }, /strings/],
      [{ keys: [{ kty: 'RSA', n: 'AA', e: '' }] }, /not a public key|fewer than/],
      [{ keys: [null] }, /not a public key/],
      [{ keys: [jwkOf(1_024).shown] }, /2048/],
      [{ keys: [shown, shown] }, /kid/],
    ];
    for (const [jwks, message] of wrong) {
      const text = typeof jwks === 'string' ? jwks : JSON.stringify(jwks);
      const body = aWorker({ tokenEndpointAuthMethod: 'PRIVATE_KEY_JWT', jwks: text });
      const answer = await asAdmin(applicationsOf(), 'POST', body);
      assert.deepEqual([answer.status, answer.body.details[0].target], [400, 'jwks'], text);
      assert.match(answer.body.details[0].message, message);
      assert.ok(!JSON.stringify(answer.body).includes(own.d ?? ''));
    }
  });
});

describe("an application's secret", () => {
  const strict = { secretsReadOnce: true };

  test('is read as often as it is asked for, and each time recorded', async (context) => {
    const { asAdmin, askToken, store, logText, time, tokenOf, ask } = await start(context);
    const { body } = await asAdmin(applicationsOf(), 'POST', aWorker());
    const path = `${pathOf(body.id)}/secret`;
    const { secret } = (await asAdmin(path)).body;
    assert.deepEqual((await asAdmin(path)).body.secret, secret);
    time.now += SECRET_READABLE_MS;
    const token = await tokenOf();
    const late = await ask(path, { token });
    assert.deepEqual([late.status, late.body.secret], [200, secret]);
    const replaced = await ask(path, { token, method: 'POST' });
    assert.notEqual(replaced.body.secret, secret);
    assert.equal((await ask(path, { token })).body.secret, replaced.body.secret);
    const authorization = basic(body.id, replaced.body.secret);
    const got = await askToken({ grant_type: 'client_credentials' }, { authorization });
    assert.equal(got.status, 200);
    const row = await store.get('applications', HOME, body.id);
    assert.equal(await verifyClientSecret(replaced.body.secret, row?.doc.secretHash), true);
    const activities = await store.list('activities', HOME, { limit: 20 });
    const actions = activities.map(({ doc }) => doc.action);
    assert.equal(actions.filter((action) => action === 'SECRET.READ').length, 4);
    const said = JSON.stringify([row, activities]) + logText();
    assert.ok(!said.includes(secret) && !said.includes(replaced.body.secret));
  });

  test('is read once after the application was made, where the server is set so', async (context) => {
    const { asAdmin, askToken, store, logText } = await start(context, strict);
    const created = await asAdmin(applicationsOf(), 'POST', aWorker());
    const { id } = created.body;
    const answers = await Promise.all([
      asAdmin(`${pathOf(id)}/secret`),
      asAdmin(`${pathOf(id)}/secret`),
    ]);
    const [first, second] = answers.sort((one, other) => one.status - other.status);
    assert.deepEqual([first?.status, second?.status], [200, 404]);
    assert.match(second?.body.message, /POST to this address/);
    const secret = String(first?.body.secret);
    assert.match(secret, /^[\w-]{64}$/);
    assert.equal(first?.headers.get('cache-control'), 'no-store');
    const token = await askToken(
      { grant_type: 'client_credentials' },
      { authorization: basic(id, secret) },
    );
    assert.equal(token.status, 200);
    const row = await store.get('applications', HOME, id);
    assert.equal(row?.doc.sealedSecret, undefined);
    assert.equal(await verifyClientSecret(secret, row?.doc.secretHash), true);
    const activities = await store.list('activities', HOME, { limit: 20 });
    const said = JSON.stringify([row, activities, created.body]) + logText();
    assert.ok(!said.includes(secret));
    assert.ok(activities.some(({ doc }) => doc.action === 'SECRET.READ'));
  });

  test('is then not read an hour after it was made', async (context) => {
    const { asAdmin, time, tokenOf, ask } = await start(context, strict);
    const created = await asAdmin(applicationsOf(), 'POST', aWorker());
    time.now += SECRET_READABLE_MS;
    const token = await tokenOf();
    const late = await ask(`${pathOf(created.body.id)}/secret`, { token });
    assert.deepEqual([late.status, late.body.code], [404, 'NOT_FOUND']);
  });

  test('does not open in the row of another application', async (context) => {
    const { asAdmin, store } = await start(context);
    const [one, other] = [
      await asAdmin(applicationsOf(), 'POST', aWorker({ name: 'one' })),
      await asAdmin(applicationsOf(), 'POST', aWorker({ name: 'other' })),
    ].map(({ body }) => String(body.id));
    const source = await store.get('applications', HOME, one ?? '');
    const target = await store.get('applications', HOME, other ?? '');
    assert.ok(source?.doc.sealedSecret && target);
    const doc = { ...target.doc, sealedSecret: source.doc.sealedSecret };
    await commit(store, [{ ...target, op: 'update', table: 'applications', doc }]);
    const { status, body } = await asAdmin(`${pathOf(other ?? '')}/secret`);
    assert.deepEqual([status, body.code], [500, 'UNEXPECTED_ERROR']);
  });

  test('is replaced by POST, which answers the new one at once', async (context) => {
    const platform = await start(context, strict);
    const { asAdmin, askToken, token } = platform;
    const { id, secret } = await createWorker(platform, token);
    const replaced = await asAdmin(`${pathOf(id)}/secret`, 'POST');
    assert.equal(replaced.status, 200);
    assert.notEqual(replaced.body.secret, secret);
    const statusOf = async (text: string) => {
      const authorization = basic(id, text);
      return (await askToken({ grant_type: 'client_credentials' }, { authorization })).status;
    };
    assert.deepEqual([await statusOf(secret), await statusOf(replaced.body.secret)], [401, 200]);
    assert.equal((await asAdmin(`${pathOf(id)}/secret`)).status, 404);
  });

  test('is out of reach of those who may only read applications', async (context) => {
    const platform = await start(context);
    const { asAdmin, token, ask } = platform;
    const { id } = await createWorker(platform, token, { name: 'target' });
    const { body: roles } = await asAdmin('/v1/roles');
    const readOnly = roles._embedded.roles.find(
      ({ name }: { name: string }) => name === 'Configuration Read Only',
    );
    const reader = await createWorker(platform, token, { name: 'reader' });
    await asAdmin(`${pathOf(reader.id)}/roleAssignments`, 'POST', {
      role: { id: readOnly.id },
      scope: { type: 'ENVIRONMENT', id: HOME },
    });
    const readerToken = await platform.tokenOf(reader.id, reader.secret);
    assert.equal((await ask(pathOf(id), { token: readerToken })).status, 200);
    for (const method of ['GET', 'POST']) {
      const path = `${pathOf(id)}/secret`;
      assert.equal((await ask(path, { token: readerToken, method })).status, 403);
    }
  });
});

describe('no application', () => {
  test('changes itself: its secret, its keys, its existence', async (context) => {
    const { asAdmin, tokenOf } = await start(context);
    const { body } = await asAdmin(pathOf(ADMIN));
    const answers = [
      await asAdmin(pathOf(ADMIN), 'PUT', { ...body, enabled: false }),
      await asAdmin(pathOf(ADMIN), 'DELETE'),
      await asAdmin(`${pathOf(ADMIN)}/secret`),
      await asAdmin(`${pathOf(ADMIN)}/secret`, 'POST'),
    ];
    for (const { status, body: refusal } of answers) {
      assert.deepEqual([status, refusal.code], [403, 'ACCESS_FAILED']);
      assert.match(refusal.message, /cannot change itself/);
    }
    assert.ok(await tokenOf(ADMIN, ADMIN_SECRET));
  });
});
