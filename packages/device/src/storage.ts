/** Where accounts are kept: a small port, so that each platform brings the safest place it has. */

export interface DeviceStorage {
  /**
   * It keeps `CryptoKey` objects as they are (IndexedDB, memory): then keys are made so that they
   * can't be exported, by anybody. Otherwise they are kept as JWK, and the storage must be a safe
   * one: the Keychain, the Keystore, a file that only its user reads.
   */
  readonly keepsKeys: boolean;
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<string[]>;
}

/** Forgets everything with the process; for tests. */
export function memoryStorage(): DeviceStorage {
  const values = new Map<string, unknown>();
  return {
    keepsKeys: true,
    get: async (key) => values.get(key),
    async set(key, value) {
      // As a real one: what is kept doesn't change when the caller's object does.
      values.set(key, structuredClone(value));
    },
    async delete(key) {
      values.delete(key);
    },
    keys: async () => [...values.keys()],
  };
}
