/** What a data directory remembers of its store, so that an older copy in its place is noticed. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FILE = 'known-store.json';

export interface KnownStore {
  /** The store that the mark is of: host and database, or the SQLite file of this folder. */
  place?: string;
  /** The highest mark that was seen there; see `store-mark.ts`. */
  mark?: number;
  /** What the SQLite file's head may hold; see `sqlite-life.ts`. */
  lives?: readonly number[];
  /** Another SQLite file was put in the place of the known one, and nobody has acted on it yet. */
  replaced?: true;
}

export function readKnownStore(dataDirectory: string): KnownStore {
  try {
    return JSON.parse(readFileSync(join(dataDirectory, FILE), 'utf8'));
  } catch {
    return {};
  }
}

/** Keeps what isn't named; undefined removes. The file is whole at any moment. */
export function rememberStore(
  dataDirectory: string,
  news: { [K in keyof KnownStore]: KnownStore[K] | undefined },
): void {
  const path = join(dataDirectory, FILE);
  const text = JSON.stringify({ ...readKnownStore(dataDirectory), ...news });
  writeFileSync(`${path}.part`, `${text}\n`, { mode: 0o600, flush: true });
  renameSync(`${path}.part`, path);
}
