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

export interface Pace {
  /** How many may be under way that have begun just now; read whenever one begins or ends. */
  places(): number;
  /** A task that takes longer gives its place to another, as far as `max` lets it. */
  slowMs: number;
}

/** At most `max` tasks at once. A free place goes to the party that waits longest for its turn. */
export function makeFairLimiter(max: number, pace?: Pace): FairLimiter {
  let busy = 0;
  /** Of those the ones that aren't slow. */
  let quick = 0;
  /** In the order of their turns; nobody is here without a task that waits. */
  const waiting = new Map<string, (() => void)[]>();

  const hasRoom = () => busy < max && quick < (pace?.places() ?? max);

  function take(): void {
    busy++;
    quick++;
  }

  function next(): (() => void) | undefined {
    const [first] = waiting;
    if (!first) return undefined;
    const [party, tasks] = first;
    const start = tasks.shift();
    waiting.delete(party);
    if (tasks.length > 0) waiting.set(party, tasks);
    return start;
  }

  /** A place is taken for whom it is given to, so nobody else can take it in between. */
  function giveOn(): void {
    while (waiting.size > 0 && hasRoom()) {
      take();
      next()?.();
    }
  }

  function whenSlow(work: () => void): NodeJS.Timeout | undefined {
    return pace && setTimeout(work, pace.slowMs).unref();
  }

  return async (party, task) => {
    if (hasRoom()) take();
    else {
      await new Promise<void>((resolve) => {
        const tasks = waiting.get(party);
        if (tasks) tasks.push(resolve);
        else waiting.set(party, [resolve]);
      });
    }
    let isQuick = true;
    const timer = whenSlow(() => {
      isQuick = false;
      quick--;
      giveOn();
    });
    try {
      return await task();
    } finally {
      clearTimeout(timer);
      busy--;
      if (isQuick) quick--;
      giveOn();
    }
  };
}
