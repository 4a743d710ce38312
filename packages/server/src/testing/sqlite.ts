import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../storage/open.ts';
import type { Store } from '../storage/store.ts';

/** A new empty folder for one test, and how to remove it. */
export async function freshDataDirectory(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'countersign-test-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** A migrated SQLite store in a new folder; `close` closes it and removes the folder. */
export async function freshSqliteStore(): Promise<{ store: Store; close(): Promise<void> }> {
  const directory = await freshDataDirectory();
  const store = await openStore({ dataDirectory: directory.path });
  return {
    store,
    async close() {
      await store.close();
      await directory.remove();
    },
  };
}
