/** A real Chromium for tests: no system library is needed, nothing of the machine's is used. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import chromium from '@sparticuz/chromium';
import { type BrowserContext, chromium as playwright } from 'playwright-core';
import { HANG_MS } from '../packages/server/src/testing/until.ts';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

// A passkey's relying party needs a name: `localhost`.
const OWN_HOSTS = ['127.0.0.1', 'localhost', 'app.localhost', 'other.localhost', 'phone.test'];

export interface RunningBrowser {
  context: BrowserContext;
  close(): Promise<void>;
}

/**
 * Starts Chromium with a new, empty profile and these flags beside our own. Requests to other
 * machines are refused.
 */
export async function launchBrowser(flags: readonly string[] = []): Promise<RunningBrowser> {
  const profile = mkdtempSync(join(tmpdir(), 'countersign-browser-'));
  const context = await playwright.launchPersistentContext(profile, {
    executablePath: await chromium.executablePath(),
    ignoreDefaultArgs: true,
    args: [
      ...FLAGS,
      ...flags,
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
  });
  // A page on a busy machine takes its time.
  context.setDefaultTimeout(HANG_MS);
  await context.route(/.*/, (route) =>
    OWN_HOSTS.includes(new URL(route.request().url()).hostname) ? route.continue() : route.abort(),
  );
  return {
    context,
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
