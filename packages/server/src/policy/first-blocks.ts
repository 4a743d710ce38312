/** What the blocks of an environment's first policy have in common; contract settings §2.8. Pure. */
import type { MethodPolicy } from '../model/policy.ts';

/** Three wrong answers, then two minutes of rest. */
export const FIRST_FAILURE = { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } } as const;

/** A block of a method that sends a code. Nothing is locked: the flow fails (decision 0030). */
export const firstPasscodeBlock = (enabled: boolean): MethodPolicy => ({
  enabled,
  pairingDisabled: false,
  promptForNicknameOnPairing: false,
  otp: {
    lifeTime: { duration: 30, timeUnit: 'MINUTES' },
    failure: { count: 3, coolDown: { duration: 0, timeUnit: 'MINUTES' } },
    otpLength: 6,
  },
});
