import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from './store.ts';

/** The SQLite file in the data directory. */
export const SQLITE_FILE = 'countersign.sqlite';

/**
 * Opens the store that the settings name, migrated. Only its adapter's module is loaded.
 *
 * `oneServer`: throws `StoreInUseError` when another server has the SQLite file of this data
 * directory open (PostgreSQL has any number). Commands that work beside a server leave it out.
 * Throws `SchemaTooNewError` when a newer version has migrated the database.
 */
export async function openStore(settings: {
  databaseUrl?: string;
  dataDirectory: string;
  oneServer?: boolean;
}): Promise<Store> {
  const { databaseUrl, dataDirectory, oneServer = false } = settings;
  if (databaseUrl !== undefined) {
    const { openPostgresStore } = await import('./postgres.ts');
    return openPostgresStore(databaseUrl);
  }
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const { openSqliteStore } = await import('./sqlite.ts');
  return openSqliteStore(join(dataDirectory, SQLITE_FILE), { oneServer });
}
