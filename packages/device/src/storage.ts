/** Where accounts are kept: a small port, so that each platform brings the safest place it has. */

export interface DeviceStorage {
  /**
   * It keeps `CryptoKey` objects as they are (IndexedDB, memory): then keys are made so that they
   * can't be exported, by anybody. Otherwise they are kept as JWK, and the storage must be a safe
   * one: the Keychain, the Keystore, a file that only its user reads.
   */
  readonly keepsKeys: boolean;
  /** Undefined where there is none. */
  get(key: string): Promise<unknown>;
  /** Resolves when it is durable: a number that was used must never be used again. */
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
  /**
   * Runs the work while no other page or process that shares the storage runs one of this name; when
   * the signal is aborted, it needn't wait for its turn any more, and rejects. Left out where there is
   * only one page or process: within one, the SDK sees to it by itself.
   */
  exclusively?<T>(name: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T>;
}

const turns = new WeakMap<DeviceStorage, Map<string, Promise<unknown>>>();

/** One work of this name after the other, here and wherever else the storage is shared. */
export async function exclusively<T>(
  storage: DeviceStorage,
  name: string,
  work: () => Promise<T>,
  signal?: AbortSignal,
): Promise<T> {
  const queue = turns.get(storage) ?? new Map<string, Promise<unknown>>();
  turns.set(storage, queue);
  const run = () => {
    if (signal?.aborted) throw signal.reason;
    return storage.exclusively ? storage.exclusively(name, work, signal) : work();
  };
  const turn = (queue.get(name) ?? Promise.resolve()).then(run, run);
  queue.set(name, turn);
  try {
    return await turn;
  } finally {
    if (queue.get(name) === turn) queue.delete(name);
  }
}

/** Forgets everything with the process; for tests. */
export function memoryStorage(): DeviceStorage {
  const values = new Map<string, unknown>();
  return {
    keepsKeys: true,
    get: async (key) => values.get(key),
    async set(key, value) {
      values.set(key, value);
    },
    async delete(key) {
      values.delete(key);
    },
    keys: async () => [...values.keys()],
  };
}
