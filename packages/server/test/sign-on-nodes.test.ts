/** Signing on where there are several nodes, keys that change, and a proxy with https in front. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { decodeProtectedHeader } from 'jose';
import { type AnotherNode, startAnotherNode } from '../src/testing/another-node.ts';
import { send } from '../src/testing/client.ts';
import { startPostgres, type TestPostgres } from '../src/testing/postgres.ts';
import { startTestServer, type TestServer } from '../src/testing/server.ts';
import {
  aBrowser,
  anApplication,
  aPasskeyUser,
  issuerOf,
  onPresentTime,
  REDIRECT_URI,
  startSignOnServer,
} from '../src/testing/sign-on.ts';

type Application = Awaited<ReturnType<typeof anApplication>>;

const addressOf = (server: TestServer, { id }: Application) =>
  `${issuerOf(server)}/authorize?${new URLSearchParams({
    client_id: id,
    response_type: 'code',
    redirect_uri: REDIRECT_URI,
    scope: 'openid p1:read:device',
  })}`;

const exchange = (issuer: string, { id, secret }: Application, code: string) =>
  send(`${issuer}/token`, {
    type: 'application/x-www-form-urlencoded',
    headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: REDIRECT_URI,
    }).toString(),
  });

describe('signing on on two nodes', () => {
  let postgres: TestPostgres;
  let one: TestServer;
  let other: AnotherNode;

  before(async () => {
    postgres = await startPostgres();
    const databaseUrl = await postgres.freshDatabase();
    const env = { COUNTERSIGN_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') };
    one = await onPresentTime(await startTestServer({ databaseUrl, env }));
    other = await startAnotherNode(one, databaseUrl, env);
  });
  after(async () => {
    await one?.close();
    await other?.close();
    await postgres?.stop();
  });

  const onTwo = () => `${other.url}/${one.environmentId}/as`;

  test('a code of one is used on the other, once over both', async () => {
    const shop = await anApplication(one);
    const user = await aPasskeyUser(one);
    const browser = aBrowser(one);
    const back = await browser.signOn(addressOf(one, shop), user);
    const code = back.searchParams.get('code') ?? '';
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, at) =>
        exchange(at % 2 === 0 ? issuerOf(one) : onTwo(), shop, code),
      ),
    );
    const given = replies.filter(({ status }) => status === 200);
    assert.ok(given.length <= 1, String(given.length));
    for (const { body } of given) {
      const { access_token: token } = body;
      assert.equal((await one.api(`/users/${user.id}/devices`, { token })).status, 401);
    }
    // The session holds on both: the browser isn't asked again.
    const address = addressOf(one, shop).replace(issuerOf(one), onTwo());
    const silent = await browser.go(address);
    const second = new URL(String(silent.headers.location)).searchParams.get('code') ?? '';
    const tokens = await exchange(issuerOf(one), shop, second);
    assert.equal(tokens.status, 200, tokens.text);
    const own = await send(
      `${other.url}/v1/environments/${one.environmentId}/users/${user.id}/devices`,
      { token: tokens.body.access_token },
    );
    assert.equal(own.status, 200, own.text);
  });
});

describe('signing on while things change', () => {
  let server: TestServer;
  before(async () => {
    server = await startSignOnServer();
  });
  after(() => server?.close());

  test('a new signing key signs, and sessions of before hold', async () => {
    const shop = await anApplication(server);
    const user = await aPasskeyUser(server);
    const browser = aBrowser(server);
    await browser.signOn(addressOf(server, shop), user);
    const { keyring } = server.server.parts;
    const before = (await keyring.signingKey(server.environmentId)).kid;
    await keyring.rotateSigningKey(server.environmentId, { revoke: true });
    const silent = await browser.go(addressOf(server, shop));
    const code = new URL(String(silent.headers.location)).searchParams.get('code') ?? '';
    const tokens = await exchange(issuerOf(server), shop, code);
    assert.equal(tokens.status, 200, tokens.text);
    const { kid } = decodeProtectedHeader(tokens.body.id_token);
    assert.notEqual(kid, before);
    assert.equal(kid, (await keyring.signingKey(server.environmentId)).kid);
    await server.renew();
  });

  test('an application or a user that is switched off ends what was given at once', async () => {
    const shop = await anApplication(server);
    const user = await aPasskeyUser(server);
    const browser = aBrowser(server);
    const back = await browser.signOn(addressOf(server, shop), user);
    const tokens = await exchange(issuerOf(server), shop, back.searchParams.get('code') ?? '');
    const { access_token: token } = tokens.body;
    const devices = `/users/${user.id}/devices`;
    assert.equal((await server.api(devices, { token })).status, 200);
    const path = `/users/${user.id}/enabled`;
    await server.api(path, { method: 'PUT', body: { enabled: false } });
    assert.equal((await server.api(devices, { token })).status, 401);
    // Whose session it is isn't there: the browser is asked who it is.
    const page = await browser.open(addressOf(server, shop));
    assert.equal((await page.read()).body.status, 'FIRST_FACTOR_REQUIRED');
    await server.api(path, { method: 'PUT', body: { enabled: true } });
    const { _links, id, environment, createdAt, updatedAt, ...body } = shop.body;
    assert.ok(_links && id && environment && createdAt && updatedAt);
    const off = await server.api(`/applications/${shop.id}`, {
      method: 'PUT',
      body: { ...body, enabled: false },
    });
    assert.equal(off.status, 200, off.text);
    assert.equal((await server.api(devices, { token })).status, 401);
    assert.equal((await page.act('passkey')).status, 403);
  });

  test('a user who is gone is signed on no more', async () => {
    const shop = await anApplication(server);
    const user = await aPasskeyUser(server);
    const browser = aBrowser(server);
    const back = await browser.signOn(addressOf(server, shop), user);
    await server.api(`/users/${user.id}`, { method: 'DELETE' });
    const tokens = await exchange(issuerOf(server), shop, back.searchParams.get('code') ?? '');
    assert.deepEqual([tokens.status, tokens.body.error], [400, 'invalid_grant']);
    await browser.open(addressOf(server, shop));
  });
});

async function aFreePort(): Promise<number> {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  holder.close();
  await once(holder, 'close');
  return port;
}

describe('signing on behind https', () => {
  test('cookies are secure, and addresses are the public ones', async () => {
    const url = 'https://mfa.shop.example';
    const port = await aFreePort();
    const env = {
      PORT: String(port),
      COUNTERSIGN_PUBLIC_URL: `http://127.0.0.1:${port}`,
      COUNTERSIGN_AUTH_PUBLIC_URL: url,
    };
    const server = await startSignOnServer('sqlite', { env });
    try {
      const shop = await anApplication(server);
      const reply = await send(addressOf(server, shop));
      const location = String(reply.headers.location);
      assert.ok(location.startsWith(`${url}/${server.environmentId}/as/interactions/`), location);
      const cookies = [reply.headers['set-cookie'] ?? []].flat();
      assert.ok(cookies.length > 0);
      for (const cookie of cookies) assert.match(cookie, /; secure/i);
      const page = await send(location.replace(url, server.server.url), {
        headers: { accept: 'text/html' },
      });
      assert.match(String(page.headers.location), /^https:\/\/mfa\.shop\.example\/sign-on\//);
    } finally {
      await server.close();
    }
  });
});
