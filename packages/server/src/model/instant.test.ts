import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notBefore, steadyClock } from './instant.ts';

test('a steady clock stands still until the one behind it has caught up', () => {
  let now = 1_000;
  const heard: number[] = [];
  const clock = steadyClock({ now: () => now }, (byMs) => heard.push(byMs));
  assert.equal(clock.now(), 1_000);
  now = 400;
  assert.equal(clock.now(), 1_000);
  now = 900;
  assert.equal(clock.now(), 1_000);
  now = 1_001;
  assert.equal(clock.now(), 1_001);
  now = 1_000;
  assert.equal(clock.now(), 1_001);
  assert.deepEqual(heard, [600, 1]);
});

test('nothing is decided before the rows that it is made of were changed', () => {
  const row = (updatedAt: number) => ({ doc: { updatedAt } });
  assert.equal(notBefore(5, [row(3), undefined, row(4)]), 5);
  assert.equal(notBefore(5, [row(3), row(9)]), 9);
});
