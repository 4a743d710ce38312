import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { until } from '../testing/until.ts';
import { makeFairLimiter, makeLimiter } from './limiter.ts';

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

test('a paced limiter has as many places as its pace says now', async () => {
  let places = 2;
  const limit = makeFairLimiter(5, { places: () => places, slowMs: 60_000 });
  const ends: (() => void)[] = [];
  const task = () => limit('a', () => new Promise<void>((resolve) => ends.push(resolve)));
  const tasks = Array.from({ length: 12 }, task);
  const begun = async (count: number) => {
    await turn();
    assert.equal(ends.length, count);
  };
  await begun(2);
  ends[0]?.();
  await begun(3);
  places = 9;
  ends[1]?.();
  // Never more than its own number.
  await begun(2 + 5);
  places = 1;
  for (const end of ends.slice(2)) end();
  await begun(2 + 5 + 1);
  for (let left = 5; left > 0; left--) {
    ends.at(-1)?.();
    await turn();
  }
  await Promise.all(tasks);
  assert.equal(ends.length, 12);
});

test('a slow task of a paced limiter gives its place to another, up to all places', async () => {
  const limit = makeFairLimiter(3, { places: () => 1, slowMs: 5 });
  const ends: (() => void)[] = [];
  const task = () => limit('a', () => new Promise<void>((resolve) => ends.push(resolve)));
  const tasks = Array.from({ length: 5 }, task);
  assert.equal(ends.length, 1);
  await until(() => ends.length === 3);
  let isOver = false;
  const all = Promise.all(tasks).then(() => {
    isOver = true;
  });
  await until(() => {
    ends.shift()?.();
    return isOver;
  });
  await all;
});
