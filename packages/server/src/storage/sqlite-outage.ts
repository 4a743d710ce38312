/** What keeps SQLite from working that is no mistake of ours: the disk, and what others do to the file. */
import { statSync } from 'node:fs';
import { UnavailableError } from '../errors/unavailable-error.ts';

// https://www.sqlite.org/rescode.html: the primary result codes, in the low byte of the others.
const OUTAGES: ReadonlyMap<number, string> = new Map([
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
]);

/** An outage in place of what SQLite throws for it; everything else as it is. Pure. */
export function outageOr(error: unknown): unknown {
  const errcode = error instanceof Error ? Reflect.get(error, 'errcode') : undefined;
  const name = typeof errcode === 'number' ? OUTAGES.get(errcode & 0xff) : undefined;
  return name === undefined ? error : new UnavailableError(name);
}

/** Names the file at a path among all files; undefined: there is none. */
function identityOf(path: string): string | undefined {
  const found = statSync(path, { throwIfNoEntry: false });
  return found && `${found.dev}/${found.ino}`;
}

/**
 * Returns what throws `UnavailableError` when the paths no longer lead to the files that they lead to
 * now: their directory was removed, unmounted or replaced. What is written to such files is
 * acknowledged and lost. Looks once in a turn of the event loop.
 */
export function watchFiles(paths: readonly string[]): () => void {
  const expected = paths.map(identityOf);
  let hasLooked = false;
  return () => {
    if (hasLooked) return;
    if (paths.some((path, index) => identityOf(path) !== expected[index])) {
      throw new UnavailableError('FILE_GONE');
    }
    hasLooked = true;
    setImmediate(() => {
      hasLooked = false;
    });
  };
}
