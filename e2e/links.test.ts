/** `countersign link`: an address that does one thing for one user, and ends. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { FAILURE } from '../packages/server/src/testing/policies.ts';
import { ever } from '../packages/server/src/testing/scenario.ts';
import { HANG_MS } from '../packages/server/src/testing/until.ts';
import { complaints } from './accessibility.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { runCommand } from './command.ts';
import { freePort, type RunningServer, startServer } from './server.ts';

describe('a link of a user', { timeout: HANG_MS }, () => {
  let server: RunningServer;
  let browser: RunningBrowser;
  let api: ApiClient;
  before(async () => {
    // By a name, as passkeys want it.
    const port = String(await freePort());
    const COUNTERSIGN_PUBLIC_URL = `http://localhost:${port}`;
    server = await startServer({ PORT: port, COUNTERSIGN_PUBLIC_URL });
    browser = await launchBrowser();
    api = await apiClient(server);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const link = (...args: string[]) =>
    runCommand(['link', ...args], { COUNTERSIGN_DATA_DIR: server.dataDirectory });

  /** The link, which must have been made, and a caller with its token. */
  async function linked(...args: string[]) {
    const { code, stdout, stderr } = await link(...args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /^For \S+, until 20\d\d-\S+Z\.\n$/);
    const url = new URL(stdout.trim());
    const given = Object.fromEntries(new URLSearchParams(url.hash.slice(1)));
    const call = async (path: string, body?: object) => {
      const reply = await fetch(`${server.origin}${path}`, {
        method: body ? 'POST' : 'GET',
        headers: { authorization: `Bearer ${given.token}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      return reply.status;
    };
    return { url, given, call };
  }

  async function refused(pattern: RegExp, ...args: string[]) {
    const { code, stdout, stderr } = await link(...args);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, pattern);
    assert.doesNotMatch(stderr, /\n {4}at /, 'a sentence');
  }

  test('is refused in words where the policy has it off', async () => {
    await api.user('early');
    await api.changePolicy({ fido2: { enabled: false, failure: FAILURE } });
    const off = (kind: string) =>
      new RegExp(
        `^countersign link: The default policy \\(.+\\) takes no ${kind}s\\. See policies list`,
      );
    await refused(off('passkey'), 'early', 'passkey');
    await refused(/lists no app that may be paired/, 'early', 'phone');
    await api.changePolicy({ mobile: { enabled: false, otp: { failure: FAILURE } } });
    await refused(off('phone'), 'early', 'phone');
    await refused(/there is no user "nobody"/, 'nobody', 'phone');
    await refused(/there is no policy "none"/, 'early', 'phone', '--policy', 'none');
    await refused(/there is no environment "x"/, 'early', 'phone', '--environment', 'x');
  });

  test('adds a passkey to its user, and does nothing else', async () => {
    await api.changePolicy({ fido2: { enabled: true, failure: FAILURE } });
    const user = await api.user('maria');
    const other = await api.user('other');
    const { url, given, call } = await linked(user.email, 'passkey');
    assert.equal(url.port, new URL(server.origin).port);
    assert.equal(url.pathname, '/self-service/passkeys');
    assert.equal(url.search, '', 'nothing that a server would log');
    const { name } = await api.get('');
    assert.deepEqual(
      [given.environmentId, given.userId, given.policyId, given.at],
      [server.environmentId, user.id, undefined, name],
    );
    const environment = `/v1/environments/${server.environmentId}`;
    const fido = { type: 'FIDO2', rp: { id: 'localhost', name: 'Shop' } };
    assert.equal(await call(`${environment}/users/${user.id}/devices`, fido), 201);
    assert.equal(await call(`${environment}/users/${user.id}`), 200);
    for (const path of [
      `${environment}/users`,
      `${environment}/users/${other.id}`,
      `${environment}/users/${user.id}/devices`,
      `${environment}/deviceAuthenticationPolicies`,
    ]) {
      assert.equal(await call(path), 403, path);
    }
    assert.equal(await call(`${environment}/users/${other.id}/devices`, fido), 403);
    assert.equal(await call(`${environment}/users/${user.id}/pairingKeys`, {}), 403);
  });

  test('is over after a quarter of an hour, and on record without its token', async () => {
    const { given } = await linked('maria', 'passkey');
    const [, payload = ''] = (given.token ?? '').split('.');
    const { sub, scope, exp, iat } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    assert.deepEqual([sub, scope, exp - iat], [given.userId, 'p1:read:user p1:create:device', 900]);
    const activities = await api.get(
      `/activities?filter=${encodeURIComponent(ever(`user.id eq "${given.userId}"`))}`,
    );
    const [last] = activities._embedded.activities;
    assert.deepEqual([last.action.type, last.data.link], ['ACCESS_TOKEN.CREATED', 'passkey']);
    assert.equal(last.actors, undefined);
    assert.ok(!JSON.stringify(activities).includes(given.token ?? ''));
  });

  test('opens a page that names its user, adds a passkey without any field, and tries it', async () => {
    const page = await browser.context.newPage();
    const cdp = await browser.context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const { url, given } = await linked('maria', 'passkey');
    await page.goto(url.href);
    await page.getByRole('heading', { name: `Add a passkey for maria at ${given.at}` }).waitFor();
    assert.equal(page.url(), url.origin + url.pathname, 'the token is out of the address bar');
    assert.equal(await page.evaluate('history.length'), 2, 'and stands nowhere in the history');
    assert.equal(await page.locator('input').count(), 0);
    assert.deepEqual(await page.locator('button:visible').allInnerTexts(), ['Add a passkey']);
    assert.deepEqual(await complaints(page), []);
    await page.getByRole('button').click();
    await page.getByText('The passkey is added. Try it now, or close this page.').waitFor();
    await page.getByRole('button', { name: 'Try it' }).click();
    await page.getByText('It works. You can close this page.').waitFor();
    const { devices } = (await api.get(`/users/${given.userId}/devices`))._embedded;
    const kinds = devices.map(({ type, status }: Record<string, string>) => `${type} ${status}`);
    assert.ok(kinds.includes('FIDO2 ACTIVE'), String(kinds));
    // Loaded again it has nothing left to act with.
    await page.reload();
    await page.getByText('This page works by a link that is made for you.').waitFor();
    assert.equal(await page.locator('input:visible').count(), 0);
    await page.close();
  });

  test('says in words that it has ended, at once', async () => {
    const application = await api.nativeApplication('Phones');
    await api.allowPhones({ id: application, push: { enabled: true } });
    for (const kind of ['passkey', 'phone']) {
      const { url } = await linked('maria', kind);
      const page = await browser.context.newPage();
      // Another signature: refused as an old one is.
      await page.goto(`${url.href.slice(0, -8)}AAAAAAAA`);
      await page.getByText('This link has ended. Nothing was changed.').waitFor();
      assert.equal(await page.locator('button:visible').count(), 0);
      assert.deepEqual(await complaints(page), []);
      // A new link in the same tab.
      await page.goto(url.href);
      await page.getByRole('heading', { name: /for maria at / }).waitFor();
      await page.close();
    }
  });

  test('shows a code for a phone, and tells its user in words what only others can mend', async () => {
    const { url } = await linked('maria', 'phone');
    const page = await browser.context.newPage();
    await page.goto(url.href);
    await page.getByRole('heading', { name: /^Add a phone for maria at / }).waitFor();
    assert.equal(await page.locator('input').count(), 0);
    await page.getByRole('button', { name: 'Show a QR code' }).click();
    await page.getByRole('img', { name: 'QR code' }).waitFor();
    assert.deepEqual(await complaints(page), []);
    const [{ mobile }] = (await api.get('/deviceAuthenticationPolicies'))._embedded
      .deviceAuthenticationPolicies;
    await api.changePolicy({ mobile: { ...mobile, enabled: false } });
    await page.getByRole('button', { name: 'Start again' }).click();
    await page.getByRole('button', { name: 'Show a QR code' }).click();
    await page.getByText('This can not be added now. Nothing was changed.').waitFor();
    assert.doesNotMatch(await page.innerText('main'), /policy/i);
    await api.changePolicy({ mobile });
    await page.close();
  });

  test('names the policy that it was made for, and is made for no disabled user', async () => {
    const { name, id } = (await api.get('/deviceAuthenticationPolicies'))._embedded
      .deviceAuthenticationPolicies[0];
    const { url, given, call } = await linked('maria', 'phone', '--policy', name);
    assert.equal(url.pathname, '/self-service/phone');
    assert.equal(given.policyId, id);
    const keys = `/v1/environments/${server.environmentId}/users/${given.userId}/pairingKeys`;
    assert.equal(await call(keys, { policy: { id } }), 201);
    await api.put(`/users/${given.userId}/enabled`, { enabled: false });
    await refused(/the account of maria is disabled/, 'maria', 'phone');
    assert.equal(await call(keys, {}), 401);
  });

  test('says so where the server would not take it, and where nobody answers', async () => {
    await api.user('late');
    await refused(/is no address of a server/, 'late', 'phone', '--url', 'shop');
    // Another name than the server's own: its tokens are for that one.
    const other = server.origin;
    await refused(
      /doesn't take this link \(401\)\. Give its own address/,
      'late',
      'phone',
      '--url',
      other,
    );
    const { code, stderr } = await link('late', 'phone', '--url', 'http://127.0.0.1:9');
    assert.equal(code, 0);
    assert.match(stderr, /^Nobody answers at http:\/\/127\.0\.0\.1:9 from here/);
  });
});
