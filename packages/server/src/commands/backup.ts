import { existingFile } from '../storage/open.ts';
import { backupFile } from '../storage/sqlite-backup.ts';
import { noteBackup } from './backup-note.ts';
import type { Run } from './command.ts';

export const run: Run = async ({ settings, operands: [file = ''], options, say }) => {
  if (settings.databaseUrl !== undefined) {
    say('PostgreSQL has its own backup: use pg_dump or your provider (docs/operations.md).');
    return 2;
  }
  const from = existingFile(settings.dataDirectory);
  const { bytes, environments, users } = await backupFile(from, file, {
    force: options.force === true,
  });
  const takenAt = new Date().toISOString();
  noteBackup(settings.dataDirectory, takenAt);
  if (options.json) {
    say(JSON.stringify({ file, from, takenAt, environments, users, bytes }));
    return 0;
  }
  say(`Written and verified: ${file}`);
  say(`  of:           ${from}, at ${takenAt}`);
  say(`  environments: ${environments}`);
  say(`  users:        ${users}`);
  say(`  size:         ${bytes} bytes`);
  say("Keep the master key apart: without it the copy can't be opened.");
  return 0;
};
