/** FCM: what an account's faults come to, and what Google's. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { startFcm } from '../../../testing/push-providers.ts';
import { openFcmChannel } from './fcm.ts';

describe('FCM', () => {
  let fcm: Awaited<ReturnType<typeof startFcm>>;
  before(async () => {
    fcm = await startFcm();
  });
  after(() => fcm.close());

  /** Sends one push by this account. */
  async function send(credentials: string, tokenUrl = fcm.tokenUrl) {
    const account = { googleServiceAccountCredentials: credentials };
    const accounts = {
      find: async () => ({ id: 'account 1', account }),
      bundleId: async () => undefined,
    };
    const channel = openFcmChannel({ accounts, url: fcm.url, tokenUrl });
    const wake = {
      environmentId: 'environment-1',
      requestId: 'flow-1',
      applicationId: 'application-1',
      deviceId: 'device-1',
      sandbox: false,
      secondsLeft: 40,
    };
    const message = { id: 'message-1', to: { address: 'good' }, locale: 'en', text: '', wake };
    return channel.send(message, new AbortController().signal);
  }

  test('refuses an account that can not sign, without asking', async () => {
    const account = JSON.parse(fcm.credentials);
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const private_key = privateKey.export({ type: 'pkcs8', format: 'pem' });
    const nowhere = 'http://127.0.0.1:9/token';
    for (const wrong of [
      'no JSON',
      JSON.stringify({ ...account, private_key }),
      JSON.stringify({ ...account, private_key: 'no key' }),
    ]) {
      const receipt = await send(wrong, nowhere);
      assert.deepEqual(receipt, { outcome: 'REFUSED', reason: 'FCM INVALID_CREDENTIAL' });
    }
  });

  test('is asked again where nobody gives a token', async () => {
    const receipt = await send(fcm.credentials, 'http://127.0.0.1:9/token');
    assert.ok(receipt.outcome === 'LATER' && receipt.providerFailed);
    assert.deepEqual(await send(fcm.credentials), { outcome: 'DELIVERED' });
  });
});
