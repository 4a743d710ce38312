/** Wrong answers that no device counts: they are the user's, over all their flows. Pure. */
import { ONE_TIME_TARGETS_COUNTED_MAX, ONE_TIME_TRIES_KEPT_MS } from '../../../config/limits.ts';
import type { Effect } from '../../../flow/effect.ts';
import type { User } from '../../../model/documents.ts';

/** The user with what is known now of the tries with codes of recovery. */
export function withRecoveryTries(
  doc: User,
  { type: _type, ...tries }: Extract<Effect, { type: 'recoveryTried' }>,
  now: number,
): User {
  const { recoveryTries, ...rest } = doc;
  const isNone = tries.failures === 0 && tries.lockExpiresAt === undefined;
  if (isNone) return recoveryTries ? rest : doc;
  return { ...rest, recoveryTries: { ...tries, at: now } };
}

/** The user with what is known now of the tries for an address; the oldest make room. */
export function withTries(
  doc: User,
  key: string | undefined,
  { failures, lockExpiresAt }: Extract<Effect, { type: 'targetTried' }>,
  now: number,
): User {
  const { oneTimeTries = {}, ...rest } = doc;
  if (key === undefined || (failures === 0 && !lockExpiresAt && !oneTimeTries[key])) return doc;
  const others = Object.entries(oneTimeTries)
    .filter(([other, { at }]) => other !== key && now < at + ONE_TIME_TRIES_KEPT_MS)
    .sort(([, one], [, other]) => other.at - one.at)
    .slice(0, ONE_TIME_TARGETS_COUNTED_MAX - 1);
  const tries = { failures, at: now, ...(lockExpiresAt === undefined ? {} : { lockExpiresAt }) };
  const own = failures > 0 || lockExpiresAt !== undefined ? [[key, tries] as const] : [];
  const kept = [...own, ...others];
  return kept.length > 0 ? { ...rest, oneTimeTries: Object.fromEntries(kept) } : rest;
}
