import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Store } from './store.ts';

/** The SQLite file in the data directory. */
export const SQLITE_FILE = 'countersign.sqlite';

/** Opens the store that the settings name, migrated. Only its adapter's module is loaded. */
export async function openStore(settings: {
  databaseUrl?: string;
  dataDirectory: string;
}): Promise<Store> {
  const { databaseUrl, dataDirectory } = settings;
  if (databaseUrl !== undefined) {
    const { openPostgresStore } = await import('./postgres.ts');
    return openPostgresStore(databaseUrl);
  }
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const { openSqliteStore } = await import('./sqlite.ts');
  return openSqliteStore(join(dataDirectory, SQLITE_FILE));
}
