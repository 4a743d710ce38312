/** FCM: what an account's faults come to, and what Google's. */

import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { PUSH_TIMEOUT_MS } from '../../../config/limits.ts';
import { startFcm } from '../../../testing/fcm-service.ts';
import { HANG_MS } from '../../../testing/until.ts';
import { openFcmChannel } from './fcm.ts';

const UNREACHABLE = { outcome: 'LATER', reason: 'UNREACHABLE', providerFailed: true };

describe('FCM', { timeout: HANG_MS }, () => {
  let fcm: Awaited<ReturnType<typeof startFcm>>;
  before(async () => {
    fcm = await startFcm();
  });
  after(() => fcm.close());

  /** Sends by this account. */
  function opened(credentials = fcm.credentials, tokenUrl = fcm.tokenUrl) {
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
    return (address: string, signal = new AbortController().signal) =>
      channel.send({ id: 'message-1', to: { address }, locale: 'en', text: '', wake }, signal);
  }
  const send = (credentials: string, tokenUrl?: string) => opened(credentials, tokenUrl)('good');

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

  test('tells what may pass from what may not', async () => {
    const to = opened();
    for (const [token, providerFailed] of [
      ['busy', false],
      ['down', true],
    ] as const) {
      const receipt = await to(token);
      assert.ok(receipt.outcome === 'LATER' && receipt.providerFailed === providerFailed, token);
    }
    const dead = await to('dead');
    assert.ok(dead.outcome === 'REFUSED' && dead.retires === 'UNREGISTERED');
    // The account may be another project's.
    const reason = 'FCM 403 SENDER_ID_MISMATCH';
    assert.deepEqual(await to('foreign'), { outcome: 'REFUSED', reason });
  });

  test('renews an access token that was revoked, and delivers at once', async () => {
    const to = opened();
    fcm.troubles.asked.count = 0;
    assert.deepEqual(await to('good'), { outcome: 'DELIVERED' });
    fcm.revoke();
    assert.deepEqual(await to('good'), { outcome: 'DELIVERED' });
    assert.equal(fcm.troubles.asked.count, 2);
  });

  test('refuses a wrong account, and no other trouble of the token endpoint', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 }).privateKey;
    const private_key = rsa.export({ type: 'pkcs8', format: 'pem' });
    const wrong = JSON.stringify({ ...JSON.parse(fcm.credentials), private_key });
    const reason = 'FCM 400 INVALID_CREDENTIAL';
    assert.deepEqual(await send(wrong), { outcome: 'REFUSED', reason });
    for (const [trouble, providerFailed] of [
      ['busy', false],
      ['down', true],
      ['forbidden', true],
    ] as const) {
      fcm.troubles.asked.count = 0;
      fcm.troubles.next.push(trouble);
      const receipt = await send(fcm.credentials);
      assert.ok(receipt.outcome === 'LATER' && receipt.providerFailed === providerFailed, trouble);
      // It is the outbox that tries again.
      assert.equal(fcm.troubles.asked.count, 1);
    }
  });

  test('waits for an access token so long, and then asks for another', async (context) => {
    // @ts-expect-error: Node.js knows it, its types don't yet.
    context.mock.timers.enable({ apis: ['AbortSignal.timeout'] });
    const to = opened();
    fcm.troubles.asked.count = 0;
    fcm.troubles.next.push('silent');
    // Both wait for the same one.
    const waiting = [to('good'), to('good')];
    while (fcm.troubles.asked.count === 0) await turn();
    context.mock.timers.tick(PUSH_TIMEOUT_MS);
    assert.deepEqual(await Promise.all(waiting), [UNREACHABLE, UNREACHABLE]);
    assert.deepEqual(await to('good'), { outcome: 'DELIVERED' });
    assert.equal(fcm.troubles.asked.count, 2);
  });

  test('stops waiting for an access token when it is told to', { timeout: HANG_MS }, async () => {
    fcm.troubles.asked.count = 0;
    fcm.troubles.next.push('silent');
    const ending = new AbortController();
    const receipt = opened()('good', ending.signal);
    while (fcm.troubles.asked.count === 0) await turn();
    ending.abort();
    assert.deepEqual(await receipt, UNREACHABLE);
  });
});
