/** The rules of OpenID Connect and of OAuth 2.0 that a client and a conformance suite rely on, by name. */
import assert from 'node:assert/strict';
import { hash, randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { type Reply, send } from '../src/testing/client.ts';
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

const VERIFIER = 'a-code-verifier-of-at-least-forty-three-characters';
const CHALLENGE = hash('sha256', VERIFIER, 'base64url');
const FORM = 'application/x-www-form-urlencoded';

for (const dialect of DIALECTS) {
  describe(`the rules of signing on on ${dialect}`, () => {
    let server: TestServer;
    let user: PasskeyUser;
    let shop: Awaited<ReturnType<typeof anApplication>>;

    before(async () => {
      server = await startSignOnServer(dialect);
      user = await aPasskeyUser(server);
      shop = await anApplication(server);
    });
    after(() => server?.close());

    const addressOf = (more: Record<string, string | undefined> = {}) => {
      const params = {
        client_id: shop.id,
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        state: 'the-state',
        nonce: 'the-nonce',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        ...more,
      };
      const there = Object.entries(params).filter((pair): pair is [string, string] => !!pair[1]);
      return `${issuerOf(server)}/authorize?${new URLSearchParams(there)}`;
    };
    const post = (
      path: string,
      form: Record<string, string>,
      { id, secret } = shop,
    ): Promise<Reply> =>
      send(`${issuerOf(server)}${path}`, {
        type: FORM,
        headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams(form).toString(),
      });
    const exchange = (code: string, more: Record<string, string> = {}, client = shop) =>
      post(
        '/token',
        {
          grant_type: 'authorization_code',
          code,
          redirect_uri: REDIRECT_URI,
          code_verifier: VERIFIER,
          ...more,
        },
        client,
      );
    async function aCode(more: Record<string, string | undefined> = {}): Promise<string> {
      const back = await aBrowser(server).signOn(addressOf(more), user);
      const code = back.searchParams.get('code');
      assert.ok(code, back.href);
      return code;
    }
    /** In the query, or in the fragment where the response type has its answer there. */
    const errorOf = ({ headers }: Reply) =>
      new URL(String(headers.location).replace('#', '?')).searchParams.get('error');

    test('the answer has the state, and says whose it is (RFC 9207)', async () => {
      const back = await aBrowser(server).signOn(addressOf(), user);
      assert.equal(back.searchParams.get('state'), 'the-state');
      assert.equal(back.searchParams.get('iss'), issuerOf(server));
      assert.equal(`${back.origin}${back.pathname}`, REDIRECT_URI);
    });

    test('the ID token has the nonce and at_hash, and is signed by a published key', async () => {
      const { status, body, text, headers } = await exchange(await aCode());
      assert.equal(status, 200, text);
      assert.equal(headers['cache-control'], 'no-store');
      const claims = decodeJwt(body.id_token);
      assert.equal(claims.nonce, 'the-nonce');
      const digest = hash('sha256', body.access_token, 'buffer').subarray(0, 16);
      assert.equal(claims.at_hash, digest.toString('base64url'));
      assert.equal(decodeJwt(body.access_token).client_id, shop.id);
      const { kid } = decodeProtectedHeader(body.id_token);
      const { body: jwks } = await server.raw(`/${server.environmentId}/as/jwks`);
      assert.ok(jwks.keys.some((key: { kid: string }) => key.kid === kid));
    });

    test('a redirect URI is taken to the letter', async () => {
      for (const redirect_uri of [
        `${REDIRECT_URI}/`,
        `${REDIRECT_URI}?x=1`,
        'https://shop.example/Callback',
        'https://shop.example.evil.example/callback',
        'https://shop.example@evil.example/callback',
        'http://shop.example/callback',
        'javascript:alert(1)',
      ]) {
        const reply = await aBrowser(server).go(addressOf({ redirect_uri }));
        assert.equal(reply.status, 400, redirect_uri);
        assert.equal(reply.headers.location, undefined, redirect_uri);
        assert.equal(reply.body.error, 'invalid_redirect_uri', reply.text);
      }
    });

    test('wildcards in a redirect URI stand for one part, where the application allows them', async () => {
      const redirectUris = ['https://*.preview.example/cb'];
      const wild = await anApplication(server, { allowWildcardInRedirectUris: true, redirectUris });
      const go = (redirect_uri: string) =>
        aBrowser(server).go(addressOf({ client_id: wild.id, redirect_uri }));
      assert.equal((await go('https://pr-7.preview.example/cb')).status, 303);
      for (const uri of [
        'https://evil.example/.preview.example/cb',
        'https://a.b.preview.example/cb',
        'https://.preview.example/cb',
        'https://x@evil.example#.preview.example/cb',
      ]) {
        assert.equal((await go(uri)).status, 400, uri);
      }
    });

    test('an unknown or disabled client is told to nobody but the person', async () => {
      const off = await anApplication(server, { enabled: false });
      for (const client_id of [randomUUID(), off.id, 'x']) {
        const reply = await aBrowser(server).go(addressOf({ client_id }));
        assert.equal(reply.status, 400);
        assert.equal(reply.body.error, 'invalid_client', reply.text);
      }
      const page = await aBrowser(server).go(addressOf({ client_id: off.id }), {
        headers: { accept: 'text/html' },
      });
      assert.equal(page.status, 400);
      assert.match(String(page.headers['content-type']), /html/);
    });

    test('what is wrong in a request comes back to the client', async () => {
      const wrong: Record<string, Record<string, string | undefined>> = {
        unsupported_response_type: { response_type: 'code token' },
        unsupported_response_mode: { response_mode: 'pigeon' },
        request_not_supported: { request: 'a.b.c' },
      };
      for (const [error, more] of Object.entries(wrong)) {
        const reply = await aBrowser(server).go(addressOf(more));
        assert.equal(errorOf(reply), error, reply.text);
        assert.match(String(reply.headers.location), /state=the-state/);
      }
      const plain = { code_challenge_method: 'plain' };
      assert.equal(errorOf(await aBrowser(server).go(addressOf(plain))), 'invalid_request');
    });

    test('a public client must use PKCE, and so must one that is told to', async () => {
      const open = await anApplication(server, { tokenEndpointAuthMethod: 'NONE' });
      const told = await anApplication(server, { pkceEnforcement: 'S256_REQUIRED' });
      const without = { code_challenge: undefined, code_challenge_method: undefined };
      for (const { id } of [open, told]) {
        const reply = await aBrowser(server).go(addressOf({ client_id: id, ...without }));
        assert.equal(errorOf(reply), 'invalid_request');
      }
      const free = await aBrowser(server).go(addressOf(without));
      assert.match(String(free.headers.location), /\/interactions\//);
    });

    test('PKCE is not taken back at the token endpoint', async () => {
      const wrong = 'another-verifier-of-at-least-forty-three-characters';
      const refused = await exchange(await aCode(), { code_verifier: wrong });
      assert.deepEqual([refused.status, refused.body.error], [400, 'invalid_grant']);
      const missing = await exchange(await aCode(), { code_verifier: '' });
      assert.deepEqual([missing.status, missing.body.error], [400, 'invalid_grant']);
      const without = { code_challenge: undefined, code_challenge_method: undefined };
      const unasked = await exchange(await aCode(without));
      assert.deepEqual([unasked.status, unasked.body.error], [400, 'invalid_grant']);
    });

    test('a code is for its client and its redirect URI', async () => {
      const other = await anApplication(server);
      const stolen = await exchange(await aCode(), {}, other);
      assert.deepEqual([stolen.status, stolen.body.error], [400, 'invalid_grant']);
      const elsewhere = await exchange(await aCode(), { redirect_uri: 'https://shop.example/x' });
      assert.deepEqual([elsewhere.status, elsewhere.body.error], [400, 'invalid_grant']);
    });

    test('a client must prove itself for a code', async () => {
      const code = await aCode();
      const refused = await exchange(code, {}, { ...shop, secret: 'wrong' });
      assert.deepEqual([refused.status, refused.body.error], [401, 'invalid_client']);
      const bare = await send(`${issuerOf(server)}/token`, {
        type: FORM,
        body: new URLSearchParams({
          grant_type: 'authorization_code',
          client_id: shop.id,
          code,
          redirect_uri: REDIRECT_URI,
          code_verifier: VERIFIER,
        }).toString(),
      });
      assert.deepEqual([bare.status, bare.body.error], [401, 'invalid_client']);
      assert.equal((await exchange(code)).status, 200);
    });

    test('a code is used once, and the second use ends what it gave', async () => {
      const code = await aCode({ scope: 'openid p1:read:device' });
      const first = await exchange(code);
      assert.equal(first.status, 200, first.text);
      const second = await exchange(code);
      assert.deepEqual([second.status, second.body.error], [400, 'invalid_grant']);
      const token = first.body.access_token;
      assert.equal((await server.api(`/users/${user.id}/devices`, { token })).status, 401);
      const refresh = { grant_type: 'refresh_token', refresh_token: first.body.refresh_token };
      assert.equal((await post('/token', refresh)).body.error, 'invalid_grant');
    });

    test('twenty who use one code at once have nothing of it that lasts', async () => {
      const code = await aCode({ scope: 'openid p1:read:device' });
      const replies = await Promise.all(Array.from({ length: 20 }, () => exchange(code)));
      const given = replies.filter(({ status }) => status === 200);
      assert.ok(given.length <= 1, String(given.length));
      for (const { status, body } of replies) {
        if (status !== 200) assert.deepEqual([status, body.error], [400, 'invalid_grant']);
      }
      for (const { body } of given) {
        const reply = await server.api(`/users/${user.id}/devices`, { token: body.access_token });
        assert.equal(reply.status, 401);
      }
      assert.equal((await exchange(code)).body.error, 'invalid_grant');
    });

    test('a refresh token that twenty use at once gives at most one', async () => {
      const { body } = await exchange(await aCode());
      const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
      const replies = await Promise.all(Array.from({ length: 20 }, () => post('/token', refresh)));
      assert.ok(replies.filter(({ status }) => status === 200).length <= 1);
      assert.ok(replies.every(({ status }) => status < 500));
    });

    test('within its grace period a refresh token may be used again', async () => {
      const lenient = await anApplication(server, { refreshTokenRollingGracePeriodDuration: 60 });
      const { body } = await exchange(await aCode({ client_id: lenient.id }), {}, lenient);
      const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
      assert.equal((await post('/token', refresh, lenient)).status, 200);
      assert.equal((await post('/token', refresh, lenient)).status, 200);
    });

    test('form_post answers by a page that posts itself, and runs nothing else', async () => {
      const browser = aBrowser(server);
      const page = await browser.open(addressOf({ response_mode: 'form_post' }));
      await browser.usePasskey(page, user);
      const done = await page.act('finish');
      const form = await browser.go(done.body.redirectTo);
      assert.equal(form.status, 200, form.text);
      assert.match(form.text, /name="code" value="[\w-]+"/);
      assert.match(form.text, new RegExp(`action="${REDIRECT_URI}"`));
      const policy = String(form.headers['content-security-policy']);
      assert.match(
        policy,
        /default-src 'none'; script-src 'sha256-[\w+/=]+'; frame-ancestors 'none'/,
      );
    });

    test('a disabled user or application gets no more tokens', async () => {
      const own = await anApplication(server);
      const guest = await aPasskeyUser(server);
      const back = await aBrowser(server).signOn(addressOf({ client_id: own.id }), guest);
      const { body } = await exchange(back.searchParams.get('code') ?? '', {}, own);
      const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
      const path = `/users/${guest.id}/enabled`;
      await server.api(path, { method: 'PUT', body: { enabled: false } });
      assert.equal((await post('/token', refresh, own)).body.error, 'invalid_grant');
      await server.api(path, { method: 'PUT', body: { enabled: true } });
      assert.equal((await post('/token', refresh, own)).status, 200);
    });

    test('ID tokens in the front channel are for applications that have them', async () => {
      const refused = await aBrowser(server).go(addressOf({ response_type: 'id_token' }));
      assert.equal(errorOf(refused), 'invalid_request');
      const old = await anApplication(server, {
        grantTypes: ['IMPLICIT'],
        responseTypes: ['ID_TOKEN'],
      });
      const back = await aBrowser(server).signOn(
        addressOf({
          client_id: old.id,
          response_type: 'id_token',
          code_challenge: undefined,
          code_challenge_method: undefined,
        }),
        user,
      );
      const token = new URLSearchParams(back.hash.slice(1)).get('id_token') ?? '';
      const { sub, nonce, aud } = decodeJwt(token);
      assert.deepEqual([sub, nonce, aud], [user.id, 'the-nonce', old.id]);
    });

    test('an essential acr that nobody can have is an error, and no circle', async () => {
      const browser = aBrowser(server);
      const acr = { essential: true, values: ['gold'] };
      const back = await browser.signOn(
        addressOf({ claims: JSON.stringify({ id_token: { acr } }) }),
        user,
      );
      assert.equal(back.searchParams.get('error'), 'unmet_authentication_requirements');
      assert.equal(back.searchParams.get('state'), 'the-state');
      for (const claims of ['{', '[]', '{"id_token":{"acr":{"values":7}}}', 'null']) {
        const reply = await aBrowser(server).go(addressOf({ claims }));
        assert.equal(reply.status, 303, claims);
      }
    });

    test('refresh tokens live as long as the application says', async () => {
      const short = await anApplication(server, { refreshTokenDuration: 60 });
      const { body } = await exchange(await aCode({ client_id: short.id }), {}, short);
      const refresh = { grant_type: 'refresh_token', refresh_token: body.refresh_token };
      server.advance(61_000);
      const reply = await post('/token', refresh, short);
      assert.deepEqual([reply.status, reply.body.error], [400, 'invalid_grant']);
    });

    test('discovery says what there is', async () => {
      const { body } = await server.raw(
        `/${server.environmentId}/as/.well-known/openid-configuration`,
      );
      const issuer = issuerOf(server);
      for (const [member, path] of Object.entries({
        authorization_endpoint: '/authorize',
        token_endpoint: '/token',
        userinfo_endpoint: '/userinfo',
        jwks_uri: '/jwks',
        introspection_endpoint: '/introspect',
        revocation_endpoint: '/revoke',
        end_session_endpoint: '/signoff',
        pushed_authorization_request_endpoint: '/par',
      })) {
        assert.equal(body[member], `${issuer}${path}`);
      }
      assert.equal(body.authorization_response_iss_parameter_supported, true);
      assert.ok(body.scopes_supported.includes('p1:read:device'));
    });

    test('userinfo is for tokens of users with openid', async () => {
      const ask = (token?: string) =>
        send(`${issuerOf(server)}/userinfo`, token === undefined ? {} : { token });
      assert.equal((await ask()).status, 401);
      assert.equal((await ask('x.y.z')).status, 401);
      assert.equal((await ask(server.token)).status, 401);
      const { body } = await exchange(await aCode({ scope: 'openid' }));
      const info = await ask(body.access_token);
      assert.deepEqual(info.body.sub, user.id);
      assert.equal(info.body.email, undefined);
    });
  });
}
