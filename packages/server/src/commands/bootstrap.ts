import { bootstrap } from '../bootstrap.ts';
import type { Settings } from '../config/settings.ts';
import { createRegistry } from '../methods/registry.ts';
import { type Run, SYSTEM_CLOCK, withKeys } from './command.ts';

/** Where clients reach a server with these settings, before one listens. */
function plannedUrl({ publicUrl, tls, host, port }: Settings): string {
  return publicUrl ?? `${tls ? 'https' : 'http'}://${host}:${port}`;
}

export const run: Run = ({ settings, say }) =>
  withKeys(settings, async (store, keyring) => {
    const parts = { settings, store, keyring, methods: createRegistry(), clock: SYSTEM_CLOCK };
    const file = await bootstrap(parts, plannedUrl(settings));
    say(file === undefined ? 'The store has an environment already.' : `Credentials: ${file}`);
    return 0;
  });
