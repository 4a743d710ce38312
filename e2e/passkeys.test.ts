/** FIDO2 in a real Chromium: its virtual authenticators, the page, the server's own process. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { CDPSession, Page } from 'playwright-core';
import { FAILURE } from '../packages/server/src/testing/policies.ts';
import { complaints } from './accessibility.ts';
import { type ApiClient, apiClient } from './api-client.ts';
import { launchBrowser, type RunningBrowser } from './browser.ts';
import { type RunningServer, startServer } from './server.ts';

interface Authenticator {
  transport: 'internal' | 'usb';
  hasUserVerification: boolean;
  hasResidentKey?: boolean;
  backupEligible?: boolean;
}

describe('passkeys in a browser', () => {
  let server: RunningServer;
  let browser: RunningBrowser;
  let api: ApiClient;
  let policyId: string;

  before(async () => {
    server = await startServer();
    browser = await launchBrowser();
    api = await apiClient(server);
    await api.changePolicy({ fido2: { enabled: true, failure: FAILURE } });
    const [policy] = (await api.get('/fido2Policies'))._embedded.fido2Policies;
    policyId = policy.id;
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  /** Changes the default FIDO2 policy. */
  async function setPolicy(change: object): Promise<void> {
    const policy = await api.get(`/fido2Policies/${policyId}`);
    await api.put(`/fido2Policies/${policyId}`, { ...policy, ...BASE, ...change });
  }

  const BASE = {
    relyingPartyId: 'localhost',
    attestationRequirements: 'NONE',
    authenticatorAttachment: 'BOTH',
    backupEligibility: { allow: true, enforceDuringAuthentication: true },
    discoverableCredentials: 'REQUIRED',
    mdsAuthenticatorsRequirements: { option: 'NONE', enforceDuringAuthentication: false },
    userVerification: { option: 'REQUIRED', enforceDuringAuthentication: true },
    userPresenceTimeout: { duration: 1, timeUnit: 'MINUTES' },
  };

  async function plugIn(page: Page, wanted: Authenticator) {
    const cdp = await browser.context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
    const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
      options: {
        protocol: 'ctap2',
        ctap2Version: 'ctap2_1',
        transport: wanted.transport,
        hasResidentKey: wanted.hasResidentKey ?? true,
        hasUserVerification: wanted.hasUserVerification,
        isUserVerified: wanted.hasUserVerification,
        automaticPresenceSimulation: true,
        defaultBackupEligibility: wanted.backupEligible ?? false,
        defaultBackupState: wanted.backupEligible ?? false,
      },
    });
    return { cdp, authenticatorId };
  }

  /** The page of a new user, with an authenticator plugged in. */
  async function open(wanted: Authenticator) {
    const user = await api.user();
    const page = await browser.context.newPage();
    const plugged = await plugIn(page, wanted);
    const origin = server.origin.replace('127.0.0.1', 'localhost');
    const hash = new URLSearchParams({
      environmentId: server.environmentId,
      userId: user.id,
      rpId: 'localhost',
    });
    await page.goto(`${origin}/self-service/passkeys#${hash}`);
    await page.fill('[name=token]', api.token);
    return { user, page, ...plugged };
  }

  async function act(page: Page, action: 'add' | 'use' | 'anyone'): Promise<string> {
    // The page writes the outcome of each action once, and its number with it.
    const outcome = page.locator('#outcome');
    const before = Number((await outcome.getAttribute('data-count')) ?? 0);
    await page.click(`button[value=${action}]`);
    await page.waitForSelector(`#outcome[data-count="${before + 1}"]`);
    const words = await outcome.innerText();
    assert.match(words, /^[A-Z].*\.$/, 'a person reads a sentence');
    assert.doesNotMatch(words, /[A-Z]{2,}_|Error:/, 'without codes');
    return page.locator('#technical code').innerText();
  }

  const devicesOf = async (userId: string) =>
    (await api.get(`/users/${userId}/devices`))._embedded.devices;

  test('a platform passkey is added, and signs in with and without a user name', async () => {
    await setPolicy({});
    const { user, page } = await open({
      transport: 'internal',
      hasUserVerification: true,
      backupEligible: true,
    });
    assert.equal(await act(page, 'add'), 'Added: ACTIVE');
    const [device] = await devicesOf(user.id);
    assert.deepEqual(device.backup, { backupEligibility: true, backupState: true });
    assert.equal(device.attributes.isCrossPlatform, false);
    assert.equal(device.attributes.isResidentKey, true);
    assert.equal(await act(page, 'use'), `COMPLETED: swk, mfa, user as ${user.id}`);
    assert.equal(await act(page, 'anyone'), `COMPLETED: swk, mfa, user as ${user.id}`);
    await page.close();
  });

  test('a passkey that is there already is excluded by the browser', async () => {
    await setPolicy({});
    const { user, page } = await open({ transport: 'internal', hasUserVerification: true });
    assert.equal(await act(page, 'add'), 'Added: ACTIVE');
    assert.match(await act(page, 'add'), /^InvalidStateError/);
    assert.match(await page.innerText('#outcome'), /^You already have a passkey there\./);
    // What came to nothing is gone.
    assert.deepEqual((await devicesOf(user.id)).map(isActive), [true]);
    await page.close();
  });

  test('a roaming key with user verification counts as hardware', async () => {
    await setPolicy({});
    const { user, page } = await open({ transport: 'usb', hasUserVerification: true });
    assert.equal(await act(page, 'add'), 'Added: ACTIVE');
    const [device] = await devicesOf(user.id);
    assert.equal(device.attributes.isCrossPlatform, true);
    assert.deepEqual(device.attributes.transports, ['usb']);
    assert.equal(await act(page, 'use'), `COMPLETED: hwk, mfa, user as ${user.id}`);
    await page.close();
  });

  test('a roaming key without user verification is taken where the policy does', async () => {
    const discouraged = {
      discoverableCredentials: 'DISCOURAGED',
      userVerification: { option: 'DISCOURAGED', enforceDuringAuthentication: false },
    };
    await setPolicy(discouraged);
    const { user, page } = await open({
      transport: 'usb',
      hasUserVerification: false,
      hasResidentKey: false,
    });
    assert.equal(await act(page, 'add'), 'Added: ACTIVE');
    assert.equal(await act(page, 'use'), `COMPLETED: hwk, mfa, user as ${user.id}`);
    assert.match(await act(page, 'anyone'), /CONSTRAINT_VIOLATION/);

    // Enforced later, it is refused.
    await setPolicy({
      discoverableCredentials: 'DISCOURAGED',
      userVerification: { option: 'REQUIRED', enforceDuringAuthentication: true },
    });
    assert.match(await act(page, 'use'), /NotAllowedError|INVALID_ASSERTION/);
    await page.close();
  });

  test('a credential that can be backed up is refused where the policy does not allow it', async () => {
    await setPolicy({ backupEligibility: { allow: false, enforceDuringAuthentication: true } });
    const { page } = await open({
      transport: 'internal',
      hasUserVerification: true,
      backupEligible: true,
    });
    assert.match(await act(page, 'add'), /INVALID_ATTESTATION: .*backed up/);
    await page.close();

    await setPolicy({});
    const { page: other } = await open({
      transport: 'internal',
      hasUserVerification: true,
      backupEligible: true,
    });
    assert.equal(await act(other, 'add'), 'Added: ACTIVE');
    await setPolicy({ backupEligibility: { allow: false, enforceDuringAuthentication: true } });
    assert.match(await act(other, 'use'), /INVALID_ASSERTION: .*backed up/);
    await other.close();
  });

  test('the page moves to a name from an address, and to what is missing in the form', async () => {
    await setPolicy({});
    const page = await browser.context.newPage();
    await page.goto(`${server.origin}/self-service/passkeys#userId=x`);
    await page.waitForURL(/^http:\/\/localhost:\d+\/self-service\/passkeys#userId=x$/);
    assert.equal(await page.inputValue('[name=rpId]'), 'localhost');
    assert.equal(await page.locator('#for-developers').getAttribute('open'), '');
    assert.deepEqual(await complaints(page), []);
    await page.close();
  });

  test('what is refused is told in words, and leaves nothing behind', async () => {
    await setPolicy({});
    const { user, page } = await open({ transport: 'internal', hasUserVerification: true });
    await page.fill('[name=token]', 'nonsense');
    assert.match(await act(page, 'add'), /^INVALID_TOKEN/);
    assert.equal(await page.getAttribute('[name=token]', 'aria-invalid'), 'true');
    await page.fill('[name=token]', api.token);
    await act(page, 'use');
    assert.match(await page.innerText('#outcome'), /no passkey to sign in with yet/);

    const [policy] = (await api.get('/deviceAuthenticationPolicies'))._embedded
      .deviceAuthenticationPolicies;
    const { fido2, ...rest } = policy;
    const path = `/deviceAuthenticationPolicies/${policy.id}`;
    await api.put(path, { ...rest, fido2: { ...fido2, enabled: false } });
    assert.match(await act(page, 'add'), /^METHOD_DISABLED/);
    assert.match(
      await page.innerText('#outcome'),
      /^Passkeys are not switched on in this policy\./,
    );
    await api.put(path, policy);
    assert.deepEqual(await devicesOf(user.id), []);
    await page.close();
  });

  test('an attestation is required where the policy says so', async () => {
    await setPolicy({ attestationRequirements: 'DIRECT' });
    const { user, page } = await open({ transport: 'usb', hasUserVerification: true });
    const outcome = await act(page, 'add');
    // Chromium may leave the attestation out when nobody is there to agree to it.
    if (outcome === 'Added: ACTIVE') {
      const [device] = await devicesOf(user.id);
      assert.notEqual(device.fidoRegistrationArtifacts.attestationType, 'none');
    } else {
      assert.match(outcome, /INVALID_ATTESTATION: .*attestation/);
    }
    await page.close();
  });

  test('a copy of a key is noticed by its counter, and blocks the device', async () => {
    await setPolicy({});
    const { user, page, cdp, authenticatorId } = await open({
      transport: 'usb',
      hasUserVerification: true,
    });
    assert.equal(await act(page, 'add'), 'Added: ACTIVE');
    assert.match(await act(page, 'use'), /^COMPLETED/);
    assert.match(await act(page, 'use'), /^COMPLETED/);
    await setBackCounter(cdp, authenticatorId);
    assert.match(await act(page, 'use'), /DEVICE_BLOCKED/);
    const [device] = await devicesOf(user.id);
    assert.equal(device.block.status, 'BLOCKED');
    await page.close();
  });
});

const isActive = ({ status }: { status: string }) => status === 'ACTIVE';

/** Puts the copy of a credential in the place of the original: its counter stands where it began. */
async function setBackCounter(cdp: CDPSession, authenticatorId: string): Promise<void> {
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  for (const credential of credentials) {
    const { credentialId } = credential;
    await cdp.send('WebAuthn.removeCredential', { authenticatorId, credentialId });
    await cdp.send('WebAuthn.addCredential', {
      authenticatorId,
      credential: { ...credential, signCount: 1 },
    });
  }
}
