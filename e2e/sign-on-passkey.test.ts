/** Signing on by the real server, in a real browser: from the application to the page, and back with a code. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { FAILURE } from '../packages/server/src/testing/policies.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { freePort, type RunningServer, startServer } from './server.ts';

describe('signing on with a passkey', () => {
  let server: RunningServer;
  let browser: RunningBrowser;
  let api: ApiClient;

  before(async () => {
    const port = await freePort();
    server = await startServer({
      PORT: String(port),
      // By its name: an address of numbers has no passkeys.
      COUNTERSIGN_PUBLIC_URL: `http://localhost:${port}`,
    });
    browser = await launchBrowser(['--lang=en']);
    api = await apiClient(server);
    await api.changePolicy({ fido2: { enabled: true, failure: FAILURE } });
    const [policy] = (await api.get('/fido2Policies'))._embedded.fido2Policies;
    await api.put(`/fido2Policies/${policy.id}`, {
      ...policy,
      relyingPartyId: 'localhost',
      attestationRequirements: 'NONE',
      discoverableCredentials: 'REQUIRED',
      mdsAuthenticatorsRequirements: { option: 'NONE', enforceDuringAuthentication: false },
    });
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  test('leads from the application to the page, and back with a code', async () => {
    const origin = server.origin.replace('127.0.0.1', 'localhost');
    const redirectUri = `${origin}/healthz`;
    const application = await api.post('/applications', {
      name: 'Harbour Tickets',
      enabled: true,
      type: 'WEB_APP',
      protocol: 'OPENID_CONNECT',
      grantTypes: ['AUTHORIZATION_CODE'],
      responseTypes: ['CODE'],
      tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
      redirectUris: [redirectUri],
    });
    const user = await api.user();
    const page = await browser.context.newPage();
    const cdp = await browser.context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: 'internal',
        hasResidentKey: true,
        hasUserVerification: true,
        isUserVerified: true,
        automaticPresenceSimulation: true,
      },
    });
    const { environmentId } = server;
    const hash = new URLSearchParams({ environmentId, userId: user.id, rpId: 'localhost' });
    await page.goto(`${origin}/self-service/passkeys#${hash}`);
    await page.fill('[name=token]', api.token);
    await page.click('button[value=add]');
    await page.waitForSelector('#outcome[data-count="1"]');

    const challenge = createHash('sha256').update(randomBytes(32)).digest('base64url');
    const query = new URLSearchParams({
      response_type: 'code',
      client_id: application.id,
      redirect_uri: redirectUri,
      scope: 'openid',
      state: 'kept',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    });
    await page.goto(`${origin}/${environmentId}/as/authorize?${query}`);
    await page
      .locator('h1')
      .getByText(/Sign in to .*Harbour Tickets/)
      .waitFor();
    await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
    await page.waitForURL((url) => url.pathname === '/healthz');
    const answer = new URL(page.url()).searchParams;
    assert.equal(answer.get('state'), 'kept');
    assert.ok(answer.get('code'));
  });
});
