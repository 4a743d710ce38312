/// <reference lib="dom" />
/** Accounts in a browser: IndexedDB keeps keys that no script can read. */
import type { DeviceStorage } from './storage.ts';

const STORE = 'accounts';

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Opens, or makes, the database of this name. */
export function indexedDbStorage(name = 'countersign'): DeviceStorage {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = settled(opening);
  const store = async (mode: IDBTransactionMode) =>
    (await database).transaction(STORE, mode).objectStore(STORE);
  return {
    keepsKeys: true,
    get: async (key) => settled((await store('readonly')).get(key)),
    async set(key, value) {
      await settled((await store('readwrite')).put(value, key));
    },
    async delete(key) {
      await settled((await store('readwrite')).delete(key));
    },
    keys: async () => (await settled((await store('readonly')).getAllKeys())).map(String),
  };
}
