/** Counts what is under way, so that closing can wait for it. */
export interface UnderWay {
  /** Does the work; after `close` it rejects instead. */
  during<R>(work: () => Promise<R>): Promise<R>;
  readonly closed: boolean;
  /** Refuses new work from now on; resolves when none is under way. */
  close(): Promise<void>;
}

export function createUnderWay(): UnderWay {
  let count = 0;
  let closed = false;
  let whenDone: (() => void) | undefined;
  return {
    async during(work) {
      if (closed) throw new Error('The store is closed.');
      count += 1;
      try {
        return await work();
      } finally {
        count -= 1;
        if (count === 0) whenDone?.();
      }
    },
    get closed() {
      return closed;
    },
    close() {
      closed = true;
      return new Promise((resolve) => {
        whenDone = resolve;
        if (count === 0) resolve();
      });
    },
  };
}
