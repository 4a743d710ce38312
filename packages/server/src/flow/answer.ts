/** What an answer makes of a flow: right, wrong, late, denied, copied. Pure; contract §2.9. */
import { ONE_TIME_FLOWS_FAILED_MAX, ONE_TIME_LOCK_MS } from '../config/limits.ts';
import { ApiError, errorDetail, invalidData } from '../errors/api-error.ts';
import type { Flow } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import type { Effect } from './effect.ts';
import type { AnswerKind, Facts, FailureLimit, FlowDevice, OneTimeFacts } from './facts.ts';
import {
  afterLosing,
  completed,
  type FailureCode,
  failed,
  record,
  type Step,
  touched,
  updated,
} from './flow-states.ts';
import { denyPush, mayAuthorize, movedOn } from './push.ts';
import { lockedError, unusableError, whyClosed } from './usability.ts';
import { countUserFailure } from './user-failure.ts';

/**
 * What a method says of an answer; `DENIED` is the user's own no, `CLONED` a copied device,
 * `UNREADABLE` what can't be an answer at all: nobody guesses so, and it costs no attempt. The
 * credential is kept where it moves on: also a no uses up a number, so that none can come again.
 */
export type AnswerVerdict =
  | {
      verdict: 'VERIFIED';
      credential: Record<string, unknown>;
      /** What was proved, where it depends on the answer; else the method's own. */
      amr?: readonly string[];
      /** References that the device chose itself. */
      extraAmr?: readonly string[];
      /** What the audit should say of how it was proved. */
      evidence?: Record<string, string | boolean>;
    }
  /** `reason` may be told to the caller; `because` is for the audit only. */
  | {
      verdict: 'REJECTED';
      reason?: string;
      because?: string;
      credential?: Record<string, unknown>;
    }
  | { verdict: 'EXPIRED' }
  | { verdict: 'UNREADABLE' }
  | {
      verdict: 'DENIED';
      isFraud: boolean;
      isWrongNumber?: true;
      credential?: Record<string, unknown>;
    }
  | { verdict: 'CLONED'; credential: Record<string, unknown> };

export type AnswerEvent = {
  type: 'answer';
  answer: AnswerKind;
  /** The device that answered, where it isn't the selected one. */
  deviceId?: string;
} & AnswerVerdict;

const CHECKS = {
  otp: { success: 'OTP.CHECK_SUCCESS', invalid: 'OTP.CHECK_INVALID', failed: 'OTP.CHECK_FAILED' },
  assertion: {
    success: 'ASSERTION.CHECK_SUCCESS',
    invalid: 'ASSERTION.CHECK_FAILED',
    failed: 'ASSERTION.CHECK_FAILED',
  },
} as const;

/** The record of a checked answer; a push has none of its own. */
function checked(
  answer: AnswerKind,
  how: keyof typeof CHECKS.otp,
  deviceId?: string,
  data?: Record<string, string | boolean>,
): Effect[] {
  if (answer === 'push') return [];
  const result = how === 'success' ? 'SUCCESS' : 'FAILED';
  return [{ ...record(CHECKS[answer][how], result, deviceId), ...(data ? { data } : {}) }];
}

/** Why an answer was wrong, for the audit; a wrong passcode is just wrong. */
export function whyOf(
  verdict: AnswerVerdict | { verdict: 'INCOMPLETE' },
): { reason: string } | undefined {
  if (verdict.verdict !== 'REJECTED') return undefined;
  const reason = verdict.reason ?? verdict.because;
  return reason === undefined ? undefined : { reason };
}

const LIMIT_REACHED: Record<AnswerKind, FailureCode> = {
  otp: 'OTP_LIMIT_REACHED',
  assertion: 'ASSERTION_LIMIT_REACHED',
  push: 'PUSH_DENIED',
};

/** The answer of a paired device. Throws for one that came too late. */
export function answerDevice(flow: Flow, event: AnswerEvent, facts: Facts): Step {
  const deviceId = event.deviceId ?? flow.selectedDeviceId;
  const device = facts.devices.find(({ id }) => id === deviceId);
  if (!device || device.unusable) {
    return {
      flow: afterLosing(flow, deviceId, facts),
      effects: [updated('FAILED')],
      refusal: device?.unusable
        ? unusableError(device, device.unusable, event.answer)
        : invalidData('DEVICE_NOT_USABLE', event.answer),
    };
  }
  if (!device.answers.includes(event.answer)) {
    throw invalidData('DEVICE_NOT_USABLE', event.answer);
  }
  if (flow.silent && event.answer === 'push' && !mayAuthorize(flow, facts)) {
    return {
      flow: failed(flow, 'DEVICE_AUTHORIZATION_FAILED', facts),
      effects: [updated('FAILED', device.id)],
      refusal: invalidData('DEVICE_NOT_USABLE', event.answer),
    };
  }
  switch (event.verdict) {
    case 'EXPIRED':
      throw expired(event.answer);
    case 'UNREADABLE':
      throw unreadable(event.answer, device.limit.count - device.failures);
    case 'VERIFIED':
      return provedByDevice(flow, event, device, facts);
    case 'DENIED':
      return denyPush(flow, device, event, facts);
    case 'CLONED':
      return clonedDevice(flow, event, device, facts);
    case 'REJECTED':
      return rejectedByDevice(flow, event, device, facts);
  }
}

const expired = (answer: AnswerKind) =>
  invalidData(answer === 'otp' ? 'OTP_EXPIRED' : 'CHALLENGE_EXPIRED', answer);

const unreadable = (answer: AnswerKind, attemptsRemaining: number) =>
  wrongAnswer(answer, attemptsRemaining, 'A passcode has 6 to 10 digits.');

type Proof = Extract<AnswerEvent, { verdict: 'VERIFIED' }>;

function provedByDevice(flow: Flow, event: Proof, device: FlowDevice, { now }: Facts): Step {
  const { id } = device;
  const bySilence = flow.silent !== undefined && event.answer === 'push';
  const method = [...(bySilence ? ['swk'] : []), ...(event.amr ?? device.amr)];
  const proof = { method, ...(event.extraAmr ? { extra: event.extraAmr } : {}) };
  return {
    flow: completed({ ...flow, selectedDeviceId: id }, proof, now),
    effects: [
      { type: 'deviceProved', deviceId: id, credential: event.credential },
      { type: 'userProved' },
      ...checked(event.answer, 'success', id, event.evidence),
      updated('SUCCESS', id),
    ],
  };
}

/** A counter went back: there are two of this device. Neither is believed from here on. */
function clonedDevice(
  flow: Flow,
  { answer, credential }: Extract<AnswerEvent, { verdict: 'CLONED' }>,
  { id }: FlowDevice,
  facts: Facts,
): Step {
  return {
    flow: afterLosing(flow, id, facts),
    effects: [
      { type: 'deviceBlocked', deviceId: id, credential },
      ...checked(answer, 'failed', id),
      record('DEVICE.BLOCKED', 'SUCCESS', id),
    ],
    refusal: invalidData('DEVICE_BLOCKED', answer),
  };
}

type Rejection = Extract<AnswerEvent, { verdict: 'REJECTED' }>;

function rejectedByDevice(flow: Flow, event: Rejection, device: FlowDevice, facts: Facts): Step {
  const { answer } = event;
  const { effects, locks, atLimit, userLocked, refusal } = countFailure(event, device, facts);
  if (userLocked) return { flow: failed(flow, 'USER_LOCKED', facts), effects, refusal };
  if (locks) return { flow: afterLosing(flow, device.id, facts), effects, refusal };
  if (atLimit) return { flow: failed(flow, LIMIT_REACHED[answer], facts), effects, refusal };
  return { flow: touched(flow, flow.status, facts.now), effects, refusal };
}

/** A wrong answer counts on its device and on its user, whatever becomes of the flow. */
function countFailure(event: Rejection, device: FlowDevice, facts: Facts) {
  const { answer, reason, because } = event;
  const { id: deviceId, limit } = device;
  const failures = device.failures + 1;
  const atLimit = failures >= limit.count;
  const locks = atLimit && limit.coolDownMs > 0;
  const lockExpiresAt = facts.now + limit.coolDownMs;
  const effects: Effect[] = [
    // At the limit the count begins anew: the lock, or the failed flow, was its consequence.
    { type: 'deviceFailed', deviceId, failures: atLimit ? 0 : failures },
    ...movedOn(deviceId, event.credential),
    ...checked(answer, atLimit ? 'failed' : 'invalid', deviceId, whyOf(event)),
  ];
  if (locks) {
    effects.push({ type: 'deviceLocked', deviceId, reason: 'OTP', expiresAt: lockExpiresAt });
    effects.push(record('DEVICE.LOCKED', 'SUCCESS', deviceId));
  }
  const userLocked = countUserFailure(facts, effects);
  const refusal = locks
    ? lockedError(answer, lockExpiresAt)
    : wrongAnswer(answer, userLocked ? 0 : limit.count - failures, reason, because);
  return { effects, locks, atLimit, userLocked, refusal };
}

/**
 * A one-time target is nobody's device: its tries end the flow and lock no device; §2.9. They count
 * on the user, and on the address over all flows, so that there is an end of guessing.
 */
export function answerOneTime(flow: Flow, event: AnswerEvent, facts: Facts): Step {
  const { oneTime, now } = facts;
  if (!oneTime?.methodEnabled) {
    return {
      flow: failed(flow, 'NO_USABLE_DEVICES', facts),
      effects: [updated('FAILED')],
      refusal: invalidData('METHOD_DISABLED', event.answer),
    };
  }
  if (oneTime.lockExpiresAt !== undefined) throw lockedError(event.answer, oneTime.lockExpiresAt);
  if (event.verdict === 'EXPIRED') throw expired(event.answer);
  if (event.verdict === 'UNREADABLE') {
    throw unreadable(event.answer, oneTime.limit.count - (flow.oneTimeFailures ?? 0));
  }
  if (event.verdict === 'VERIFIED') {
    return {
      flow: completed(flow, { method: oneTime.amr }, now),
      effects: [
        { type: 'targetTried', failures: 0 },
        { type: 'userProved' },
        ...checked(event.answer, 'success'),
        updated('SUCCESS'),
      ],
    };
  }
  const failures = (flow.oneTimeFailures ?? 0) + 1;
  const counted = { ...flow, oneTimeFailures: failures };
  const step = countInFlow(counted, failures, event, oneTime.limit, facts);
  const effects = [...step.effects, targetTried(oneTime, now)];
  const userLocked = countUserFailure(facts, effects);
  return userLocked
    ? {
        flow: failed(counted, 'USER_LOCKED', facts),
        effects,
        refusal: wrongAnswer(event.answer, 0),
      }
    : { ...step, effects };
}

/** A wrong answer counts on its address; at the limit the count begins anew, after a wait. */
function targetTried({ failures, limit }: OneTimeFacts, now: Instant): Effect {
  const tries = failures + 1;
  if (tries < limit.count * ONE_TIME_FLOWS_FAILED_MAX) {
    return { type: 'targetTried', failures: tries };
  }
  const lockExpiresAt = now + Math.max(limit.coolDownMs, ONE_TIME_LOCK_MS);
  return { type: 'targetTried', failures: 0, lockExpiresAt };
}

/**
 * An answer in a flow that began without a user: `facts` are those of whoever owns the device that
 * answered, if anybody does. Only a right answer says who it is: until then the flow stays
 * nobody's, and a locked account looks like an unknown one; contract §2.2.5.
 */
export function answerAnonymous(flow: Flow, event: AnswerEvent, facts: Facts): Step {
  if (event.verdict === 'EXPIRED') throw expired(event.answer);
  const { user } = facts;
  const device = facts.devices.find(({ id }) => id === event.deviceId);
  const usable = user && device && !device.unusable && !whyClosed(facts) ? device : undefined;
  if (usable && user && event.verdict === 'VERIFIED') {
    return provedByDevice({ ...flow, userId: user.id }, event, usable, facts);
  }
  const failures = (flow.anonymousFailures ?? 0) + 1;
  const counted = { ...flow, anonymousFailures: failures };
  const step = countInFlow(counted, failures, event, facts.anonymousLimit ?? NO_TRIES, facts);
  if (!usable) return step;
  const effects =
    event.verdict === 'CLONED'
      ? clonedDevice(flow, event, usable, facts).effects
      : countFailure({ ...event, verdict: 'REJECTED' }, usable, facts).effects;
  return { ...step, effects };
}

const NO_TRIES: FailureLimit = { count: 1, coolDownMs: 0 };

/** A wrong answer that no device counts: the flow does, and ends at the limit. */
function countInFlow(
  flow: Flow,
  failures: number,
  event: AnswerEvent,
  { count }: FailureLimit,
  facts: Facts,
): Step {
  const { answer } = event;
  const atLimit = failures >= count;
  return {
    flow: atLimit
      ? failed(flow, LIMIT_REACHED[answer], facts)
      : touched(flow, flow.status, facts.now),
    effects: checked(answer, atLimit ? 'failed' : 'invalid', undefined, whyOf(event)),
    refusal: wrongAnswer(answer, count - failures, undefined, whyOf(event)?.reason),
  };
}

const WRONG = {
  otp: 'INVALID_OTP',
  assertion: 'INVALID_ASSERTION',
  push: 'INVALID_VALUE',
} as const;

function wrongAnswer(
  answer: AnswerKind,
  attemptsRemaining: number,
  message?: string,
  because?: string,
): ApiError {
  const innerError = { attemptsRemaining: Math.max(0, attemptsRemaining) };
  const more = { innerError, ...(message === undefined ? {} : { message }) };
  return new ApiError('INVALID_DATA', [errorDetail(WRONG[answer], answer, more)], { because });
}
