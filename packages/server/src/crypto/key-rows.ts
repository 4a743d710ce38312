/** Reading and replacing the rows of `environment_keys`. */
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { ENVIRONMENT_KEYS_MAX } from '../config/limits.ts';
import type { EnvironmentKey } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import {
  ANY_ENVIRONMENT,
  type Condition,
  type Store,
  type Stored,
  type Write,
} from '../storage/store.ts';
import { KEY_BYTES } from './aead.ts';
import { type DataKey, dataKeyOf } from './data-key.ts';
import { isSigningKeyKnown } from './environment-keys.ts';
import type { MasterKey } from './master-key.ts';

export type KeyRow = Stored<EnvironmentKey>;

/** A key that is not yet in the store. */
export interface NewKey {
  id: string;
  doc: EnvironmentKey;
}

const COMMIT_TRIES = 10;
const PAGE = 500;
const DATA_KEYS: Condition = { column: 'purpose', is: 'eq', value: 'DATA' };

/** Commits what `decide` reads and decides, and decides again after a lost race. */
async function commitAgain<R>(
  store: Store,
  decide: () => Promise<{ writes: Write[]; result: R }>,
): Promise<R> {
  for (let tries = 0; tries < COMMIT_TRIES; tries++) {
    const { writes, result } = await decide();
    if (writes.length === 0 || (await store.commit(writes)).committed) return result;
  }
  throw new Error('The keys were changed by others at the same time: try again.');
}

/** Every key of the environment. */
export function readKeys(store: Store, environmentId: string): Promise<KeyRow[]> {
  return store.list('environment_keys', environmentId, { limit: ENVIRONMENT_KEYS_MAX });
}

/** Some data key, with which the master key can be tried; undefined: the store is empty. */
export async function readAnyDataKey(store: Store): Promise<KeyRow | undefined> {
  const [row] = await store.list('environment_keys', ANY_ENVIRONMENT, {
    where: DATA_KEYS,
    limit: 1,
  });
  return row;
}

async function readAllDataKeys(store: Store): Promise<KeyRow[]> {
  const rows: KeyRow[] = [];
  let page: KeyRow[] = [];
  do {
    const last = page.at(-1);
    page = await store.list('environment_keys', ANY_ENVIRONMENT, {
      where: DATA_KEYS,
      limit: PAGE,
      ...(last ? { afterId: last.id } : {}),
    });
    rows.push(...page);
  } while (page.length === PAGE);
  return rows;
}

export function insertKey(environmentId: string, { id, doc }: NewKey): Write {
  return { op: 'insert', table: 'environment_keys', environmentId, id, doc };
}

const updateKey = ({ environmentId, id, version }: KeyRow, doc: EnvironmentKey): Write => ({
  op: 'update',
  table: 'environment_keys',
  environmentId,
  id,
  version,
  doc,
});

const deleteKey = ({ environmentId, id, version }: KeyRow): Write => ({
  op: 'delete',
  table: 'environment_keys',
  environmentId,
  id,
  version,
});

/** A new data key, wrapped, and the same ready for use. */
export function newDataKey(
  master: MasterKey,
  environmentId: string,
  now: Instant,
): NewKey & { key: DataKey } {
  const id = randomUUIDv7();
  const bytes = randomBytes(KEY_BYTES);
  return {
    id,
    key: dataKeyOf(id, now, bytes),
    doc: {
      purpose: 'DATA',
      sealed: master.wrap(environmentId, id, bytes),
      status: 'ACTIVE',
      createdAt: now,
      updatedAt: now,
    },
  };
}

/**
 * Puts a new key in the place of the active one of its purpose, and deletes signing keys that
 * nothing valid was signed by; `revoke`: every other signing key. Returns the new key's id.
 */
export function replaceKey(
  store: Store,
  environmentId: string,
  now: Instant,
  make: (rows: readonly KeyRow[]) => Promise<NewKey>,
  { revoke = false }: { revoke?: boolean } = {},
): Promise<string> {
  return commitAgain(store, async () => {
    const rows = await readKeys(store, environmentId);
    if (rows.length === 0) throw new Error(`The environment ${environmentId} has no keys.`);
    const made = await make(rows);
    const gone = rows.filter(
      (row) => row.doc.purpose === 'SIGNING' && (revoke || !isSigningKeyKnown(row, now)),
    );
    if (rows.length - gone.length >= ENVIRONMENT_KEYS_MAX) {
      throw new Error(`The environment ${environmentId} has ${ENVIRONMENT_KEYS_MAX} keys.`);
    }
    const replaced = rows.filter(
      (row) =>
        row.doc.purpose === made.doc.purpose && row.doc.status === 'ACTIVE' && !gone.includes(row),
    );
    const writes = [
      ...gone.map(deleteKey),
      ...replaced.map((row) => updateKey(row, { ...row.doc, status: 'RETIRED', updatedAt: now })),
      insertKey(environmentId, made),
    ];
    return { writes, result: made.id };
  });
}

/** Wraps every data key of the store anew, all or none. Returns how many. */
export function rewrapKeys(store: Store, from: MasterKey, to: MasterKey): Promise<number> {
  return commitAgain(store, async () => {
    const rows = await readAllDataKeys(store);
    const writes = rows.map((row) => {
      const { environmentId, id, doc } = row;
      const key = from.unwrap(environmentId, id, doc.sealed);
      return updateKey(row, { ...doc, sealed: to.wrap(environmentId, id, key) });
    });
    return { writes, result: rows.length };
  });
}
