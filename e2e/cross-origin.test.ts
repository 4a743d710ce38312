/** A page of another origin calls the API in a real browser; docs/decisions/0046. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { Page } from 'playwright-core';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

interface Seen {
  status: number;
  correlationId: string | null;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects to be there.
  body: any;
}

describe('a page of another origin', () => {
  let server: RunningServer;
  let browser: RunningBrowser;
  let shop: Server;
  let page: Page;

  before(async () => {
    server = await startServer();
    browser = await launchBrowser();
    shop = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html').end('<!doctype html><title>Shop</title>');
    }).listen(0, '127.0.0.1');
    await once(shop, 'listening');
    page = await browser.context.newPage();
    await page.goto(`http://127.0.0.1:${Object(shop.address()).port}/`);
  });
  after(async () => {
    await browser?.close();
    shop?.close();
    await server?.stop();
  });

  /** As a script of the page sees it; undefined: the browser doesn't let it see. */
  const ask = (path: string, asked: Asked = {}): Promise<Seen | undefined> =>
    page.evaluate(
      async ([url, options]) => {
        try {
          const answer = await fetch(url, options);
          const text = await answer.text();
          return {
            status: answer.status,
            correlationId: answer.headers.get('correlation-id'),
            body: text === '' ? undefined : JSON.parse(text),
          };
        } catch {
          return undefined;
        }
      },
      [server.origin + path, asked] as const,
    );

  test('gets a token, changes what that allows, and reads why it is refused', async () => {
    const { environmentId, clientId, clientSecret } = server;
    const granted = await ask(`/${environmentId}/as/token`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'grant_type=client_credentials',
    });
    assert.equal(granted?.status, 200);
    const headers = {
      authorization: `Bearer ${granted?.body.access_token}`,
      'content-type': 'application/json',
    };
    const users = `/v1/environments/${environmentId}/users`;
    const made = await ask(users, { method: 'POST', headers, body: '{"username":"kaisa"}' });
    assert.deepEqual([made?.status, made?.body.username], [201, 'kaisa']);
    assert.ok(made?.correlationId);
    const gone = await ask(`${users}/${made?.body.id}`, { method: 'DELETE', headers });
    assert.equal(gone?.status, 204);
    const refused = await ask(users, { headers: { authorization: 'Bearer none' } });
    assert.deepEqual([refused?.status, refused?.body.code], [401, 'INVALID_TOKEN']);
  });

  test('can not read the messages of the development outbox', async () => {
    assert.equal((await fetch(`${server.origin}/dev/outbox`)).status, 200);
    assert.equal(await ask('/dev/outbox'), undefined);
  });
});
