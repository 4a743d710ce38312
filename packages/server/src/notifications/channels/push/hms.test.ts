/** HMS: what Huawei's answers come to. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startHms } from '../../../testing/push-providers.ts';
import { openHmsChannel } from './hms.ts';

test('HMS tells what may pass from what may not, and renews its access token', async () => {
  const hms = await startHms();
  const account = hms.credentials;
  const accounts = {
    find: async () => ({ id: 'account 1', account }),
    bundleId: async () => undefined,
  };
  const channel = openHmsChannel({ accounts, url: hms.url, tokenUrl: hms.tokenUrl });
  const wake = {
    environmentId: 'environment-1',
    requestId: 'flow-1',
    applicationId: 'application-1',
    deviceId: 'device-1',
    sandbox: false,
    secondsLeft: 40,
  };
  const to = (address: string) =>
    channel.send(
      { id: 'message-1', to: { address }, locale: 'en', text: '', wake },
      new AbortController().signal,
    );
  try {
    for (const [token, providerFailed] of [
      ['busy', false],
      ['late', false],
      ['down', true],
    ] as const) {
      const receipt = await to(token);
      assert.ok(receipt.outcome === 'LATER' && receipt.providerFailed === providerFailed, token);
      assert.deepEqual(await to('good'), { outcome: 'DELIVERED' });
    }
    // A second one after it was said that the first has expired.
    assert.equal(hms.tokensAsked.count, 2);
  } finally {
    hms.close();
  }
});
