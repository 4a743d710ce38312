/** A server and a browser with the web authenticator, for the tests of it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import type { Page } from 'playwright-core';
import { type ApiClient, apiClient } from './api-client.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { cameraFlags, filmNothing } from './camera.ts';
import { freePort, type RunningServer, startServer } from './server.ts';

export const seconds = (duration: number) => ({ duration, timeUnit: 'SECONDS' });

/** The longest that there is: on a busy machine a test takes its time to answer. */
const PUSH_TIMEOUT = seconds(150);
/** Tests ask more often than people do. */
const PUSH_LIMIT = {
  count: 50,
  lockDuration: { duration: 1, timeUnit: 'MINUTES' },
  timePeriod: { duration: 1, timeUnit: 'MINUTES' },
};

export interface Flow {
  id: string;
  status: string;
  numberMatching?: { value: number };
}
export type User = Awaited<ReturnType<ApiClient['user']>>;

export interface PhoneTest {
  server: RunningServer;
  browser: RunningBrowser;
  api: ApiClient;
  /** A name, because the system's user verification (WebAuthn) wants one. */
  origin: string;
  applicationId: string;
  /** What the camera sees; `camera.ts` writes it. */
  film: string;
  /** Changes the application's block in the default policy. */
  setPolicy(more?: object): Promise<void>;
  start(user: User, more?: object): Promise<Flow>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there.
  read(flow: Flow): Promise<any>;
  /** A new page with the account of this user, paired by the link of a key. */
  paired(user: User): Promise<Page>;
}

/** It ends with the tests of the file. */
export async function aPhoneTest(): Promise<PhoneTest> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const server = await startServer({ PORT: String(port), COUNTERSIGN_PUBLIC_URL: origin });
  const api = await apiClient(server);
  const applicationId = await api.nativeApplication('Authenticator');
  const directory = mkdtempSync(join(tmpdir(), 'countersign-camera-'));
  const film = join(directory, 'camera.y4m');
  filmNothing(film);
  // This machine, by a name that is no secure context over http.
  const flags = [...cameraFlags(film), '--host-resolver-rules=MAP phone.test 127.0.0.1'];
  const browser = await launchBrowser(flags);

  async function setPolicy(more: object = {}): Promise<void> {
    await api.allowPhones({
      id: applicationId,
      push: { enabled: true },
      otp: { enabled: true },
      pushTimeout: PUSH_TIMEOUT,
      pushLimit: PUSH_LIMIT,
      ...more,
    });
  }
  await setPolicy();

  after(async () => {
    await browser.close();
    await server.stop();
    rmSync(directory, { recursive: true, force: true });
  });
  return {
    server,
    browser,
    api,
    origin,
    applicationId,
    film,
    setPolicy,
    start: (user, more = {}) =>
      api.auth('/deviceAuthentications', { user: { id: user.id }, ...more }),
    read: (flow) => api.auth(`/deviceAuthentications/${flow.id}`),
    async paired(user) {
      const { uri } = await api.post(`/users/${user.id}/pairingKeys`, {});
      const page = await browser.context.newPage();
      await page.goto(uri);
      await page.getByRole('button', { name: 'Add it' }).click();
      await card(page, user).locator('[data-passcode]').waitFor();
      await card(page, user).locator('[data-connection=CONNECTED]').waitFor();
      return page;
    },
  };
}

export const card = (page: Page, user: User) =>
  page.getByRole('article', { name: new RegExp(user.username) });

/** Does something, and waits for what the page then says. */
export async function newsOf(page: Page, act: () => Promise<unknown>): Promise<string> {
  const news = page.locator('.news');
  const count = Number(await news.getAttribute('data-count'));
  await act();
  await page.locator(`.news[data-count="${count + 1}"]`).waitFor();
  return news.innerText();
}

/** Presses a button once it may be pressed. Where it never may, the page tells what it shows instead. */
export const press = (page: Page, name: string) => () =>
  page
    .getByRole('button', { name, exact: true })
    .click()
    .catch(async (error: Error) => {
      const shown = await page.locator('body').innerText();
      const events = await page.evaluate<string>('localStorage.getItem("event-log")');
      throw new Error(`${error.message}\nThe page shows: ${shown}\nIts events: ${events}`);
    });

export const focused = (page: Page) =>
  page.evaluate<string>('document.activeElement.textContent.trim() || document.activeElement.name');
