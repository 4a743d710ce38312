import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process serves from the same SQLite file. */
export class StoreInUseError extends Error {
  override name = 'StoreInUseError';

  constructor(path: string, cause?: unknown) {
    const pid = readPid(path);
    super(
      `Another Countersign${pid === undefined ? '' : ` (process ${pid})`} serves from the folder ${dirname(path)}: stop it first, or give this one its own COUNTERSIGN_DATA_DIR. Several servers share a PostgreSQL database (DATABASE_URL).`,
      { cause },
    );
  }
}

const lockPath = (path: string) => `${path}.lock`;
const pidPath = (path: string) => `${path}.pid`;

/** Who wrote it: true only while the lock is held, since a crash leaves it behind. */
function readPid(path: string): number | undefined {
  try {
    return Number(readFileSync(pidPath(path), 'utf8')) || undefined;
  } catch {
    return undefined;
  }
}

function takeLock(path: string): DatabaseSync {
  const lock = new DatabaseSync(lockPath(path));
  try {
    chmodSync(lockPath(path), 0o600);
    // In memory, the journal leaves no second file behind.
    lock.exec('pragma journal_mode = memory; begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    throw error;
  }
}

const isBusy = (error: unknown) =>
  error instanceof Error && /database is locked/.test(error.message);

/**
 * Keeps other servers from the SQLite file until it is called back or the process ends, however it
 * ends: the lock is the operating system's, on a file of its own beside the database, so that
 * commands (backup, doctor) can still read and write. Nothing that is left in the folder, copied
 * with it or numbered like an old process can hold it. Throws `StoreInUseError`.
 */
export function lockForOneServer(path: string): () => void {
  let lock: DatabaseSync;
  try {
    lock = takeLock(path);
  } catch (error) {
    throw isBusy(error) ? new StoreInUseError(path, error) : error;
  }
  writeFileSync(pidPath(path), `${process.pid}\n`, { mode: 0o600 });
  return () => {
    rmSync(pidPath(path), { force: true });
    lock.close();
  };
}

/** The process that serves from the file now; undefined: none. Makes no file. */
export function servingProcess(path: string): number | undefined {
  const pid = readPid(path);
  if (pid === undefined) return undefined;
  try {
    const lock = new DatabaseSync(lockPath(path), { readOnly: true });
    try {
      lock.prepare('select 1 from sqlite_master').all();
      return undefined;
    } catch (error) {
      return isBusy(error) ? pid : undefined;
    } finally {
      lock.close();
    }
  } catch {
    return undefined;
  }
}
