import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WEBHOOK_RETRY_MAX_MS, WEBHOOK_RETRY_MS, WEBHOOK_SLOW_MS } from '../../config/limits.ts';
import { isSlow, retryPauseMs } from './deliver-events.ts';

test('the pause before a batch goes again doubles, up to a limit, and varies below it', () => {
  const longest = (attempts: number) => retryPauseMs(attempts, 1);
  assert.equal(longest(1), WEBHOOK_RETRY_MS);
  for (let attempts = 1; attempts < 8; attempts++) {
    assert.equal(longest(attempts + 1), 2 * longest(attempts));
  }
  for (const attempts of [10, 21, 1_000, 1e9]) {
    assert.equal(longest(attempts), WEBHOOK_RETRY_MAX_MS);
    assert.equal(retryPauseMs(attempts, 0), 0.75 * WEBHOOK_RETRY_MAX_MS);
  }
});

test('a receiver is slow that takes longer than the others are to wait', () => {
  assert.deepEqual([0, WEBHOOK_SLOW_MS, WEBHOOK_SLOW_MS + 1].map(isSlow), [false, false, true]);
});
