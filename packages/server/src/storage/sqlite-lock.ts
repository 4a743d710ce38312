import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** Another process serves from the same SQLite file. */
export class StoreInUseError extends Error {
  override name = 'StoreInUseError';

  constructor(path: string, cause: unknown) {
    super(
      `Another server uses ${path}: stop it first, or give this one its own data directory. Several servers share a PostgreSQL database (DATABASE_URL).`,
      { cause },
    );
  }
}

/**
 * Keeps other servers from the SQLite file until it is called back or the process ends, however it
 * ends: the lock is the operating system's, on a file of its own beside the database, so that
 * commands (backup, doctor) can still read and write. Throws `StoreInUseError`.
 */
export function lockForOneServer(path: string): () => void {
  const lockPath = `${path}.lock`;
  const lock = new DatabaseSync(lockPath);
  try {
    chmodSync(lockPath, 0o600);
    // In memory, the journal leaves no second file behind.
    lock.exec('pragma journal_mode = memory; begin exclusive');
  } catch (error) {
    lock.close();
    throw new StoreInUseError(path, error);
  }
  return () => lock.close();
}
