/** The page of signing on, as a person uses it: by keyboard, with a phone, with a passkey, in haste. */
import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { BACK, refused, type SignOnSite, startSignOnSite } from './sign-on-site.ts';
import { APP_CODE, ASSERTION, BASE, BEGIN, DONE, LATE, PUSH, SMS_CODE } from './sign-on-states.ts';

/** First load, compressed. */
const BYTES_MAX = 150 * 1024;

describe('the page of signing on', () => {
  let site: SignOnSite;
  let browser: RunningBrowser;
  let page: Page;

  before(async () => {
    site = await startSignOnSite();
    browser = await launchBrowser(['--lang=en']);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });
  beforeEach(async () => {
    await page?.close();
    page = await browser.context.newPage();
    site.asked = [];
    site.next = [];
  });

  async function open(state: SignOnSite['state'], address = site.pageUrl) {
    site.state = state;
    await page.goto(address);
    await page.locator('h1:not(.unseen)').waitFor();
  }
  const focused = () => page.evaluate<string>('document.activeElement.textContent');
  /** Tab, until this has the focus. */
  async function tabTo(text: RegExp) {
    for (let tries = 0; tries < 20; tries += 1) {
      await page.keyboard.press('Tab');
      if (text.test(await focused())) return;
    }
    assert.fail(`Tab doesn’t come to ${text}`);
  }
  const styleOf = (selector: string, name: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${name}`);
  const isBack = () => page.waitForURL(`${site.origin}${BACK}`);
  const askedFor = () => site.asked.map(({ action }) => action);

  test('is small, all its parts come from this server, under a strict policy', async () => {
    await open(BASE);
    const loaded = await page.evaluate<[name: string, bytes: number][]>(
      "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]" +
        '.map((one) => [one.name, one.encodedBodySize])',
    );
    const bytes = loaded.reduce((sum, [, size]) => sum + size, 0);
    assert.ok(loaded.length >= 4 && bytes > 50_000, 'something was measured');
    assert.ok(bytes < BYTES_MAX, `${bytes} bytes`);
    assert.deepEqual(
      loaded.filter(([name]) => !name.startsWith(site.origin)),
      [],
    );
    const { headers } = await fetch(`${site.server.origin}/sign-on/`);
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/);
    assert.match(policy, /form-action 'none'; frame-ancestors 'none'$/);
  });

  test('by keyboard alone: a choice, a pasted code, and back', async () => {
    await open(BASE);
    assert.match(await focused(), /How do you want/);
    await tabTo(/text message/);
    site.state = SMS_CODE;
    await page.keyboard.press('Enter');
    await page.locator('[name=otp]:focus').waitFor();
    assert.deepEqual(site.asked[0], { action: 'device', body: { device: { id: 'sms' } } });
    const field = page.locator('[name=otp]');
    assert.equal(await field.getAttribute('autocomplete'), 'one-time-code');
    assert.equal(await field.getAttribute('inputmode'), 'numeric');
    await page.evaluate(
      "document.execCommand('insertText', false, ' 123 456 ')", // as pasting does
    );
    assert.equal(await field.inputValue(), '123456');
    site.state = DONE;
    await page.keyboard.press('Enter');
    await isBack();
    assert.deepEqual(site.asked[1], { action: 'otp', body: { otp: '123456' } });
    assert.deepEqual(askedFor(), ['device', 'otp', 'finish']);
  });

  test('after a wrong code the field is empty, has the focus and says why', async () => {
    await open(SMS_CODE);
    site.next = [refused('INVALID_OTP', { attemptsRemaining: 1 })];
    await page.keyboard.type('٠٠٠٠٠٠');
    await page.click('[type=submit]');
    const field = page.locator('[name=otp][aria-invalid=true]:focus');
    await field.waitFor();
    assert.deepEqual(site.asked[0]?.body, { otp: '000000' });
    assert.equal(await field.inputValue(), '');
    const described = (await field.getAttribute('aria-describedby')) ?? '';
    const words = await page.evaluate<string>(
      `${JSON.stringify(described.split(' '))}.map((id) => document.getElementById(id)?.textContent).join(' ')`,
    );
    assert.match(words, /We sent it to .*4711.*isn’t right. You have 1 try left\./);
  });

  test('wrong, expired, used and locked are four sentences', async () => {
    const sentences = new Set<string>();
    const coolDownExpiresAt = new Date(Date.now() + 115_000).toISOString();
    for (const refusal of [
      refused('INVALID_OTP', { attemptsRemaining: 2 }),
      refused('OTP_EXPIRED'),
      refused('OTP_USED'),
      refused('DEVICE_LOCKED', { coolDownExpiresAt }),
    ]) {
      await open(APP_CODE);
      site.next = [refusal];
      await page.fill('[name=otp]', '111111');
      await page.keyboard.press('Enter');
      sentences.add(await page.locator('.problem span').innerText());
    }
    assert.equal(sentences.size, 4, [...sentences].join('\n'));
    assert.match([...sentences][3] ?? '', /again .*in 2 minutes/);
  });

  test('a new code goes out once, and the older one is said to be dead', async () => {
    await open(SMS_CODE);
    await page.getByRole('button', { name: 'Send a new code' }).dblclick();
    await page.getByText(/A new code is on its way to .*4711.*Older ones no longer work/).waitFor();
    assert.deepEqual(askedFor(), ['device']);
  });

  test('a push: the number stands large, the phone’s yes leads back by itself', async () => {
    await open(PUSH);
    const number = page.locator('.figures');
    assert.equal(await number.innerText(), '47');
    const size = await styleOf('.figures', 'fontSize');
    assert.ok(Number.parseFloat(size) >= 40, size);
    site.state = DONE;
    await isBack();
    assert.deepEqual(askedFor(), ['finish']);
  });

  test('the time that is left is said at 30, 10 and 5 seconds, and at no other', async () => {
    await page.clock.install();
    await open({ ...SMS_CODE, secondsLeft: 32 });
    await page.getByText(/Time left: .*0:3/).waitFor();
    const said: string[] = [];
    for (let second = 0; second < 33; second += 1) {
      await page.clock.runFor(1_000);
      const words = await page.locator('.time-left [role=status]').innerText();
      if (words !== '' && words !== said.at(-1)) said.push(words);
    }
    assert.deepEqual(said, [
      '30 seconds left',
      '10 seconds left',
      '5 seconds left',
      'The time is over.',
    ]);
  });

  test('whoever types a code goes on when the phone is asked no longer', async () => {
    await open(PUSH);
    await page.getByRole('button', { name: 'Enter a code instead' }).click();
    await page.fill('[name=otp]', '12345');
    site.state = LATE;
    await page.waitForResponse(async (response) => /TIMED_OUT/.test(await response.text()));
    await page.keyboard.type('6');
    site.state = DONE;
    await page.keyboard.press('Enter');
    await isBack();
    assert.deepEqual(site.asked[0], { action: 'otp', body: { otp: '123456' } });
  });

  test('a passkey says who it is', async () => {
    await open(BEGIN);
    const cdp = await browser.context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    await cdp.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: {
        credentialId: randomBytes(16).toString('base64'),
        isResidentCredential: true,
        rpId: 'localhost',
        privateKey: privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
        userHandle: Buffer.from('anna').toString('base64'),
        signCount: 1,
      },
    });
    site.next = [
      { status: 200, body: ASSERTION },
      { status: 200, body: DONE },
    ];
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await isBack();
    assert.deepEqual(askedFor(), ['passkey', 'assertion', 'finish']);
    const { response } = JSON.parse(String(site.asked[1]?.body.assertion));
    assert.equal(Buffer.from(response.userHandle, 'base64').toString(), 'anna');
    const client = JSON.parse(Buffer.from(response.clientDataJSON, 'base64').toString());
    assert.deepEqual([...Buffer.from(client.challenge, 'base64url')], [1, 254, 3]);
  });

  test('whoever is known is asked at once', async () => {
    site.state = { ...BASE, status: 'READY', actions: ['start', 'passkey', 'cancel'] };
    site.next = [{ status: 200, body: PUSH }];
    await page.goto(site.pageUrl);
    await page.locator('.figures').waitFor();
    assert.deepEqual(askedFor(), ['start']);
  });

  test('whoever can use nothing finds what to do and whom to tell', async () => {
    await open(BASE);
    await page.getByRole('button', { name: 'Can’t use any of these?' }).click();
    await page.locator('h1:focus').getByText('Get help to sign in').waitFor();
    assert.match(await page.locator('dl').innerText(), /Harbour Tickets.*anna\.virtanen/s);
    await page.getByRole('button', { name: 'Back', exact: true }).click();
    await page.getByText('How do you want').waitFor();
  });

  test('stopping leads back to the application', async () => {
    await open(BASE);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await isBack();
    assert.deepEqual(askedFor(), ['cancel']);
  });

  test('a server that is away for a moment loses nothing', async () => {
    await open(SMS_CODE);
    site.next = [{ status: 503, body: {} }];
    await page.fill('[name=otp]', '123456');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing is lost. Check your connection').waitFor();
    assert.equal(await page.inputValue('[name=otp]'), '123456');
    site.state = DONE;
    site.next = [
      { status: 200, body: DONE },
      { status: 503, body: {} },
    ];
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Try again' }).click();
    await isBack();
  });

  test('the language is changed in place, and remembered', async () => {
    await open(SMS_CODE);
    await page.fill('[name=otp]', '123');
    await page.locator('select').selectOption('de');
    await page.getByText('Code eingeben').waitFor();
    assert.equal(await page.inputValue('[name=otp]'), '123');
    assert.equal(await page.title(), 'Bei Harbour Tickets anmelden');
    await open(SMS_CODE);
    assert.equal(await page.getAttribute('html', 'lang'), 'de');
    await page.locator('select').selectOption('en');
    await page.getByText('Enter the code').waitFor();
  });

  test('a theme’s accent is used where it can be read', async () => {
    await open({ ...BEGIN, theme: { name: 'Harbour', accent: '#ffcc00' } });
    await page.getByText('Harbour', { exact: true }).waitFor();
    const background = await styleOf('.primary', 'backgroundColor');
    assert.match(background, /^rgb\((\d+), \d+, 0\)$/);
    assert.notEqual(background, 'rgb(255, 204, 0)', 'nobody reads white or ink on paper in it');
  });

  test('addresses that don’t belong here lead nowhere', async () => {
    for (const query of [
      '',
      '?environment=..%2F..%2Fx&interaction=y',
      '?environment=a&interaction=b%2Fc',
    ]) {
      await open(BASE, `${site.origin}/sign-on/${query}`);
      assert.match(await page.innerText('h1'), /Nothing to sign in to/);
    }
    await open(BASE);
    site.next = [{ status: 200, body: { redirectTo: 'javascript:document.title="run"' } }];
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.locator('[role=alert]').waitFor();
    assert.notEqual(await page.title(), 'run');
  });
});
