/** The web authenticator in a real Chromium, against the server as its own process. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { type ApiClient, apiClient } from './api-client.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { cameraFlags, filmQrCode } from './camera.ts';
import { freePort, type RunningServer, startServer } from './server.ts';

const FAILURE = { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } };
type Flow = { id: string; status: string; numberMatching?: { value: number } };

describe('the authenticator in a browser', { timeout: 240_000 }, () => {
  let server: RunningServer;
  let browser: RunningBrowser;
  let api: ApiClient;
  let origin: string;
  let directory: string;
  let applicationId: string;
  let page: Page;
  let user: Awaited<ReturnType<ApiClient['user']>>;

  before(async () => {
    const port = await freePort();
    // A name, because the system's user verification (WebAuthn) wants one.
    origin = `http://localhost:${port}`;
    server = await startServer({ PORT: String(port), COUNTERSIGN_PUBLIC_URL: origin });
    api = await apiClient(server);
    const application = await api.post('/applications', {
      name: 'Authenticator',
      type: 'NATIVE_APP',
      protocol: 'OPENID_CONNECT',
      enabled: true,
      grantTypes: ['AUTHORIZATION_CODE'],
      tokenEndpointAuthMethod: 'NONE',
    });
    applicationId = application.id;
    await setPolicy({});
    user = await api.user();
    const key = await api.post(`/users/${user.id}/pairingKeys`, {});
    directory = mkdtempSync(join(tmpdir(), 'countersign-camera-'));
    const film = join(directory, 'qr.y4m');
    filmQrCode(film, key.uri);
    browser = await launchBrowser(cameraFlags(film));
    page = await browser.context.newPage();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    if (directory) rmSync(directory, { recursive: true, force: true });
  });

  async function setPolicy(more: object): Promise<void> {
    const [policy] = (await api.get('/deviceAuthenticationPolicies'))._embedded
      .deviceAuthenticationPolicies;
    await api.put(`/deviceAuthenticationPolicies/${policy.id}`, {
      ...policy,
      mobile: {
        enabled: true,
        otp: { failure: FAILURE },
        applications: [
          { id: applicationId, push: { enabled: true }, otp: { enabled: true }, ...more },
        ],
      },
    });
  }
  const start = (more: object = {}): Promise<Flow> =>
    api.auth('/deviceAuthentications', { user: { id: user.id }, ...more });
  const read = (flow: Flow) => api.auth(`/deviceAuthentications/${flow.id}`);
  /** Does something, and waits for what the page then says. */
  async function newsOf(act: () => Promise<unknown>): Promise<string> {
    const news = page.locator('.news');
    const count = Number(await news.getAttribute('data-count'));
    await act();
    await page.locator(`.news[data-count="${count + 1}"]`).waitFor({ timeout: 60_000 });
    return news.innerText();
  }
  const devices = async () => (await api.get(`/users/${user.id}/devices`))._embedded.devices;

  test('pairs by the camera from a QR code', async () => {
    await page.goto(`${origin}/authenticator/`);
    await page.getByRole('heading', { name: 'No accounts yet' }).waitFor();
    await page.getByRole('button', { name: 'Add account' }).click();
    await page.getByRole('button', { name: 'Scan QR code' }).click();
    await page.getByText(`${user.username} at`).first().waitFor({ timeout: 20_000 });
    const [device] = await devices();
    assert.deepEqual([device.type, device.status], ['MOBILE', 'ACTIVE']);
    assert.equal(device.application.nativeName, 'Countersign Authenticator');
  });

  test('shows what is asked and by whom, and approves', async () => {
    const flow = await start({
      notification: { clientContext: { Shop: 'Kiosk 7', Amount: '12 EUR' } },
    });
    const dialog = page.getByRole('dialog', { name: /^Sign in to / });
    await dialog.waitFor();
    const shown = await dialog.innerText();
    for (const text of [user.username, 'Kiosk 7', '12 EUR', '127.0.0.1']) {
      assert.ok(shown.includes(text), `${text} in ${shown}`);
    }
    const approve = () => dialog.getByRole('button', { name: 'Approve' }).click();
    assert.equal(await newsOf(approve), 'Approved.');
    const done = await read(flow);
    assert.deepEqual([done.status, done.authenticators], ['COMPLETED', ['mca', 'user', 'mfa']]);
  });

  test('matches the number that the page shows where the user signs in', async () => {
    await setPolicy({ push: { enabled: true, numberMatching: { enabled: true } } });
    const flow = await start();
    const dialog = page.getByRole('dialog');
    const number = String(flow.numberMatching?.value);
    const press = (name: string) => () => dialog.getByRole('button', { name, exact: true }).click();
    assert.equal(await newsOf(press(number)), 'Approved.');
    assert.equal((await read(flow)).status, 'COMPLETED');

    const other = await start();
    const buttons = dialog.locator('.numbers button');
    await buttons.first().waitFor();
    const wrong = (await buttons.allInnerTexts()).find(
      (text) => text !== String(other.numberMatching?.value),
    );
    assert.match(await newsOf(press(String(wrong))), /number was wrong/);
    assert.equal((await read(other)).error.code, 'PUSH_DENIED');

    await setPolicy({
      push: { enabled: true, numberMatching: { enabled: true, type: 'ENTER_MANUALLY' } },
    });
    const typed = await start();
    await dialog.getByLabel(/number that the page shows/).fill(String(typed.numberMatching?.value));
    assert.equal(await newsOf(press('Approve')), 'Approved.');
    assert.equal((await read(typed)).status, 'COMPLETED');
    await setPolicy({});
  });

  test('denies, and reports what was not the user', async () => {
    const flow = await start();
    const press = (name: string) => () => page.getByRole('button', { name }).click();
    assert.equal(await newsOf(press('Deny')), 'Denied.');
    assert.equal((await read(flow)).error.code, 'PUSH_DENIED');
    const other = await start();
    await newsOf(press('This was not me'));
    assert.equal((await read(other)).error.code, 'FRAUD_REPORTED');
  });

  test('asks the system who holds the phone, where the policy wants that', async () => {
    await setPolicy({ biometricsEnabled: true });
    const cdp = await browser.context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const flow = await start();
    const approve = () => page.getByRole('button', { name: 'Approve' }).click();
    assert.equal(await newsOf(approve), 'Approved.');
    const done = await read(flow);
    assert.deepEqual(done.authenticators, ['mca', 'user', 'mfa', 'pin']);
    await setPolicy({});
  });

  test('a request that nobody answers ends, and a passcode of the phone does it', async () => {
    const flow = await start();
    await page.getByRole('dialog').waitFor();
    assert.match(await newsOf(async () => {}), /nobody answered it in time/);
    const late = await read(flow);
    assert.equal(late.status, 'PUSH_CONFIRMATION_TIMED_OUT');
    const otp = await page.locator('output').getAttribute('data-passcode');
    const done = await api.auth(`/deviceAuthentications/${flow.id}`, { otp }, 'otp.check');
    assert.deepEqual([done.status, done.authenticators], ['COMPLETED', ['otp', 'mfa']]);
  });

  test('keeps several accounts, pairs by a link, and replaces keys', async () => {
    const other = await api.user();
    const key = await api.post(`/users/${other.id}/pairingKeys`, {});
    await page.goto(key.uri);
    await page.getByRole('button', { name: 'Add it' }).click();
    await page.getByText(`${other.username} at`).first().waitFor();
    assert.ok(!page.url().includes('#'), page.url());
    assert.equal(await page.getByRole('listitem').count(), 2);
    const card = page.getByRole('article', { name: new RegExp(other.username) });
    const press = (name: string) => () => card.getByRole('button', { name, exact: true }).click();
    assert.match(await newsOf(press('Replace key')), /key of the account was replaced/);
    await press('Remove')();
    assert.match(await newsOf(press('Remove account')), /was removed/);
    const left = (await api.get(`/users/${other.id}/devices`))._embedded.devices;
    assert.deepEqual(left, []);
  });

  test('signs on with a code that is shown elsewhere', async () => {
    const made = await api.auth('/authenticationCodes', { application: { id: applicationId } });
    await page.getByText('Sign on with a code').click();
    await page.getByLabel('Code', { exact: true }).fill(made.code);
    await page.getByRole('button', { name: 'Go on' }).click();
    const signOn = () => page.getByRole('button', { name: 'Sign on' }).click();
    assert.equal(await newsOf(signOn), 'Signed on.');
    const code = await api.auth(`/authenticationCodes/${made.id}`);
    assert.deepEqual([code.status, code.user], ['COMPLETED', { id: user.id }]);
  });

  test('is installable, dark where the system is, and makes passcodes without a network', async () => {
    const manifest = await (
      await fetch(`${server.origin}/authenticator/manifest.webmanifest`)
    ).json();
    assert.equal((manifest as { display: string }).display, 'standalone');
    const background = () =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    await page.emulateMedia({ colorScheme: 'light' });
    const light = await background();
    await page.emulateMedia({ colorScheme: 'dark' });
    assert.notEqual(await background(), light);
    await page.goto(`${origin}/authenticator/`);
    await page.locator('output').waitFor();
    // The worker has its files once it is in charge of the page.
    await page.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
    await page.reload();
    await page.locator('output').waitFor();
    await browser.context.unroute(/.*/);
    await browser.context.setOffline(true);
    await page.reload();
    await page.locator('output').waitFor();
    const otp = await page.locator('output').getAttribute('data-passcode');
    assert.match(otp ?? '', /^[0-9]{6}$/);
    await browser.context.setOffline(false);
  });

  test('forgets an account that was removed by somebody else', async () => {
    await page.reload();
    await page.locator('output').waitFor();
    const [device] = await devices();
    await api.delete(`/users/${user.id}/devices/${device.id}`);
    await page.getByRole('heading', { name: 'No accounts yet' }).waitFor({ timeout: 20_000 });
  });
});
