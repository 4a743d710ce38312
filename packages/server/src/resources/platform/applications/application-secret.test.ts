/** A secret that is replaced and stays good for a while; one that is brought along. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, type TestContext, test } from 'node:test';
import { decodeJwt, SignJWT } from 'jose';
import { PREVIOUS_SECRET_MAX_MS, SECRET_USE_NOTED_MS } from '../../../config/limits.ts';
import { JWT_BEARER } from '../tokens/client-credentials.ts';
import {
  ADMIN,
  AUTH_URL,
  applicationsOf,
  aWorker,
  basic,
  createWorker,
  HOME,
  startPlatform,
} from './testing-platform.ts';

const GRANT = { grant_type: 'client_credentials' };
const HOUR_MS = 3_600_000;

async function start(context: TestContext, more: object = {}, settings: object = {}) {
  const platform = await startPlatform(context, [], settings);
  const { id, secret } = await createWorker(platform, await platform.tokenOf(), more);
  const path = `${applicationsOf()}/${id}/secret`;
  /** By the administrator, with a new token: an hour may have passed. */
  const ask = async (method = 'GET', body?: object, headers: Record<string, string> = {}) => {
    const token = await platform.tokenOf();
    return platform.ask(path, { token, method, headers, ...(body ? { body } : {}) });
  };
  const inMs = (ms: number) => new Date(platform.time.now + ms).toISOString();
  const rotate = (ms: number) => ask('POST', { previous: { expiresAt: inMs(ms) } });
  const statusOf = async (text: string) =>
    (await platform.askToken(GRANT, { authorization: basic(id, text) })).status;
  const isTaken = (token: string) =>
    platform.access.authenticate(`Bearer ${token}`).then(
      () => true,
      () => false,
    );
  const actions = async () =>
    (await platform.store.list('activities', HOME, { limit: 100 })).map(({ doc }) => doc.action);
  return { ...platform, id, secret, askSecret: ask, inMs, rotate, statusOf, isTaken, actions };
}

describe('a secret that is replaced', () => {
  test('stays good until its moment, and is shown until then', async (context) => {
    const platform = await start(context);
    const { askSecret, rotate, statusOf, secret, time, inMs } = platform;
    const expiresAt = inMs(HOUR_MS);
    const rotated = await rotate(HOUR_MS);
    assert.equal(rotated.status, 200, JSON.stringify(rotated.body));
    assert.notEqual(rotated.body.secret, secret);
    assert.deepEqual(rotated.body.previous, { secret, expiresAt });
    const read = await askSecret();
    assert.deepEqual(read.body, rotated.body);
    assert.deepEqual([await statusOf(secret), await statusOf(rotated.body.secret)], [200, 200]);
    const usedAt = new Date(time.now).toISOString();
    assert.deepEqual((await askSecret()).body.previous, { secret, expiresAt, lastUsed: usedAt });
    time.now += HOUR_MS;
    assert.deepEqual([await statusOf(secret), await statusOf(rotated.body.secret)], [401, 200]);
    assert.ok(!('previous' in (await askSecret()).body));
  });

  test('says when it was last used, to the minute', async (context) => {
    const { askSecret, rotate, statusOf, secret, time, store, id } = await start(context);
    await rotate(HOUR_MS);
    const lastUsed = async () => (await askSecret()).body.previous.lastUsed;
    assert.equal(await lastUsed(), undefined);
    await statusOf(secret);
    const first = await lastUsed();
    const { version = 0, doc } = (await store.get('applications', HOME, id)) ?? {};
    time.now += SECRET_USE_NOTED_MS - 1;
    await statusOf(secret);
    assert.equal(await lastUsed(), first);
    const row = await store.get('applications', HOME, id);
    assert.equal(row?.version, version);
    assert.equal(row?.doc.updatedAt, doc?.updatedAt);
    time.now += 1;
    await statusOf(secret);
    assert.equal(await lastUsed(), new Date(time.now).toISOString());
  });

  test('leaves its tokens their hour; revoked, it ends them at once', async (context) => {
    const { rotate, tokenOf, id, secret, time, isTaken, askSecret, statusOf, actions } =
      await start(context);
    const early = await tokenOf(id, secret);
    const { body } = await rotate(60_000);
    const late = await tokenOf(id, secret);
    const present = await tokenOf(id, body.secret);
    assert.notEqual(decodeJwt(late).credentials_from, decodeJwt(present).credentials_from);
    time.now += 60_000;
    assert.equal(await statusOf(secret), 401);
    for (const token of [early, late, present]) assert.equal(await isTaken(token), true);
    const gone = await askSecret('DELETE');
    assert.deepEqual([gone.status, gone.body.code], [404, 'NOT_FOUND'], 'it has ended by itself');

    const again = await rotate(HOUR_MS);
    for (const token of [early, late]) assert.equal(await isTaken(token), false, 'two before');
    assert.equal(await isTaken(present), true);
    assert.equal((await askSecret('DELETE')).status, 204);
    assert.equal(await isTaken(present), false);
    assert.deepEqual([await statusOf(body.secret), await statusOf(again.body.secret)], [401, 200]);
    assert.equal((await askSecret('DELETE')).status, 404);
    assert.ok((await actions()).includes('SECRET.DELETED'));
  });

  test('ends at once with its tokens where nothing is said of it', async (context) => {
    const { askSecret, statusOf, tokenOf, id, secret, isTaken, rotate } = await start(context);
    const token = await tokenOf(id, secret);
    const second = await rotate(HOUR_MS);
    const third = await askSecret('POST', {});
    assert.ok(!('previous' in third.body));
    for (const text of [secret, second.body.secret]) assert.equal(await statusOf(text), 401);
    assert.equal(await statusOf(third.body.secret), 200);
    assert.equal(await isTaken(token), false);
  });

  test('ends when the way of authentication changes', async (context) => {
    const { rotate, secret, statusOf, ask, tokenOf, id, askToken } = await start(context);
    await rotate(HOUR_MS);
    const token = await tokenOf();
    const path = `${applicationsOf()}/${id}`;
    const { body } = await ask(path, { token });
    const changed = { ...body, tokenEndpointAuthMethod: 'CLIENT_SECRET_POST' };
    assert.equal((await ask(path, { token, method: 'PUT', body: changed })).status, 200);
    assert.equal(await statusOf(secret), 401);
    const posted = await askToken({ ...GRANT, client_id: id, client_secret: secret });
    assert.equal(posted.status, 401);
  });

  test('has a moment in a minute to thirty days', async (context) => {
    const { askSecret, rotate, inMs } = await start(context);
    const cases: [unknown, string][] = [
      [inMs(30_000), 'OUT_OF_RANGE'],
      [inMs(-HOUR_MS), 'OUT_OF_RANGE'],
      [inMs(PREVIOUS_SECRET_MAX_MS + 1), 'OUT_OF_RANGE'],
      ['tomorrow', 'INVALID_VALUE'],
      ['2026-02-30T00:00:00Z', 'INVALID_VALUE'],
      [7, 'INVALID_VALUE'],
      [undefined, 'REQUIRED_VALUE'],
    ];
    for (const [expiresAt, code] of cases) {
      const { status, body } = await askSecret('POST', { previous: { expiresAt } });
      const [detail] = body.details;
      const said = [status, detail.code, detail.target];
      assert.deepEqual(said, [400, code, 'previous.expiresAt'], String(expiresAt));
    }
    assert.equal((await rotate(60_000)).status, 200);
    assert.equal((await rotate(PREVIOUS_SECRET_MAX_MS)).status, 200);
    // As a program in another time zone, and without milliseconds, writes it.
    const text = inMs(HOUR_MS).replace(/\.\d+Z$/, '-00:00');
    assert.equal((await askSecret('POST', { previous: { expiresAt: text } })).status, 200);
  });

  test('is not shown where secrets are read once, and stays good all the same', async (context) => {
    const { rotate, secret, statusOf, askSecret, store, id } = await start(
      context,
      {},
      { secretsReadOnce: true },
    );
    const rotated = await rotate(HOUR_MS);
    assert.deepEqual(Object.keys(rotated.body.previous), ['expiresAt']);
    assert.deepEqual([await statusOf(secret), await statusOf(rotated.body.secret)], [200, 200]);
    assert.equal((await askSecret()).status, 404);
    const row = await store.get('applications', HOME, id);
    assert.equal(row?.doc.sealedSecret, undefined);
    assert.equal(row?.doc.previousSecret?.sealedSecret, undefined);
  });
});

describe('a secret that is brought along', () => {
  const SET = { 'content-type': 'application/vnd.pingidentity.secret+json' };

  test('is set, and replaces the one before it', async (context) => {
    const { askSecret, statusOf, secret, inMs, logText, store, actions } = await start(context);
    const own = 'the secret of before'.replaceAll(' ', '-');
    const previous = { expiresAt: inMs(HOUR_MS) };
    const set = await askSecret('POST', { secret: own, previous }, SET);
    assert.equal(set.status, 200, JSON.stringify(set.body));
    assert.deepEqual([set.body.secret, set.body.previous.secret], [own, secret]);
    assert.deepEqual([await statusOf(own), await statusOf(secret)], [200, 200]);
    const rows = JSON.stringify([
      await store.list('applications', HOME, { limit: 9 }),
      await store.list('activities', HOME, { limit: 99 }),
    ]);
    assert.ok(!(rows + logText()).includes(own));
    assert.ok((await actions()).includes('SECRET.UPDATED'));
    for (const wrong of ['short', 'x'.repeat(513), 'with a space in it', undefined]) {
      const refused = await askSecret('POST', { secret: wrong }, SET);
      assert.deepEqual([refused.status, refused.body.details[0].target], [400, 'secret']);
    }
  });

  test('comes with its name when an application is made, once', async (context) => {
    const { ask, askToken, tokenOf } = await startPlatform(context);
    const token = await tokenOf();
    const own = { clientId: 'shop:back-end/1', clientSecret: 'the+secret/of=before' };
    const made = await ask(applicationsOf(), { token, body: aWorker({ name: 'Import', ...own }) });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    assert.equal(made.body.clientId, own.clientId);
    assert.ok(!JSON.stringify(made.body).includes(own.clientSecret));
    const path = `${applicationsOf()}/${made.body.id}`;
    assert.equal((await ask(`${path}/secret`, { token })).body.secret, own.clientSecret);
    for (const name of [own.clientId, made.body.id]) {
      const got = await askToken(GRANT, { authorization: basic(name, own.clientSecret) });
      assert.equal(got.status, 200, name);
      assert.equal(decodeJwt(got.body.access_token).client_id, made.body.id);
    }
    const changed = { ...made.body, name: 'Renamed', clientId: 'another', clientSecret: 'x' };
    const replaced = await ask(path, { token, method: 'PUT', body: changed });
    assert.deepEqual([replaced.status, replaced.body.clientId], [200, own.clientId]);
    for (const clientId of [own.clientId, ADMIN]) {
      const body = aWorker({ name: randomUUID(), clientId });
      const taken = await ask(applicationsOf(), { token, body });
      assert.deepEqual([taken.status, taken.body.details[0].target], [409, 'clientId']);
    }
    for (const [name, value] of Object.entries({ clientId: 'a b', clientSecret: 'short' })) {
      const body = aWorker({ name: randomUUID(), [name]: value });
      const refused = await ask(applicationsOf(), { token, body });
      assert.deepEqual([refused.status, refused.body.details[0].target], [400, name]);
    }
  });

  test('signs the assertions of its client by its name', async (context) => {
    const { ask, askToken, tokenOf, time } = await startPlatform(context);
    const own = { clientId: 'shop', clientSecret: 'the-secret-of-before' };
    const made = await ask(applicationsOf(), {
      token: await tokenOf(),
      body: aWorker({ tokenEndpointAuthMethod: 'CLIENT_SECRET_JWT', ...own }),
    });
    const sign = (name: string) =>
      new SignJWT({ iss: name, sub: name, aud: `${AUTH_URL}/${HOME}/as`, jti: randomUUID() })
        .setProtectedHeader({ alg: 'HS256' })
        .setExpirationTime(Math.floor(time.now / 1_000) + 60)
        .sign(Buffer.from(own.clientSecret));
    for (const name of [own.clientId, String(made.body.id)]) {
      const answer = await askToken({
        ...GRANT,
        client_assertion: await sign(name),
        client_assertion_type: JWT_BEARER,
      });
      assert.equal(answer.status, 200, JSON.stringify(answer.body));
    }
  });
});

test('an application that signs nobody on by OpenID Connect has no secret', async (context) => {
  const { ask, tokenOf } = await startPlatform(context);
  const token = await tokenOf();
  const body = {
    name: 'Link',
    protocol: 'EXTERNAL_LINK',
    type: 'PORTAL_LINK_APP',
    homePageUrl: 'https://shop.example',
    enabled: true,
  };
  const made = await ask(applicationsOf(), { token, body });
  assert.equal(made.status, 201, JSON.stringify(made.body));
  for (const method of ['GET', 'POST', 'DELETE']) {
    const { status } = await ask(`${applicationsOf()}/${made.body.id}/secret`, { token, method });
    assert.equal(status, 404, method);
  }
});
