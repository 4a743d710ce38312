/** The web authenticator in a real Chromium, against the server as its own process: from the QR code of
 * the page that a user is shown to his answer on the phone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ever } from '../packages/server/src/testing/scenario.ts';
import { until } from '../packages/server/src/testing/until.ts';
import { filmPage } from './camera.ts';
import { aPhoneTest, card, newsOf, press, seconds } from './phone.ts';

const phone = await aPhoneTest();
const user = await phone.api.user();
const { context } = phone.browser;
/** The authenticator. */
const page = await context.newPage();
await page.setViewportSize({ width: 390, height: 844 });
/** What an application shows its user: the QR code, then the number to match. */
const site = await context.newPage();
await site.setViewportSize({ width: 800, height: 600 });

describe('the authenticator in a browser', () => {
  const devices = async (one = user) =>
    (await phone.api.get(`/users/${one.id}/devices`))._embedded.devices;
  const dialog = () => page.getByRole('dialog');

  test('pairs by the camera from the QR code that a page shows', async () => {
    const { api, film, origin, server } = phone;
    const hash = new URLSearchParams({ environmentId: server.environmentId, userId: user.id });
    await site.goto(`${origin}/self-service/phone#${hash}`);
    await site.fill('[name=token]', api.token);
    await site.getByRole('button', { name: 'Show a QR code' }).click();
    await site.getByRole('img', { name: 'QR code' }).waitFor();
    assert.match(await site.locator('#time-left').innerText(), /^(9:\d\d|10:00)$/);
    await site.locator('#pairing').scrollIntoViewIfNeeded();
    await site.getByRole('img', { name: 'QR code' }).scrollIntoViewIfNeeded();
    await filmPage(film, site);

    await page.bringToFront();
    await page.goto(`${origin}/authenticator`);
    assert.equal(page.url(), `${origin}/authenticator/`);
    await page.getByRole('heading', { name: 'No accounts yet' }).waitFor();
    await press(page, 'Add account')();
    await press(page, 'Scan QR code')();
    // Nothing is added before its user has seen for whom, where, and by which server.
    const question = page.locator('#pairing-question');
    await question.waitFor();
    const { name } = await api.get('');
    assert.equal(
      await question.innerText(),
      `Add ${user.username} at ${name}, server ${new URL(origin).host}?`,
    );
    assert.deepEqual(await devices(), []);
    await press(page, 'Add it')();
    await card(page, user).waitFor();
    const [device] = await devices();
    assert.deepEqual([device.type, device.status], ['MOBILE', 'ACTIVE']);
    assert.equal(device.application.nativeName, 'Countersign Authenticator');
    await site.getByText('The phone is paired.').waitFor();
  });

  test('matches the number that the page shows', async () => {
    await phone.setPolicy({ push: { enabled: true, numberMatching: { enabled: true } } });
    await site.getByRole('button', { name: 'Ask the phone' }).click();
    await site.locator('#number').waitFor();
    const number = await site.locator('#number').innerText();
    await dialog().waitFor();
    assert.equal(await newsOf(page, press(page, number)), 'Approved.');
    await site.getByText('Approved on the phone.').waitFor();
  });

  test('shows what is asked and by whom, and approves', async () => {
    await phone.setPolicy();
    const flow = await phone.start(user, {
      notification: {
        clientContext: { Shop: 'Kiosk 7', Basket: { items: ['Tea', 'Milk'], total: '12 EUR' } },
      },
    });
    await page.getByRole('dialog', { name: /^Sign in to / }).waitFor();
    const shown = await dialog().innerText();
    for (const text of [user.username, 'Kiosk 7', 'items: Tea, Milk', '12 EUR', '127.0.0.1']) {
      assert.ok(shown.includes(text), `${text} in ${shown}`);
    }
    assert.match(await page.title(), /^\(1\) Sign-in request/);
    assert.equal(await newsOf(page, press(page, 'Approve')), 'Approved.');
    assert.equal(await page.title(), 'Authenticator');
    const done = await phone.read(flow);
    assert.deepEqual([done.status, done.authenticators], ['COMPLETED', ['mca', 'user', 'mfa']]);
  });

  test('refuses a wrong number, and takes one that is typed with spaces', async () => {
    await phone.setPolicy({ push: { enabled: true, numberMatching: { enabled: true } } });
    const other = await phone.start(user);
    const buttons = dialog().locator('.numbers button');
    await buttons.first().waitFor();
    const wrong = (await buttons.allInnerTexts()).find(
      (text) => text !== String(other.numberMatching?.value),
    );
    assert.match(await newsOf(page, press(page, String(wrong))), /number was wrong/);
    const { error } = await phone.read(other);
    assert.deepEqual([error.code, error.reason], ['PUSH_DENIED', 'NUMBER_MISMATCH']);
    // It looks like no denial, stays, and can still be said to have been somebody else.
    await page.locator('.news-place[data-tone=WARNING]').waitFor();
    assert.match(await newsOf(page, press(page, 'This was not me')), /^Reported/);
    await page.locator('.news-place[data-tone=DONE]').waitFor();
    const [{ id }] = await devices();
    const filter = encodeURIComponent(ever(`resources.id eq "${id}"`));
    const audit = (await phone.api.get(`/activities?filter=${filter}`))._embedded.activities;
    for (const type of ['DEVICE.NUMBER_MISMATCH', 'DEVICE.FRAUD_REPORTED']) {
      const found = audit.filter((one: { action: { type: string } }) => one.action.type === type);
      assert.equal(found.length, 1, type);
    }

    const entry = { enabled: true, type: 'ENTER_MANUALLY' };
    await phone.setPolicy({ push: { enabled: true, numberMatching: entry } });
    const typed = await phone.start(user);
    const field = dialog().getByLabel(/number that the page shows/);
    await field.fill('1');
    await press(page, 'Approve')();
    await page.getByText('Type the two digits').waitFor();
    await field.fill(` ${[...String(typed.numberMatching?.value)].join(' ')} `);
    assert.equal(await newsOf(page, press(page, 'Approve')), 'Approved.');
    assert.equal((await phone.read(typed)).status, 'COMPLETED');
    await phone.setPolicy();
  });

  test('denies, and reports what was not the user', async () => {
    const flow = await phone.start(user);
    assert.equal(await newsOf(page, press(page, 'Deny')), 'Denied.');
    assert.equal((await phone.read(flow)).error.code, 'PUSH_DENIED');
    const other = await phone.start(user);
    assert.equal(await newsOf(page, press(page, 'This was not me')), 'Reported.');
    assert.equal((await phone.read(other)).error.code, 'FRAUD_REPORTED');
  });

  test('a request that nobody answers ends, and a passcode of the phone does it', async () => {
    // The shortest time that a policy may give.
    await phone.setPolicy({
      newRequestDurationConfiguration: { deviceTimeout: seconds(15), totalTimeout: seconds(30) },
    });
    const flow = await phone.start(user);
    await dialog().waitFor();
    const left = Number(
      await dialog().locator('[data-seconds-left]').getAttribute('data-seconds-left'),
    );
    assert.ok(left > 0 && left <= 30, `${left} seconds`);
    assert.match(await newsOf(page, async () => {}), /nobody answered it in time/);
    // The server's clock decides; ours may be a moment early.
    await until(async () => (await phone.read(flow)).status === 'PUSH_CONFIRMATION_TIMED_OUT');
    const otp = await page.locator('[data-passcode]').getAttribute('data-passcode');
    const done = await phone.api.auth(`/deviceAuthentications/${flow.id}`, { otp }, 'otp.check');
    assert.deepEqual([done.status, done.authenticators], ['COMPLETED', ['otp', 'mfa']]);
    await phone.setPolicy();
  });

  test('keeps several accounts, pairs by links, renames, replaces keys, removes', async () => {
    const other = await phone.api.user();
    const { uri } = await phone.api.post(`/users/${other.id}/pairingKeys`, {});
    await page.goto(uri);
    await press(page, 'Cancel')();
    assert.ok(!page.url().includes('#'), page.url());
    // In the page as it is: only what follows the # is new.
    await page.goto(`${phone.origin}/pair`);
    await page.evaluate(`location.hash = ${JSON.stringify(new URL(uri).hash)}`);
    await press(page, 'Add it')();
    await card(page, other).waitFor();
    assert.ok(!page.url().includes('#'), page.url());
    assert.equal(await page.getByRole('listitem').count(), 2);

    const own = card(page, other);
    const pressIn = (name: string) => () => own.getByRole('button', { name, exact: true }).click();
    await own.getByText('More').click();
    await pressIn('Rename device')();
    await own.getByLabel('Name of this device').fill('Kitchen tablet');
    assert.match(await newsOf(page, pressIn('Save')), /Kitchen tablet/);
    await own.getByText('Kitchen tablet').first().waitFor();
    assert.equal((await devices(other))[0].nickname, 'Kitchen tablet');
    assert.match(await newsOf(page, pressIn('Replace key')), /key of the account was replaced/);
    await pressIn('Remove')();
    assert.match(await newsOf(page, pressIn('Remove account')), /was removed/);
    assert.deepEqual(await devices(other), []);
    assert.equal(await page.getByRole('listitem').count(), 1);
  });

  test('signs on with a code that is typed, or scanned, and shows for what', async () => {
    const { api, applicationId, film } = phone;
    const make = (more: object) =>
      api.auth('/authenticationCodes', {
        application: { id: applicationId },
        lifeTime: { duration: 10, timeUnit: 'MINUTES' },
        ...more,
      });
    const made = await make({
      userApproval: 'REQUIRED',
      clientContext: { Till: { number: 4, place: 'Hall' } },
    });
    await press(page, 'Scan code')();
    await page.getByLabel('Link or code').fill(` ${made.code.toLowerCase()} `);
    await press(page, 'Go on')();
    await page.getByText('number: 4; place: Hall').waitFor();
    await page.getByText('Authenticator', { exact: true }).last().waitFor();
    assert.equal(await newsOf(page, press(page, 'Sign on')), 'Signed on.');
    const code = await api.auth(`/authenticationCodes/${made.id}`);
    assert.deepEqual([code.status, code.user], ['COMPLETED', { id: user.id }]);

    const scanned = await make({ userApproval: 'REQUIRED' });
    await site.evaluate(`import('/self-service/qr-code.js').then(({ qrCode }) => {
      document.body.replaceChildren(qrCode(${JSON.stringify(scanned.uri)}));
      document.body.style.cssText = '';
      document.body.id = 'qr-code';
    })`);
    await site.bringToFront();
    await filmPage(film, site);
    await page.bringToFront();
    await press(page, 'Scan code')();
    await press(page, 'Scan QR code')();
    await page.getByRole('button', { name: 'Deny' }).waitFor();
    assert.equal(await newsOf(page, press(page, 'Deny')), 'Denied.');
    assert.equal((await api.auth(`/authenticationCodes/${scanned.id}`)).status, 'DENIED');
  });

  test('tells of an account that was removed by somebody else', async () => {
    const [device] = await devices();
    await phone.api.delete(`/users/${user.id}/devices/${device.id}`);
    await page.getByText('was removed by your organization').waitFor();
    await press(page, 'OK')();
    await page.getByRole('heading', { name: 'No accounts yet' }).waitFor();
  });
});
