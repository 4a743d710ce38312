/** A proxy puts the server under a path, and cuts that off: all that a browser loads stays below it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request as forward, type Server } from 'node:http';
import { connect } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { type ApiClient, apiClient } from './api-client.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { freePort, type RunningServer, startServer } from './server.ts';

const PATH = '/mfa';

/** What `location /mfa/ { proxy_pass http://…/; }` of nginx does. */
async function startProxy(port: number, target: string): Promise<Server> {
  const proxy = createServer((incoming, outgoing) => {
    const { url = '', method, headers } = incoming;
    if (!url.startsWith(`${PATH}/`)) {
      outgoing.writeHead(502).end('Out of the path.');
      return;
    }
    const onward = forward(target + url.slice(PATH.length), { method, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  proxy.on('upgrade', ({ url = '', headers }, socket, head) => {
    const onward = connect(Number(new URL(target).port), '127.0.0.1', () => {
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      onward.write(`GET ${url.slice(PATH.length)} HTTP/1.1\r\n${lines.join('')}\r\n`);
      onward.write(head);
      socket.pipe(onward).pipe(socket);
    });
    for (const end of [onward, socket]) end.on('error', () => end.destroy());
  });
  proxy.listen(port, '127.0.0.1');
  await once(proxy, 'listening');
  return proxy;
}

describe('under the path of a proxy', () => {
  let server: RunningServer;
  let browser: RunningBrowser;
  let proxy: Server;
  let api: ApiClient;
  let url: string;

  before(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}${PATH}`;
    server = await startServer({ COUNTERSIGN_PUBLIC_URL: url });
    proxy = await startProxy(port, server.origin);
    browser = await launchBrowser();
    api = await apiClient(server);
  });
  after(async () => {
    await browser?.close();
    proxy?.closeAllConnections();
    proxy?.close();
    await server?.stop();
  });

  /** Opens a page and fails for whatever it asks for outside of the path. */
  async function open(address: string) {
    const page = await browser.context.newPage();
    const outside: string[] = [];
    page.on('request', (request) => {
      const requested = request.url();
      const isOurs = requested.startsWith(`${url}/`) || /favicon\.ico$/.test(requested);
      if (!isOurs && requested.startsWith('http')) outside.push(requested);
    });
    await page.goto(address);
    return { page, outside };
  }

  test('every page loads what it needs, and leads to pages', async () => {
    for (const path of ['/', '/docs', '/docs/', '/self-service', '/self-service/phone', '/v1/x']) {
      const { page, outside } = await open(url + path);
      assert.deepEqual(outside, [], path);
      const links = await page
        .locator('a[href]')
        .evaluateAll((all: { href: string }[]) => all.map(({ href }) => href));
      for (const link of links) assert.ok(link.startsWith(`${url}/`), `${path} leads to ${link}`);
      await page.close();
    }
    const { servers } = (await (await fetch(`${url}/openapi.json`)).json()) as {
      servers: { url: string }[];
    };
    assert.deepEqual(servers, [{ url }]);
  });

  test('the authenticator works there, its service worker too', async () => {
    const { page, outside } = await open(`${url}/authenticator`);
    assert.equal(page.url(), `${url}/authenticator/`);
    await page.waitForSelector('h1');
    const scope = await page.evaluate<string>(
      'navigator.serviceWorker.ready.then((registration) => registration.scope)',
    );
    assert.equal(scope, `${url}/authenticator/`);
    await page.reload();
    await page.waitForSelector('h1');
    assert.deepEqual(outside, []);
    await page.close();
  });

  test('a pairing link opens the authenticator, with what the link says', async () => {
    const application = await api.post('/applications', {
      name: 'Phone',
      type: 'NATIVE_APP',
      protocol: 'OPENID_CONNECT',
      enabled: true,
      grantTypes: ['AUTHORIZATION_CODE'],
      tokenEndpointAuthMethod: 'NONE',
    });
    const { _embedded } = await api.get('/deviceAuthenticationPolicies');
    const [policy] = _embedded.deviceAuthenticationPolicies;
    await api.put(`/deviceAuthenticationPolicies/${policy.id}`, {
      ...policy,
      mobile: { ...policy.mobile, enabled: true, applications: [{ id: application.id }] },
    });
    const user = await api.user();
    const key = await api.post(`/users/${user.id}/pairingKeys`, {});
    assert.ok(key.uri.startsWith(`${url}/pair#`), key.uri);
    const { page, outside } = await open(key.uri);
    await page.waitForSelector('h1');
    // Whatever the page asks before, agreeing to it adds the account.
    await page.locator('main button, #root button').filter({ hasText: /^Add/ }).first().click();
    await page.waitForURL(`${url}/authenticator/`);
    const paired = await api.get(`/users/${user.id}/devices`);
    assert.deepEqual(
      paired._embedded.devices.map(({ type, status }: Record<string, string>) => [type, status]),
      [['MOBILE', 'ACTIVE']],
    );
    // Its socket goes through the path, too.
    await page.waitForSelector('[data-connection="CONNECTED"]');
    assert.deepEqual(outside, []);
    await page.close();
  });
});
