/** Accounts on the phone: how each is doing, what can't be reached, and who can read the screens. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { complaints, isTooWide } from './accessibility.ts';
import { aPhoneTest, card, focused, newsOf, press, type User } from './phone.ts';

const phone = await aPhoneTest();
const user = await phone.api.user();
const first = await phone.browser.context.newPage();
await first.goto(`${phone.origin}/authenticator/`);
// From the first visit on, and from what the worker itself has kept.
await first.evaluate('navigator.serviceWorker.ready.then(() => undefined)');
await first.close();
const page = await phone.paired(user);

describe('accounts on the authenticator', () => {
  const state = (name: string, one = user) =>
    card(page, one).locator(`[data-connection=${name}]`).waitFor();
  const online = () => page.evaluate("window.dispatchEvent(new Event('online'))");
  const isDown = (down: boolean) =>
    down ? page.route(/device\/v1/, (route) => route.abort()) : page.unroute(/device\/v1/);
  const deviceOf = async (one: User) =>
    (await phone.api.get(`/users/${one.id}/devices`))._embedded.devices[0];
  const more = async (one = user) => {
    const summary = card(page, one).getByText('More');
    if (!(await card(page, one).locator('details.more[open]').count())) await summary.click();
  };
  const act = (one: User, name: string) => () =>
    card(page, one).getByRole('button', { name, exact: true }).click();

  test('says that the server can not be reached, and does not call that a removal', async () => {
    const other = await phone.api.user();
    const { uri } = await phone.api.post(`/users/${other.id}/pairingKeys`, {});
    await page.goto(uri);
    await press(page, 'Add it')();
    await state('CONNECTED', other);
    await isDown(true);
    await online();
    await state('OFFLINE', other);
    await more(other);
    await act(other, 'Remove')();
    await act(other, 'Remove account')();
    await card(page, other).getByText('was not removed').waitFor();
    assert.equal(await card(page, other).count(), 1);
    await isDown(false);
    await online();
    await state('CONNECTED', other);
    await isDown(true);
    const forget = act(other, 'Forget on this device only');
    assert.match(await newsOf(page, forget), /was forgotten on this device/);
    assert.equal(await card(page, other).count(), 0);
    assert.equal((await deviceOf(other)).status, 'ACTIVE');
    assert.equal(await focused(page), 'Authenticator');
    await isDown(false);
    await online();
  });

  test('says that it was blocked, and recovers', async () => {
    await state('CONNECTED');
    const { id } = await deviceOf(user);
    const devices = `/users/${user.id}/devices/${id}`;
    await phone.api.post(devices, {}, 'device.block');
    await online();
    await state('BLOCKED');
    await phone.api.post(devices, {}, 'device.unblock');
    await online();
    await state('CONNECTED');
  });

  test('tells of codes that are none, in plain words', async () => {
    await press(page, 'Scan code')();
    assert.equal(await focused(page), 'Scan or type a code');
    const enter = async (text: string) => {
      await page.getByLabel('Link or code').fill(text);
      await press(page, 'Go on')();
    };
    for (const [text, words] of [
      ['hello', 'This is no code for this app.'],
      ['otpauth://totp/x?secret=ABC', 'makes passcodes only'],
      ['https://example.com/', 'not one that adds an account'],
      ['ABCD2345', 'not valid any more'],
    ] as const) {
      await enter(text);
      await page.getByText(words).waitFor();
    }
    await enter('http://192.0.2.1/pair#v=1&e=a&c=b&k=c');
    await page.getByText('This code is for another server').waitFor();
    await press(page, 'Back')();
    // The code is all that is typed: the server knows where it is from.
    await enter('01 1234 5678 9012');
    await page.getByText('This code is not valid any more. Ask for a new one.').waitFor();
    // The camera is refused once, and works the next time.
    await page.evaluate(`{
      const { mediaDevices } = navigator;
      mediaDevices.getUserMedia = async () => {
        delete mediaDevices.getUserMedia;
        throw new DOMException('', 'NotAllowedError');
      };
    }`);
    await press(page, 'Scan QR code')();
    await page.getByText('camera is not allowed').waitFor();
    await press(page, 'Try the camera again')();
    await page.getByLabel('Camera').waitFor();
    await press(page, 'Cancel')();
  });

  test('hands in logs only after its user has seen them', async () => {
    const { id } = await deviceOf(user);
    const logs = `/users/${user.id}/devices/${id}/logs`;
    await phone.api.put(logs, { status: 'PENDING' });
    await online();
    await page.getByText('Your administrator asks').waitFor();
    await page.getByText('Show them').click();
    const shown = await page.locator('pre').innerText();
    assert.match(shown, /error NETWORK account/);
    const otp = await page.locator('[data-passcode]').getAttribute('data-passcode');
    assert.ok(!shown.includes(String(otp)));
    assert.deepEqual(await complaints(page), []);
    await press(page, 'Send')();
    const supportId = await page.locator('.card strong').innerText();
    assert.equal((await phone.api.get(logs)).supportId, supportId);
    await press(page, 'Done')();
  });

  test('tells why there are no notifications, and copies a passcode', async () => {
    await page.getByLabel(/Notify me/).click();
    await page.getByText('not allowed for this page').waitFor();
    assert.equal(await page.getByLabel(/Notify me/).isChecked(), false);
    await phone.browser.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await press(page, 'Copy')();
    await press(page, 'Copied')();
  });

  test('can be read by everybody, light and dark, on any phone', async () => {
    const long = await phone.api.user(`${'a'.repeat(80)}@${'b'.repeat(30)}.example`);
    const { uri } = await phone.api.post(`/users/${long.id}/pairingKeys`, {});
    await page.goto(uri);
    await press(page, 'Add it')();
    await state('CONNECTED', long);
    await phone.setPolicy({ push: { enabled: true, numberMatching: { enabled: true } } });
    for (const [colorScheme, width] of [
      ['light', 390],
      ['dark', 320],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 700 });
      const see = async (where: string) => {
        assert.deepEqual(await complaints(page), [], `${where}, ${colorScheme}`);
        assert.equal(await isTooWide(page), false, `${where}, ${width}`);
      };
      await more(long);
      await act(long, 'Remove')();
      await see('removal');
      await act(long, 'Keep it')();
      assert.equal(await focused(page), 'Remove');
      await press(page, 'Scan code')();
      await see('codes');
      await press(page, 'Cancel')();
      await phone.start(long, {
        notification: { clientContext: { ['n'.repeat(99)]: 'v'.repeat(500) } },
      });
      await page.locator('.numbers button:enabled').first().waitFor();
      await see('request');
      await press(page, 'Deny')();
      await see('news');
    }
    const background = () =>
      page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
    const dark = await background();
    await page.emulateMedia({ colorScheme: 'light' });
    assert.notEqual(await background(), dark);
  });

  test('is installable, and makes passcodes without a network after one visit', async () => {
    const { server, origin, browser } = phone;
    const at = (path: string) =>
      fetch(`${server.origin}/authenticator${path}`, { redirect: 'manual' });
    // As a browser follows it: by relative addresses, which a proxy's path doesn't break.
    const start = `${server.origin}/authenticator`;
    const to = new URL((await at('')).headers.get('location') ?? '', start);
    assert.equal(to.href, `${start}/`);
    const manifest = (await (await at('/manifest.webmanifest')).json()) as {
      display: string;
      icons: { src: string; purpose?: string }[];
    };
    assert.equal(manifest.display, 'standalone');
    assert.ok(manifest.icons.some(({ purpose }) => purpose === 'maskable'));
    for (const { src } of manifest.icons) {
      const icon = await fetch(new URL(src, `${start}/manifest.webmanifest`));
      assert.match(icon.headers.get('content-type') ?? '', /^image\//, src);
    }
    const cdp = await browser.context.newCDPSession(page);
    await cdp.send('Network.clearBrowserCache');
    await browser.context.unroute(/.*/);
    await browser.context.setOffline(true);
    await page.goto(`${origin}/authenticator/`);
    const code = card(page, user).locator('[data-passcode]');
    await code.waitFor();
    assert.match((await code.getAttribute('data-passcode')) ?? '', /^[0-9]{6}$/);
    await state('OFFLINE');
    await browser.context.setOffline(false);
  });

  test('says that it needs https, where it was opened without', async () => {
    const plain = await phone.browser.context.newPage();
    const errors: Error[] = [];
    plain.on('pageerror', (error) => errors.push(error));
    // By a name that is no secure context, though it is this machine.
    await plain.goto(`http://phone.test:${new URL(phone.origin).port}/authenticator/`);
    await plain.getByRole('heading', { name: 'This page needs https' }).waitFor();
    assert.deepEqual(errors, []);
  });
});
