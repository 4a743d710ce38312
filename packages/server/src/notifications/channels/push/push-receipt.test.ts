import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pushReceipt } from './push-receipt.ts';

test('how long a provider wants to wait is read as seconds or as a date', () => {
  const waits = (retryAfter: string | null) => {
    const receipt = pushReceipt({ provider: 'FCM', status: 503, word: '', dead: [], retryAfter });
    assert.ok(receipt.outcome === 'LATER');
    return receipt.retryAfterMs;
  };
  assert.equal(waits('120'), 120_000);
  const wait = waits(new Date(Date.now() + 60_000).toUTCString()) ?? 0;
  assert.ok(wait > 50_000 && wait <= 60_000, `${wait}`);
  for (const nothing of [null, '', '0', '-1', '1.5x', 'soon', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
    assert.equal(waits(nothing), undefined, String(nothing));
  }
});
