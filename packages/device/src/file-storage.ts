/** Accounts in a file that only its user reads, for terminals and tests; Node.js only. */
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DeviceError } from './errors.ts';
import type { DeviceStorage } from './storage.ts';

const LOCK_POLL_MS = 20;
/** Longer than any request takes. */
const LOCK_WAIT_MAX_MS = 60_000;

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Takes the lock, also from a process that has ended without giving it back. */
async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    const holder = Number(await readFile(path, 'utf8').catch(() => ''));
    if (holder > 0 && !isRunning(holder)) await rm(path, { force: true });
    return false;
  }
}

/** `signal`: waits until it is aborted; without one only as long as a request may take. */
async function locked<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const endsAt = signal ? Number.POSITIVE_INFINITY : Date.now() + LOCK_WAIT_MAX_MS;
  while (!(await take(path))) {
    signal?.throwIfAborted();
    if (Date.now() > endsAt) {
      throw new DeviceError(
        'STORAGE',
        `Another process holds ${path}; if there is none, remove it.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
  }
  try {
    return await work();
  } finally {
    await rm(path, { force: true });
  }
}

/** Keys are in it: mode 0600, replaced as a whole. Several processes may use it at once. */
export function fileStorage(path: string): DeviceStorage {
  async function read(): Promise<Record<string, unknown>> {
    try {
      return JSON.parse(await readFile(path, 'utf8'));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return {};
      throw new DeviceError('STORAGE', `The accounts in ${path} can't be read.`, { cause: error });
    }
  }

  let last: Promise<unknown> = Promise.resolve();
  /** One change after the other, here and in other processes. */
  function change(edit: (values: Record<string, unknown>) => void): Promise<void> {
    const replace = () =>
      locked(`${path}.lock`, async () => {
        const values = await read();
        edit(values);
        const file = await open(`${path}.new`, 'w', 0o600);
        await file.writeFile(JSON.stringify(values));
        await file.sync();
        await file.close();
        await rename(`${path}.new`, path);
      });
    const work = last.then(replace, replace);
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
    exclusively: (name, work, signal) =>
      locked(`${path}.${encodeURIComponent(name)}.lock`, work, signal),
  };
}
