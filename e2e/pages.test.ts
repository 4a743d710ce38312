/** The pages that the server writes itself, in a browser: what people meet first. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { complaints as complaintsOf, isTooWide } from './accessibility.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

describe('pages for people', () => {
  let server: RunningServer;
  let browser: RunningBrowser;
  let api: ApiClient;

  before(async () => {
    server = await startServer();
    browser = await launchBrowser();
    api = await apiClient(server);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('can be used by everybody, in whatever size and colours', async () => {
    const page = await browser.context.newPage();
    const refused: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) refused.push(message.text());
    });
    const user = await api.user();
    await api.post(`/users/${user.id}/devices`, { type: 'EMAIL', email: user.email });
    await api.auth('/deviceAuthentications', { user: { id: user.id } });
    for (const path of ['/', '/v1', '/no/such/page', '/self-service', '/dev/outbox']) {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const width of [390, 1280]) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize({ width, height: 844 });
          await page.goto(server.origin + path);
          const which = `${path} ${colorScheme} ${width}`;
          assert.deepEqual(await complaintsOf(page), [], which);
          assert.equal(await isTooWide(page), false, which);
        }
      }
    }
    assert.deepEqual(refused, []);
    await page.close();
  });

  test('the start page leads to pages that are there', async () => {
    const page = await browser.context.newPage();
    await page.goto(server.origin);
    assert.match(await page.innerText('main'), new RegExp(server.environmentId));
    const doors = await page
      .locator('main a')
      .evaluateAll((links: { href: string }[]) => links.map(({ href }) => href));
    assert.ok(doors.length >= 4);
    for (const door of doors) {
      const response = await page.goto(door);
      assert.equal(response?.status(), 200, door);
      assert.match((await response?.headerValue('content-type')) ?? '', /^text\/html/, door);
    }
    await page.close();
  });

  test('the outbox shows the newest message first, and those to one address', async () => {
    const [one, other] = [await api.user(), await api.user()];
    for (const { id, email } of [one, other]) {
      await api.post(`/users/${id}/devices`, { type: 'EMAIL', email });
      await api.auth('/deviceAuthentications', { user: { id } });
    }
    const page = await browser.context.newPage();
    await page.goto(`${server.origin}/dev/outbox`);
    assert.match(await page.locator('article').first().innerText(), new RegExp(other.email));
    await page.fill('[name=to]', one.email);
    await page.click('button');
    const messages = await page.locator('article').allInnerTexts();
    assert.ok(messages.length > 0);
    assert.ok(messages.every((text) => text.includes(one.email)));
    assert.match((await page.locator('.code').first().innerText()).trim(), /^\d{6}$/);
    await page.close();
  });
});
