/** Accounts in a file that only its user reads, for terminals and tests; Node.js only. */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DeviceStorage } from './storage.ts';

/** Keys are in it: mode 0600, replaced as a whole. */
export function fileStorage(path: string): DeviceStorage {
  let last: Promise<unknown> = Promise.resolve();

  async function read(): Promise<Record<string, unknown>> {
    try {
      return JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
      throw error;
    }
  }

  /** One change after the other. */
  function change(edit: (values: Record<string, unknown>) => void): Promise<void> {
    const work = last.then(async () => {
      const values = await read();
      edit(values);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(`${path}.new`, JSON.stringify(values), { mode: 0o600 });
      await rename(`${path}.new`, path);
    });
    last = work.catch(() => {});
    return work;
  }

  return {
    keepsKeys: false,
    get: async (key) => (await read())[key],
    set: (key, value) =>
      change((values) => {
        values[key] = value;
      }),
    delete: (key) =>
      change((values) => {
        delete values[key];
      }),
    keys: async () => Object.keys(await read()),
  };
}
