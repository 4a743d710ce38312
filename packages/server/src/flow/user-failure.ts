import type { Effect } from './effect.ts';
import type { Facts } from './facts.ts';
import { record } from './flow-states.ts';

/**
 * `mfaSettings.lockout`: too many wrong answers over all devices, a denied push among them, lock the
 * account; contract settings §1.1. Tells whether this one does.
 */
export function countUserFailure({ lockout, user, now }: Facts, effects: Effect[]): boolean {
  if (!lockout || !user) return false;
  const failures = user.failures + 1;
  const locks = failures >= lockout.failureCount;
  effects.push({ type: 'userFailed', failures: locks ? 0 : failures });
  if (!locks) return false;
  const { durationMs } = lockout;
  effects.push({
    type: 'userLocked',
    ...(durationMs === undefined ? {} : { unlockAt: now + durationMs }),
  });
  effects.push(record('USER.LOCKED', 'SUCCESS'));
  return true;
}
