/** The metadata service's blob, kept fresh: read from a file or fetched, verified, and looked up in. */
import { readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Settings } from '../config/settings.ts';
import type { Authenticator, AuthenticatorMetadata } from '../model/fido2.ts';
import type { Clock } from '../model/instant.ts';
import type { Blob } from './blob.ts';

export interface MetadataService extends AuthenticatorMetadata {
  /** Looks for a newer blob now; resolves when that is done. */
  refresh(): Promise<void>;
  close(): Promise<void>;
}

export interface MetadataServiceParts {
  settings: Pick<
    Settings,
    'dataDirectory' | 'fidoMetadataFile' | 'fidoMetadataUrl' | 'fidoMetadataRootFile'
  >;
  clock: Clock;
  log: Logger;
}

const HOUR_MS = 3_600_000;
/** A blob is asked for again after this time, or when it said that the next one is there. */
const FRESH_MS = 24 * HOUR_MS;
const FETCH_TIMEOUT_MS = 60_000;
/** The FIDO Alliance's has about 10 MiB. */
const BLOB_BYTES_MAX = 64 * 1_048_576;
const CACHE_FILE = 'fido-metadata.jwt';

const dayOf = (now: number) => new Date(now).toISOString().slice(0, 10);

async function readResponse({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > BLOB_BYTES_MAX) throw new Error('The metadata blob is larger than the limit.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

interface Index {
  blob: Blob;
  byAaguid: ReadonlyMap<string, Authenticator>;
  byCertificateKeyIdentifier: ReadonlyMap<string, Authenticator>;
  byId: ReadonlyMap<string, Authenticator>;
}

function indexOf(blob: Blob): Index {
  const byAaguid = new Map<string, Authenticator>();
  const byCertificateKeyIdentifier = new Map<string, Authenticator>();
  for (const authenticator of blob.authenticators) {
    const { aaguid, attestationCertificateKeyIdentifiers = [] } = authenticator;
    if (aaguid !== undefined) byAaguid.set(aaguid, authenticator);
    for (const identifier of attestationCertificateKeyIdentifiers) {
      byCertificateKeyIdentifier.set(identifier, authenticator);
    }
  }
  const byId = new Map(blob.authenticators.map((one) => [one.id, one]));
  return { blob, byAaguid, byCertificateKeyIdentifier, byId };
}

/**
 * Starts with the file, or with what was fetched last. A file that can't be verified stops the
 * start; a fetched blob that can't is left, with a warning, and the former one stays.
 */
export async function openMetadataService({
  settings,
  clock,
  log,
}: MetadataServiceParts): Promise<MetadataService> {
  const { fidoMetadataFile: file, fidoMetadataUrl: url, fidoMetadataRootFile } = settings;
  const root = fidoMetadataRootFile ? await readFile(fidoMetadataRootFile, 'utf8') : undefined;
  const cacheFile = join(settings.dataDirectory, CACHE_FILE);
  let index: Index | undefined;
  let readAt = 0;
  let changedAt = 0;

  /** Takes a blob if it is sound and not older than the present one; §3.2, step 6. */
  async function take(text: string): Promise<void> {
    // Loaded where there is a blob: a start takes less time and memory without it.
    const { readBlob } = await import('./blob.ts');
    const blob = await readBlob(text, {
      today: dayOf(clock.now()),
      ...(root === undefined ? {} : { root }),
    });
    if (index && blob.no < index.blob.no) {
      throw new Error(`The metadata blob ${blob.no} is older than ${index.blob.no}.`);
    }
    index = indexOf(blob);
    const { no, nextUpdate, authenticators } = blob;
    log.info({ no, nextUpdate, authenticators: authenticators.length }, 'fido metadata read');
  }

  async function readOwnFile(path: string): Promise<void> {
    const { mtimeMs } = await stat(path);
    if (mtimeMs === changedAt) return;
    await take(await readFile(path, 'utf8'));
    changedAt = mtimeMs;
  }

  async function fetchBlob(address: string): Promise<void> {
    const now = clock.now();
    const isDue = !index || now - readAt >= FRESH_MS || index.blob.nextUpdate <= dayOf(now);
    // One that is overdue is asked for every hour, and no more often.
    if (!isDue || now - readAt < HOUR_MS) return;
    readAt = now;
    const response = await fetch(address, { signal: AbortSignal.timeout(FETCH_TIMEOUT_MS) });
    if (!response.ok) throw new Error(`The metadata service answered ${response.status}.`);
    const text = (await readResponse(response)).trim();
    await take(text);
    const temporary = `${cacheFile}.new`;
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, cacheFile);
  }

  async function readCache(): Promise<void> {
    const text = await readFile(cacheFile, 'utf8').catch(() => undefined);
    if (text === undefined) return;
    await take(text);
  }

  const warn = (error: unknown) => log.warn({ err: error }, 'fido metadata not read');
  let work: Promise<void> = Promise.resolve();
  function refresh(): Promise<void> {
    work = work
      .then(async () => {
        if (file !== undefined) await readOwnFile(file);
        if (url !== undefined) await fetchBlob(url);
      })
      .catch(warn);
    return work;
  }

  if (file !== undefined) await readOwnFile(file);
  else if (url !== undefined) await readCache().catch(warn);
  if (url !== undefined) void refresh();
  const timer =
    file !== undefined || url !== undefined ? setInterval(refresh, HOUR_MS).unref() : undefined;

  return {
    all: () => index?.blob.authenticators ?? [],
    byAaguid: (aaguid) => index?.byAaguid.get(aaguid),
    byCertificateKeyIdentifier: (identifier) => index?.byCertificateKeyIdentifier.get(identifier),
    byId: (id) => index?.byId.get(id),
    refresh,
    async close() {
      clearInterval(timer);
      await work;
    },
  };
}
