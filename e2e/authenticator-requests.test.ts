/** What can go wrong with a request on the phone: fingers, other pages, clocks, networks, pushes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { until } from '../packages/server/src/testing/until.ts';
import { aPhoneTest, card, type Flow, focused, newsOf, press } from './phone.ts';

const phone = await aPhoneTest();
const user = await phone.api.user();
const page = await phone.paired(user);

describe('requests on the authenticator', () => {
  const dialog = (one = page) => one.getByRole('dialog');
  const cancel = (flow: Flow) =>
    phone.api.auth(`/deviceAuthentications/${flow.id}`, {}, 'cancel.push.authentication');
  const statusOf = async (flow: Flow) => (await phone.read(flow)).status;

  test('approves nothing for somebody who is typing, and stays whatever is pressed', async () => {
    await press(page, 'Scan code')();
    await page.getByLabel('Link or code').focus();
    const flow = await phone.start(user, { notification: { clientContext: { Shop: 'A' } } });
    // As fast as people type.
    while ((await dialog().count()) === 0) await page.keyboard.type(' ab\n', { delay: 20 });
    await page.keyboard.type('some words \n and more \n', { delay: 60 });
    assert.equal(await dialog().count(), 1);
    assert.match(await focused(page), /^Sign in to/);
    for (let presses = 0; presses < 5; presses++) await page.keyboard.press('Escape');
    await dialog().getByRole('button', { name: 'Approve' }).waitFor();
    assert.equal(await statusOf(flow), 'PUSH_CONFIRMATION_REQUIRED');
    assert.equal(await newsOf(page, press(page, 'Deny')), 'Denied.');
    assert.equal(await focused(page), 'code');
    await press(page, 'Cancel')();
    assert.equal(await focused(page), 'Scan code');
  });

  test('is not answered by a finger that was on its way to the one before', async () => {
    await phone.start(user);
    await dialog().getByRole('button', { name: 'Approve' }).click({ trial: true });
    const place = await dialog().getByRole('button', { name: 'Approve' }).boundingBox();
    assert.ok(place);
    const newer = await phone.start(user);
    await dialog().getByText('A newer request has replaced').waitFor();
    await page.mouse.click(place.x + 20, place.y + 20);
    assert.equal(await statusOf(newer), 'PUSH_CONFIRMATION_REQUIRED');
    await newsOf(page, press(page, 'Approve'));
    assert.equal(await statusOf(newer), 'COMPLETED');
  });

  test('closes what was cancelled', async () => {
    const flow = await phone.start(user);
    await dialog().waitFor();
    const news = await newsOf(page, () => cancel(flow));
    assert.match(news, /cancelled or answered elsewhere/);
    assert.equal(await dialog().count(), 0);
  });

  test('is shown in every open page, and closes in all of them when it is answered', async () => {
    const other = await phone.browser.context.newPage();
    await other.goto(`${phone.origin}/authenticator/`);
    await card(other, user).locator('[data-connection=CONNECTED]').waitFor();
    const flow = await phone.start(user);
    await dialog().waitFor();
    await dialog(other).waitFor();
    await newsOf(other, press(other, 'Approve'));
    await dialog().waitFor({ state: 'detached' });
    assert.equal(await statusOf(flow), 'COMPLETED');
    const news = await newsOf(page, async () => {
      await phone.start(user);
      await dialog().waitFor();
      await dialog(other).waitFor();
      await press(other, 'Deny')();
    });
    assert.match(news, /answered elsewhere/);
    await other.close();
  });

  test('counts by its own clock, however wrong that is', async () => {
    await page.goto('about:blank');
    const skewed = await phone.browser.context.newPage();
    await skewed.clock.install({ time: Date.now() + 200_000 });
    await skewed.clock.resume();
    await skewed.goto(`${phone.origin}/authenticator/`);
    await card(skewed, user).locator('[data-connection=CONNECTED]').waitFor();
    const flow = await phone.start(user);
    const time = dialog(skewed).locator('[data-seconds-left]');
    await time.waitFor();
    // It counts down from the 150 that it was given.
    const secondsLeft = async () => Number(await time.getAttribute('data-seconds-left'));
    const first = await secondsLeft();
    assert.ok(first > 0 && first <= 150, `${first} seconds`);
    await until(async () => (await secondsLeft()) < first);
    await newsOf(skewed, press(skewed, 'Approve'));
    assert.equal(await statusOf(flow), 'COMPLETED');
    await skewed.close();
    await page.goto(`${phone.origin}/authenticator/`);
    await card(page, user).locator('[data-connection=CONNECTED]').waitFor();
  });

  test('keeps title, account and buttons in sight, whatever the application says', async () => {
    await page.setViewportSize({ width: 320, height: 568 });
    const clientContext = Object.fromEntries(
      Array.from({ length: 30 }, (_, index) => [`Name ${index}`, 'word '.repeat(20)]),
    );
    await phone.start(user, { notification: { clientContext } });
    await dialog().waitFor();
    for (const part of ['#request-title', '#request-account']) {
      const box = await dialog().locator(part).boundingBox();
      assert.ok(box && box.y >= 0 && box.y + box.height < 568, part);
    }
    await dialog().getByRole('button', { name: 'Deny' }).click();
    await page.setViewportSize({ width: 390, height: 844 });
  });

  test('a push makes the open page look, and says nothing of its own', async () => {
    const { browser, origin } = phone;
    const [worker] = browser.context.serviceWorkers();
    assert.ok(worker);
    // This Chromium has no place to show notifications: what would be shown is written down.
    await worker.evaluate(`{
      self.shown = [];
      self.registration.showNotification = async (title, { body, renotify }) => {
        self.shown.push({ title, body, renotify });
      };
    }`);
    const cdp = await browser.context.newCDPSession(page);
    const registered = new Promise<string>((resolve) => {
      cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations: [first] }) => {
        if (first) resolve(first.registrationId);
      });
    });
    await cdp.send('ServiceWorker.enable');
    const registrationId = await registered;
    const looked = page.waitForRequest(/device\/v1\/challenges$/);
    const data = JSON.stringify({ title: 'Your account is closed', body: 'Call 0900' });
    await cdp.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data });
    await looked;
    const [title, body] = ['Sign-in request', 'Open the app to answer it.'];
    assert.deepEqual(await worker.evaluate('self.shown'), [{ title, body, renotify: true }]);
    await cdp.detach();
  });

  test('looks when it is shown again, and when the network is back', async () => {
    for (const happened of [
      "document.dispatchEvent(new Event('visibilitychange'))",
      "window.dispatchEvent(new Event('online'))",
      "window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))",
    ]) {
      const looked = page.waitForRequest(/device\/v1\/challenges$/);
      await page.evaluate(happened);
      await looked;
    }
  });

  test('asks the system who holds the phone, where the policy wants that', async () => {
    await phone.setPolicy({ biometricsEnabled: true });
    const cdp = await phone.browser.context.newCDPSession(page);
    const flow = await phone.start(user);
    await press(page, 'Approve')();
    await dialog()
      .getByText(/browser can not ask for it here/)
      .waitFor();
    await cdp.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', { options });
    assert.equal(await newsOf(page, press(page, 'Approve')), 'Approved.');
    // A browser doesn't say how: no word of RFC 8176 would be true.
    assert.deepEqual((await phone.read(flow)).authenticators, ['mca', 'user', 'mfa']);

    await page.reload();
    const box = page.getByRole('checkbox', { name: /fingerprint, face or PIN/ });
    await box.waitFor();
    assert.equal(await box.isChecked(), true);
    // The passkey was deleted in the system's settings.
    await cdp.send('WebAuthn.clearCredentials', { authenticatorId });
    const other = await phone.start(user);
    await press(page, 'Approve')();
    await press(page, 'Set it up again')();
    await dialog().getByText('not recognized').waitFor({ state: 'detached' });
    assert.equal(await newsOf(page, press(page, 'Approve')), 'Approved.');
    assert.equal(await statusOf(other), 'COMPLETED');
    // Switching it off is for its user only.
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    await box.click();
    await page.getByText('not recognized').waitFor();
    assert.equal(await box.isChecked(), true);
    await cdp.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: true });
    await box.click();
    await page.getByText('not recognized').waitFor({ state: 'detached' });
    await page
      .getByRole('checkbox', { name: /fingerprint, face or PIN/, checked: false })
      .waitFor();
    await phone.setPolicy();
  });
});
