/** Each screen of signing on, in every size, colour and direction; `COUNTERSIGN_SCREENS=1` keeps pictures. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { complaints, isTooWide } from './accessibility.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { type SignOnSite, startSignOnSite } from './sign-on-site.ts';
import { SCREENS, type Screen } from './sign-on-states.ts';

const PICTURES = new URL('../docs/screens/', import.meta.url);
const KEEPS = process.env.COUNTERSIGN_SCREENS === '1';
/** Of these there are pictures by night, and in Arabic. */
const SHOWN = ['choose', 'code-wrong', 'push'];

describe('the screens of signing on', () => {
  let site: SignOnSite;
  let browser: RunningBrowser;
  let page: Page;
  const refusedByPolicy: string[] = [];

  before(async () => {
    site = await startSignOnSite();
    browser = await launchBrowser(['--lang=en', '--hide-scrollbars']);
    page = await browser.context.newPage();
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) refusedByPolicy.push(message.text());
    });
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  async function open({ state, next = [], holds, act }: Screen) {
    site.holds = holds;
    site.state = state;
    site.next = [...next];
    await page.goto(site.pageUrl);
    await page
      .locator(holds === 'read' ? '.skeleton i' : 'h1:not(.unseen)')
      .first()
      .waitFor();
    await act?.(page);
  }

  async function look(name: string, as = '') {
    if (!KEEPS) return;
    const path = new URL(`sign-on-${name}${as}.png`, PICTURES).pathname;
    await page.screenshot({ path, fullPage: true });
  }

  for (const [name, screen] of Object.entries(SCREENS)) {
    test(`${name}: everybody can use it`, async () => {
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
        await page.setViewportSize({ width: 390, height: 700 });
        await open(screen);
        assert.deepEqual(await complaints(page), [], colorScheme);
        if (colorScheme === 'light') await look(name);
        else if (SHOWN.includes(name)) await look(name, '-dark');
        for (const width of [320, 390, 1280]) {
          await page.setViewportSize({ width, height: 700 });
          assert.equal(await isTooWide(page), false, `${colorScheme} ${width}`);
          if (colorScheme === 'light' && width !== 390 && SHOWN.includes(name)) {
            await look(name, `-${width}`);
          }
        }
        // 200 % of text alone, which is harder than of everything.
        await page.setViewportSize({ width: 390, height: 700 });
        await page.evaluate("document.documentElement.style.fontSize = '200%'");
        assert.equal(await isTooWide(page), false, `${colorScheme} 200 %`);
        if (colorScheme === 'light' && SHOWN.includes(name)) await look(name, '-200');
      }
      assert.deepEqual(refusedByPolicy, []);
    });
  }

  test('from right to left nothing is broken', async () => {
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 390, height: 700 });
    await page.goto(site.pageUrl);
    await page.locator('.language select').selectOption('ar');
    await page.locator('html[dir=rtl]').waitFor();
    for (const [name, screen] of Object.entries(SCREENS)) {
      await page.setViewportSize({ width: 320, height: 700 });
      await open(screen);
      assert.equal(await page.getAttribute('html', 'lang'), 'ar', name);
      assert.deepEqual(await complaints(page), [], name);
      assert.equal(await isTooWide(page), false, name);
      if (SHOWN.includes(name)) await look(name, '-ar');
    }
    await page.locator('.language select').selectOption('en');
    await page.locator('html[dir=ltr]').waitFor();
  });
});
