/** HMS: what Huawei's answers come to. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PUSH_TIMEOUT_MS } from '../../../config/limits.ts';
import { startHms } from '../../../testing/hms-service.ts';
import { HANG_MS } from '../../../testing/until.ts';
import { openHmsChannel } from './hms.ts';

const UNREACHABLE = { outcome: 'LATER', reason: 'UNREACHABLE', providerFailed: true };

describe('HMS', { timeout: HANG_MS }, () => {
  let hms: Awaited<ReturnType<typeof startHms>>;
  before(async () => {
    hms = await startHms();
  });
  after(() => hms.close());

  /** Sends by an account of its own. */
  function opened(account: Record<string, string> = hms.credentials) {
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
    const words = { locale: 'en', subject: 'Sign-in request', text: 'Open the app.' };
    return (address: string) =>
      channel.send(
        { id: 'message-1', to: { address }, ...words, wake },
        new AbortController().signal,
      );
  }

  test('tells what may pass from what may not', async () => {
    const to = opened();
    for (const [token, providerFailed] of [
      ['busy', false],
      ['down', true],
    ] as const) {
      const receipt = await to(token);
      assert.ok(receipt.outcome === 'LATER' && receipt.providerFailed === providerFailed, token);
      assert.deepEqual(await to('good'), { outcome: 'DELIVERED' });
    }
    assert.deepEqual(await to('dead'), {
      outcome: 'REFUSED',
      reason: 'HMS 410 INVALID_TOKEN',
      retires: 'INVALID_TOKEN',
    });
    // It says that some of many tokens are wrong: nothing of this one.
    assert.deepEqual(await to('partly'), { outcome: 'REFUSED', reason: 'HMS 400 80100000' });
  });

  test('renews an access token that has expired or was revoked, and delivers at once', async () => {
    const to = opened();
    const { asked } = hms.troubles;
    asked.count = 0;
    for (const end of [hms.expire, hms.revoke]) {
      assert.deepEqual(await to('good'), { outcome: 'DELIVERED' });
      end();
      assert.deepEqual(await to('good'), { outcome: 'DELIVERED' });
    }
    assert.equal(asked.count, 3);
  });

  test('refuses a wrong account, and no other trouble of the token endpoint', async () => {
    const receipt = await opened({ ...hms.credentials, clientSecret: 'wrong' })('good');
    assert.deepEqual(receipt, { outcome: 'REFUSED', reason: 'HMS 401 INVALID_CREDENTIAL' });
    const to = opened();
    for (const trouble of ['busy', 'down', 'forbidden'] as const) {
      hms.troubles.next.push(trouble);
      assert.equal((await to('good')).outcome, 'LATER', trouble);
    }
    assert.deepEqual(await to('good'), { outcome: 'DELIVERED' });
  });

  test('waits for an access token so long, and then asks for another', async (context) => {
    // @ts-expect-error: Node.js knows it, its types don't yet.
    context.mock.timers.enable({ apis: ['AbortSignal.timeout'] });
    const to = opened();
    hms.troubles.asked.count = 0;
    hms.troubles.next.push('silent');
    const first = to('good');
    while (hms.troubles.asked.count === 0) await turn();
    context.mock.timers.tick(PUSH_TIMEOUT_MS);
    assert.deepEqual(await first, UNREACHABLE);
    assert.deepEqual(await to('good'), { outcome: 'DELIVERED' });
  });
});
