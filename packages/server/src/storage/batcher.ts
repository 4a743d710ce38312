/**
 * Runs what is asked at the same time together. An item waits for the end of the present turn of
 * the event loop, or, where enough batches are under way, for the end of one of them; then all that
 * wait make the next batch.
 */
import { createKeys, type Key } from './batch-keys.ts';

export interface BatcherOptions<Item, Result> {
  /** Answers in the order of the items. When it throws, it has done nothing for any of them. */
  run(batch: readonly Item[]): Promise<readonly Result[]>;
  /** Whether an error is the fault of one item of the batch; then the others are run without it. */
  isFaultOfOne(error: unknown): boolean;
  /** Batches under way at once. */
  batchesMax: number;
  /** Items in a batch. */
  sizeMax: number;
  /** Items that have a key in common are never under way at once, unless both share it: the later one waits. */
  keysOf?(item: Item): readonly Key[];
  /** What the end of a batch tells about items that wait for the next one. */
  foresee?(ended: readonly Ended<Item, Result>[]): (waiting: Item) => Result | undefined;
}

export interface Ended<Item, Result> {
  item: Item;
  result: Result;
}

interface Waiting<Item, Result> {
  item: Item;
  keys: readonly Key[];
  resolve(result: Result): void;
  reject(error: unknown): void;
}

type Settled<Result> = { result: Result } | { error: unknown };

/**
 * Runs a batch; where one item is at fault runs its halves apart, and so on, until the guilty one
 * is alone. So a bad item costs a few more runs, and its neighbours nothing.
 */
async function settle<Item, Result>(
  items: readonly Item[],
  options: Pick<BatcherOptions<Item, Result>, 'run' | 'isFaultOfOne'>,
): Promise<Settled<Result>[]> {
  try {
    return (await options.run(items)).map((result) => ({ result }));
  } catch (error) {
    if (items.length < 2 || !options.isFaultOfOne(error)) return items.map(() => ({ error }));
    const middle = items.length >> 1;
    const first = await settle(items.slice(0, middle), options);
    return [...first, ...(await settle(items.slice(middle), options))];
  }
}

/** Returns the function that adds an item and resolves with its own result. */
export function createBatcher<Item, Result>(
  options: BatcherOptions<Item, Result>,
): (item: Item) => Promise<Result> {
  const { batchesMax, sizeMax, keysOf, foresee } = options;
  /** Keys of the items under way. */
  const busy = createKeys();
  let queue: Waiting<Item, Result>[] = [];
  let running = 0;
  let scheduled = false;

  /** In order: an item that wants a key which is busy, or wanted before it, stays in the queue. */
  function nextBatch(): Waiting<Item, Result>[] {
    const wanted = createKeys();
    const batch: Waiting<Item, Result>[] = [];
    const later: Waiting<Item, Result>[] = [];
    for (const one of queue) {
      const waits =
        batch.length >= sizeMax || !one.keys.every((key) => busy.isFree(key) && wanted.isFree(key));
      (waits ? later : batch).push(one);
      (waits ? wanted : busy).hold(one.keys);
    }
    queue = later;
    return batch;
  }

  async function runBatch(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    running += 1;
    const items = batch.map(({ item }) => item);
    const settled = await settle(items, options);
    running -= 1;
    const ended: Ended<Item, Result>[] = [];
    for (const [index, { item, keys, resolve, reject }] of batch.entries()) {
      busy.release(keys);
      const one = settled[index] ?? { error: new Error('A batch left an item without an answer.') };
      if ('error' in one) {
        reject(one.error);
        continue;
      }
      resolve(one.result);
      ended.push({ item, result: one.result });
    }
    if (foresee && queue.length > 0) answerWaiting(foresee(ended));
    schedule();
  }

  function answerWaiting(answer: (item: Item) => Result | undefined): void {
    queue = queue.filter(({ item, resolve }) => {
      const result = answer(item);
      if (result !== undefined) resolve(result);
      return result === undefined;
    });
  }

  function schedule(): void {
    if (scheduled || running >= batchesMax || queue.length === 0) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      const batch = nextBatch();
      // None: all that wait want keys of batches under way, and the end of those comes back here.
      if (batch.length === 0) return;
      void runBatch(batch);
      schedule();
    });
  }

  return (item) =>
    new Promise((resolve, reject) => {
      queue.push({ item, keys: keysOf?.(item) ?? [], resolve, reject });
      schedule();
    });
}
