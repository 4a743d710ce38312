/**
 * The keys of one environment in usable form: which one seals and signs now, which ones still open
 * and verify.
 *
 * A new key is not used at once: nodes and clients learn of it first (`KEY_ACTIVATION_DELAY_MS`),
 * so that nobody meets a sealed text or a token whose key it doesn't have.
 */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomUUIDv7,
} from 'node:crypto';
import { promisify } from 'node:util';
import {
  KEY_ACTIVATION_DELAY_MS,
  TOKEN_LEEWAY_SECONDS,
  TOKEN_LIFETIME_SECONDS,
} from '../config/limits.ts';
import type { EnvironmentKey } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import type { Stored } from '../storage/store.ts';
import { type DataKey, keyIdOf, macWith, openWith, sealWith } from './data-key.ts';
import {
  type DeviceSigningKey,
  deviceSigningKeyOf,
  type WebPushKeys,
  webPushKeysOf,
} from './elliptic-key.ts';

/** What PingOne signs tokens with, and so what its clients expect ("Token claims" page). */
export const SIGNING_ALGORITHM = 'RS256';
const MODULUS_BITS = 2_048;
// A retired key may still sign for the delay, and what it signed lives this much longer.
export const RETIRED_LIFE_MS =
  KEY_ACTIVATION_DELAY_MS + (TOKEN_LIFETIME_SECONDS + TOKEN_LEEWAY_SECONDS) * 1_000;

export interface SigningKey {
  kid: string;
  alg: typeof SIGNING_ALGORITHM;
  privateKey: KeyObject;
}

type KeyRow = Stored<EnvironmentKey>;

interface Aged {
  readonly id: string;
  readonly createdAt: Instant;
}

/** Newest first; ids are in order of creation too. */
const byAge = (one: Aged, other: Aged): number =>
  other.createdAt - one.createdAt || (one.id < other.id ? 1 : -1);

/** The newest key that everybody knows by now; a young environment's only one. */
function presentOf<K extends Aged>(newestFirst: readonly K[], now: Instant): K {
  const present =
    newestFirst.find(({ createdAt }) => createdAt + KEY_ACTIVATION_DELAY_MS <= now) ??
    newestFirst.at(-1);
  if (!present) throw new Error('The environment has no such key.');
  return present;
}

/** Whether what the signing key signed can still be valid. */
export function isSigningKeyKnown({ doc }: KeyRow, now: Instant): boolean {
  return doc.status === 'ACTIVE' || now < doc.updatedAt + RETIRED_LIFE_MS;
}

/** What the sealed private part of a key is bound to. */
export const privateKeyIdentity = (keyId: string) => `environment_keys/${keyId}/sealed`;

/** The key pairs of the rows, each opened when it is first needed. */
function openKeyPairs(open: (identity: string, sealed: string) => Buffer) {
  const pairs = new Map<string, { privateKey: KeyObject; publicKey: KeyObject }>();
  return ({ id, doc }: KeyRow) => {
    const kept = pairs.get(id);
    if (kept) return kept;
    const jwk = JSON.parse(open(privateKeyIdentity(id), doc.sealed).toString());
    const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
    // Not of `publicJwk`: whoever writes to the database could put another one there.
    const pair = { privateKey, publicKey: createPublicKey(privateKey) };
    pairs.set(id, pair);
    return pair;
  };
}

/** The keys of one environment. Its functions throw when a value isn't one of this environment. */
export interface EnvironmentKeys {
  seal(identity: string, plaintext: string | Uint8Array, now: Instant): string;
  open(identity: string, sealed: string): Buffer;
  mac(identity: string, value: string, now: Instant): string;
  /** The mac of the value under the key that made `mac`; undefined: that key is not known. */
  macLike(identity: string, value: string, mac: string): string | undefined;
  signingKey(now: Instant): SigningKey;
  verificationKey(kid: string, now: Instant): KeyObject | undefined;
  /** Public keys of the token signing keys and of the device key. */
  publicJwks(now: Instant): Promise<Record<string, unknown>[]>;
  /** Undefined: none was made yet. */
  deviceSigningKey(): Promise<DeviceSigningKey> | undefined;
  /** Undefined: none were made yet. */
  webPushKeys(): WebPushKeys | undefined;
}

/** The rows of an environment's keys by their purpose. */
export interface EnvironmentKeyRows {
  signing: readonly KeyRow[];
  device: KeyRow | undefined;
  webPush: KeyRow | undefined;
}

/** Makes the keys usable. */
export function useEnvironmentKeys(
  environmentId: string,
  dataKeys: readonly DataKey[],
  { signing: signingRows, device, webPush }: EnvironmentKeyRows,
): EnvironmentKeys {
  const byId = new Map(dataKeys.map((key) => [key.id, key]));
  const newestData = dataKeys.toSorted(byAge);
  const newestSigning = signingRows
    .map((row) => ({ id: row.id, createdAt: row.doc.createdAt, row }))
    .sort(byAge);
  const dataKey = (now: Instant) => presentOf(newestData, now);
  const keyNamedIn = (text: string) => byId.get(keyIdOf(text) ?? '');
  const open = (identity: string, sealed: string) =>
    openWith(keyNamedIn(sealed), environmentId, identity, sealed);
  const pairOf = openKeyPairs(open);
  let deviceKey: Promise<DeviceSigningKey> | undefined;
  const openDeviceKey = () => {
    if (device) deviceKey ??= deviceSigningKeyOf(pairOf(device).privateKey);
    return deviceKey;
  };
  return {
    open,
    seal: (identity, plaintext, now) => sealWith(dataKey(now), environmentId, identity, plaintext),
    mac: (identity, value, now) => macWith(dataKey(now), identity, value),
    macLike(identity, value, mac) {
      const key = keyNamedIn(mac);
      return key && macWith(key, identity, value);
    },
    signingKey(now) {
      const { row } = presentOf(newestSigning, now);
      return { kid: row.id, alg: SIGNING_ALGORITHM, privateKey: pairOf(row).privateKey };
    },
    verificationKey(kid, now) {
      const row = signingRows.find(({ id }) => id === kid);
      return row && isSigningKeyKnown(row, now) ? pairOf(row).publicKey : undefined;
    },
    async publicJwks(now) {
      const signing = signingRows
        .filter((row) => isSigningKeyKnown(row, now))
        .flatMap(({ doc }) => (doc.publicJwk ? [doc.publicJwk] : []));
      const signsToDevices = await openDeviceKey();
      return signsToDevices ? [...signing, signsToDevices.publicJwk] : signing;
    },
    deviceSigningKey: openDeviceKey,
    webPushKeys: () => webPush && webPushKeysOf(pairOf(webPush).privateKey),
  };
}

const generate = promisify(generateKeyPair);

/** A new signing key pair as a document; the private part is sealed by the data key. */
export async function newSigningKey(
  environmentId: string,
  dataKey: DataKey,
  now: Instant,
): Promise<{ id: string; doc: EnvironmentKey }> {
  const { privateKey, publicKey } = await generate('rsa', { modulusLength: MODULUS_BITS });
  const id = randomUUIDv7();
  const privateJwk = JSON.stringify(privateKey.export({ format: 'jwk' }));
  const publicJwk = {
    ...publicKey.export({ format: 'jwk' }),
    kid: id,
    use: 'sig',
    alg: SIGNING_ALGORITHM,
  };
  return {
    id,
    doc: {
      purpose: 'SIGNING',
      sealed: sealWith(dataKey, environmentId, privateKeyIdentity(id), privateJwk),
      publicJwk,
      status: 'ACTIVE',
      createdAt: now,
      updatedAt: now,
    },
  };
}
