import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hashClientSecret, newClientSecret, verifyClientSecret } from './client-secret.ts';

test('a client secret is made new each time, and is verified by its hash only', async () => {
  const secret = newClientSecret();
  assert.match(secret, /^[\w-]{64}$/);
  assert.notEqual(secret, newClientSecret());
  const hash = await hashClientSecret(secret);
  assert.match(hash, /^16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  assert.notEqual(hash, await hashClientSecret(secret));
  assert.equal(await verifyClientSecret(secret, hash), true);
  for (const wrong of ['', secret.slice(1), `${secret} `, secret.toLowerCase()]) {
    assert.equal(await verifyClientSecret(wrong, hash), false);
  }
});

test('the parameters of an older hash are read from it', async () => {
  const older = `1024$8$1$${'A'.repeat(22)}$`;
  assert.equal(await verifyClientSecret('secret', older), false);
});

test('an unknown client costs the same work as a known one', async () => {
  const hash = await hashClientSecret('the secret of the client');
  // The work of all threads, not the time: the machine may be busy.
  const workOf = async (stored: string | undefined) => {
    const works: number[] = [];
    for (let round = 0; round < 5; round++) {
      const before = process.cpuUsage();
      assert.equal(await verifyClientSecret('a wrong secret', stored), false);
      works.push(process.cpuUsage(before).user);
    }
    return Math.min(...works);
  };
  const [known, unknown] = [await workOf(hash), await workOf(undefined)];
  assert.ok(unknown > known / 3 && unknown < known * 3, `${known} µs and ${unknown} µs`);
});
