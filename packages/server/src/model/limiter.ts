/** Runs a task when one of a number of places is free; the others wait in order. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>;

/** At most `max` tasks at once. Whoever uses it bounds how many wait. */
export function makeLimiter(max: number): Limiter {
  let busy = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (busy >= max) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy++;
    try {
      return await task();
    } finally {
      // The place goes on to the next one, so nobody else can take it in between.
      const next = waiting.shift();
      if (next) next();
      else busy--;
    }
  };
}

/** The same for tasks of several parties, which take turns: who asks for much waits for themself. */
export type FairLimiter = <T>(party: string, task: () => Promise<T>) => Promise<T>;

/** At most `max` tasks at once. A free place goes to the party that waits longest for its turn. */
export function makeFairLimiter(max: number): FairLimiter {
  let busy = 0;
  /** In the order of their turns; nobody is here without a task that waits. */
  const waiting = new Map<string, (() => void)[]>();

  function next(): (() => void) | undefined {
    const [first] = waiting;
    if (!first) return undefined;
    const [party, tasks] = first;
    const start = tasks.shift();
    waiting.delete(party);
    if (tasks.length > 0) waiting.set(party, tasks);
    return start;
  }

  return async (party, task) => {
    if (busy < max) busy++;
    else {
      await new Promise<void>((resolve) => {
        const tasks = waiting.get(party);
        if (tasks) tasks.push(resolve);
        else waiting.set(party, [resolve]);
      });
    }
    try {
      return await task();
    } finally {
      const start = next();
      if (start) start();
      else busy--;
    }
  };
}
