/** What a command of the server's program is, and what several of them need. */
import type { Settings } from '../config/settings.ts';
import { type Keyring, openKeyring } from '../crypto/keyring.ts';
import { loadMasterKey } from '../crypto/master-key.ts';
import { openStore } from '../storage/open.ts';
import type { Store } from '../storage/store.ts';

/** One call of a command, its arguments understood. */
export interface Call {
  settings: Settings;
  operands: readonly string[];
  /** By name without dashes: `true`, or the text of those that take one. */
  options: Readonly<Record<string, string | boolean | undefined>>;
  /** A line of the result. */
  say(text: string): void;
  /** A line for the person who called, which is no part of the result: standard error. */
  note(text: string): void;
}

/** Does the work, says what it did; resolves to the exit code. Undefined: the process goes on. */
export type Run = (call: Call) => Promise<number | undefined>;

/** An option as it is parsed, and what it is for. */
export interface Option {
  type: 'string' | 'boolean';
  /** What stands for the value in texts: `FILE`. */
  value?: string;
  what: string;
}

/** A command as it is typed, and all that help, completion and reference say of it. */
export interface Command {
  /** As it is typed: `keys rotate`. */
  name: string;
  /** `FILE`; words in lower case are all that is taken: `passkey|phone`. */
  operands?: readonly string[];
  /** Half a sentence for the list of commands. */
  summary: string;
  /** More, for its own help. */
  details?: string;
  options?: Readonly<Record<string, Option>>;
  /** What somebody would type after the program's name. */
  example: string;
  load(): Promise<{ run: Run }>;
}

export const SYSTEM_CLOCK = { now: () => Date.now() };

/** What a command asks of the store that it opens; see `openStore`. */
type Wants = { oneServer?: true; existing?: true };

export async function withStore<R>(
  settings: Settings,
  wants: Wants,
  work: (store: Store) => Promise<R>,
): Promise<R> {
  const store = await openStore({ ...settings, ...wants });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export function withKeys<R>(
  settings: Settings,
  wants: Wants,
  work: (store: Store, keyring: Keyring) => Promise<R>,
): Promise<R> {
  return withStore(settings, wants, async (store) => {
    const masterKey = await loadMasterKey(settings, { existing: wants.existing });
    const keyring = await openKeyring({ store, masterKey, clock: SYSTEM_CLOCK });
    try {
      return await work(store, keyring);
    } finally {
      keyring.close();
    }
  });
}

export const engineOf = ({ databaseUrl }: Pick<Settings, 'databaseUrl'>) =>
  databaseUrl ? 'PostgreSQL' : 'SQLite';
