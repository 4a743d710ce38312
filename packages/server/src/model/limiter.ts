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
