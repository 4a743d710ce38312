/** FCM: what an account's faults come to, and what Google's. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { startFcm } from '../../../testing/fcm-service.ts';
import { openFcmChannel } from './fcm.ts';
import {
  accessTokenContract,
  assertLater,
  DELIVERED,
  oneAccount,
  senderOf,
} from './testing-push.ts';

const fcm = await startFcm();
after(() => fcm.close());

describe('FCM', () => {
  /** Sends by this account. */
  function opened(credentials = fcm.credentials, tokenUrl = fcm.tokenUrl) {
    const accounts = oneAccount({ googleServiceAccountCredentials: credentials });
    const channel = openFcmChannel({ accounts, url: fcm.url, tokenUrl });
    return senderOf(channel);
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
    assertLater(await send(fcm.credentials, 'http://127.0.0.1:9/token'), true, 'nobody');
    assert.deepEqual(await send(fcm.credentials), DELIVERED);
  });

  accessTokenContract(fcm, opened, { waiting: 2 });

  test('tells a dead token from the fault of an account', async () => {
    const to = opened();
    const dead = await to('dead');
    assert.ok(dead.outcome === 'REFUSED' && dead.retires === 'UNREGISTERED');
    // The account may be another project's.
    const reason = 'FCM 403 SENDER_ID_MISMATCH';
    assert.deepEqual(await to('foreign'), { outcome: 'REFUSED', reason });
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
      assertLater(await send(fcm.credentials), providerFailed, trouble);
      // It is the outbox that tries again.
      assert.equal(fcm.troubles.asked.count, 1);
    }
  });
});
