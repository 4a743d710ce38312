import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SECRET_CHECKS_OF_ONE_MAX, SECRET_HASHES_AT_ONCE } from '../../../config/limits.ts';
import { createSecretCheck } from './secret-check.ts';

/** A check whose work and time are the test's: each hash ends when `finish` is called. */
function aCheck() {
  const hashing: { hash: string | undefined; end(isRight: boolean): void }[] = [];
  const waits: number[] = [];
  const check = createSecretCheck({
    verify: (_secret, hash) =>
      new Promise((resolve) => hashing.push({ hash, end: (isRight) => resolve(isRight) })),
    wait: async (ms) => void waits.push(ms),
  });
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve));
  async function finish(isRight: boolean) {
    await turn();
    hashing.shift()?.end(isRight);
    await turn();
  }
  return { check, hashing, waits, turn, finish };
}

describe('the check of a client secret', () => {
  test('costs nothing for a client that does not exist, but the time of one that does', async () => {
    const { check, hashing, waits, finish } = aCheck();
    const wrong = check({ key: 'a', secrets: ['x'], hash: 'h' });
    await finish(false);
    assert.equal(await wrong, false);
    assert.equal(await check({ key: 'b', secrets: ['x', 'y'] }), false);
    assert.equal(hashing.length, 0);
    assert.equal(waits.length, 2, 'one for each reading');
    for (const ms of waits) assert.ok(ms > 0);
  });

  test('takes real work while no time is known', async () => {
    const { check, hashing, waits, finish } = aCheck();
    const unknown = check({ key: 'a', secrets: ['x'] });
    await finish(true);
    assert.equal(await unknown, false);
    assert.deepEqual([hashing.length, waits.length], [0, 0]);
  });

  test('is not needed again for a secret that was right, until it is changed', async () => {
    const { check, hashing, finish } = aCheck();
    const first = check({ key: 'a', secrets: ['right'], hash: 'h' });
    await finish(true);
    assert.equal(await first, true);
    assert.equal(await check({ key: 'a', secrets: ['decoded', 'right'], hash: 'h' }), true);
    for (const attempt of [
      { key: 'a', secrets: ['right'], hash: 'changed' },
      { key: 'a', secrets: ['wrong'], hash: 'h' },
    ]) {
      const judged = check(attempt);
      await finish(false);
      assert.equal(await judged, false);
    }
    assert.equal(hashing.length, 0);
  });

  test('is bounded at once, and for one client from one address', async () => {
    const { check, hashing, turn, finish } = aCheck();
    const attempts = Array.from({ length: SECRET_CHECKS_OF_ONE_MAX }, () =>
      check({ key: 'a', secrets: ['x'], hash: 'h' }),
    );
    await turn();
    assert.equal(hashing.length, SECRET_HASHES_AT_ONCE);
    const busy = { name: 'OAuthError', code: 'temporarily_unavailable' };
    await assert.rejects(check({ key: 'a', secrets: ['x'], hash: 'h' }), busy);
    const other = check({ key: 'b', secrets: ['x'], hash: 'h' });
    for (let left = attempts.length + 1; left > 0; left--) await finish(false);
    assert.deepEqual(new Set(await Promise.all([...attempts, other])), new Set([false]));
  });
});
