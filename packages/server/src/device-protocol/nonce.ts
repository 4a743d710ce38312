/**
 * Nonces that the server needn't remember: a moment and a random value under the environment's MAC.
 * They show that a device has signed after it asked, not before.
 */
import { randomBytes } from 'node:crypto';
import { DEVICE_NONCE_MS } from '../config/limits.ts';
import type { Vault } from '../crypto/vault.ts';
import type { Instant } from '../model/instant.ts';

const IDENTITY = 'device-nonces';
const SALT_BYTES = 12;

export function newDeviceNonce(
  vault: Pick<Vault, 'mac'>,
  environmentId: string,
  now: Instant,
): string {
  const value = `${now.toString(36)}.${randomBytes(SALT_BYTES).toString('base64url')}`;
  return `${value}~${vault.mac(environmentId, IDENTITY, value)}`;
}

/** Whether the environment has given this nonce out, and not long ago. */
export function isDeviceNonce(
  vault: Pick<Vault, 'macMatches'>,
  environmentId: string,
  nonce: unknown,
  now: Instant,
): boolean {
  if (typeof nonce !== 'string' || nonce.length > 300) return false;
  const [value = '', mac = ''] = nonce.split('~');
  const madeAt = Number.parseInt(value.split('.')[0] ?? '', 36);
  if (!(now - madeAt <= DEVICE_NONCE_MS)) return false;
  return vault.macMatches(environmentId, IDENTITY, value, mac);
}
