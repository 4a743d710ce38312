/** A first factor that somebody else has checked: trusted issuers, and Microsoft Entra as it asks. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomUUID, X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { decodeJwt, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { errorOf, invalidData, type Reply } from '../src/testing/client.ts';
import { DIALECTS } from '../src/testing/postgres.ts';
import { aDevice, sentOtp } from '../src/testing/scenario.ts';
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

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const JWKS = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'one' }] });
const ISSUER = 'https://id.shop.example/realms/shop';
const FORM = 'application/x-www-form-urlencoded';
const ISSUERS = '/trustedIssuers';
const MINIMAL = { name: 'Keycloak', issuer: ISSUER, jwks: JWKS, audiences: ['countersign'] };
const ENTRA_ISSUER = `https://login.microsoftonline.com/${randomUUID()}/v2.0`;
const ENTRA_APP = randomUUID();
const ENTRA_REDIRECT = 'https://login.microsoftonline.com/common/federation/externalauthprovider';

const seconds = () => Math.floor(Date.now() / 1_000);
const sign = (claims: JWTPayload, key = privateKey, alg = 'RS256') =>
  new SignJWT(claims).setProtectedHeader({ alg, kid: 'one', typ: 'JWT' }).sign(key);

for (const dialect of DIALECTS) {
  describe(`trusted issuers on ${dialect}`, () => {
    let server: TestServer;
    let user: PasskeyUser;
    let shop: Awaited<ReturnType<typeof anApplication>>;
    let emailId: string;
    const externalId = `oid-${randomUUID()}`;

    before(async () => {
      server = await startSignOnServer(dialect);
      user = await aPasskeyUser(server, { externalId });
      shop = await anApplication(server);
      emailId = (await aDevice(server, user)).id;
    });
    after(() => server?.close());

    const hint = (more: JWTPayload = {}, key = privateKey) =>
      sign(
        {
          iss: ISSUER,
          aud: 'countersign',
          sub: externalId,
          iat: seconds(),
          exp: seconds() + 60,
          jti: randomUUID(),
          ...more,
        },
        key,
      );
    const addressOf = (more: Record<string, string> = {}) =>
      `${issuerOf(server)}/authorize?${new URLSearchParams({
        client_id: shop.id,
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        state: 'the-state',
        ...more,
      })}`;

    test('a trusted issuer: minimal, full, minimal, gone', async () => {
      const made = await server.api(ISSUERS, { body: MINIMAL });
      assert.equal(made.status, 201, made.text);
      const path = `${ISSUERS}/${made.body.id}`;
      const defaults = {
        enabled: true,
        type: 'OPENID_CONNECT',
        algorithms: ['RS256'],
        userClaim: 'sub',
        userAttribute: 'externalId',
        maxAge: 300,
      };
      const shown = ({ body }: Reply) => {
        const { _links, id, environment, createdAt, updatedAt, ...said } = body;
        assert.ok(_links && id && environment && createdAt && updatedAt);
        return said;
      };
      assert.deepEqual(shown(made), { ...defaults, ...MINIMAL });
      assert.deepEqual(shown(await server.api(path)), { ...defaults, ...MINIMAL });
      const full = {
        ...MINIMAL,
        enabled: false,
        type: 'MICROSOFT_ENTRA',
        audiences: ['a', 'b'],
        algorithms: ['RS256', 'ES256'],
        userClaim: 'oid',
        userAttribute: 'email',
        maxAge: 60,
        applications: [{ id: shop.id }],
      };
      const replaced = await server.api(path, { method: 'PUT', body: full });
      assert.equal(replaced.status, 200, replaced.text);
      assert.deepEqual(shown(await server.api(path)), full);
      await server.api(path, { method: 'PUT', body: MINIMAL });
      assert.deepEqual(shown(await server.api(path)), { ...defaults, ...MINIMAL });
      assert.equal((await server.api(ISSUERS, { body: MINIMAL })).status, 409);
      const { jwks: _, ...without } = MINIMAL;
      const wrong: [object, string, string][] = [
        [without, 'REQUIRED_VALUE', 'jwks'],
        [{ ...MINIMAL, jwksUrl: 'https://id.shop.example/k' }, 'CONSTRAINT_VIOLATION', 'jwks'],
        [{ ...MINIMAL, jwks: '{}' }, 'INVALID_VALUE', 'jwks'],
        [{ ...without, jwksUrl: 'http://id.shop.example/k' }, 'INVALID_VALUE', 'jwksUrl'],
      ];
      for (const [body, code, target] of wrong) {
        const refused = await server.api(ISSUERS, { body });
        assert.deepEqual(errorOf(refused), invalidData(code, target), refused.text);
      }
      assert.equal((await server.api(path, { method: 'DELETE' })).status, 204);
      assert.equal((await server.api(path)).body.code, 'NOT_FOUND');
    });

    async function trust(more: object = {}): Promise<string> {
      const body = { ...MINIMAL, name: `issuer-${randomUUID()}`, ...more };
      const made = await server.api(ISSUERS, { body });
      assert.equal(made.status, 201, made.text);
      return `${ISSUERS}/${made.body.id}`;
    }
    const distrust = (path: string) => server.api(path, { method: 'DELETE' });

    test('its token is the first factor, and a device of ours the second', async () => {
      const path = await trust();
      const browser = aBrowser(server);
      const page = await browser.open(addressOf({ id_token_hint: await hint() }));
      const { body: ready } = await page.read();
      assert.deepEqual([ready.status, ready.user.name], ['READY', user.username]);
      const started = await page.act('start', { device: { id: emailId } });
      assert.equal(started.body.status, 'OTP_REQUIRED', started.text);
      const done = await page.act('otp', { otp: await sentOtp(server, user.email) });
      assert.equal(done.body.status, 'COMPLETED', done.text);
      const back = await browser.finish(page);
      assert.ok(back.searchParams.get('code'), back.href);
      await distrust(path);
    });

    test('a signed request object says the same, and what it says counts', async () => {
      const path = await trust();
      const request = await hint({
        client_id: shop.id,
        response_type: 'code',
        redirect_uri: REDIRECT_URI,
        scope: 'openid',
        state: 'inside',
      });
      const page = await aBrowser(server).open(addressOf({ request, state: 'outside' }));
      assert.equal((await page.read()).body.user.name, user.username);
      const { body } = await page.act('cancel');
      assert.ok(body.redirectTo);
      await distrust(path);
    });

    test('a token that isn’t right is no first factor', async () => {
      const path = await trust();
      const now = seconds();
      const wrong: Record<string, string> = {
        'another issuer': await hint({ iss: 'https://evil.example' }),
        'another key': await hint({}, other.privateKey),
        'another audience': await hint({ aud: 'somebody' }),
        expired: await hint({ iat: now - 100, exp: now - 40 }),
        'too old': await hint({ iat: now - 400, exp: now + 400 }),
        'of the future': await hint({ iat: now + 100, exp: now + 200 }),
        'without a time': await sign({
          iss: ISSUER,
          aud: 'countersign',
          sub: externalId,
          exp: now + 60,
        }),
        nobody: await hint({ sub: 'oid-of-nobody' }),
        'no name': await hint({ sub: '' }),
        unsigned: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${(await hint()).split('.')[1]}.`,
        'no token': 'x',
      };
      for (const [name, token] of Object.entries(wrong)) {
        const reply = await aBrowser(server).go(addressOf({ id_token_hint: token }));
        const back = new URL(String(reply.headers.location));
        assert.equal(back.searchParams.get('error'), 'invalid_request', name);
        assert.equal(back.searchParams.get('state'), 'the-state', name);
      }
      await distrust(path);
      const late = await aBrowser(server).go(addressOf({ id_token_hint: await hint() }));
      assert.match(String(late.headers.location), /error=invalid_request/);
    });

    test('a token is good once, for whoever shows it first', async () => {
      const path = await trust();
      const id_token_hint = await hint();
      const replies = await Promise.all(
        Array.from({ length: 8 }, () => aBrowser(server).go(addressOf({ id_token_hint }))),
      );
      const taken = replies.filter(({ headers }) => /interactions/.test(String(headers.location)));
      assert.equal(taken.length, 1);
      await distrust(path);
    });

    test('an issuer that is switched off, or is for other applications, is none', async () => {
      const elsewhere = await anApplication(server);
      for (const more of [{ enabled: false }, { applications: [{ id: elsewhere.id }] }]) {
        const path = await trust(more);
        const reply = await aBrowser(server).go(addressOf({ id_token_hint: await hint() }));
        assert.match(String(reply.headers.location), /error=invalid_request/);
        await distrust(path);
      }
    });

    test('nobody makes the proof up', async () => {
      const page = await aBrowser(server).open(addressOf({ first_factor: 'x' }));
      assert.equal((await page.read()).body.status, 'FIRST_FACTOR_REQUIRED');
    });

    test('a passkey of another user does not complete it', async () => {
      const path = await trust();
      const stranger = await aPasskeyUser(server);
      const browser = aBrowser(server);
      const page = await browser.open(addressOf({ id_token_hint: await hint() }));
      assert.equal((await browser.usePasskey(page, stranger)).body.status, 'COMPLETED');
      const back = await browser.finish(page);
      assert.equal(back.searchParams.get('error'), 'access_denied');
      await distrust(path);
    });

    describe('Microsoft Entra', () => {
      let entra: Awaited<ReturnType<typeof anApplication>>;
      const CLAIMS = {
        id_token: {
          acr: { essential: true, values: ['possessionorinherence'] },
          amr: {
            essential: true,
            values: ['face', 'fido', 'hwk', 'otp', 'pop', 'sms', 'swk', 'tel'],
          },
        },
      };

      before(async () => {
        entra = await anApplication(server, {
          grantTypes: ['IMPLICIT'],
          responseTypes: ['ID_TOKEN'],
          redirectUris: [ENTRA_REDIRECT],
        });
        await trust({
          type: 'MICROSOFT_ENTRA',
          issuer: ENTRA_ISSUER,
          audiences: [ENTRA_APP],
          userClaim: 'oid',
          applications: [{ id: entra.id }],
        });
      });

      /** As Microsoft documents it: expired as it is made. */
      const entraHint = (more: JWTPayload = {}, key = privateKey) =>
        sign(
          {
            ver: '2.0',
            iss: ENTRA_ISSUER,
            sub: 'mBfcvuhSHkDWVgV72x2ruIYdSsPSvcj2R0qfc6mGEAA',
            aud: ENTRA_APP,
            exp: seconds() - 1,
            iat: seconds(),
            nbf: seconds(),
            name: 'Test User',
            oid: externalId,
            tid: randomUUID(),
            ...more,
          },
          key,
        );
      const ask = (browser: ReturnType<typeof aBrowser>, form: Record<string, string>) =>
        browser.go(`${issuerOf(server)}/authorize`, {
          type: FORM,
          body: new URLSearchParams({
            scope: 'openid',
            response_type: 'id_token',
            response_mode: 'form_post',
            client_id: entra.id,
            redirect_uri: ENTRA_REDIRECT,
            nonce: 'nonce-of-entra',
            state: 'state-of-entra',
            claims: JSON.stringify(CLAIMS),
            'client-request-id': randomUUID(),
            ...form,
          }).toString(),
        });
      const postedOf = ({ text }: Reply) =>
        Object.fromEntries(
          [...text.matchAll(/name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
            name,
            value,
          ]),
        );

      test('completes, and gets the ID token that it documents', async () => {
        const browser = aBrowser(server);
        const reply = await ask(browser, { id_token_hint: await entraHint() });
        assert.equal(reply.status, 303, reply.text);
        const page = browser.pageOf(String(reply.headers.location));
        await page.act('start', { device: { id: emailId } });
        const chosen = await page.act('device', { device: { id: user.deviceId } });
        assert.equal(chosen.body.status, 'ASSERTION_REQUIRED', chosen.text);
        const assertion = user.key.assertion(chosen.body.publicKeyCredentialRequestOptions, {
          origin: server.server.url.replace('127.0.0.1', 'localhost'),
        });
        assert.equal((await page.act('assertion', { assertion })).body.status, 'COMPLETED');
        const done = await page.act('finish');
        const form = await browser.go(done.body.redirectTo);
        assert.equal(form.status, 200, form.text);
        assert.match(form.text, new RegExp(`action="${ENTRA_REDIRECT}"`));
        const { id_token: token = '', state } = postedOf(form);
        assert.equal(state, 'state-of-entra');
        const { body } = await server.raw(`/${server.environmentId}/as/jwks`);
        const { kid } = JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString());
        const key = body.keys.find((one: { kid: string }) => one.kid === kid);
        // Entra takes the key out of the certificate.
        const certificate = new X509Certificate(Buffer.from(key.x5c[0], 'base64'));
        const { payload } = await jwtVerify(token, certificate.publicKey, {
          issuer: issuerOf(server),
          audience: entra.id,
        });
        assert.equal(payload.sub, 'mBfcvuhSHkDWVgV72x2ruIYdSsPSvcj2R0qfc6mGEAA');
        assert.equal(payload.nonce, 'nonce-of-entra');
        assert.equal(payload.acr, 'possessionorinherence');
        assert.deepEqual(payload.amr, ['hwk']);
      });

      test('is refused for a wrong issuer, key, audience, user, and for an old or used hint', async () => {
        const now = seconds();
        const used = await entraHint();
        assert.equal((await ask(aBrowser(server), { id_token_hint: used })).status, 303);
        for (const [name, token] of Object.entries({
          issuer: await entraHint({
            iss: `https://login.microsoftonline.com/${randomUUID()}/v2.0`,
          }),
          key: await entraHint({}, other.privateKey),
          audience: await entraHint({ aud: randomUUID() }),
          user: await entraHint({ oid: randomUUID() }),
          old: await entraHint({ iat: now - 400, nbf: now - 400, exp: now - 401 }),
          used,
        })) {
          const reply = await ask(aBrowser(server), { id_token_hint: token });
          assert.equal(reply.status, 400, name);
          const posted = postedOf(reply);
          assert.deepEqual(
            [posted.error, posted.state],
            ['invalid_request', 'state-of-entra'],
            name,
          );
        }
        const bare = await ask(aBrowser(server), { id_token_hint: await entraHint(), nonce: '' });
        assert.equal(postedOf(bare).error, 'invalid_request');
      });

      test('is told when it asks for what can’t be proved', async () => {
        const browser = aBrowser(server);
        const acr = { essential: true, values: ['inherence'] };
        const claims = JSON.stringify({ id_token: { ...CLAIMS.id_token, acr } });
        const reply = await ask(browser, { id_token_hint: await entraHint(), claims });
        const page = browser.pageOf(String(reply.headers.location));
        assert.equal((await browser.usePasskey(page, user)).body.status, 'COMPLETED');
        const done = await page.act('finish');
        const form = await browser.go(done.body.redirectTo);
        assert.equal(postedOf(form).error, 'unmet_authentication_requirements');
      });

      test('asks each time: a session of before doesn’t answer', async () => {
        const browser = aBrowser(server);
        await browser.signOn(addressOf(), user);
        const reply = await ask(browser, { id_token_hint: await entraHint() });
        assert.match(String(reply.headers.location), /interactions/);
        assert.equal(decodeJwt(await entraHint()).oid, externalId);
      });
    });
  });
}
