/**
 * The keys of every environment: a data key wrapped by the master key, and key pairs whose private
 * parts the data key seals: one signs tokens, one what is said to devices, one Web Push (VAPID).
 */
import { type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Clock, Instant } from '../model/instant.ts';
import type { Store, Write } from '../storage/store.ts';
import { dataKeyOf, sealWith } from './data-key.ts';
import {
  type DeviceSigningKey,
  type EllipticPurpose,
  newEllipticKey,
  type WebPushKeys,
} from './elliptic-key.ts';
import {
  type EnvironmentKeys,
  newSigningKey,
  privateKeyIdentity,
  type SigningKey,
  useEnvironmentKeys,
} from './environment-keys.ts';
import { cacheKeys } from './key-cache.ts';
import {
  insertKey,
  type KeyRow,
  newDataKey,
  readAnyDataKey,
  readKeys,
  replaceKey,
  rewrapKeys,
} from './key-rows.ts';
import { type MasterKey, useMasterKey } from './master-key.ts';
import type { Vault, VaultLoader } from './vault.ts';

export type { DeviceSigningKey, WebPushKeys } from './elliptic-key.ts';
export type { SigningKey } from './environment-keys.ts';

export interface Keyring extends Vault, VaultLoader {
  /** The writes that give a new environment its keys. Commit them with the environment. */
  createKeys(environmentId: string, now: Instant): Promise<Write[]>;
  /** What signs tokens of the environment now. */
  signingKey(environmentId: string): Promise<SigningKey>;
  /**
   * What signs messages to devices (JWS, ES256). They pin its thumbprint when they are paired, so
   * it is never rotated. An environment that has none gets it by this call.
   */
  deviceSigningKey(environmentId: string): Promise<DeviceSigningKey>;
  /**
   * What browsers' push services know the environment by (VAPID, RFC 8292): subscriptions are made
   * for the public key, so it is never rotated. An environment that has none gets it by this call.
   */
  webPushKeys(environmentId: string): Promise<WebPushKeys>;
  /** The public key of this `kid` that verifies tokens; undefined: there is no such one. */
  verificationKey(environmentId: string, kid: string): Promise<KeyObject | undefined>;
  /**
   * What `/as/jwks` shows (RFC 7517): keys that sign tokens, will sign them, or signed what is still
   * valid; and the key that signs messages to devices.
   */
  publicJwks(environmentId: string): Promise<{ keys: Record<string, unknown>[] }>;
  /** Makes a new data key; older ones still open what they sealed. Returns its id. */
  rotateDataKey(environmentId: string): Promise<string>;
  /**
   * Makes a new signing key; the older one still verifies for a token's life. `revoke`: the older
   * ones are deleted, so the new one signs at once and no token of before is valid. Returns its id.
   */
  rotateSigningKey(environmentId: string, options?: { revoke?: boolean }): Promise<string>;
  /**
   * Wraps every data key of the store by a new master key (32 bytes), all or none, and uses that
   * one from here on. Returns how many. Other nodes must be stopped meanwhile.
   */
  rewrap(newMasterKey: Uint8Array): Promise<number>;
  close(): void;
}

export interface KeyringParts {
  store: Store;
  /** 32 bytes; see `master-key.ts`. */
  masterKey: Uint8Array;
  clock: Clock;
}

const unwrapWith = (master: MasterKey) => (row: KeyRow) =>
  dataKeyOf(row.id, row.doc.createdAt, master.unwrap(row.environmentId, row.id, row.doc.sealed));

async function readEnvironmentKeys(
  store: Store,
  environmentId: string,
  master: MasterKey,
): Promise<EnvironmentKeys | undefined> {
  const rows = await readKeys(store, environmentId);
  if (rows.length === 0) return undefined;
  const {
    DATA = [],
    SIGNING = [],
    DEVICE,
    WEB_PUSH,
  } = Object.groupBy(rows, (row) => row.doc.purpose);
  return useEnvironmentKeys(environmentId, DATA.map(unwrapWith(master)), {
    signing: SIGNING,
    device: DEVICE?.[0],
    webPush: WEB_PUSH?.[0],
  });
}

/** The keys of a new environment: one of each purpose. */
async function newKeyWrites(
  master: MasterKey,
  environmentId: string,
  now: Instant,
): Promise<Write[]> {
  const data = newDataKey(master, environmentId, now);
  const seal = (keyId: string, privateJwk: string) =>
    sealWith(data.key, environmentId, privateKeyIdentity(keyId), privateJwk);
  const keys = [
    data,
    await newSigningKey(environmentId, data.key, now),
    newEllipticKey('DEVICE', seal, now),
    newEllipticKey('WEB_PUSH', seal, now),
  ];
  return keys.map((key) => insertKey(environmentId, key));
}

function newSigningKeyUnder(master: MasterKey, rows: readonly KeyRow[], now: Instant) {
  const row = rows.find(({ doc }) => doc.purpose === 'DATA' && doc.status === 'ACTIVE');
  if (!row) throw new Error('The environment has no data key.');
  return newSigningKey(row.environmentId, unwrapWith(master)(row), now);
}

/** The vault's part: what needs no waiting once the environment's keys are loaded. */
function vaultOf(loaded: (environmentId: string) => EnvironmentKeys, clock: Clock): Vault {
  return {
    seal: (environmentId, identity, plaintext) =>
      loaded(environmentId).seal(identity, plaintext, clock.now()),
    open: (environmentId, identity, sealed) => loaded(environmentId).open(identity, sealed),
    mac: (environmentId, identity, value) =>
      loaded(environmentId).mac(identity, value, clock.now()),
    macMatches(environmentId, identity, value, mac) {
      const expected = loaded(environmentId).macLike(identity, value, mac);
      if (expected === undefined || expected.length !== mac.length) return false;
      const given = Buffer.from(mac);
      return given.length === expected.length && timingSafeEqual(Buffer.from(expected), given);
    },
  };
}

/** Opens the keyring. Throws `SettingsError` when another master key wrapped the store's keys. */
export async function openKeyring({ store, masterKey, clock }: KeyringParts): Promise<Keyring> {
  let master = useMasterKey(masterKey);
  const sample = await readAnyDataKey(store);
  if (sample) unwrapWith(master)(sample);

  const cache = cacheKeys({ store, clock }, (environmentId) =>
    readEnvironmentKeys(store, environmentId, master),
  );
  const obtain = async (environmentId: string) => {
    const keys = await cache.get(environmentId);
    if (!keys) throw new Error(`The environment ${environmentId} has no keys.`);
    return keys;
  };
  async function rotate(
    environmentId: string,
    make: Parameters<typeof replaceKey>[3],
    options?: Parameters<typeof replaceKey>[4],
  ) {
    const id = await replaceKey(store, environmentId, clock.now(), make, options);
    cache.outdate(environmentId);
    return id;
  }

  /** What `read` finds; where it finds nothing, the environment gets a key of this purpose first. */
  async function obtainElliptic<K>(
    environmentId: string,
    purpose: EllipticPurpose,
    read: (keys: EnvironmentKeys) => Promise<K> | K | undefined,
  ): Promise<K> {
    const keys = await obtain(environmentId);
    const found = await read(keys);
    if (found !== undefined) return found;
    const now = clock.now();
    const made = newEllipticKey(
      purpose,
      (keyId, privateJwk) => keys.seal(privateKeyIdentity(keyId), privateJwk, now),
      now,
    );
    // Refused where another node was faster: then that one's key is the environment's.
    await store.commit([insertKey(environmentId, made)]);
    cache.outdate(environmentId);
    const present = await read(await obtain(environmentId));
    if (present === undefined) throw new Error(`The environment ${environmentId} got no key.`);
    return present;
  }
  const deviceSigningKey = (environmentId: string) =>
    obtainElliptic(environmentId, 'DEVICE', (keys) => keys.deviceSigningKey());

  return {
    ...vaultOf(cache.loaded, clock),
    async load(environmentId) {
      await obtain(environmentId);
    },
    createKeys: (environmentId, now) => newKeyWrites(master, environmentId, now),
    deviceSigningKey,
    webPushKeys: (environmentId) =>
      obtainElliptic(environmentId, 'WEB_PUSH', (keys) => keys.webPushKeys()),
    signingKey: async (environmentId) => (await obtain(environmentId)).signingKey(clock.now()),
    verificationKey: async (environmentId, kid) =>
      (await cache.get(environmentId))?.verificationKey(kid, clock.now()),
    async publicJwks(environmentId) {
      // Made before it is published: who pins it finds it there.
      await deviceSigningKey(environmentId);
      return { keys: await (await obtain(environmentId)).publicJwks(clock.now()) };
    },
    rotateDataKey: (environmentId) =>
      rotate(environmentId, async () => newDataKey(master, environmentId, clock.now())),
    rotateSigningKey: (environmentId, options) =>
      rotate(environmentId, (rows) => newSigningKeyUnder(master, rows, clock.now()), options),
    async rewrap(newMasterKey) {
      const next = useMasterKey(newMasterKey);
      const count = await rewrapKeys(store, master, next);
      master = next;
      return count;
    },
    close: cache.close,
  };
}
