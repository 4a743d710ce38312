import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Store } from './store.ts';

/** The SQLite file in the data directory. */
export const SQLITE_FILE = 'countersign.sqlite';

/** What names a store. */
export interface StorePlace {
  databaseUrl?: string;
  dataDirectory: string;
}

/** Nobody has made the store that a command is to work on; one that reads makes none. */
export class NoStoreError extends Error {
  override name = 'NoStoreError';

  constructor(dataDirectory: string) {
    super(
      `There is no Countersign store in ${resolve(dataDirectory)}: set COUNTERSIGN_DATA_DIR to the folder that the server uses, or DATABASE_URL to its database.`,
    );
  }
}

/** The path of the SQLite file. Throws `NoStoreError` where there is none. */
export function existingFile(dataDirectory: string): string {
  const path = join(dataDirectory, SQLITE_FILE);
  if (existsSync(path)) return path;
  throw new NoStoreError(dataDirectory);
}

/**
 * Opens the store that the settings name, migrated. Only its adapter's module is loaded.
 *
 * `oneServer`: throws `StoreInUseError` when another server has the SQLite file of this data
 * directory open (PostgreSQL has any number). Commands that work beside a server leave it out.
 * `existing`: throws `NoStoreError` instead of making a store.
 * Throws `SchemaTooNewError` when a newer version has migrated the database.
 */
export async function openStore(
  settings: StorePlace & { oneServer?: boolean; existing?: boolean },
): Promise<Store> {
  const { databaseUrl, dataDirectory, oneServer = false, existing = false } = settings;
  if (databaseUrl !== undefined) {
    const { openPostgresStore } = await import('./postgres.ts');
    return openPostgresStore(databaseUrl);
  }
  if (existing) existingFile(dataDirectory);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const { openSqliteStore } = await import('./sqlite.ts');
  return openSqliteStore(join(dataDirectory, SQLITE_FILE), { oneServer });
}
