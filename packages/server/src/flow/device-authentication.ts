/**
 * The state machine of a device authentication. Pure: (flow, event, facts) → (flow, effects).
 *
 * DEVICE_SELECTION_REQUIRED    the caller must choose: at the start (no default device, or the
 *                              policy asks), after the chosen device was lost, after a cancelled
 *                              push. Left by `select`.
 * OTP_REQUIRED                 a passcode is awaited. Left by a right one (COMPLETED), by the last
 *                              wrong one, by `select` (the same device: a new passcode).
 * ASSERTION_REQUIRED           the same for a signed assertion.
 * PUSH_CONFIRMATION_REQUIRED   a phone is asked. Left by `select` and `cancel`.
 * PUSH_CONFIRMATION_TIMED_OUT  the phone didn't answer. Left by `select`.
 * COMPLETED, FAILED            the end: nothing leaves them.
 *
 * An answer is judged only for a user who may authenticate and a device that may be used at that
 * moment: whoever was locked, disabled or blocked in mid-flow finds the door closed.
 *
 * Source: contract flows-and-devices §2.6, §2.8, §2.9.
 */
import { FLOW_FINISHED_MS, FLOW_IDLE_MS, QUESTIONS_MAX } from '../config/limits.ts';
import {
  ApiError,
  errorDetail,
  invalidData,
  limitExceeded,
  wrongState,
} from '../errors/api-error.ts';
import type { ErrorDetailCode } from '../errors/catalogue.ts';
import type { Flow, FlowStatus } from '../model/documents.ts';
import { type Instant, toTimestamp } from '../model/instant.ts';
import type { Effect } from './effect.ts';
import type { Facts, FlowDevice, UnusableReason } from './facts.ts';

export type FlowEvent =
  | { type: 'select'; deviceId: string }
  | { type: 'answer'; answer: AnswerKind; verdict: 'VERIFIED'; credential: Record<string, unknown> }
  | { type: 'answer'; answer: AnswerKind; verdict: 'REJECTED' | 'EXPIRED' }
  | { type: 'cancel' };

export type AnswerKind = 'otp' | 'assertion';

export interface Step {
  flow: Flow;
  effects: Effect[];
  /** What the caller is told instead of the flow, after the step was saved. */
  refusal?: ApiError;
}

/** What the request says of the flow that it starts. */
export interface StartRequest {
  base: Omit<Flow, 'status' | 'selectedDeviceId' | 'challenge' | 'authenticators' | 'error'>;
  deviceId?: string;
}

/** Starts a flow; contract §2.6. Throws an `ApiError` where no flow is to be made. Pure. */
export function startFlow({ base, deviceId }: StartRequest, facts: Facts): Step {
  const created: Effect = { type: 'record', action: 'AUTHENTICATION.CREATED', result: 'SUCCESS' };
  const closed = whyClosed(facts);
  if (closed === 'USER_DISABLED' || closed === 'USER_LOCKED') {
    return { flow: failed({ ...base, status: 'FAILED' }, closed, facts), effects: [created] };
  }
  if (base.oneTime) {
    if (!facts.oneTime?.methodEnabled) {
      throw invalidData('METHOD_DISABLED', 'selectedDevice.oneTime.type');
    }
    return {
      flow: { ...base, status: 'OTP_REQUIRED' },
      effects: [created, { type: 'askOneTime' }],
    };
  }
  if (closed === 'MFA_DISABLED') throw invalidData('MFA_DISABLED', 'user.id');

  if (deviceId !== undefined) {
    const device = usableDevice(deviceId, 'selectedDevice.id', facts);
    return runDevice({ ...base, status: device.waitingStatus }, device, facts, [created]);
  }
  const usable = facts.devices.filter((device) => !device.unusable);
  if (usable.length === 0) {
    const flow = failed({ ...base, status: 'FAILED' }, 'NO_USABLE_DEVICES', facts);
    return { flow, effects: [created] };
  }
  const chosen = deviceOf(facts, usable);
  if (!chosen) {
    return { flow: { ...base, status: 'DEVICE_SELECTION_REQUIRED' }, effects: [created] };
  }
  return runDevice({ ...base, status: chosen.waitingStatus }, chosen, facts, [created]);
}

/** The device that runs without being asked for; undefined: the caller must choose. §2.6, 11–13. */
function deviceOf(facts: Facts, usable: readonly FlowDevice[]): FlowDevice | undefined {
  if (facts.selection === 'ALWAYS_DISPLAY_DEVICES') return undefined;
  const only = usable.length === 1 ? usable[0] : undefined;
  if (facts.selection === 'PROMPT_TO_SELECT') return only;
  if (!facts.hasOrder) return only;
  const first = facts.devices[0];
  return first?.unusable ? undefined : first;
}

/** One step of a flow. Throws an `ApiError` where the event changes nothing. Pure. */
export function stepFlow(flow: Flow, event: FlowEvent, facts: Facts): Step {
  if (flow.status === 'COMPLETED' || flow.status === 'FAILED') {
    throw wrongState('status', `The authentication has ended: its status is ${flow.status}.`);
  }
  if (!ALLOWED[event.type === 'answer' ? event.answer : event.type].includes(flow.status)) {
    throw wrongState('status', `The status ${flow.status} does not allow this action.`);
  }
  const closed = whyClosed(facts);
  if (closed && !(closed === 'MFA_DISABLED' && flow.oneTime)) {
    const detail = closed === 'MFA_DISABLED' ? closed : 'INVALID_STATE';
    return {
      flow: failed(flow, closed, facts),
      effects: [updated('FAILED')],
      refusal: invalidData(detail, 'user.id', { message: FAILURES[closed] }),
    };
  }
  switch (event.type) {
    case 'select':
      return runDevice(flow, usableDevice(event.deviceId, 'device.id', facts), facts, []);
    case 'cancel':
      return {
        flow: touched(without(flow, 'challenge'), 'DEVICE_SELECTION_REQUIRED', facts.now),
        effects: [updated('SUCCESS')],
      };
    case 'answer':
      return flow.oneTime ? answerOneTime(flow, event, facts) : answerDevice(flow, event, facts);
  }
}

const ANY_OPEN: readonly FlowStatus[] = [
  'DEVICE_SELECTION_REQUIRED',
  'OTP_REQUIRED',
  'ASSERTION_REQUIRED',
  'PUSH_CONFIRMATION_REQUIRED',
  'PUSH_CONFIRMATION_TIMED_OUT',
];

/** The statuses in which an action is possible; contract §2.8. */
const ALLOWED: Record<'select' | 'cancel' | AnswerKind, readonly FlowStatus[]> = {
  select: ANY_OPEN,
  otp: ['OTP_REQUIRED'],
  assertion: ['ASSERTION_REQUIRED'],
  cancel: ['PUSH_CONFIRMATION_REQUIRED'],
};

/** Whether this action can be tried at all in this status; lets a caller skip costly checks. */
export function canAnswer(flow: Flow, answer: AnswerKind): boolean {
  return ALLOWED[answer].includes(flow.status);
}

function runDevice(flow: Flow, device: FlowDevice, { now }: Facts, effects: Effect[]): Step {
  const questions = (flow.questions ?? 0) + 1;
  if (questions > QUESTIONS_MAX) {
    throw limitExceeded('device.id', 'The flow has asked too often: start another.', QUESTIONS_MAX);
  }
  const next = without(flow, 'oneTime', 'oneTimeFailures', 'challenge');
  return {
    flow: { ...touched(next, device.waitingStatus, now), selectedDeviceId: device.id, questions },
    effects: [
      ...(effects.length > 0 ? effects : [updated('SUCCESS', device.id)]),
      { type: 'ask', deviceId: device.id },
    ],
  };
}

type Answer = Extract<FlowEvent, { type: 'answer' }>;

const CHECKS = {
  otp: {
    success: 'OTP.CHECK_SUCCESS',
    invalid: 'OTP.CHECK_INVALID',
    failed: 'OTP.CHECK_FAILED',
  },
  assertion: {
    success: 'ASSERTION.CHECK_SUCCESS',
    invalid: 'ASSERTION.CHECK_FAILED',
    failed: 'ASSERTION.CHECK_FAILED',
  },
} as const;

function answerDevice(flow: Flow, event: Answer, facts: Facts): Step {
  const device = facts.devices.find(({ id }) => id === flow.selectedDeviceId);
  if (!device || device.unusable) {
    return {
      flow: afterLosing(flow, flow.selectedDeviceId, facts),
      effects: [updated('FAILED')],
      refusal: device?.unusable
        ? unusableError(device, device.unusable, event.answer)
        : invalidData('DEVICE_NOT_USABLE', event.answer),
    };
  }
  if (event.verdict === 'EXPIRED') throw invalidData('OTP_EXPIRED', event.answer);
  if (event.verdict === 'VERIFIED') {
    const { credential } = event;
    return {
      flow: completed(flow, device.amr, facts.now),
      effects: [
        { type: 'deviceProved', deviceId: device.id, credential },
        { type: 'userProved' },
        record(CHECKS[event.answer].success, 'SUCCESS', device.id),
        updated('SUCCESS', device.id),
      ],
    };
  }
  return rejectedByDevice(flow, event.answer, device, facts);
}

function rejectedByDevice(flow: Flow, answer: AnswerKind, device: FlowDevice, facts: Facts): Step {
  const { now } = facts;
  const failures = device.failures + 1;
  const atLimit = failures >= device.limit.count;
  const locks = atLimit && device.limit.coolDownMs > 0;
  const lockExpiresAt = now + device.limit.coolDownMs;
  const effects: Effect[] = [
    // At the limit the count begins anew: the lock, or the failed flow, was its consequence.
    { type: 'deviceFailed', deviceId: device.id, failures: atLimit ? 0 : failures },
    record(atLimit ? CHECKS[answer].failed : CHECKS[answer].invalid, 'FAILED', device.id),
  ];
  if (locks) {
    const lock = { reason: 'OTP', expiresAt: lockExpiresAt } as const;
    effects.push({ type: 'deviceLocked', deviceId: device.id, ...lock });
    effects.push(record('DEVICE.LOCKED', 'SUCCESS', device.id));
  }
  const userLocked = countUserFailure(facts, effects);
  const refusal = locks
    ? lockedError(answer, lockExpiresAt)
    : wrongAnswer(answer, userLocked ? 0 : device.limit.count - failures);

  if (userLocked) return { flow: failed(flow, 'USER_LOCKED', facts), effects, refusal };
  if (locks) return { flow: afterLosing(flow, device.id, facts), effects, refusal };
  if (atLimit) return { flow: failed(flow, 'OTP_LIMIT_REACHED', facts), effects, refusal };
  return { flow: touched(flow, flow.status, now), effects, refusal };
}

/** `mfaSettings.lockout`: too many wrong answers over all devices lock the account. */
function countUserFailure({ lockout, user, now }: Facts, effects: Effect[]): boolean {
  if (!lockout) return false;
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

/** A one-time target is nobody's device: its tries end the flow and lock nothing; §2.9. */
function answerOneTime(flow: Flow, event: Answer, facts: Facts): Step {
  const { oneTime, now } = facts;
  if (!oneTime?.methodEnabled) {
    return {
      flow: failed(flow, 'NO_USABLE_DEVICES', facts),
      effects: [updated('FAILED')],
      refusal: invalidData('METHOD_DISABLED', event.answer),
    };
  }
  if (event.verdict === 'EXPIRED') throw invalidData('OTP_EXPIRED', event.answer);
  if (event.verdict === 'VERIFIED') {
    return {
      flow: completed(flow, oneTime.amr, now),
      effects: [record(CHECKS[event.answer].success, 'SUCCESS'), updated('SUCCESS')],
    };
  }
  const failures = (flow.oneTimeFailures ?? 0) + 1;
  const atLimit = failures >= oneTime.limit.count;
  const counted = { ...flow, oneTimeFailures: failures };
  return {
    flow: atLimit
      ? failed(counted, 'OTP_LIMIT_REACHED', facts)
      : touched(counted, flow.status, now),
    effects: [record(atLimit ? 'OTP.CHECK_FAILED' : 'OTP.CHECK_INVALID', 'FAILED')],
    refusal: wrongAnswer(event.answer, oneTime.limit.count - failures),
  };
}

const FAILURES = {
  USER_LOCKED: 'The account of the user is locked.',
  USER_DISABLED: 'The account of the user is disabled.',
  MFA_DISABLED: 'The user is not enabled for multi-factor authentication.',
  OTP_LIMIT_REACHED: 'Too many wrong passcodes were given.',
  NO_USABLE_DEVICES: 'No device of the user can authenticate now.',
} as const;

/** Why nobody can authenticate as this user now; undefined: the door is open. */
function whyClosed({ user, ignoreUserLock }: Facts) {
  if (!user.enabled) return 'USER_DISABLED';
  if (user.locked && !ignoreUserLock) return 'USER_LOCKED';
  return user.mfaEnabled ? undefined : 'MFA_DISABLED';
}

/** After the selected device was lost: choose another, or fail where there is none; U2. */
function afterLosing(flow: Flow, lostId: string | undefined, facts: Facts): Flow {
  const another = facts.devices.some((device) => device.id !== lostId && !device.unusable);
  return another
    ? touched(without(flow, 'challenge'), 'DEVICE_SELECTION_REQUIRED', facts.now)
    : failed(flow, 'NO_USABLE_DEVICES', facts);
}

function usableDevice(deviceId: string, target: string, facts: Facts): FlowDevice {
  const device = facts.devices.find(({ id }) => id === deviceId);
  if (!device) throw invalidData('INVALID_VALUE', target);
  if (device.unusable) throw unusableError(device, device.unusable, target);
  return device;
}

const UNUSABLE: Record<UnusableReason, ErrorDetailCode> = {
  BLOCKED: 'DEVICE_BLOCKED',
  LOCKED: 'DEVICE_LOCKED',
  METHOD_DISABLED: 'METHOD_DISABLED',
  NOTIFICATION_LIMIT: 'DEVICE_NOT_USABLE',
};

function unusableError(device: FlowDevice, reason: UnusableReason, target: string): ApiError {
  if (reason === 'LOCKED' && device.lockExpiresAt !== undefined) {
    return lockedError(target, device.lockExpiresAt);
  }
  return invalidData(UNUSABLE[reason], target);
}

function lockedError(target: string, expiresAt: Instant): ApiError {
  const innerError = { coolDownExpiresAt: toTimestamp(expiresAt) };
  return invalidData('DEVICE_LOCKED', target, { innerError });
}

function wrongAnswer(answer: AnswerKind, attemptsRemaining: number): ApiError {
  const code = answer === 'otp' ? 'INVALID_OTP' : 'INVALID_ASSERTION';
  const innerError = { attemptsRemaining: Math.max(0, attemptsRemaining) };
  return new ApiError('INVALID_DATA', [errorDetail(code, answer, { innerError })]);
}

function record(
  action: Extract<Effect, { type: 'record' }>['action'],
  result: 'SUCCESS' | 'FAILED',
  deviceId?: string,
): Effect {
  return { type: 'record', action, result, ...(deviceId === undefined ? {} : { deviceId }) };
}

const updated = (result: 'SUCCESS' | 'FAILED', deviceId?: string): Effect =>
  record('AUTHENTICATION.UPDATED', result, deviceId);

function touched(flow: Flow, status: FlowStatus, now: Instant): Flow {
  return { ...flow, status, updatedAt: now, expiresAt: now + FLOW_IDLE_MS };
}

function ended(flow: Flow, status: 'COMPLETED' | 'FAILED', now: Instant): Flow {
  const next = without(flow, 'challenge');
  return { ...next, status, updatedAt: now, expiresAt: now + FLOW_FINISHED_MS };
}

/** `authenticators`: what the method proves, then `mfa`; contract §6. */
function completed(flow: Flow, amr: readonly string[], now: Instant): Flow {
  return { ...ended(flow, 'COMPLETED', now), authenticators: [...amr, 'mfa'] };
}

function failed(flow: Flow, code: keyof typeof FAILURES, { devices, now }: Facts): Flow {
  const unavailable = devices.map(({ id }) => ({ id }));
  return {
    ...ended(flow, 'FAILED', now),
    error: {
      code,
      message: FAILURES[code],
      ...(code === 'NO_USABLE_DEVICES' ? { unavailableDevices: unavailable } : {}),
    },
  };
}

function without<K extends keyof Flow>(flow: Flow, ...names: K[]): Omit<Flow, K> & Flow {
  const rest = { ...flow };
  for (const name of names) delete rest[name];
  return rest;
}
