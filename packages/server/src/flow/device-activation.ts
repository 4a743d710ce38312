/**
 * The state machine of pairing. Pure: (device, verdict) → device.
 *
 * ACTIVATION_REQUIRED  the user must show that the device is his: a code that was sent to it, or
 *                      one that it makes. Left by a right answer (ACTIVE), or by deletion: by the
 *                      caller, or after 24 hours. After too many wrong answers a sent code is void
 *                      until another is sent; a code that the device makes must wait.
 * ACTIVE               the device can authenticate. There is no way back.
 *
 * Source: contract flows-and-devices §4.8, §4.10.
 */
import { PAIRING_FAILURES_MAX } from '../config/limits.ts';
import { ApiError, errorDetail, invalidData, wrongState } from '../errors/api-error.ts';
import type { Device } from '../model/documents.ts';
import { type Instant, toTimestamp } from '../model/instant.ts';
import { type AnswerVerdict, whyOf } from './answer.ts';

export type ActivationVerdict =
  | (AnswerVerdict & {
      /** What the device is found by from now on. */
      environmentKey?: string;
    })
  /** Right so far: the next passcode must follow. It costs no attempt. */
  | { verdict: 'INCOMPLETE'; credential: Record<string, unknown> };

export interface ActivationRules {
  now: Instant;
  /** What the answer is called in the request: `otp`, `attestation`. */
  target: string;
  /** The code was sent, so it can be sent again. */
  delivered: boolean;
  coolDownMs: number;
}

export interface ActivationStep {
  device: Device;
  action:
    | 'DEVICE.ACTIVATED'
    | 'DEVICE.ACTIVATION_FAILED'
    | 'DEVICE.ACTIVATION_OTP_INVALID'
    | 'DEVICE.ACTIVATION_OTP_FAILED';
  refusal?: ApiError;
}

/** Refuses an answer that can't be judged now: wrong state, no code left, or too soon. Pure. */
export function assertAwaitsAnswer(device: Device, { now, target, delivered }: ActivationRules) {
  const { pairing } = device;
  if (device.status !== 'ACTIVATION_REQUIRED' || !pairing) {
    throw wrongState('status', 'The device is active already.');
  }
  if (pairing.coolDownUntil !== undefined && now < pairing.coolDownUntil) {
    const innerError = { coolDownExpiresAt: toTimestamp(pairing.coolDownUntil) };
    throw invalidData('DEVICE_LOCKED', target, { innerError });
  }
  if (delivered && !pairing.challenge) {
    throw invalidData('OTP_EXPIRED', target, {
      message: 'There is no valid passcode: have a new one sent.',
    });
  }
}

/** What an answer makes of a pending device. Throws for an expired code. Pure. */
export function activateDevice(
  device: Device,
  verdict: ActivationVerdict,
  rules: ActivationRules,
): ActivationStep {
  const { now, target } = rules;
  const isOtp = target === 'otp';
  if (verdict.verdict === 'EXPIRED') {
    throw invalidData(isOtp ? 'OTP_EXPIRED' : 'CHALLENGE_EXPIRED', target);
  }
  const { pairing, expiresAt: _expiry, ...rest } = device;
  if (verdict.verdict === 'UNREADABLE') {
    const attemptsRemaining = PAIRING_FAILURES_MAX - (pairing?.failures ?? 0);
    throw invalidData('INVALID_OTP', target, {
      message: 'A passcode has 6 to 10 digits.',
      innerError: { attemptsRemaining },
    });
  }
  if (verdict.verdict === 'VERIFIED') {
    return {
      action: 'DEVICE.ACTIVATED',
      device: {
        ...rest,
        status: 'ACTIVE',
        credential: verdict.credential,
        ...(pairing?.uniqueKey === undefined ? {} : { uniqueKey: pairing.uniqueKey }),
        ...(verdict.environmentKey === undefined ? {} : { environmentKey: verdict.environmentKey }),
        activatedAt: now,
        updatedAt: now,
      },
    };
  }
  if (!pairing) throw wrongState('status', 'The device is active already.');
  if (verdict.verdict === 'INCOMPLETE') {
    return {
      action: 'DEVICE.ACTIVATION_OTP_INVALID',
      device: { ...device, updatedAt: now },
      refusal: invalidData('EXTRA_OTP_REQUIRED', target),
    };
  }
  const failures = pairing.failures + 1;
  const atLimit = failures >= PAIRING_FAILURES_MAX;
  const innerError = { attemptsRemaining: PAIRING_FAILURES_MAX - failures };
  const reason = 'reason' in verdict ? verdict.reason : undefined;
  return {
    action: isOtp ? otpAction(atLimit) : 'DEVICE.ACTIVATION_FAILED',
    device: {
      ...device,
      updatedAt: now,
      pairing: atLimit ? afterLimit(pairing, rules) : { ...pairing, failures },
    },
    refusal: new ApiError(
      'INVALID_DATA',
      [
        errorDetail(isOtp ? 'INVALID_OTP' : 'INVALID_ATTESTATION', target, {
          innerError,
          ...(reason === undefined ? {} : { message: reason }),
        }),
      ],
      { because: whyOf(verdict)?.reason },
    ),
  };
}

const otpAction = (atLimit: boolean) =>
  atLimit ? 'DEVICE.ACTIVATION_OTP_FAILED' : 'DEVICE.ACTIVATION_OTP_INVALID';

function afterLimit(
  { challenge, ...pairing }: NonNullable<Device['pairing']>,
  { now, delivered, coolDownMs }: ActivationRules,
): NonNullable<Device['pairing']> {
  if (delivered) return { ...pairing, failures: 0 };
  return {
    ...pairing,
    ...(challenge ? { challenge } : {}),
    failures: 0,
    coolDownUntil: now + coolDownMs,
  };
}
