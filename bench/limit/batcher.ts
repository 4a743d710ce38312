/** Group commit in its barest form: what arrives while a batch is under way goes into the next. */
export interface Batcher<T, R> {
  /** Resolves with this item's result after the batch that it was part of is done. */
  add(item: T): Promise<R>;
}

interface Waiting<T, R> {
  item: T;
  resolve(result: R): void;
  reject(error: unknown): void;
}

/**
 * `run` gets all items of a batch and returns their results in the same order. At most
 * `concurrency` batches run at once, and a batch has at most `sizeMax` items.
 */
export function createBatcher<T, R>(
  run: (items: T[]) => Promise<R[]> | R[],
  { concurrency, sizeMax }: { concurrency: number; sizeMax: number },
): Batcher<T, R> {
  const waiting: Waiting<T, R>[] = [];
  let running = 0;
  let scheduled = false;

  function schedule(): void {
    if (scheduled || running >= concurrency || waiting.length === 0) return;
    scheduled = true;
    // After the reads of this turn of the event loop, so that their requests share the batch.
    setImmediate(() => {
      scheduled = false;
      void runBatch();
    });
  }

  async function runBatch(): Promise<void> {
    const batch = waiting.splice(0, sizeMax);
    running++;
    try {
      const results = await run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(results[index] as R);
      });
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      running--;
      schedule();
    }
  }

  return {
    add(item) {
      return new Promise((resolve, reject) => {
        waiting.push({ item, resolve, reject });
        schedule();
      });
    },
  };
}
