/** The key to the development outbox: for who can read the data directory. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const OUTBOX_KEY_FILE = 'outbox.key';

const digest = (text: string) => createHash('sha256').update(text).digest();

/** Makes the file (mode 0600) where there is none; returns what knows its key. */
export async function openOutboxKey(dataDirectory: string): Promise<(text: string) => boolean> {
  const path = join(dataDirectory, OUTBOX_KEY_FILE);
  const made = randomBytes(24).toString('base64url');
  try {
    await writeFile(path, made, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if (Object(error).code !== 'EEXIST') throw error;
  }
  const expected = digest((await readFile(path, 'utf8')).trim());
  return (text) => timingSafeEqual(digest(text), expected);
}
