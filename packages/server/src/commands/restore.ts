import { copyFileSync, existsSync, renameSync, rmSync } from 'node:fs';
import { chmod, mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { loadMasterKey, useMasterKey } from '../crypto/master-key.ts';
import { BY_HAND, spendOneTimeValues } from '../gone-back.ts';
import { createRegistry } from '../methods/registry.ts';
import { inspectSqliteFile } from '../storage/inspect.ts';
import { SQLITE_FILE } from '../storage/open.ts';
import { verifyFile } from '../storage/sqlite-backup.ts';
import { lockForOneServer } from '../storage/sqlite-lock.ts';
import { moveMark } from '../storage/store-mark.ts';
import { type Run, SYSTEM_CLOCK, withStore } from './command.ts';

/** The database with its log, which must go with it: by name it would be the next one's. */
const PARTS = ['', '-wal', '-shm'];

async function copyDurably(from: string, to: string): Promise<void> {
  copyFileSync(from, to);
  await chmod(to, 0o600);
  const file = await open(to, 'r+');
  await file.sync();
  await file.close();
}

/** Puts the file in the place of the database; answers where the old one is now, if there was one. */
async function replaceDatabase(backupFile: string, path: string): Promise<string | undefined> {
  const draft = `${path}.restoring`;
  await copyDurably(backupFile, draft);
  const hasOld = existsSync(path);
  const old = `${path}.before-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const part of PARTS) {
    if (existsSync(`${path}${part}`)) renameSync(`${path}${part}`, `${old}${part}`);
  }
  rmSync(`${path}-wal`, { force: true });
  renameSync(draft, path);
  return hasOld ? old : undefined;
}

export const run: Run = async ({ settings, operands: [file = ''], say }) => {
  const { databaseUrl, dataDirectory } = settings;
  if (databaseUrl !== undefined) {
    say('PostgreSQL restores by its own tools (docs/operations.md). The next start sees that the');
    say('store went back, and lets nothing that may have been used be used again.');
    return 2;
  }
  // Everything that could refuse comes before anything is touched.
  const contents = verifyFile(file);
  const { dataKey } = inspectSqliteFile(file);
  const masterKey = useMasterKey(await loadMasterKey(settings, { existing: true }));
  if (dataKey) masterKey.unwrap(dataKey.environmentId, dataKey.id, dataKey.sealed);
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const path = join(dataDirectory, SQLITE_FILE);
  const unlock = lockForOneServer(path);
  let old: string | undefined;
  try {
    old = await replaceDatabase(file, path);
  } finally {
    unlock();
  }
  say(`Restored: ${contents.environments} environment(s), ${contents.users} user(s) of ${file}.`);
  if (old !== undefined) say(`The database of before is kept: ${old}`);
  const done = await withStore(settings, { oneServer: true, existing: true }, async (store) => {
    const now = SYSTEM_CLOCK.now();
    const spent = await spendOneTimeValues({ store, methods: createRegistry(), now });
    await moveMark(settings, now);
    return spent;
  });
  say('What may be used once counts as used:');
  for (const text of done.length > 0 ? done : ['there was nothing of that kind']) say(`  ${text}`);
  say('Passcodes of authenticators are taken again in some minutes.');
  say(BY_HAND);
  return 0;
};
