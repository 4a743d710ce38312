/** Attacks on the sign-on: on the browser, its page, and what is between them and the application. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { ANY_ENVIRONMENT } from '../src/storage/store.ts';
import { sentOtp } from '../src/testing/scenario.ts';
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

describe('attacks on the sign-on', () => {
  let server: TestServer;
  let user: PasskeyUser;
  let shop: Awaited<ReturnType<typeof anApplication>>;

  before(async () => {
    server = await startSignOnServer();
    user = await aPasskeyUser(server);
    shop = await anApplication(server);
  });
  after(() => server?.close());

  const addressOf = (more: Record<string, string> = {}) =>
    `${issuerOf(server)}/authorize?${new URLSearchParams({
      client_id: shop.id,
      response_type: 'code',
      redirect_uri: REDIRECT_URI,
      scope: 'openid',
      ...more,
    })}`;

  test('somebody else’s interaction is not there', async () => {
    const victim = await aBrowser(server).open(addressOf());
    const attacker = aBrowser(server);
    await attacker.open(addressOf());
    const page = attacker.pageOf(victim.address);
    assert.equal((await page.read()).status, 404);
    for (const action of ['passkey', 'start', 'cancel', 'finish', 'cancelPush']) {
      assert.equal((await page.act(action)).status, 404, action);
    }
    assert.equal((await victim.read()).status, 200);
    const [name, cookie] = [...attacker.jar].find(([key]) => key.includes('interaction ')) ?? [];
    assert.ok(name && cookie);
    const uid = victim.address.split('/').at(-1);
    const forged = await aBrowser(server).go(victim.address, {
      headers: { cookie: `${cookie.name}=${uid}; ${cookie.name}.sig=x` },
    });
    assert.equal(forged.status, 404);
  });

  test('a page of another origin can’t act in an interaction', async () => {
    const browser = aBrowser(server);
    const page = await browser.open(addressOf());
    const wrong: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { 'countersign-interaction': '' },
      { 'countersign-interaction': 'x' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of wrong) {
      for (const action of ['passkey', 'cancel', 'finish']) {
        const reply = await page.act(action, {}, headers);
        assert.equal(reply.status, 403, JSON.stringify(headers));
        assert.equal(reply.headers['access-control-allow-origin'], undefined);
      }
    }
    const form = await browser.go(`${page.address}/cancel`, {
      method: 'POST',
      type: 'application/x-www-form-urlencoded',
      body: 'x=1',
    });
    assert.equal(form.status, 415);
    assert.equal((await page.act('passkey')).status, 200);
  });

  test('cookies are for the browser alone', async () => {
    const reply = await aBrowser(server).go(addressOf());
    const cookies = [reply.headers['set-cookie'] ?? []].flat();
    assert.ok(cookies.length > 0);
    for (const cookie of cookies) {
      assert.match(cookie, /httponly/i);
      assert.match(cookie, /samesite=lax/i);
      assert.match(cookie, new RegExp(`path=/${server.environmentId}/as`));
    }
  });

  test('an interaction can’t be ended before its user is authenticated', async () => {
    const browser = aBrowser(server);
    const page = await browser.open(addressOf());
    assert.equal((await page.act('finish')).status, 400);
    assert.equal((await page.act('start')).status, 403);
    await page.act('passkey');
    assert.equal((await page.act('finish')).status, 400);
    const resumed = await browser.go(`${issuerOf(server)}/authorize/${page.uid}`);
    assert.doesNotMatch(String(resumed.headers.location), /code=/);
  });

  test('a login_hint is not believed', async () => {
    const page = await aBrowser(server).open(addressOf({ login_hint: user.username }));
    const { body } = await page.read();
    assert.deepEqual([body.status, body.user], ['FIRST_FACTOR_REQUIRED', undefined]);
    assert.equal((await page.act('start')).status, 403);
  });

  test('a passkey of somebody else completes no step-up', async () => {
    const other = await aPasskeyUser(server);
    const browser = aBrowser(server);
    await browser.signOn(addressOf(), user);
    const policies = await server.api('/deviceAuthenticationPolicies');
    const strict = policies.body._embedded.deviceAuthenticationPolicies.find(
      (policy: { default: boolean }) => !policy.default,
    );
    await server.api(`/deviceAuthenticationPolicies/${strict.id}`, {
      method: 'PUT',
      body: {
        ...strict,
        fido2: {
          enabled: true,
          failure: { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } },
        },
      },
    });
    const page = await browser.open(addressOf({ acr_values: strict.id }));
    const done = await browser.usePasskey(page, other);
    assert.equal(done.body.status, 'COMPLETED', done.text);
    const back = await browser.finish(page);
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('code'), null);
  });

  test('a session that an attacker has planted is not the one after the sign-on', async () => {
    const attacker = aBrowser(server);
    await attacker.open(addressOf());
    const victim = aBrowser(server);
    for (const [key, cookie] of attacker.jar) victim.jar.set(key, cookie);
    const sessionOf = ({ jar }: ReturnType<typeof aBrowser>) =>
      [...jar.values()].find(({ name }) => name === 'countersign_session')?.value;
    const planted = sessionOf(attacker);
    await victim.signOn(addressOf(), user);
    assert.notEqual(sessionOf(victim), planted);
    await attacker.open(addressOf());
  });

  test('signing off goes nowhere but where the application says', async () => {
    const browser = aBrowser(server);
    await browser.signOn(addressOf(), user);
    for (const uri of ['https://evil.example/', 'https://shop.example/bye/x', '//evil.example']) {
      const query = new URLSearchParams({ client_id: shop.id, post_logout_redirect_uri: uri });
      const reply = await browser.go(`${issuerOf(server)}/signoff?${query}`);
      assert.equal(reply.status, 400, uri);
      assert.equal(reply.headers.location, undefined);
    }
  });

  test('a link doesn’t sign anybody off without asking', async () => {
    const browser = aBrowser(server);
    await browser.signOn(addressOf(), user);
    const asked = await browser.go(`${issuerOf(server)}/signoff`);
    assert.equal(asked.status, 200);
    assert.match(String(asked.headers['content-type']), /html/);
    assert.match(asked.text, /Sign off\?/);
    const post = (xsrf: string) =>
      browser.go(`${issuerOf(server)}/signoff/confirm`, {
        type: 'application/x-www-form-urlencoded',
        body: new URLSearchParams({ xsrf, logout: 'yes' }).toString(),
      });
    assert.equal((await post('forged')).status, 400);
    assert.match(String((await browser.go(addressOf())).headers.location), /code=/);
    await browser.go(`${issuerOf(server)}/signoff`).then(({ text }) => {
      const [, xsrf = ''] = /name="xsrf" value="([^"]+)"/.exec(text) ?? [];
      return post(xsrf).then((reply) => assert.equal(reply.status, 303, reply.text));
    });
    await browser.open(addressOf());
  });

  test('the store keeps no code, token, session or cookie that could be used', async () => {
    const browser = aBrowser(server);
    const verifier = 'a-code-verifier-of-at-least-forty-three-characters';
    const back = await browser.signOn(
      addressOf({
        code_challenge: hash('sha256', verifier, 'base64url'),
        code_challenge_method: 'S256',
      }),
      user,
    );
    const code = back.searchParams.get('code') ?? '';
    const rows = await server.server.parts.store.list('sign_on_artifacts', ANY_ENVIRONMENT, {
      limit: 1_000,
    });
    const text = JSON.stringify(rows);
    assert.ok(rows.length > 0);
    assert.ok(!text.includes(code));
    for (const { value } of browser.jar.values()) assert.ok(!text.includes(value));
    assert.ok(!text.includes(user.id));
  });

  test('an answer that isn’t right is told, and the code of a test device is not shown', async () => {
    const browser = aBrowser(server);
    const made = await server.api(`/users/${user.id}/devices`, {
      body: { type: 'EMAIL', email: user.email },
    });
    assert.equal(made.status, 201, made.text);
    await browser.signOn(addressOf(), user);
    const policies = await server.api('/deviceAuthenticationPolicies');
    const other = policies.body._embedded.deviceAuthenticationPolicies.find(
      (policy: { default: boolean }) => !policy.default,
    );
    const page = await browser.open(addressOf({ acr_values: other.id }));
    const started = await page.act('start', { device: { id: made.body.id } });
    assert.equal(started.body.status, 'OTP_REQUIRED', started.text);
    assert.equal(started.body.test, undefined);
    assert.ok(started.body.secondsLeft > 0);
    assert.ok(!JSON.stringify(started.body).includes(user.email));
    const wrong = await page.act('otp', { otp: '000000' });
    assert.equal(wrong.body.details[0].code, 'INVALID_OTP', wrong.text);
    const resent = await page.act('device', { device: { id: made.body.id } });
    assert.equal(resent.status, 200, resent.text);
    const right = await page.act('otp', { otp: await sentOtp(server, user.email) });
    assert.equal(right.body.status, 'COMPLETED', right.text);
    const back = await browser.finish(page);
    assert.ok(back.searchParams.get('code'));
  });

  test('giving up comes back as an error, and not as a code', async () => {
    const browser = aBrowser(server);
    const page = await browser.open(addressOf({ state: 's' }));
    const { body } = await page.act('cancel');
    const reply = await browser.go(body.redirectTo);
    const back = new URL(String(reply.headers.location));
    assert.equal(back.searchParams.get('error'), 'access_denied');
    assert.equal(back.searchParams.get('state'), 's');
  });
});
