import { bootstrap } from '../bootstrap.ts';
import type { Settings } from '../config/settings.ts';
import { createRegistry } from '../methods/registry.ts';
import { inspectStore } from '../storage/inspect.ts';
import { NoStoreError } from '../storage/open.ts';
import { type Call, type Run, SYSTEM_CLOCK, withKeys } from './command.ts';

/** Where clients reach a server with these settings, before one listens. */
export function plannedUrl({ publicUrl, tls, host, port }: Settings): string {
  return publicUrl ?? `${tls ? 'https' : 'http'}://${host}:${port}`;
}

async function isThere(settings: Settings): Promise<boolean> {
  try {
    return (await inspectStore(settings)).environments > 0;
  } catch (error) {
    if (error instanceof NoStoreError) return false;
    throw error;
  }
}

const saySo = ({ say, options }: Call) => {
  say(
    options.json
      ? JSON.stringify({ made: false })
      : 'The store has an environment already: nothing was made.',
  );
  return 0;
};

/** Beside a server, too: one that has started has made the environment. */
export const run: Run = async (call) => {
  const { settings, options, say } = call;
  if (await isThere(settings)) return saySo(call);
  return withKeys(settings, { oneServer: true }, async (store, keyring) => {
    const parts = { settings, store, keyring, methods: createRegistry(), clock: SYSTEM_CLOCK };
    const first = await bootstrap(parts, plannedUrl(settings));
    if (!first.made) return saySo(call);
    if (options.json) {
      say(JSON.stringify(first));
      return 0;
    }
    say(`Made: the environment ${first.environmentId}.`);
    say(`Credentials: ${first.file}`);
    return 0;
  });
};
