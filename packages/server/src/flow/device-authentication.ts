/**
 * The state machine of a device authentication. Pure: (flow, event, facts) → (flow, effects).
 *
 * DEVICE_SELECTION_REQUIRED    the caller must choose: at the start (no default device, or the
 *                              policy asks), after the chosen device was lost, after a cancelled
 *                              push. Left by `select`.
 * OTP_REQUIRED                 a passcode is awaited. Left by a right one (COMPLETED), by the last
 *                              wrong one, by `select` (the same device: a new passcode).
 * ASSERTION_REQUIRED           the same for a signed assertion; the user may still be unknown.
 * PUSH_CONFIRMATION_REQUIRED   a phone is asked. Left by its yes (COMPLETED) or no (FAILED), by a
 *                              passcode that it makes, by `select`, `cancel` and `expire`.
 * PUSH_CONFIRMATION_TIMED_OUT  the phone didn't answer. Left by `select`, or by a passcode.
 * Each open one is left by `recover`, a code in place of a device, too: COMPLETED.
 * COMPLETED, FAILED            the end: nothing leaves them.
 *
 * An answer is judged only for a user who may authenticate and a device that may be used at that
 * moment: whoever was locked, disabled or blocked in mid-flow finds the door closed.
 *
 * Source: contract flows-and-devices §2.6, §2.8, §2.9.
 */
import { QUESTIONS_MAX } from '../config/limits.ts';
import { invalidData, limitExceeded, wrongState } from '../errors/api-error.ts';
import type { Flow, FlowStatus } from '../model/documents.ts';
import { addressError } from '../policy/notification-limits.ts';
import { type AnswerEvent, answerAnonymous, answerDevice, answerOneTime } from './answer.ts';
import type { Effect } from './effect.ts';
import type { AnswerKind, Facts, FlowDevice, TrustedDevice } from './facts.ts';
import {
  afterLosing,
  completed,
  FAILURES,
  failed,
  record,
  type Step,
  touched,
  updated,
  without,
} from './flow-states.ts';
import { abandonPush, cancelPush, expirePush } from './push.ts';
import { type RecoveryEvent, recover } from './recovery.ts';
import { lockedError, usableDevice, whyClosed } from './usability.ts';

export type { AnswerEvent, AnswerVerdict } from './answer.ts';
export type { Step } from './flow-states.ts';

export type FlowEvent =
  | { type: 'select'; deviceId: string }
  | AnswerEvent
  | { type: 'cancel' }
  | RecoveryEvent
  /** The time that a push may wait is over. */
  | { type: 'expire' };

/** What the request says of the flow that it starts. */
export interface StartRequest {
  base: Omit<Flow, 'status' | 'selectedDeviceId' | 'challenge' | 'authenticators' | 'error'>;
  deviceId?: string;
}

/** Starts a flow; contract §2.6. Throws an `ApiError` where no flow is to be made. Pure. */
export function startFlow({ base, deviceId }: StartRequest, facts: Facts): Step {
  const created = record('AUTHENTICATION.CREATED', 'SUCCESS');
  if (base.usernameless) {
    return {
      flow: { ...base, status: 'ASSERTION_REQUIRED', questions: 1 },
      effects: [created, { type: 'askAnyone' }],
    };
  }
  const closed = whyClosed(facts);
  if (closed === 'USER_DISABLED' || closed === 'USER_LOCKED') {
    return { flow: failed({ ...base, status: 'FAILED' }, closed, facts), effects: [created] };
  }
  if (base.oneTime) {
    if (!facts.oneTime?.methodEnabled) {
      throw invalidData('METHOD_DISABLED', 'selectedDevice.oneTime.type');
    }
    const { lockExpiresAt } = facts.oneTime;
    if (lockExpiresAt !== undefined) throw lockedError('selectedDevice.oneTime', lockExpiresAt);
    if (facts.oneTime.notificationLimit) throw addressError(facts.oneTime.notificationLimit);
    return {
      flow: { ...base, status: 'OTP_REQUIRED' },
      effects: [created, { type: 'askOneTime' }],
    };
  }
  if (closed === 'MFA_DISABLED') throw invalidData('MFA_DISABLED', 'user.id');
  const begun: Flow = { ...base, status: 'DEVICE_SELECTION_REQUIRED' };
  if (deviceId !== undefined) {
    const device = usableDevice(deviceId, 'selectedDevice.id', facts);
    const isAccessing = deviceId === facts.trusted?.deviceId;
    if (facts.trusted && isAccessing) return authorize(begun, device, facts.trusted, facts);
    return runDevice(begun, device, facts, [created]);
  }
  const usable = facts.devices.filter((device) => !device.unusable);
  const trusted = usable.find(({ id }) => id === facts.trusted?.deviceId);
  if (trusted && facts.trusted) return authorize(begun, trusted, facts.trusted, facts);
  const effects = [created, ...withheld(facts, usable)];
  if (usable.length === 0) {
    return { flow: failed(begun, 'NO_USABLE_DEVICES', facts), effects };
  }
  const chosen = deviceOf(facts, usable);
  return chosen ? runDevice(begun, chosen, facts, effects) : { flow: begun, effects };
}

/** What isn't sent because of a limit: to the device that would run, or to any where none is left. */
function withheld(facts: Facts, usable: readonly FlowDevice[]): Effect[] {
  const limited = facts.devices.filter(({ notificationLimit }) => notificationLimit);
  if (limited.length === 0) return [];
  const devices = facts.devices.map((device) => {
    const { unusable: _, ...free } = device;
    return device.notificationLimit ? free : device;
  });
  const free = devices.filter(({ unusable }: FlowDevice) => !unusable);
  const wanted = deviceOf({ ...facts, devices }, free);
  return limited.flatMap(({ id, notificationLimit }) => {
    if (!notificationLimit || (usable.length > 0 && id !== wanted?.id)) return [];
    return [{ type: 'withheld' as const, limit: notificationLimit }];
  });
}

/** The accessing device is the user's own: nothing more is asked of him; contract §2.2.7. */
function authorize(
  flow: Flow,
  device: FlowDevice,
  { verification }: TrustedDevice,
  facts: Facts,
): Step {
  const { id: deviceId } = device;
  const created = record('AUTHENTICATION.CREATED', 'SUCCESS');
  const selected = { ...flow, selectedDeviceId: deviceId };
  if (verification) {
    return runDevice({ ...selected, silent: verification }, device, facts, [created]);
  }
  return {
    flow: completed(selected, { method: ['swk'] }, facts.now),
    effects: [
      created,
      { type: 'deviceProved', deviceId },
      { type: 'userProved' },
      updated('SUCCESS', deviceId),
    ],
  };
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
  if (flow.usernameless) {
    if (event.type === 'answer') return answerAnonymous(flow, event, facts);
    throw wrongState('status', 'The user of the authentication is not known yet.');
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
      return selectDevice(flow, event.deviceId, facts);
    case 'cancel':
      return cancelPush(flow, facts);
    case 'expire':
      return expirePush(flow, facts);
    case 'recover':
      return recover(flow, event, facts);
    case 'answer':
      return flow.oneTime ? answerOneTime(flow, event, facts) : answerDevice(flow, event, facts);
  }
}

function selectDevice(flow: Flow, deviceId: string, facts: Facts): Step {
  const device = usableDevice(deviceId, 'device.id', facts);
  const effects = [updated('SUCCESS', deviceId), ...abandonPush(flow, facts)];
  for (const effect of effects) {
    // The push that it takes the place of was one too many: the device is asked no other.
    if (effect.type === 'deviceLocked' && effect.deviceId === deviceId) {
      const refusal = lockedError('device.id', effect.expiresAt);
      return { flow: afterLosing(without(flow, 'silent'), deviceId, facts), effects, refusal };
    }
  }
  return runDevice(without(flow, 'silent'), device, facts, effects);
}

const ANY_OPEN: readonly FlowStatus[] = [
  'DEVICE_SELECTION_REQUIRED',
  'OTP_REQUIRED',
  'ASSERTION_REQUIRED',
  'PUSH_CONFIRMATION_REQUIRED',
  'PUSH_CONFIRMATION_TIMED_OUT',
];

/** The statuses in which an action is possible; contract §2.8. */
const ALLOWED: Record<
  'select' | 'cancel' | 'expire' | 'recover' | AnswerKind,
  readonly FlowStatus[]
> = {
  select: ANY_OPEN,
  otp: ['OTP_REQUIRED', 'PUSH_CONFIRMATION_REQUIRED', 'PUSH_CONFIRMATION_TIMED_OUT'],
  assertion: ['ASSERTION_REQUIRED'],
  push: ['PUSH_CONFIRMATION_REQUIRED'],
  cancel: ['PUSH_CONFIRMATION_REQUIRED'],
  expire: ['PUSH_CONFIRMATION_REQUIRED'],
  recover: ANY_OPEN,
};

/** Whether this action can be tried at all in this status; lets a caller skip costly checks. */
export function canAnswer(flow: Flow, answer: AnswerKind): boolean {
  return ALLOWED[answer].includes(flow.status);
}

function runDevice(flow: Flow, device: FlowDevice, { now }: Facts, effects: Effect[]): Step {
  const questions = (flow.questions ?? 0) + 1;
  if (questions > QUESTIONS_MAX) {
    throw limitExceeded('The flow has asked too often: start another.', QUESTIONS_MAX);
  }
  const next = without(flow, 'oneTime', 'oneTimeFailures', 'challenge', 'counted');
  return {
    flow: { ...touched(next, device.waitingStatus, now), selectedDeviceId: device.id, questions },
    effects: [...effects, { type: 'ask', deviceId: device.id }],
  };
}
