import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { HANG_MS } from '../packages/server/src/testing/until.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

describe('the rendered API reference', { timeout: 120_000 }, () => {
  let server: RunningServer;
  let browser: RunningBrowser;

  before(async () => {
    server = await startServer();
    browser = await launchBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('shows the operations of the document, without errors and without other hosts', async () => {
    const page = await browser.context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`refused: ${request.url()}`));
    await page.goto(`${server.origin}/docs`);
    await page.waitForSelector('.opblock-tag', { timeout: HANG_MS });
    // Each tag is closed at first, and its operations are drawn when it is opened.
    const closed = page.locator('.opblock-tag[data-is-open="false"]');
    await closed.evaluateAll((tags: { click(): void }[]) => {
      for (const tag of tags) tag.click();
    });
    await page.waitForSelector('.opblock');

    const response = await fetch(`${server.origin}/openapi.json`);
    const { paths }: { paths: Record<string, object> } = JSON.parse(await response.text());
    const shown = await page.locator('.opblock-summary-path').allTextContents();
    // Zero-width characters let long paths break.
    const withoutBreaks = shown.map((text) => text.replaceAll(/[\u200b\s]/g, ''));
    for (const path of Object.keys(paths).filter((key) => key.includes('deviceAuthentications'))) {
      assert.ok(withoutBreaks.includes(path), `${path} is not shown`);
    }
    assert.ok(shown.length >= Object.keys(paths).length);
    assert.deepEqual(complaints, []);
  });
});
