/** Who wants to hear that the configuration of an environment has changed. */
export interface Listeners {
  add(listener: (environmentId: string) => void): () => void;
  tell(environmentId: string): void;
}

export function createListeners(): Listeners {
  const listeners = new Set<(environmentId: string) => void>();
  return {
    add(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell(environmentId) {
      for (const listener of listeners) listener(environmentId);
    },
  };
}
