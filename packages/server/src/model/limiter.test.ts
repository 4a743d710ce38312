import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { makeLimiter } from './limiter.ts';

test('a limiter runs so many tasks at once, the others in order, and survives failures', async () => {
  const limit = makeLimiter(3);
  const order: number[] = [];
  let busy = 0;
  let busiest = 0;
  const tasks = Array.from({ length: 20 }, (_, index) =>
    limit(async () => {
      order.push(index);
      busy++;
      busiest = Math.max(busiest, busy);
      await turn();
      busy--;
      if (index % 4 === 0) throw new Error('Failed.');
      return index;
    }),
  );
  const ends = await Promise.allSettled(tasks);
  assert.equal(busiest, 3);
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  assert.equal(ends.filter(({ status }) => status === 'rejected').length, 5);
});
