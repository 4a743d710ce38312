/** Copies of a SQLite file: made beside a running server, and looked through before they count. */
import { closeSync, existsSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { COPY } from './sqlite-life.ts';

const READ_ONLY = { readOnly: true, timeout: 5_000 } as const;

/** What a SQLite file of ours holds. */
export interface FileContents {
  bytes: number;
  migrations: string[];
  environments: number;
  users: number;
}

/** A file that is no database, or a broken one; or a name that is taken. */
export class BackupError extends Error {
  override name = 'BackupError';
}

/**
 * Opens the file for reading only. Without a log beside it nobody has it open: then it is read as it
 * stands (`immutable`), or SQLite would leave an empty log there.
 */
export function openReadOnly(path: string): DatabaseSync {
  if (existsSync(`${path}-wal`)) return new DatabaseSync(path, READ_ONLY);
  const address = pathToFileURL(path);
  address.searchParams.set('immutable', '1');
  return new DatabaseSync(address, READ_ONLY);
}

/**
 * Reads every page of the file and counts what is in it. Throws `BackupError` when it isn't a whole
 * Countersign store.
 */
export function verifyFile(path: string): FileContents {
  if (!existsSync(path)) throw new BackupError(`There is no file ${path}.`);
  const db = openReadOnly(path);
  try {
    const [first, ...more] = db.prepare('pragma integrity_check').all();
    if (first?.integrity_check !== 'ok' || more.length > 0) {
      throw new BackupError(`${path} is damaged: ${String(first?.integrity_check)}`);
    }
    return contentsOf(db, path);
  } catch (error) {
    if (error instanceof BackupError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackupError(`${path} is no whole Countersign store (${reason}).`);
  } finally {
    db.close();
  }
}

/** Counts what an open file holds. Throws where its tables aren't ours. */
export function contentsOf(db: DatabaseSync, path: string): FileContents {
  const count = (table: string) =>
    Number(db.prepare(`select count(*) as count from ${table}`).get()?.count);
  return {
    bytes: statSync(path).size,
    migrations: db
      .prepare('select name from kysely_migration order by name')
      .all()
      .map(({ name }) => String(name)),
    environments: count('environments'),
    users: count('users'),
  };
}

/** A copy is one file, without a log beside it, and known as a copy wherever it is put. */
function markAsCopy(path: string): void {
  const db = new DatabaseSync(path);
  try {
    db.exec(`pragma journal_mode = delete; pragma user_version = ${COPY}`);
  } finally {
    db.close();
  }
}

/**
 * Writes a consistent copy of the SQLite file at `from` to `to` (mode 0600), which gets its name
 * when it is whole and was verified. Throws `BackupError` when `to` is there, unless `force`.
 */
export async function backupFile(
  from: string,
  to: string,
  { force = false }: { force?: boolean } = {},
): Promise<FileContents> {
  if (existsSync(to) && !force) {
    throw new BackupError(`${to} exists: name another file, or overwrite it by --force.`);
  }
  if (!existsSync(dirname(to)))
    throw new BackupError(`There is no folder ${dirname(to)}: make it first.`);
  const draft = `${to}.part`;
  rmSync(draft, { force: true });
  closeSync(openSync(draft, 'wx', 0o600));
  try {
    // Not as it stands: a server may start while it is read.
    const db = new DatabaseSync(from, READ_ONLY);
    try {
      await backup(db, draft);
    } finally {
      db.close();
    }
    markAsCopy(draft);
    const contents = verifyFile(draft);
    renameSync(draft, to);
    return contents;
  } finally {
    for (const path of [draft, `${draft}-wal`, `${draft}-shm`]) rmSync(path, { force: true });
  }
}
