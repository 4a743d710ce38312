/** Remembers in the data directory when the last backup was taken: `doctor` tells its age. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const NOTE_FILE = 'last-backup';

/** Written by whoever may; a copy counts without its note. */
export function noteBackup(dataDirectory: string, takenAt: string): void {
  try {
    writeFileSync(join(dataDirectory, NOTE_FILE), `${takenAt}\n`, { mode: 0o600 });
  } catch {
    // A user who may only read the folder.
  }
}

/** The moment of the last backup; undefined: none is known. */
export function lastBackup(dataDirectory: string): Date | undefined {
  try {
    const path = join(dataDirectory, NOTE_FILE);
    const taken = new Date(readFileSync(path, 'utf8').trim());
    return Number.isNaN(taken.getTime()) ? statSync(path).mtime : taken;
  } catch {
    return undefined;
  }
}
