/** The master key: where it comes from, and how it wraps the data keys of environments. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Settings, SettingsError } from '../config/settings.ts';
import { decrypt, deriveKey, encrypt, fromBase64url, KEY_BYTES } from './aead.ts';

/** What the master key's place depends on. */
export type MasterKeySettings = Pick<
  Settings,
  'masterKey' | 'masterKeyFile' | 'dataDirectory' | 'production'
>;

const BASE64 = /^[A-Za-z0-9+/_-]{43}=?$/;

function parse(text: string, source: string): Buffer {
  const trimmed = text.trim();
  const bytes = BASE64.test(trimmed) ? Buffer.from(trimmed, 'base64') : undefined;
  if (bytes?.length === KEY_BYTES) return bytes;
  throw new SettingsError(
    `${source} is not 32 bytes in base64. \`openssl rand -base64 32\` makes such a key.`,
  );
}

const codeOf = (error: unknown): unknown => Object(error).code;

async function readKeyFile(path: string): Promise<Buffer | undefined> {
  try {
    return parse(await readFile(path, 'utf8'), `The master key file ${path}`);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    if (error instanceof SettingsError) throw error;
    throw new SettingsError(`The master key file ${path} can't be read (${codeOf(error)}).`);
  }
}

async function generate(dataDirectory: string, path: string): Promise<Buffer> {
  const key = randomBytes(KEY_BYTES);
  // The file gets its name when it is whole: another process sees all of it or nothing.
  const draft = `${path}.${randomUUID()}`;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  try {
    await writeFile(draft, `${key.toString('base64')}\n`, { flag: 'wx', mode: 0o600, flush: true });
    await link(draft, path);
    return key;
  } catch (error) {
    // Another process was first: its key counts.
    const other = codeOf(error) === 'EEXIST' ? await readKeyFile(path) : undefined;
    if (other) return other;
    throw new SettingsError(`The master key file ${path} can't be written (${codeOf(error)}).`);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * The master key of the settings, of the named file, or, in development only, of `master.key` in
 * the data directory, which is made (mode 0600) when it is absent, unless it must be `existing`.
 * Throws `SettingsError`.
 */
export async function loadMasterKey(
  settings: MasterKeySettings,
  { existing = false }: { existing?: boolean | undefined } = {},
): Promise<Buffer> {
  const { masterKey, masterKeyFile, dataDirectory, production } = settings;
  if (masterKey !== undefined && masterKeyFile !== undefined) {
    throw new SettingsError(
      'COUNTERSIGN_MASTER_KEY and COUNTERSIGN_MASTER_KEY_FILE are both set: set one of them.',
    );
  }
  if (masterKey !== undefined) return parse(masterKey, 'COUNTERSIGN_MASTER_KEY');
  if (masterKeyFile !== undefined) {
    const key = await readKeyFile(masterKeyFile);
    if (key) return key;
    throw new SettingsError(`The master key file ${masterKeyFile} does not exist.`);
  }
  const path = join(dataDirectory, 'master.key');
  if (production) {
    throw new SettingsError(
      'In production the master key must be given: set COUNTERSIGN_MASTER_KEY or ' +
        `COUNTERSIGN_MASTER_KEY_FILE (a key made in development is in ${path}).`,
    );
  }
  const key = await readKeyFile(path);
  if (!key && existing) {
    throw new SettingsError(
      `The master key is missing: ${path} isn't there. Put back the file that this store was made with, or set COUNTERSIGN_MASTER_KEY or COUNTERSIGN_MASTER_KEY_FILE.`,
    );
  }
  return key ?? generate(dataDirectory, path);
}

/** A master key that can wrap and unwrap. */
export interface MasterKey {
  /** Names the key in what it wrapped; tells nothing of it. */
  readonly id: string;
  wrap(environmentId: string, keyId: string, key: Uint8Array): string;
  /** Throws with advice when another master key wrapped it, or when it was changed or moved. */
  unwrap(environmentId: string, keyId: string, wrapped: string): Buffer;
}

/** Wrapped keys are `w1.<master key id>.<base64url>`, bound to their environment and id. */
export function useMasterKey(bytes: Uint8Array): MasterKey {
  if (bytes.length !== KEY_BYTES) throw new SettingsError('The master key is not 32 bytes long.');
  const wrappingKey = deriveKey(bytes, 'wrap');
  const id = createHash('sha256').update(deriveKey(bytes, 'id')).digest('hex').slice(0, 16);
  const bindingOf = (environmentId: string, keyId: string) =>
    JSON.stringify(['w1', environmentId, keyId]);
  return {
    id,
    wrap(environmentId, keyId, key) {
      const sealed = encrypt(wrappingKey, bindingOf(environmentId, keyId), key);
      return `w1.${id}.${sealed.toString('base64url')}`;
    },
    unwrap(environmentId, keyId, wrapped) {
      const [form, masterId, text = '', ...rest] = wrapped.split('.');
      if (form === 'w1' && masterId !== id) {
        throw new SettingsError(
          `The keys in the store were wrapped by the master key ${masterId}, and the configured ` +
            `one is ${id}: set COUNTERSIGN_MASTER_KEY or COUNTERSIGN_MASTER_KEY_FILE to the key ` +
            'that this store was made with.',
        );
      }
      const sealed = form === 'w1' && rest.length === 0 ? fromBase64url(text) : undefined;
      if (!sealed) throw new Error(`The data key ${keyId} is malformed.`);
      try {
        return decrypt(wrappingKey, bindingOf(environmentId, keyId), sealed);
      } catch (cause) {
        throw new Error(`The data key ${keyId} was changed or moved.`, { cause });
      }
    },
  };
}
