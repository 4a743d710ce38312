/** A code in place of a device: a flow's way on when no device is at hand. Pure; decision 0057. */
import { invalidData } from '../errors/api-error.ts';
import type { Flow } from '../model/documents.ts';
import type { RecoveryMeans } from '../model/user-code.ts';
import type { Effect } from './effect.ts';
import type { Facts } from './facts.ts';
import { completed, failed, record, type Step, touched, updated, without } from './flow-states.ts';
import { lockedError } from './usability.ts';
import { countUserFailure } from './user-failure.ts';

/** What was found of the code; `UNREADABLE`: it can't be one, and costs no attempt. */
export type RecoveryEvent = { type: 'recover' } & (
  | { verdict: 'VERIFIED'; means: RecoveryMeans }
  | { verdict: 'REJECTED' }
  | { verdict: 'UNREADABLE' }
);

const TARGET = 'recoveryCode';

/** What each proves: a code that is good once is a one-time password, RFC 8176 §2. */
const PROVES: Record<RecoveryMeans, { method: readonly string[]; extra: readonly string[] }> = {
  RECOVERY: { method: ['otp'], extra: ['recovery_code'] },
  TEMPORARY: { method: [], extra: ['temporary_code'] },
};

const wrongCode = (attemptsRemaining: number, message?: string) =>
  invalidData('INVALID_OTP', TARGET, {
    innerError: { attemptsRemaining },
    ...(message === undefined ? {} : { message }),
  });

/** The flow after a code, of a user who may authenticate. Throws where none is judged. */
export function recover(flow: Flow, event: RecoveryEvent, facts: Facts): Step {
  const { recovery, now } = facts;
  if (!recovery) throw invalidData('METHOD_DISABLED', TARGET);
  const { failures, limit, lockExpiresAt } = recovery;
  if (lockExpiresAt !== undefined) throw lockedError(TARGET, lockExpiresAt);
  if (event.verdict === 'UNREADABLE') {
    throw wrongCode(limit.count - failures, 'The code is shorter or longer, or has other letters.');
  }
  if (event.verdict === 'VERIFIED') {
    // No device has answered, and no address.
    const own = without(flow, 'selectedDeviceId', 'oneTime', 'oneTimeFailures', 'silent');
    return {
      flow: completed({ ...own, recoveredBy: event.means }, PROVES[event.means], now),
      effects: [
        { type: 'recoveryTried', failures: 0 },
        { type: 'userProved' },
        { ...record('RECOVERY.CHECK_SUCCESS', 'SUCCESS'), data: { means: event.means } },
        updated('SUCCESS'),
      ],
    };
  }
  const tries = failures + 1;
  const locks = tries >= limit.count;
  const until = now + limit.coolDownMs;
  const effects: Effect[] = [
    {
      type: 'recoveryTried',
      ...(locks ? { failures: 0, lockExpiresAt: until } : { failures: tries }),
    },
    record(locks ? 'RECOVERY.CHECK_FAILED' : 'RECOVERY.CHECK_INVALID', 'FAILED'),
  ];
  if (countUserFailure(facts, effects)) {
    return { flow: failed(flow, 'USER_LOCKED', facts), effects, refusal: wrongCode(0) };
  }
  // The devices are as good as before.
  const refusal = locks ? lockedError(TARGET, until) : wrongCode(limit.count - tries);
  return { flow: touched(flow, flow.status, now), effects, refusal };
}
