/**
 * Keeps a log from being played over a file that it isn't of. SQLite finds its write-ahead log by
 * name: the log of a server that was killed, beside a database that was put back, is replayed into
 * it, and the restore is undone or the database broken.
 *
 * So each server gives the file a number in its head (`user_version`), which every page of the head
 * that it writes later repeats, and notes the number beside the file. A file with another number is
 * another file; copies by `countersign backup` have one that no server gives.
 */
import { randomInt } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { readKnownStore, rememberStore } from './known-store.ts';

// https://www.sqlite.org/fileformat2.html#the_database_header
const HEAD_BYTES = 100;
const USER_VERSION_AT = 60;
/** The number of copies. */
export const COPY = 2 ** 31 - 1;

function headOf(path: string): Buffer | undefined {
  if (!existsSync(path)) return undefined;
  const head = Buffer.alloc(HEAD_BYTES);
  const file = openSync(path, 'r');
  try {
    return readSync(file, head, 0, HEAD_BYTES, 0) === HEAD_BYTES ? head : undefined;
  } finally {
    closeSync(file);
  }
}

/**
 * Before the file is opened, under the lock: takes a log away that isn't its own (it is kept beside
 * it), and notes that the file was replaced.
 */
export function takeForeignLogAway(path: string): void {
  const directory = dirname(path);
  const { lives } = readKnownStore(directory);
  const head = headOf(path);
  if (!head || !lives) return;
  if (lives.includes(head.readUInt32BE(USER_VERSION_AT))) return;
  rememberStore(directory, { replaced: true });
  if (existsSync(`${path}-wal`)) renameSync(`${path}-wal`, `${path}-wal.of-another-file`);
  rmSync(`${path}-shm`, { force: true });
}

/** Numbers the open file anew, where no other process has it open; else it keeps its number. */
export function beginLife(db: DatabaseSync, path: string): void {
  const directory = dirname(path);
  const present = Number(db.prepare('pragma user_version').get()?.user_version);
  const next = randomInt(1, COPY);
  // Both, until it is certain which one the head holds.
  rememberStore(directory, { lives: [present, next] });
  const timeout = Number(db.prepare('pragma busy_timeout').get()?.timeout);
  try {
    // Outside of the log: the number must be in the file itself.
    db.exec('pragma busy_timeout = 0; pragma journal_mode = delete');
    db.exec(`pragma user_version = ${next}`);
    db.exec('pragma journal_mode = wal');
    rememberStore(directory, { lives: [next] });
  } catch (error) {
    // A command reads the file at this moment.
    if (!/locked/.test(String(error))) throw error;
    db.exec('pragma journal_mode = wal');
  } finally {
    db.exec(`pragma busy_timeout = ${timeout}`);
  }
}
