/** What the server says to a device: a JWS by the environment's device key, which it has pinned. */
import { CompactEncrypt, CompactSign, importJWK } from 'jose';
import { DEVICE_PROTOCOL_VERSION } from '../config/limits.ts';
import type { DeviceSigningKey } from '../crypto/keyring.ts';
import type { Instant } from '../model/instant.ts';
import { readPublicKey } from './device-request.ts';

/** As `importJWK` makes it. */
export type EncryptionKey = Awaited<ReturnType<typeof importJWK>>;

export const MESSAGE_TYPE = 'cs-message+jwt';

/** `audience`: the id of the device; before it has one, the thumbprint of its key. */
export async function signServerMessage(
  { privateKey, alg, kid }: DeviceSigningKey,
  audience: string,
  claims: object,
  now: Instant,
): Promise<string> {
  const iat = Math.floor(now / 1_000);
  const payload = { v: DEVICE_PROTOCOL_VERSION, aud: audience, iat, ...claims };
  return new CompactSign(new TextEncoder().encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg, kid, typ: MESSAGE_TYPE })
    .sign(privateKey);
}

/** A key to encrypt to; undefined: it is none, or its point isn't on the curve. */
export async function importEncryptionKey(value: unknown): Promise<EncryptionKey | undefined> {
  const jwk = readPublicKey(value);
  return jwk && importJWK(jwk, 'ECDH-ES').catch(() => undefined);
}

/** A secret that only the holder of the private key reads; RFC 7518 §4.6, direct agreement. */
export function encryptToDevice(secret: Uint8Array, key: EncryptionKey): Promise<string> {
  return new CompactEncrypt(secret)
    .setProtectedHeader({ alg: 'ECDH-ES', enc: 'A256GCM' })
    .encrypt(key);
}
