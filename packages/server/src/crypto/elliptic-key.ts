/**
 * The P-256 key pairs of an environment that others remember it by. Devices pin the thumbprint of
 * DEVICE, browsers bind push subscriptions to WEB_PUSH: neither is replaced, and there is one row
 * of each, under a fixed id.
 */
import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { EnvironmentKey } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';

export type EllipticPurpose = 'DEVICE' | 'WEB_PUSH';

/** What JWS of this key are signed with (RFC 7518 §3.4). */
export const DEVICE_SIGNING_ALGORITHM = 'ES256';

export interface DeviceSigningKey {
  /** SHA-256 thumbprint of the public key (RFC 7638), base64url. */
  kid: string;
  alg: typeof DEVICE_SIGNING_ALGORITHM;
  privateKey: KeyObject;
  /** As it is published: `kty`, `crv`, `x`, `y`, `kid`, `use`, `alg`. */
  publicJwk: JWK;
}

/** VAPID keys in base64url (RFC 8292 §3.2): the uncompressed point, and the 32 bytes of `d`. */
export interface WebPushKeys {
  publicKey: string;
  privateKey: string;
}

const ROW_IDS: Record<EllipticPurpose, string> = { DEVICE: 'device-1', WEB_PUSH: 'web-push-1' };

/** A new key pair as a document; `seal` seals its private JWK for the row of this id. */
export function newEllipticKey(
  purpose: EllipticPurpose,
  seal: (keyId: string, privateJwk: string) => string,
  now: Instant,
): { id: string; doc: EnvironmentKey } {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = ROW_IDS[purpose];
  const sealed = seal(id, JSON.stringify(privateKey.export({ format: 'jwk' })));
  return { id, doc: { purpose, sealed, status: 'ACTIVE', createdAt: now, updatedAt: now } };
}

/** The key in usable form; its public part follows from the private one. */
export async function deviceSigningKeyOf(privateKey: KeyObject): Promise<DeviceSigningKey> {
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' });
  const kid = await calculateJwkThumbprint(jwk, 'sha256');
  const alg = DEVICE_SIGNING_ALGORITHM;
  return { kid, alg, privateKey, publicJwk: { ...jwk, kid, use: 'sig', alg } };
}

/** The keys as a push service wants them. Pure. */
export function webPushKeysOf(privateKey: KeyObject): WebPushKeys {
  const { x = '', y = '', d = '' } = privateKey.export({ format: 'jwk' });
  const point = [Buffer.of(4), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')];
  return { publicKey: Buffer.concat(point).toString('base64url'), privateKey: d };
}
