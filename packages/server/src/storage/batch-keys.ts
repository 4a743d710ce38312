/** What items of a batcher hold: a key alone, or shared with others that share it. */
export interface Key {
  name: string;
  isShared: boolean;
}

export interface Keys {
  /** Whether somebody else may hold the key beside those who hold it now. */
  isFree(key: Key): boolean;
  hold(keys: readonly Key[]): void;
  release(keys: readonly Key[]): void;
}

export function createKeys(): Keys {
  const alone = new Map<string, number>();
  const shared = new Map<string, number>();

  function count(keys: readonly Key[], more: 1 | -1): void {
    for (const { name, isShared } of keys) {
      const holders = isShared ? shared : alone;
      const left = (holders.get(name) ?? 0) + more;
      if (left > 0) holders.set(name, left);
      else holders.delete(name);
    }
  }

  return {
    isFree: ({ name, isShared }) => !alone.has(name) && (isShared || !shared.has(name)),
    hold: (keys) => count(keys, 1),
    release: (keys) => count(keys, -1),
  };
}
