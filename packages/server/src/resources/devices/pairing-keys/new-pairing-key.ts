/** A pairing key as a row: its code, sealed and found by its MAC. */
import { randomInt } from 'node:crypto';
import { PAIRING_KEY_KEPT_MS } from '../../../config/limits.ts';
import type { Vault } from '../../../crypto/vault.ts';
import type { MfaSettings } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { PairingKey } from '../../../model/mobile.ts';

/** Before every code; contract §5, "Code format". */
const PREFIX = '01';
// Without what reads alike: 0 and O, 1 and I.
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const FORMATS = {
  NUMERIC: { alphabet: '0123456789', length: 12 },
  ALPHANUMERIC: { alphabet: LETTERS, length: 16 },
};

/** A code that nobody can guess in its time. */
export function newPairingCode(format: MfaSettings['pairing']['pairingKeyFormat']): string {
  const { alphabet, length } = FORMATS[format];
  const letters = Array.from({ length }, () => alphabet[randomInt(alphabet.length)]);
  return PREFIX + letters.join('');
}

/** As people type it. Pure. */
export function normalCode(text: string): string {
  return text.replaceAll(/[\s-]/g, '').toUpperCase();
}

export function pairingCodeHash(
  vault: Pick<Vault, 'mac'>,
  environmentId: string,
  code: string,
): string {
  return vault.mac(environmentId, 'pairing-keys/code', code);
}

const identityOf = (id: string) => `pairing-keys/${id}/code`;

export function openPairingCode(
  vault: Pick<Vault, 'open'>,
  environmentId: string,
  id: string,
  { sealedCode }: PairingKey,
): string {
  return vault.open(environmentId, identityOf(id), sealedCode).toString('utf8');
}

export interface NewPairingKey {
  environmentId: string;
  id: string;
  code: string;
  userId: string;
  policyId: string;
  applicationIds: string[];
  lifetimeMs: number;
  createdFrom?: string;
  now: Instant;
}

export function pairingKeyDocument(vault: Vault, key: NewPairingKey): PairingKey {
  const { environmentId, id, code, userId, policyId, applicationIds, createdFrom, now } = key;
  const usableUntil = now + key.lifetimeMs;
  return {
    userId,
    policyId,
    applicationIds,
    sealedCode: vault.seal(environmentId, identityOf(id), code),
    codeHash: pairingCodeHash(vault, environmentId, code),
    status: 'UNCLAIMED',
    usableUntil,
    ...(createdFrom === undefined ? {} : { createdFrom }),
    expiresAt: usableUntil + PAIRING_KEY_KEPT_MS,
    createdAt: now,
    updatedAt: now,
  };
}
