/** The commands beside `serve`: each opens what it needs, says what it did, and ends. */
import { bootstrap } from './bootstrap.ts';
import type { Settings } from './config/settings.ts';
import { type Keyring, openKeyring } from './crypto/keyring.ts';
import { loadMasterKey } from './crypto/master-key.ts';
import { createRegistry } from './methods/registry.ts';
import { openStore } from './storage/open.ts';
import { ANY_ENVIRONMENT, type Store } from './storage/store.ts';

type Say = (text: string) => void;
type Command = (settings: Settings, args: readonly string[], say: Say) => Promise<number>;

const clock = { now: () => Date.now() };
const ENVIRONMENTS_PAGE = 500;

async function withStore<R>(settings: Settings, work: (store: Store) => Promise<R>): Promise<R> {
  const store = await openStore(settings);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

function withKeys<R>(
  settings: Settings,
  work: (store: Store, keyring: Keyring) => Promise<R>,
): Promise<R> {
  return withStore(settings, async (store) => {
    const masterKey = await loadMasterKey(settings);
    const keyring = await openKeyring({ store, masterKey, clock });
    try {
      return await work(store, keyring);
    } finally {
      keyring.close();
    }
  });
}

const engineOf = ({ databaseUrl }: Settings) => (databaseUrl ? 'PostgreSQL' : 'SQLite');

/** Where clients reach a server with these settings, before one listens. */
function plannedUrl({ publicUrl, tls, host, port }: Settings): string {
  return publicUrl ?? `${tls ? 'https' : 'http'}://${host}:${port}`;
}

const migrate: Command = (settings, _args, say) =>
  withStore(settings, async () => {
    say(`The ${engineOf(settings)} database has this version's schema.`);
    return 0;
  });

const doctor: Command = (settings, _args, say) =>
  withKeys(settings, async (store) => {
    say(`ok  settings are understood`);
    say(`ok  the master key opens the store's keys`);
    const ready = await store.isReady();
    say(`${ready ? 'ok ' : 'BAD'} the ${engineOf(settings)} database answers and is migrated`);
    const environments = await store.list('environments', ANY_ENVIRONMENT, { limit: 1 });
    say(
      environments.length > 0
        ? 'ok  there is an environment'
        : 'BAD there is no environment yet: run `countersign bootstrap`',
    );
    if (!settings.smtpUrl) say('--  no SMTP server is set: e-mail goes nowhere in production');
    if (!settings.tls) say('--  TLS is left to a proxy in front of the server');
    return ready && environments.length > 0 ? 0 : 1;
  });

const makeFirst: Command = (settings, _args, say) =>
  withKeys(settings, async (store, keyring) => {
    const parts = { settings, store, keyring, methods: createRegistry(), clock };
    const file = await bootstrap(parts, plannedUrl(settings));
    say(file === undefined ? 'The store has an environment already.' : `Credentials: ${file}`);
    return 0;
  });

const backup: Command = (settings, [file], say) =>
  withStore(settings, async (store) => {
    if (file === undefined) {
      say('Which file? countersign backup FILE');
      return 2;
    }
    if (!store.backup) {
      say('PostgreSQL has its own backup: use pg_dump or your provider (docs/operations.md).');
      return 2;
    }
    await store.backup(file);
    say(`Written: ${file}. Keep the master key apart: without it the copy can't be opened.`);
    return 0;
  });

const rotateKeys: Command = (settings, _args, say) =>
  withKeys(settings, async (store, keyring) => {
    let count = 0;
    let afterId: string | undefined;
    for (;;) {
      const page = await store.list('environments', ANY_ENVIRONMENT, {
        limit: ENVIRONMENTS_PAGE,
        ...(afterId === undefined ? {} : { afterId }),
      });
      for (const { id } of page) {
        await keyring.rotateDataKey(id);
        await keyring.rotateSigningKey(id);
        count += 1;
      }
      afterId = page.at(-1)?.id;
      if (page.length < ENVIRONMENTS_PAGE) break;
    }
    say(`New keys for ${count} environment(s). The old ones still open what they sealed.`);
    return 0;
  });

export const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['migrate', migrate],
  ['doctor', doctor],
  ['bootstrap', makeFirst],
  ['backup', backup],
  ['keys rotate', rotateKeys],
]);
