import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { type BatcherOptions, createBatcher } from './batcher.ts';

/** A batcher whose batches end when the test says so. */
function batcherUnderTest(options: Partial<BatcherOptions<string, string>> = {}) {
  const batches: { items: readonly string[]; end(error?: Error): void }[] = [];
  const add = createBatcher<string, string>({
    run: (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) =>
          error ? reject(error) : resolve(items.map((item) => `${item}!`));
        batches.push({ items, end });
      }),
    isFaultOfOne: () => false,
    batchesMax: 1,
    sizeMax: 10,
    ...options,
  });
  return { add, batches, sent: () => batches.map(({ items }) => items.join('')) };
}

test('what is asked in one turn goes together, what comes meanwhile makes the next batch', async () => {
  const { add, batches, sent } = batcherUnderTest();
  const first = Promise.all(['a', 'b'].map(add));
  await turn();
  const second = Promise.all(['c', 'd'].map(add));
  await turn();
  assert.deepEqual(sent(), ['ab']);
  batches[0]?.end();
  assert.deepEqual(await first, ['a!', 'b!']);
  await turn();
  assert.deepEqual(sent(), ['ab', 'cd']);
  batches[1]?.end();
  assert.deepEqual(await second, ['c!', 'd!']);
});

test('a batch has its size, and so many are under way', async () => {
  const { add, batches, sent } = batcherUnderTest({ sizeMax: 2, batchesMax: 2 });
  const all = Promise.all([...'abcdefg'].map(add));
  for (let index = 0; index < 4; index++) {
    await turn();
    await turn();
    assert.equal(batches.length, Math.min(4, index + 2));
    batches[index]?.end();
  }
  assert.deepEqual(sent(), ['ab', 'cd', 'ef', 'g']);
  assert.deepEqual(
    await all,
    [...'abcdefg'].map((item) => `${item}!`),
  );
});

test('items of one key go one after the other, in order, and hold up no others', async () => {
  const { add, batches, sent } = batcherUnderTest({
    keysOf: (item) => [...item].map((name) => ({ name, isShared: false })),
    batchesMax: 2,
  });
  const all = Promise.all(['x', 'xy', 'y', 'z'].map(add));
  await turn();
  // `y` came after `xy`, which waits for `x`.
  assert.deepEqual(sent(), ['xz']);
  await turn();
  batches[0]?.end();
  await turn();
  await turn();
  assert.deepEqual(sent(), ['xz', 'xy']);
  batches[1]?.end();
  await turn();
  await turn();
  batches[2]?.end();
  await all;
  assert.deepEqual(sent(), ['xz', 'xy', 'y']);
});

test('items that share a key go together, but not with one that wants it alone', async () => {
  const { add, batches, sent } = batcherUnderTest({
    keysOf: (item) => [{ name: 'one', isShared: item === item.toLowerCase() }],
    batchesMax: 2,
  });
  const all = Promise.all(['a', 'b', 'C', 'd', 'e'].map(add));
  await turn();
  // `d` came after `C`, which waits for `a` and `b`: whoever wants it alone is not overtaken.
  for (const [index, expected] of ['ab', 'C', 'de'].entries()) {
    assert.equal(sent()[index], expected);
    batches[index]?.end();
    await turn();
    await turn();
  }
  await all;
});

test('the end of a batch may answer who waits', async () => {
  const { add, batches, sent } = batcherUnderTest({
    keysOf: () => [{ name: 'one', isShared: false }],
    foresee: (ended) => (waiting) => (waiting === 'b' ? `lost to ${ended[0]?.result}` : undefined),
  });
  const all = Promise.all(['a', 'b', 'c'].map(add));
  await turn();
  batches[0]?.end();
  await turn();
  await turn();
  batches[1]?.end();
  assert.deepEqual(await all, ['a!', 'lost to a!', 'c!']);
  assert.deepEqual(sent(), ['a', 'c']);
});

test('one bad item fails alone, found in few runs', async () => {
  let runs = 0;
  const add = createBatcher<number, number>({
    async run(items) {
      runs += 1;
      if (items.includes(13)) throw new Error('bad');
      return items.map((item) => item * 2);
    },
    isFaultOfOne: () => true,
    batchesMax: 1,
    sizeMax: 100,
  });
  const items = Array.from({ length: 64 }, (_, item) => item);
  const settled = await Promise.allSettled(items.map(add));
  const bad = settled.flatMap(({ status }, item) => (status === 'rejected' ? [item] : []));
  assert.deepEqual(bad, [13]);
  assert.ok(runs <= 13, `${runs} runs`);
});

test('an error that is nobody’s fault is everybody’s, and the next batch goes on', async () => {
  const { add, batches } = batcherUnderTest();
  const all = Promise.allSettled(['a', 'b'].map(add));
  await turn();
  batches[0]?.end(new Error('The connection broke.'));
  assert.deepEqual(
    (await all).map(({ status }) => status),
    ['rejected', 'rejected'],
  );
  const next = add('c');
  await turn();
  batches[1]?.end();
  assert.equal(await next, 'c!');
});
