/** What people are asked on the phone, and what they are told: before pairing, by a request, at its end. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { complaints, isTooWide } from './accessibility.ts';
import { aPhoneTest, card, newsOf, press, type User } from './phone.ts';

const phone = await aPhoneTest();
const user = await phone.api.user();
const page = await phone.paired(user);
await page.setViewportSize({ width: 390, height: 844 });

describe('questions on the authenticator', () => {
  const dialog = (one = page) => one.getByRole('dialog');
  const gone = (one = page) => dialog(one).waitFor({ state: 'detached' });
  const asked = async (more = {}) => {
    const flow = await phone.start(user, more);
    await dialog().waitFor();
    return flow;
  };
  const passcode = () => page.locator('[data-passcode]').first().getAttribute('data-passcode');
  const finish = async (flow: { id: string }) => {
    const otp = await passcode();
    const done = await phone.api.auth(`/deviceAuthentications/${flow.id}`, { otp }, 'otp.check');
    assert.equal(done.status, 'COMPLETED');
  };
  const keyOf = (one: User) => phone.api.post(`/users/${one.id}/pairingKeys`, {});
  const numbers = (more = {}) =>
    phone.setPolicy({ push: { enabled: true, numberMatching: { enabled: true, ...more } } });
  const open = async (address: string) => {
    await page.goto('about:blank');
    await page.goto(address);
  };
  const home = async () => {
    await open(`${phone.origin}/authenticator/`);
    await card(page, user).locator('[data-connection=CONNECTED]').waitFor();
  };

  test('asks for whom, where, by which server and until when, and adds nothing before', async () => {
    const other = await phone.api.user();
    const { name } = await phone.api.get('');
    const { uri } = await keyOf(other);
    await open(uri);
    const question = page.locator('#pairing-question');
    await question.waitFor();
    assert.equal(
      await question.innerText(),
      `Add ${other.username} at ${name}, server ${new URL(phone.origin).host}?`,
    );
    await page.getByText(/The code is good until \d+:\d\d/).waitFor();
    assert.deepEqual(await complaints(page), []);
    await press(page, 'Cancel')();
    assert.equal(await card(page, other).count(), 0);
  });

  test('refuses a link that is broken or has ended at once, with nothing to press but away', async () => {
    const { uri, id } = await keyOf(user);
    await phone.api.delete(`/users/${user.id}/pairingKeys/${id}`);
    for (const [link, words] of [
      [`${phone.origin}/pair#v=1&e=x&c=1`, /a part of it is missing/],
      [`${phone.origin}/pair#hello`, /a part of it is missing/],
      [uri, /not valid any more. Ask for a new one/],
      [uri.replace('v=1', 'v=9'), /another version/],
    ] as const) {
      await open(link);
      await page.getByRole('heading', { name: 'This can not be added' }).waitFor();
      await page.getByText(words).waitFor();
      assert.equal(await page.getByRole('button', { name: 'Add it' }).count(), 0);
    }
    await press(page, 'Close')();
    assert.ok(!page.url().includes('#'), page.url());
  });

  test('says that the page and the server have different names, and leads to the right one', async () => {
    const { uri } = await keyOf(user);
    const here = phone.origin.replace('localhost', '127.0.0.1');
    await open(uri.replace(phone.origin, here));
    await page.getByText(`This page is ${here}, but the server calls itself`).waitFor();
    const link = page.getByRole('link', { name: 'Open it there' });
    assert.equal(await link.getAttribute('href'), uri);
    // The same where the code was typed.
    await open(`${here}/authenticator/`);
    await press(page, 'Add account')();
    await page.getByLabel('Link or code').fill(new URL(uri).hash.match(/c=(\w+)/)?.[1] ?? '');
    await press(page, 'Go on')();
    await page.getByText(`This page is ${here}, but the server calls itself`).waitFor();
    await home();
  });

  test('takes a code that is typed, without an id of anything', async () => {
    const other = await phone.api.user();
    const { code } = await keyOf(other);
    await press(page, 'Scan code')();
    await page.getByLabel('Link or code').fill(code.replaceAll(/(.{4})/g, '$1 '));
    await press(page, 'Go on')();
    await press(page, 'Add it')();
    await card(page, other).locator('[data-passcode]').waitFor();
    const [device] = (await phone.api.get(`/users/${other.id}/devices`))._embedded.devices;
    await phone.api.delete(`/users/${other.id}/devices/${device.id}`);
    await press(page, 'OK')();
  });

  test('closes when the sign-in was finished by a passcode on another screen', async () => {
    const flow = await asked();
    const news = await newsOf(page, () => finish(flow));
    assert.match(news, /This request is over: it was cancelled or answered elsewhere/);
    await gone();
  });

  test('closes in a page that no socket and no other page tells of it', async () => {
    const deaf = await phone.browser.context.newPage();
    await deaf.addInitScript('delete globalThis.BroadcastChannel');
    await deaf.goto(`${phone.origin}/authenticator/`);
    await card(deaf, user).locator('[data-passcode]').waitFor();
    const flow = await asked();
    await deaf.evaluate("window.dispatchEvent(new Event('online'))");
    await dialog(deaf).waitFor();
    await phone.api.auth(`/deviceAuthentications/${flow.id}`, {}, 'cancel.push.authentication');
    await gone(deaf);
    await deaf.close();
    await gone();
  });

  test('closes when its account is blocked, which then shows no passcode', async () => {
    const flow = await asked();
    const [{ id }] = (await phone.api.get(`/users/${user.id}/devices`))._embedded.devices;
    const device = `/users/${user.id}/devices/${id}`;
    await phone.api.post(device, {}, 'device.block');
    await page.evaluate("window.dispatchEvent(new Event('online'))");
    await card(page, user).locator('[data-connection=BLOCKED]').waitFor();
    await gone();
    assert.equal(await card(page, user).locator('[data-passcode]').count(), 0);
    assert.equal(await card(page, user).getByRole('button', { name: 'Copy' }).count(), 0);
    await card(page, user).getByText('Your organization has blocked this device').waitFor();
    await phone.api.auth(`/deviceAuthentications/${flow.id}`, {}, 'cancel.push.authentication');
    await phone.api.post(device, {}, 'device.unblock');
    await page.evaluate("window.dispatchEvent(new Event('online'))");
    await card(page, user).locator('[data-passcode]').waitFor();
  });

  test('counts what waits, and shows no old news under it', async () => {
    const other = await phone.api.user();
    await open((await keyOf(other)).uri);
    await newsOf(page, press(page, 'Add it'));
    await card(page, other).locator('[data-connection=CONNECTED]').waitFor();
    await asked();
    assert.equal(await page.locator('.news').innerText(), '');
    await phone.start(other);
    await dialog().getByText('Request 1 of 2').waitFor();
    await press(page, 'Deny')();
    // What became of the first one stands above the second.
    await dialog().getByText(`${user.username} at `).filter({ hasText: 'Denied.' }).waitFor();
    assert.equal(await page.getByText(/Request 1 of/).count(), 0);
    assert.equal(await newsOf(page, press(page, 'Deny')), 'Denied.');
    await page.locator('.news-place[data-tone=REFUSED]').waitFor();
    const [device] = (await phone.api.get(`/users/${other.id}/devices`))._embedded.devices;
    await phone.api.delete(`/users/${other.id}/devices/${device.id}`);
    await press(page, 'OK')();
  });

  test('has every answer in sight on the smallest screen, and one thing that scrolls', async () => {
    await numbers();
    const clientContext = { Browser: 'Firefox on Windows', Place: 'Tallinn, Estonia' };
    for (const type of ['SELECT_NUMBER', 'ENTER_MANUALLY']) {
      await numbers({ type });
      await asked({ notification: { clientContext } });
      for (const [width, height] of [
        [390, 844],
        [320, 500],
      ] as const) {
        await page.setViewportSize({ width, height });
        const outside = await page.evaluate(`(() => {
          const frame = document.querySelector('dialog').getBoundingClientRect();
          const parts = 'legend, label, input, button, p:not(:empty)';
          return [...document.querySelectorAll('.answers :is(' + parts + ')')].filter((one) => {
            const { top, bottom, left, right } = one.getBoundingClientRect();
            const isIn = top >= frame.top && left >= frame.left && right <= frame.right;
            return !isIn || bottom > Math.min(frame.bottom, innerHeight);
          }).map((one) => one.textContent);
        })()`);
        assert.deepEqual(outside, [], `${type} at ${width}`);
        const scrolling = await page.evaluate(`[...document.querySelectorAll('*')]
          .filter((one) => one.scrollHeight > one.clientHeight + 1 && one.clientHeight > 0)
          .filter((one) => ['auto', 'scroll'].includes(getComputedStyle(one).overflowY)
            || (one === document.scrollingElement && getComputedStyle(one).overflowY !== 'hidden'))
          .map((one) => one.tagName)`);
        assert.ok((scrolling as string[]).length <= 1, String(scrolling));
        assert.equal(await isTooWide(page), false);
        assert.deepEqual(await complaints(page), []);
      }
      assert.ok(!(await dialog().locator('.answers').innerText()).includes('sign in'));
      await press(page, 'Deny')();
      await gone();
    }
    await page.setViewportSize({ width: 390, height: 844 });
    await phone.setPolicy();
  });

  test('has the field of the number in focus, then its answers in order', async () => {
    await numbers({ type: 'ENTER_MANUALLY' });
    await asked();
    await page.locator('#number:focus').waitFor();
    const order: string[] = [];
    for (let presses = 0; presses < 3; presses++) {
      await page.keyboard.press('Tab');
      order.push(await page.evaluate<string>('document.activeElement.textContent'));
    }
    assert.deepEqual(order, ['Approve', 'Deny', 'This was not me']);
    await press(page, 'Deny')();
    await phone.setPolicy();
  });

  test('names the application that asks, which started the flow', async () => {
    const { clientId } = phone.server;
    const { name } = await phone.api.get(`/applications/${clientId}`);
    await asked();
    await page.getByRole('dialog', { name: `Sign in to ${name}?` }).waitFor();
    assert.match(await dialog().locator('dl').innerText(), new RegExp(`Application\\s+${name}`));
    await press(page, 'Deny')();
  });
});
