import { inspectStore } from '../storage/inspect.ts';
import { NoStoreError } from '../storage/open.ts';
import { type Call, engineOf, type Run, withStore } from './command.ts';

/** The migrations that wait; undefined: there is no store yet. */
async function pendingOf({ settings }: Call): Promise<string[] | undefined> {
  try {
    return (await inspectStore(settings)).pending;
  } catch (error) {
    if (error instanceof NoStoreError) return undefined;
    throw error;
  }
}

export const run: Run = async (call) => {
  const { settings, options, say } = call;
  const pending = await pendingOf(call);
  if (pending?.length === 0) {
    say(`The ${engineOf(settings)} database has this version's schema: nothing to do.`);
    return 0;
  }
  const list = pending?.join(', ') ?? 'all, on a new store';
  if (options['dry-run']) {
    say(`To run: ${list}.`);
    return 0;
  }
  // Not beside a server of an older version on the same file.
  return withStore(settings, { oneServer: true }, async () => {
    say(`The ${engineOf(settings)} database has this version's schema now; run: ${list}.`);
    return 0;
  });
};
