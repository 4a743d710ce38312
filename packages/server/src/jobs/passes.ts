/**
 * A worker's looks for what is due: one at a time, soon after it is woken, and by itself now and then,
 * for what nobody told it of.
 */
export interface Passes {
  /** The next one that begins: what is committed by now is before it. */
  run(): Promise<void>;
  /** One is under way, or begins after it. */
  isRunning(): boolean;
  /** One soon; more calls until then make no more of them. */
  wake(): void;
  /** No more begin; resolves when the last has ended. */
  stop(): Promise<void>;
}

/** `pass` never rejects. */
export function makePasses(
  pass: () => Promise<void>,
  { gatherMs, pollMs }: { gatherMs: number; pollMs: number },
): Passes {
  let last = Promise.resolve();
  let next: Promise<void> | undefined;
  let gathering: NodeJS.Timeout | undefined;
  let isStopped = false;
  let underWay = 0;

  function run(): Promise<void> {
    next ??= last.then(() => {
      next = undefined;
      underWay += 1;
      last = pass().then(() => {
        underWay -= 1;
      });
      return last;
    });
    return next;
  }

  const polling = setInterval(run, Math.round(pollMs));
  // Only servers keep a process alive.
  polling.unref();
  return {
    run,
    isRunning: () => next !== undefined || underWay > 0,
    wake() {
      if (gathering || isStopped) return;
      gathering = setTimeout(() => {
        gathering = undefined;
        void run();
      }, gatherMs);
      gathering.unref();
    },
    stop() {
      isStopped = true;
      clearInterval(polling);
      clearTimeout(gathering);
      return last;
    },
  };
}
