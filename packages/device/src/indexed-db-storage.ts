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

/** Resolves when the change is on the disk: an answer to the request alone doesn't say so. */
function durable(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = () => reject(transaction.error);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** Opens, or makes, the database of this name. All pages of the origin may use it at once. */
export function indexedDbStorage(name = 'countersign'): DeviceStorage {
  const opening = indexedDB.open(name, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = settled(opening);

  async function change(edit: (store: IDBObjectStore) => void): Promise<void> {
    const transaction = (await database).transaction(STORE, 'readwrite', { durability: 'strict' });
    edit(transaction.objectStore(STORE));
    await durable(transaction);
  }
  const read = async () => (await database).transaction(STORE, 'readonly').objectStore(STORE);

  return {
    keepsKeys: true,
    get: async (key) => settled((await read()).get(key)),
    set: (key, value) => change((store) => void store.put(value, key)),
    delete: (key) => change((store) => void store.delete(key)),
    keys: async () => (await settled((await read()).getAllKeys())).map(String),
    exclusively: async (lock, work, signal) =>
      navigator.locks.request(`${name} ${lock}`, signal ? { signal } : {}, work),
  };
}
