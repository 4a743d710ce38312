/** HMS: what Huawei's answers come to. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { startHms } from '../../../testing/hms-service.ts';
import { openHmsChannel } from './hms.ts';
import { accessTokenContract, DELIVERED, oneAccount, senderOf } from './testing-push.ts';

const hms = await startHms();
after(() => hms.close());

describe('HMS', () => {
  /** Sends by an account of its own. */
  function opened(account: Record<string, string> = hms.credentials) {
    const { url, tokenUrl } = hms;
    const channel = openHmsChannel({ accounts: oneAccount(account), url, tokenUrl });
    const words = { subject: 'Sign-in request', text: 'Open the app.' };
    return senderOf(channel, words);
  }

  accessTokenContract(hms, opened, { waiting: 1 });

  test('tells a dead token from one of many', async () => {
    const to = opened();
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
      assert.deepEqual(await to('good'), DELIVERED);
      end();
      assert.deepEqual(await to('good'), DELIVERED);
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
    assert.deepEqual(await to('good'), DELIVERED);
  });
});
