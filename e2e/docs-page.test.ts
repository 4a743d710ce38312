import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { complaints as complaintsOf, isTooWide } from './accessibility.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

/** A phone's slow network, as tools for measuring pages simulate it, and a slow processor. */
const NETWORK = {
  offline: false,
  latency: 150,
  downloadThroughput: 1_600_000 / 8,
  uploadThroughput: 750_000 / 8,
};
const CPU_SLOWDOWN = 4;

describe('the rendered API reference', () => {
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

  async function open(path: string) {
    const page = await browser.context.newPage();
    const complaints: string[] = [];
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('requestfailed', (request) => complaints.push(`refused: ${request.url()}`));
    page.on('console', (message) => complaints.push(message.text()));
    await page.goto(server.origin + path);
    return { page, complaints };
  }

  test('shows the operations of the document, without errors and without other hosts', async () => {
    const { page, complaints } = await open('/docs');
    const response = await fetch(`${server.origin}/openapi.json`);
    const { paths }: { paths: Record<string, object> } = JSON.parse(await response.text());
    const shown = await page.locator('summary code:not(.type)').allTextContents();
    for (const path of Object.keys(paths)) {
      assert.ok(shown.includes(path), `${path} is not shown`);
    }
    assert.ok(shown.length >= Object.keys(paths).length);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('a link opens what it leads to, and its command can be copied', async () => {
    const { page, complaints } = await open('/docs#checkOtp');
    const operation = page.locator('#checkOtp');
    assert.equal(await operation.getAttribute('open'), '');
    assert.match(await operation.innerText(), /attemptsRemaining/);
    await operation.locator('button.copy').click();
    await page.waitForFunction("document.getElementById('said').textContent !== ''");
    const command = await operation.locator('pre').innerText();
    assert.match(command, /otp\.check\+json'[\s\S]*\$COUNTERSIGN_URL\/\$ENVIRONMENT_ID\/device/);
    assert.deepEqual(complaints, []);
    await page.close();
  });

  test('nothing keeps anybody from using it, in whatever size and colours', async () => {
    const { page } = await open('/docs#createDevice');
    for (const [colorScheme, width] of [
      ['light', 390],
      ['dark', 1280],
    ] as const) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width, height: 844 });
      assert.deepEqual(await complaintsOf(page), [], `${colorScheme} ${width}`);
      assert.equal(await isTooWide(page), false, `${colorScheme} ${width}`);
    }
    await page.close();
  });

  test('is there soon, on a slow network too: it is small and one request', async () => {
    const page = await browser.context.newPage();
    const cdp = await browser.context.newCDPSession(page);
    await cdp.send('Network.enable');
    await cdp.send('Network.emulateNetworkConditions', NETWORK);
    await cdp.send('Emulation.setCPUThrottlingRate', { rate: CPU_SLOWDOWN });
    const requested: string[] = [];
    page.on('request', (request) => requested.push(new URL(request.url()).pathname));
    await page.goto(`${server.origin}/docs`);
    await page.waitForFunction(
      "performance.getEntriesByName('first-contentful-paint').length === 1",
    );
    const { bytes, paintedMs } = await page.evaluate<{ bytes: number; paintedMs: number }>(`({
      bytes: performance.getEntriesByType('navigation')[0].encodedBodySize,
      paintedMs: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    })`);
    // What the time is made of is asserted, and the time itself told: the machine may be busy.
    process.stdout.write(`# /docs: ${bytes} bytes, readable after ${Math.round(paintedMs)} ms\n`);
    assert.ok(bytes < 60_000, `${bytes} bytes`);
    const scripts = requested.filter((path) => !path.startsWith('/favicon'));
    assert.deepEqual(scripts, ['/docs']);
    await page.close();
  });
});
