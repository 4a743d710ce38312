/** APNs against a server that speaks its protocol: what its answers and an account's faults come to. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { SettingsError } from '../../../config/settings.ts';
import { startApns } from '../../../testing/apns-service.ts';
import { openApnsChannel } from './apns.ts';
import type { PushAccount } from './push-accounts.ts';
import { assertPasses, aWake, DELIVERED, NEVER } from './testing-push.ts';

const apns = await startApns();
setDefaultCACertificates([...getCACertificates('default'), apns.ca]);
after(() => apns.close());

describe('APNs', () => {
  const open = (account: PushAccount = apns.credentials, bundleId = 'example.shop') =>
    openApnsChannel({
      url: apns.url,
      accounts: {
        find: async (_environmentId, applicationId) => ({
          id: `${applicationId} 1`,
          account: applicationId === 'other' ? apns.others : account,
        }),
        bundleId: async () => bundleId,
      },
    });
  const message = (address: string, applicationId = 'one') => {
    const asked = aWake(address, { text: 'Open the app.' });
    return { ...asked, wake: { ...asked.wake, applicationId } };
  };

  test('tells what may pass from what may not', async () => {
    const channel = open();
    const to = (token: string) => channel.send(message(token), NEVER);
    for (const token of ['dead', 'old', 'bad']) {
      const receipt = await to(token);
      assert.ok(receipt.outcome === 'REFUSED' && receipt.retires !== undefined, token);
    }
    // The account may be another application's.
    const reason = 'APNS 400 DeviceTokenNotForTopic';
    assert.deepEqual(await to('foreign'), { outcome: 'REFUSED', reason });
    await assertPasses(to, { busy: false, down: true, broken: true, cut: true });
    await channel.close();
  });

  test('renews its own token when that has expired, and delivers at once', async () => {
    const channel = open();
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(await channel.send(message('good'), NEVER), DELIVERED);
      apns.expire();
    }
    await channel.close();
  });

  test('is refused with the key of another team', async () => {
    const channel = open({ ...apns.credentials, token: apns.others.token });
    const receipt = await channel.send(message('good'), NEVER);
    assert.deepEqual(receipt, { outcome: 'REFUSED', reason: 'APNS 403 InvalidProviderToken' });
    await channel.close();
  });

  test('takes no token for a part of an address', async () => {
    const channel = open();
    const receipt = await channel.send(message('../device/good'), NEVER);
    assert.equal(receipt.outcome, 'DELIVERED');
    assert.equal(apns.arrived.at(-1)?.token, encodeURIComponent('../device/good'));
    await channel.close();
  });

  test('holds one connection for each account', async () => {
    const channel = open();
    for (const applicationId of ['one', 'other', 'one', 'other']) {
      const receipt = await channel.send(message('good', applicationId), NEVER);
      assert.deepEqual(receipt, DELIVERED, applicationId);
    }
    await channel.close();
  });

  test('refuses what the account can not be used for, without asking', async () => {
    const before = apns.arrived.length;
    for (const channel of [
      open({ ...apns.credentials, token: 'no key' }),
      open({ ...apns.credentials, token: '/dev/null' }),
      open(apns.credentials, 'com.\u00e4'),
      open(apns.credentials, 'com\r\nx: y'),
      open(apns.credentials, ''),
    ]) {
      const receipt = await channel.send(message('good'), NEVER);
      assert.equal(receipt.outcome, 'REFUSED');
      await channel.close();
    }
    assert.equal(apns.arrived.length, before);
  });

  test('is asked over TLS only', () => {
    const accounts = { find: async () => undefined, bundleId: async () => undefined };
    const url = apns.url.replace('https', 'http');
    assert.throws(() => openApnsChannel({ accounts, url }), SettingsError);
  });
});
