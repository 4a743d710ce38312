/** A small client of the API for the tests that start the server as its own process. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { FAILURE } from '../packages/server/src/testing/policies.ts';
import type { RunningServer } from './server.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there.
type Body = any;

export interface ApiClient {
  token: string;
  /** Under `/v1/environments/{envID}`; each asserts that the request succeeds. */
  get(path: string): Promise<Body>;
  post(path: string, body: object, mediaType?: string): Promise<Body>;
  put(path: string, body: object): Promise<Body>;
  delete(path: string): Promise<void>;
  /** Under `/{envID}`. */
  auth(path: string, body?: object, mediaType?: string): Promise<Body>;
  /** A new user who is enabled for MFA. */
  user(username?: string): Promise<{ id: string; username: string; email: string }>;
  /** A new native application: its id. */
  nativeApplication(name: string): Promise<string>;
  /** Changes parts of the default device authentication policy. */
  changePolicy(change: object): Promise<void>;
  /** Devices of this application may be paired and used, as `application` says. */
  allowPhones(application: { id: string; push: object; [member: string]: unknown }): Promise<void>;
}

const mediaTypeOf = (action?: string) =>
  action === undefined ? 'application/json' : `application/vnd.pingidentity.${action}+json`;

/** Gets a token of the first application and makes requests with it. */
export async function apiClient(server: RunningServer): Promise<ApiClient> {
  const { origin, environmentId, clientId, clientSecret } = server;
  const granted = await fetch(`${origin}/${environmentId}/as/token`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const { access_token: token } = (await granted.json()) as { access_token: string };

  async function send(method: string, url: string, body?: object, type = 'application/json') {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': type }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    // What the server made of it is in its log only.
    const log = response.status >= 500 ? `\n${server.output()}` : '';
    assert.ok(response.ok, `${method} ${url}: ${response.status} ${text}${log}`);
    return text === '' ? undefined : JSON.parse(text);
  }

  const api = `${origin}/v1/environments/${environmentId}`;
  async function changePolicy(change: object): Promise<void> {
    const { _embedded } = await send('GET', `${api}/deviceAuthenticationPolicies`);
    const policy = _embedded.deviceAuthenticationPolicies.find((one: Body) => one.default);
    await send('PUT', `${api}/deviceAuthenticationPolicies/${policy.id}`, { ...policy, ...change });
  }
  return {
    token,
    get: (path) => send('GET', api + path),
    post: (path, body, action) => send('POST', api + path, body, mediaTypeOf(action)),
    put: (path, body) => send('PUT', api + path, body),
    delete: (path) => send('DELETE', api + path),
    auth: (path, body, mediaType) =>
      send(
        body === undefined ? 'GET' : 'POST',
        `${origin}/${environmentId}${path}`,
        body,
        mediaTypeOf(mediaType),
      ),
    async user(username = `kaisa-${randomUUID()}`) {
      const email = `kaisa-${randomUUID()}@shop.example`;
      const { id } = await send('POST', `${api}/users`, { username, email, mfaEnabled: true });
      return { id, username, email };
    },
    async nativeApplication(name) {
      const { id } = await send('POST', `${api}/applications`, {
        name,
        type: 'NATIVE_APP',
        protocol: 'OPENID_CONNECT',
        enabled: true,
        grantTypes: ['AUTHORIZATION_CODE'],
        tokenEndpointAuthMethod: 'NONE',
      });
      return id;
    },
    changePolicy,
    allowPhones: (application) =>
      changePolicy({
        mobile: { enabled: true, otp: { failure: FAILURE }, applications: [application] },
      }),
  };
}
