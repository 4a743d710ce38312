/** A pairing key as a row: its code, sealed and found by its MAC. */
import { PAIRING_KEY_KEPT_MS } from '../../../config/limits.ts';
import type { Vault } from '../../../crypto/vault.ts';
import type { MfaSettings } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { PairingKey } from '../../../model/mobile.ts';
import { LETTERS, newCode, shownCodes } from '../../kit/shown-code.ts';

/** Before every code; contract §5, "Code format". */
const PREFIX = '01';
const FORMATS = {
  NUMERIC: { alphabet: '0123456789', length: 12 },
  ALPHANUMERIC: { alphabet: LETTERS, length: 16 },
};

const { hash, seal, open } = shownCodes('pairing-keys');

export { hash as pairingCodeHash, open as openPairingCode };

export function newPairingCode(format: MfaSettings['pairing']['pairingKeyFormat']): string {
  const { alphabet, length } = FORMATS[format];
  return PREFIX + newCode(alphabet, length);
}

/** As people type it. Pure. */
export function normalCode(text: string): string {
  return text.replaceAll(/[\s-]/g, '').toUpperCase();
}

type Said = 'userId' | 'policyId' | 'applicationIds' | 'createdFrom';

interface NewPairingKey extends Pick<PairingKey, Said> {
  environmentId: string;
  id: string;
  code: string;
  lifetimeMs: number;
  now: Instant;
}

export function pairingKeyDocument(
  vault: Vault,
  { environmentId, id, code, lifetimeMs, now, ...said }: NewPairingKey,
): PairingKey {
  const usableUntil = now + lifetimeMs;
  return {
    ...said,
    sealedCode: seal(vault, environmentId, id, code),
    codeHash: hash(vault, environmentId, code),
    status: 'UNCLAIMED',
    usableUntil,
    expiresAt: usableUntil + PAIRING_KEY_KEPT_MS,
    createdAt: now,
    updatedAt: now,
  };
}
