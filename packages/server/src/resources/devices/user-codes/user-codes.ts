/** Codes that a user is given once and types later: only their keyed hashes are kept; decision 0057. */
import { USER_CODES_MAX } from '../../../config/limits.ts';
import type { Vault } from '../../../crypto/vault.ts';
import type { Instant } from '../../../model/instant.ts';
import type { UserCode } from '../../../model/user-code.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';
import { deleteRow, type Row, updateRow, whereIs } from '../../kit/rows.ts';
import { LETTERS, newCode } from '../../kit/shown-code.ts';

type Kind = UserCode['kind'];

/**
 * Of 32 letters: 80 bits, so that the hash tells nobody a code who has the keys, too; 60 bits of a
 * temporary one, which is spoken by phone and is gone in three days.
 */
const LENGTHS: Record<Kind, number> = { RECOVERY: 16, TEMPORARY: 12, INVITATION: 16 };

/** One of recovery codes, and as many others as a user may have. */
const ROWS_MAX = 1 + 2 * USER_CODES_MAX;

const GROUP = 4;
const TYPED = new RegExp(`^[${LETTERS}]+$`);

export type UserCodeRow = Row<'user_codes'>;

/** Who has a code, and of what kind it is: the hash is of no use anywhere else. */
interface Holder {
  environmentId: string;
  userId: string;
  kind: Kind;
}

const identityOf = ({ userId, kind }: Holder) => `user-codes/${userId}/${kind}`;

/** A new code as it is shown, `ABCD-EFGH-…`, and what is kept of it. */
export function newUserCode(vault: Pick<Vault, 'mac'>, holder: Holder) {
  const code = newCode(LETTERS, LENGTHS[holder.kind]);
  const hash = vault.mac(holder.environmentId, identityOf(holder), code);
  const shown = code.replaceAll(new RegExp(`.{${GROUP}}(?=.)`, 'g'), '$&-');
  return { shown, hash };
}

/** As people type it: without what groups it, in any case. Pure; undefined: it can't be a code. */
export function typedUserCode(text: string): string | undefined {
  const code = text
    .normalize('NFKC')
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .toUpperCase();
  const isCode = TYPED.test(code) && Object.values(LENGTHS).includes(code.length);
  return isCode ? code : undefined;
}

/** All codes of a user, those that are over not among them. */
export async function codesOf(
  { store }: Pick<Parts, 'store'>,
  { environmentId, id }: { environmentId: string; id: string },
  now: Instant,
): Promise<UserCodeRow[]> {
  const rows = await store.list('user_codes', environmentId, {
    where: {
      all: [whereIs('user_id', id), { not: { column: 'expires_at', is: 'lt', value: now } }],
    },
    limit: ROWS_MAX,
  });
  return rows.filter((row) => isGood(row, now));
}

export const isGood = ({ doc }: Pick<UserCodeRow, 'doc'>, now: Instant) =>
  now < (doc.expiresAt ?? Number.POSITIVE_INFINITY);

/** A code that was found, and the write that uses it up: of several at the same time one succeeds. */
export interface UsedCode {
  row: UserCodeRow;
  write: Write;
}

/** Looks for a typed code in all of these rows, whichever it is of. Pure. */
export function useCode(
  vault: Pick<Vault, 'macMatches'>,
  rows: readonly UserCodeRow[],
  code: string,
  now: Instant,
): UsedCode | undefined {
  let used: UsedCode | undefined;
  for (const row of rows) {
    const { environmentId, doc } = row;
    const identity = identityOf({ environmentId, ...doc });
    for (const hash of doc.hashes) {
      if (!vault.macMatches(environmentId, identity, code, hash)) continue;
      used = { row, write: afterUse(row, hash, now) };
    }
  }
  return used;
}

/** One of the recovery codes is gone; any other code has one use less, and goes with the last. */
function afterUse(row: UserCodeRow, hash: string, now: Instant): Write {
  const { doc } = row;
  if (doc.usesLeft === undefined) {
    const hashes = doc.hashes.filter((other) => other !== hash);
    return updateRow('user_codes', row, { ...doc, hashes, updatedAt: now });
  }
  if (doc.usesLeft <= 1) return deleteRow('user_codes', row);
  return updateRow('user_codes', row, { ...doc, usesLeft: doc.usesLeft - 1, updatedAt: now });
}
