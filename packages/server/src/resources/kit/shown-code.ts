/** Codes that people are shown, and type or scan: sealed in their row, and found by their MAC. */
import { randomInt } from 'node:crypto';
import type { Vault } from '../../crypto/vault.ts';

/** Without what reads alike: 0 and O, 1 and I. */
export const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';

/** A code that nobody can guess in its time. */
export function newCode(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('');
}

/** How the codes of a kind of row are kept. */
export function shownCodes(kind: 'pairing-keys' | 'authentication-codes') {
  const identityOf = (id: string) => `${kind}/${id}/code`;
  return {
    /** What a code is found by. */
    hash: (vault: Pick<Vault, 'mac'>, environmentId: string, code: string) =>
      vault.mac(environmentId, `${kind}/code`, code),
    seal: (vault: Pick<Vault, 'seal'>, environmentId: string, id: string, code: string) =>
      vault.seal(environmentId, identityOf(id), code),
    open: (
      vault: Pick<Vault, 'open'>,
      environmentId: string,
      id: string,
      { sealedCode }: { sealedCode: string },
    ) => vault.open(environmentId, identityOf(id), sealedCode).toString('utf8'),
  };
}
