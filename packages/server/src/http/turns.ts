/** Work that is done one after the other where it has the same key. */
export interface Turns {
  /** Undefined, and nothing done, where `max` wait for this key already. */
  take(key: string, work: () => Promise<void>): Promise<void> | undefined;
}

export function createTurns(max: number): Turns {
  const queues = new Map<string, { last: Promise<void>; length: number }>();
  return {
    take(key, work) {
      const queue = queues.get(key) ?? { last: Promise.resolve(), length: 0 };
      if (queue.length >= max) return undefined;
      queues.set(key, queue);
      queue.length += 1;
      const turn = queue.last.then(work);
      const end = () => {
        queue.length -= 1;
        if (queue.length === 0) queues.delete(key);
      };
      queue.last = turn.then(end, end);
      return turn;
    },
  };
}
