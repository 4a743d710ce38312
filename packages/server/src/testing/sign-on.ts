/** Signing on as a person does it: a browser with cookies, a passkey, and an application. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { parseSetCookie } from 'cookie';
import { type Reply, type RequestOptions, send } from './client.ts';
import { aDefaultPolicy, FAILURE } from './policies.ts';
import { aUser, type TestUser } from './scenario.ts';
import { startTestServerOn, type TestServer, type TestServerOptions } from './server.ts';
import { type SoftwareAuthenticator, softwareAuthenticator } from './software-authenticator.ts';

export const REDIRECT_URI = 'https://shop.example/callback';

/** A server whose clock stands at the present moment: the provider's library has no other. */
export async function startSignOnServer(
  dialect = 'sqlite',
  options: Omit<TestServerOptions, 'databaseUrl'> = {},
): Promise<TestServer> {
  return onPresentTime(await startTestServerOn(dialect, options));
}

/** The same of a server that has started. */
export async function onPresentTime(server: TestServer): Promise<TestServer> {
  server.advance(Date.now() - server.now());
  await server.renew();
  await aDefaultPolicy(server, { fido2: { enabled: true, failure: FAILURE } });
  return server;
}

export const issuerOf = ({ server, environmentId }: TestServer) =>
  `${server.url}/${environmentId}/as`;

/** An application that signs users on by code, with its secret. */
export async function anApplication(test: TestServer, more: object = {}) {
  const made = await test.api('/applications', {
    body: {
      name: `Shop ${randomUUID()}`,
      enabled: true,
      type: 'WEB_APP',
      protocol: 'OPENID_CONNECT',
      grantTypes: ['AUTHORIZATION_CODE', 'REFRESH_TOKEN'],
      responseTypes: ['CODE'],
      tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
      redirectUris: [REDIRECT_URI],
      postLogoutRedirectUris: ['https://shop.example/bye'],
      ...more,
    },
  });
  assert.equal(made.status, 201, made.text);
  const { body } = await test.api(`/applications/${made.body.id}/secret`);
  return { id: String(made.body.id), secret: String(body.secret), body: made.body };
}

/** The origin by which a browser knows the server: an address of numbers has no passkeys. */
const pageOrigin = ({ server }: TestServer) => server.url.replace('127.0.0.1', 'localhost');

export interface PasskeyUser extends TestUser {
  key: SoftwareAuthenticator;
  deviceId: string;
}

/** A user with a passkey of this server's own page. */
export async function aPasskeyUser(test: TestServer, more: object = {}): Promise<PasskeyUser> {
  const user = await aUser(test, more);
  const rp = { id: 'localhost', name: 'Countersign' };
  const made = await test.api(`/users/${user.id}/devices`, { body: { type: 'FIDO2', rp } });
  assert.equal(made.status, 201, made.text);
  const key = softwareAuthenticator({ counts: false });
  const origin = pageOrigin(test);
  const attestation = await key.attestation(made.body.publicKeyCredentialCreationOptions, {
    origin,
  });
  const active = await test.api(`/users/${user.id}/devices/${made.body.id}`, {
    type: 'device.activate',
    body: { origin, attestation },
  });
  assert.equal(active.status, 200, active.text);
  return { ...user, key, deviceId: made.body.id };
}

interface Cookie {
  name: string;
  value: string;
  path: string;
}

/** Keeps cookies, follows nothing by itself. */
export function aBrowser(test: TestServer) {
  const jar = new Map<string, Cookie>();

  async function go(address: string, options: RequestOptions = {}): Promise<Reply> {
    const url = new URL(address, test.server.url);
    const sent = [...jar.values()]
      .filter(({ path }) => url.pathname === path || url.pathname.startsWith(`${path}/`))
      .map(({ name, value }) => `${name}=${value}`);
    const headers = { ...(sent.length > 0 ? { cookie: sent.join('; ') } : {}), ...options.headers };
    const reply = await send(url.href, { ...options, headers });
    for (const text of [reply.headers['set-cookie'] ?? []].flat()) {
      const { name, value = '', path = '/', expires } = parseSetCookie(text);
      if (value === '' || (expires && expires.getTime() < Date.now()))
        jar.delete(`${name} ${path}`);
      else jar.set(`${name} ${path}`, { name, value, path });
    }
    return reply;
  }

  /** What the page of the interaction does. */
  function pageOf(address: string) {
    const uid = address.slice(address.lastIndexOf('/') + 1);
    const headers = { origin: pageOrigin(test), 'countersign-interaction': uid };
    return {
      uid,
      address,
      read: () => go(address),
      act: (action: string, body: object = {}, more: Record<string, string> = {}) =>
        go(`${address}/${action}`, { method: 'POST', body, headers: { ...headers, ...more } }),
    };
  }
  type Page = ReturnType<typeof pageOf>;

  /** From the application's request to the page; fails where there is none. */
  async function open(address: string | URL): Promise<Page> {
    const reply = await go(String(address));
    assert.equal(reply.status, 303, reply.text);
    const location = String(reply.headers.location);
    assert.match(location, /\/as\/interactions\//, location);
    return pageOf(location);
  }

  async function usePasskey(page: Page, { key }: PasskeyUser): Promise<Reply> {
    const asked = await page.act('passkey');
    assert.equal(asked.status, 200, asked.text);
    const { publicKeyCredentialRequestOptions: options } = asked.body;
    const assertion = key.assertion(options, { origin: pageOrigin(test) });
    return page.act('assertion', { assertion });
  }

  /** Ends the page; answers the address by which the application hears of it. */
  async function finish(page: Page): Promise<URL> {
    const done = await page.act('finish');
    assert.equal(done.status, 200, done.text);
    const back = await go(done.body.redirectTo);
    assert.equal(back.status, 303, back.text);
    return new URL(String(back.headers.location));
  }

  return {
    jar,
    go,
    open,
    pageOf,
    usePasskey,
    finish,
    async signOn(address: string | URL, user: PasskeyUser): Promise<URL> {
      const page = await open(address);
      const done = await usePasskey(page, user);
      assert.equal(done.body?.status, 'COMPLETED', done.text);
      return finish(page);
    },
  };
}

export type Browser = ReturnType<typeof aBrowser>;
