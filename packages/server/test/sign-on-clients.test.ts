/** Signing on with clients that we did not write, over HTTP, on both stores. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { FAILURE, policyBody } from '../src/testing/policies.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import type { TestServer } from '../src/testing/server.ts';
import {
  aBrowser,
  anApplication,
  aPasskeyUser,
  issuerOf,
  type PasskeyUser,
  REDIRECT_URI,
  startSignOnServer,
} from '../src/testing/sign-on.ts';

const SCOPE = 'openid profile email p1:read:device';

for (const dialect of DIALECTS) {
  describe(`sign-on by other people's clients on ${dialect}`, () => {
    let server: TestServer;
    let user: PasskeyUser;

    before(async () => {
      server = await startSignOnServer(dialect);
      user = await aPasskeyUser(server, { name: { given: 'Kaisa', family: 'Aalto' } });
    });
    after(() => server?.close());

    async function configure(more: object = {}) {
      const application = await anApplication(server, more);
      const auth =
        application.body.tokenEndpointAuthMethod === 'NONE'
          ? client.None()
          : client.ClientSecretBasic(application.secret);
      const issuer = new URL(issuerOf(server));
      const config = await client.discovery(issuer, application.id, undefined, auth, {
        execute: [client.allowInsecureRequests],
      });
      return { application, config };
    }

    async function begin(config: client.Configuration, more: Record<string, string> = {}) {
      const verifier = client.randomPKCECodeVerifier();
      const state = client.randomState();
      const nonce = client.randomNonce();
      const url = client.buildAuthorizationUrl(config, {
        redirect_uri: REDIRECT_URI,
        scope: SCOPE,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        ...more,
      });
      const checks = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce };
      return { url, checks };
    }

    async function signOn(
      config: client.Configuration,
      browser = aBrowser(server),
      more: Record<string, string> = {},
    ) {
      const { url, checks } = await begin(config, more);
      const back = await browser.signOn(url, user);
      return client.authorizationCodeGrant(config, back, { ...checks, idTokenExpected: true });
    }

    test('openid-client: code with PKCE, claims, userinfo, and a token of the API', async () => {
      const { config, application } = await configure();
      const tokens = await signOn(config);
      const claims = tokens.claims();
      assert.ok(claims);
      assert.equal(claims.sub, user.id);
      assert.equal(claims.aud, application.id);
      assert.equal(claims.env, server.environmentId);
      assert.deepEqual([(claims.amr as string[]).includes('mfa')], [true], String(claims.amr));
      assert.equal(typeof claims.acr, 'string');
      assert.equal(typeof claims.auth_time, 'number');
      assert.equal(typeof claims.sid, 'string');
      const info = await client.fetchUserInfo(config, tokens.access_token, user.id);
      assert.equal(info.given_name, 'Kaisa');
      assert.equal(info.email, user.email);
      const token = tokens.access_token;
      const own = await server.api(`/users/${user.id}/devices`, { token });
      assert.equal(own.status, 200, own.text);
      assert.equal((await server.api(`/users/${user.id}`, { token })).status, 403);
    });

    test('openid-client: refresh tokens rotate, and a used one ends the grant', async () => {
      const { config } = await configure();
      const first = await signOn(config);
      assert.ok(first.refresh_token);
      const second = await client.refreshTokenGrant(config, first.refresh_token);
      assert.ok(second.refresh_token);
      assert.notEqual(second.refresh_token, first.refresh_token);
      assert.equal(second.claims()?.sub, user.id);
      const isInvalid = { error: 'invalid_grant' };
      await assert.rejects(client.refreshTokenGrant(config, first.refresh_token), isInvalid);
      await assert.rejects(client.refreshTokenGrant(config, second.refresh_token), isInvalid);
      const devices = await server.api(`/users/${user.id}/devices`, { token: second.access_token });
      assert.equal(devices.status, 401);
    });

    test('openid-client: introspection and revocation', async () => {
      const { config, application } = await configure();
      const tokens = await signOn(config);
      const seen = await client.tokenIntrospection(config, tokens.access_token);
      assert.equal(seen.active, true);
      assert.equal(seen.sub, user.id);
      assert.equal(seen.client_id, application.id);
      assert.match(String(seen.scope), /p1:read:device/);
      assert.equal(
        (await client.tokenIntrospection(config, tokens.refresh_token ?? '')).active,
        true,
      );
      assert.equal((await client.tokenIntrospection(config, 'nothing')).active, false);
      await client.tokenRevocation(config, tokens.refresh_token ?? '');
      assert.equal((await client.tokenIntrospection(config, tokens.access_token)).active, false);
      assert.equal(
        (await server.api(`/users/${user.id}/devices`, { token: tokens.access_token })).status,
        401,
      );
    });

    test('openid-client: a session signs on again without asking, and logout ends it', async () => {
      const { config } = await configure();
      const browser = aBrowser(server);
      const tokens = await signOn(config, browser);
      const again = await begin(config);
      const silent = await browser.go(again.url.href);
      const back = new URL(String(silent.headers.location));
      const second = await client.authorizationCodeGrant(config, back, again.checks);
      assert.equal(second.claims()?.sub, user.id);
      const logout = client.buildEndSessionUrl(config, {
        id_token_hint: tokens.id_token ?? '',
        post_logout_redirect_uri: 'https://shop.example/bye',
        state: 'tschuess',
      });
      const left = await browser.go(logout.href);
      assert.equal(left.status, 303, left.text);
      assert.equal(left.headers.location, 'https://shop.example/bye?state=tschuess');
      await browser.open((await begin(config)).url);
      await assert.rejects(client.refreshTokenGrant(config, second.refresh_token ?? ''), {
        error: 'invalid_grant',
      });
      assert.equal(
        (await server.api(`/users/${user.id}/devices`, { token: tokens.access_token })).status,
        401,
      );
    });

    test('openid-client: step-up by acr_values', async () => {
      const { config } = await configure();
      const strict = await server.api('/deviceAuthenticationPolicies', {
        body: policyBody('Strict', { fido2: { enabled: true, failure: FAILURE } }),
      });
      assert.equal(strict.status, 201, strict.text);
      const browser = aBrowser(server);
      const first = await signOn(config, browser);
      assert.notEqual(first.claims()?.acr, 'Strict');
      const { url, checks } = await begin(config, { acr_values: 'Strict' });
      const page = await browser.open(url);
      const { body: ready } = await page.read();
      assert.equal(ready.status, 'READY');
      assert.equal(ready.user.name, user.username);
      const started = await page.act('start');
      assert.equal(started.body.status, 'ASSERTION_REQUIRED', started.text);
      const assertion = user.key.assertion(started.body.publicKeyCredentialRequestOptions, {
        origin: server.server.url.replace('127.0.0.1', 'localhost'),
      });
      assert.equal((await page.act('assertion', { assertion })).body.status, 'COMPLETED');
      const back = await browser.finish(page);
      const second = await client.authorizationCodeGrant(config, back, checks);
      assert.equal(second.claims()?.acr, 'Strict');
      const silent = await browser.go((await begin(config, { acr_values: 'Strict' })).url.href);
      assert.match(String(silent.headers.location), /[?&]code=/);
    });

    test('openid-client: a pushed authorization request', async () => {
      const { config } = await configure({ parRequirement: 'REQUIRED' });
      const plain = await begin(config);
      const refused = await aBrowser(server).go(plain.url.href);
      assert.match(String(refused.headers.location ?? refused.text), /invalid_request/);
      const verifier = client.randomPKCECodeVerifier();
      const url = await client.buildAuthorizationUrlWithPAR(config, {
        redirect_uri: REDIRECT_URI,
        scope: SCOPE,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      const back = await aBrowser(server).signOn(url, user);
      const tokens = await client.authorizationCodeGrant(config, back, {
        pkceCodeVerifier: verifier,
        idTokenExpected: true,
      });
      assert.equal(tokens.claims()?.sub, user.id);
    });

    test('oauth4webapi: a public client by code with PKCE and refresh', async () => {
      const { application } = await configure({
        type: 'SINGLE_PAGE_APP',
        tokenEndpointAuthMethod: 'NONE',
      });
      const insecure = { [oauth.allowInsecureRequests]: true };
      const issuer = new URL(issuerOf(server));
      const as = await oauth.processDiscoveryResponse(
        issuer,
        await oauth.discoveryRequest(issuer, insecure),
      );
      const own = { client_id: application.id };
      const verifier = oauth.generateRandomCodeVerifier();
      const url = new URL(as.authorization_endpoint ?? '');
      url.search = new URLSearchParams({
        client_id: application.id,
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        state: 'abc',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }).toString();
      const back = await aBrowser(server).signOn(url, user);
      const params = oauth.validateAuthResponse(as, own, back, 'abc');
      const reply = await oauth.authorizationCodeGrantRequest(
        as,
        own,
        oauth.None(),
        params,
        REDIRECT_URI,
        verifier,
        insecure,
      );
      const tokens = await oauth.processAuthorizationCodeResponse(as, own, reply, {
        requireIdToken: true,
      });
      assert.equal(oauth.getValidatedIdTokenClaims(tokens)?.sub, user.id);
      const refreshed = await oauth.refreshTokenGrantRequest(
        as,
        own,
        oauth.None(),
        tokens.refresh_token ?? '',
        insecure,
      );
      const next = await oauth.processRefreshTokenResponse(as, own, refreshed);
      assert.equal(typeof next.access_token, 'string');
    });

    test('prompt=none says that nobody is signed on', async () => {
      const { config } = await configure();
      const { url } = await begin(config, { prompt: 'none' });
      const reply = await aBrowser(server).go(url.href);
      const back = new URL(String(reply.headers.location));
      assert.equal(back.searchParams.get('error'), 'login_required');
      assert.equal(back.searchParams.get('iss'), issuerOf(server));
    });

    test('prompt=login and max_age ask anew', async () => {
      const { config } = await configure();
      const browser = aBrowser(server);
      await signOn(config, browser);
      const login = await browser.open((await begin(config, { prompt: 'login' })).url);
      assert.equal((await login.read()).body.status, 'FIRST_FACTOR_REQUIRED');
      const { url } = await begin(config, { max_age: '10000' });
      assert.match(String((await browser.go(url.href)).headers.location), /[?&]code=/);
    });
  });
}
