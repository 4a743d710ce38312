/** The first environment of an empty store, and the worker application that manages it. */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Settings } from './config/settings.ts';
import type { Keyring } from './crypto/keyring.ts';
import type { MethodRegistry } from './methods/registry.ts';
import type { Clock } from './model/instant.ts';
import { newWorkerApplicationWrites } from './resources/platform/applications/new-worker-application.ts';
import { newEnvironmentWrites } from './resources/platform/environments/new-environment.ts';
import { ensureOrganization } from './resources/platform/organizations/organization-row.ts';
import { onlyOneAtATime } from './storage/first-start.ts';
import { ANY_ENVIRONMENT, type Store } from './storage/store.ts';

/** Where the credentials of the first run are kept: a file that a shell can read. */
export const CREDENTIALS_FILE = 'first-run.env';

const SECRET_BYTES = 32;

export interface BootstrapParts {
  settings: Settings;
  store: Store;
  keyring: Keyring;
  methods: MethodRegistry;
  clock: Clock;
}

/** How it ended: what was made now, or that there was one. */
export type Bootstrapped = { made: true; environmentId: string; file: string } | { made: false };

/**
 * Makes the first environment when there is none, and writes its credentials to the data directory
 * (mode 0600). Of nodes that start at once on an empty store one makes it, the others see that.
 */
export async function bootstrap(parts: BootstrapParts, url: string): Promise<Bootstrapped> {
  const { settings, store } = parts;
  const isThere = async () =>
    (await store.list('environments', ANY_ENVIRONMENT, { limit: 1 })).length > 0;
  await ensureOrganization(store, parts.clock.now());
  if (await isThere()) return { made: false };
  return onlyOneAtATime(settings, async () =>
    (await isThere()) ? { made: false } : makeFirst(parts, url),
  );
}

async function makeFirst(parts: BootstrapParts, url: string): Promise<Bootstrapped> {
  const { settings, store, keyring, methods, clock } = parts;
  const now = clock.now();
  const environmentId = settings.bootstrapEnvironmentId ?? randomUUID();
  const applicationId = settings.bootstrapClientId ?? randomUUID();
  const secret = settings.bootstrapClientSecret ?? randomBytes(SECRET_BYTES).toString('base64url');
  const environment = {
    id: environmentId,
    name: 'Countersign',
    description: 'The first environment.',
    ...(settings.region === undefined ? {} : { region: settings.region }),
  };
  const outcome = await store.commit([
    ...(await newEnvironmentWrites(environment, { keyring, methods, now })),
    ...(await newWorkerApplicationWrites({
      environmentId,
      applicationId,
      name: 'Countersign administration',
      secret,
      now,
    })),
  ]);
  // A node of an older version, which takes no lock, was first: its environment is the one.
  if (!outcome.committed) return { made: false };
  const file = await writeCredentials(settings.dataDirectory, {
    COUNTERSIGN_URL: url,
    ENVIRONMENT_ID: environmentId,
    CLIENT_ID: applicationId,
    CLIENT_SECRET: secret,
  });
  return { made: true, environmentId, file };
}

async function writeCredentials(
  directory: string,
  credentials: Record<string, string>,
): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const path = join(directory, CREDENTIALS_FILE);
  // Quoted for the shell: a given secret may hold any character.
  const lines = Object.entries(credentials).map(
    ([name, value]) => `${name}='${value.replaceAll("'", String.raw`'\''`)}'\n`,
  );
  await writeFile(path, lines.join(''), { mode: 0o600 });
  return path;
}
