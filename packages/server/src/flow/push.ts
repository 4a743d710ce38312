/**
 * What becomes of a push: unanswered, denied, cancelled. Each counts toward the device's limit,
 * and too many within a time lock it, so that nobody is worn down by requests; contract §2.7.3.
 * Pure.
 */
import type { Flow } from '../model/documents.ts';
import type { Effect } from './effect.ts';
import type { Facts, FlowDevice } from './facts.ts';
import { completed, failed, record, type Step, touched, updated, without } from './flow-states.ts';
import { countUserFailure } from './user-failure.ts';

/** The effects of a push that came to nothing; at the limit the device is locked. */
function countPushFailure(device: FlowDevice, { now }: Facts): Effect[] {
  const { push, id: deviceId } = device;
  if (!push) return [];
  const { count, periodMs, lockMs } = push.limit;
  const fails = [...push.fails.filter((at) => at > now - periodMs), now];
  if (fails.length < count) return [{ type: 'pushFailed', deviceId, fails }];
  return [
    // The lock was their consequence: after it they count no more.
    { type: 'pushFailed', deviceId, fails: [] },
    { type: 'deviceLocked', deviceId, reason: 'PUSH', expiresAt: now + lockMs },
    record('DEVICE.LOCKED', 'SUCCESS', deviceId),
  ];
}

const selectedOf = (flow: Flow, { devices }: Facts) =>
  devices.find(({ id }) => id === flow.selectedDeviceId);

/** Whether the device that stands for its user still may: it was not blocked, removed, forbidden. */
export function mayAuthorize(flow: Flow, facts: Facts): boolean {
  const device = selectedOf(flow, facts);
  return device?.authorizes === true && !device.unusable;
}

/** The phone has the question: from here on it is its user who has time, until the answer is due. */
export function reachPush(flow: Flow): Flow {
  const { challenge, status } = flow;
  const answerBy = challenge?.state.answerBy;
  const waits = status === 'PUSH_CONFIRMATION_REQUIRED' && typeof answerBy === 'number';
  if (!challenge || !waits || (challenge.expiresAt ?? 0) >= answerBy) return flow;
  return { ...flow, challenge: { ...challenge, expiresAt: answerBy } };
}

/** A push that waits no longer, because something else is done: cancelled, another device. */
export function abandonPush(flow: Flow, facts: Facts): Effect[] {
  const device = selectedOf(flow, facts);
  const waits = flow.status === 'PUSH_CONFIRMATION_REQUIRED' && !flow.silent;
  return waits && device ? countPushFailure(device, facts) : [];
}

/** `cancel.push.authentication`; contract §2.5.4. */
export function cancelPush(flow: Flow, facts: Facts): Step {
  return {
    flow: touched(without(flow, 'challenge', 'silent'), 'DEVICE_SELECTION_REQUIRED', facts.now),
    effects: [
      updated('SUCCESS', flow.selectedDeviceId),
      record('NOTIFICATION.UPDATED', 'SUCCESS', flow.selectedDeviceId),
      ...abandonPush(flow, facts),
    ],
  };
}

/** Nobody answered in time. */
export function expirePush(flow: Flow, facts: Facts): Step {
  const { selectedDeviceId } = flow;
  if (flow.silent === 'permissive' && mayAuthorize(flow, facts)) {
    return {
      flow: completed(flow, { method: ['swk'] }, facts.now),
      effects: [updated('SUCCESS', selectedDeviceId)],
    };
  }
  if (flow.silent) {
    return {
      flow: failed(flow, 'DEVICE_AUTHORIZATION_FAILED', facts),
      effects: [updated('FAILED', selectedDeviceId)],
    };
  }
  return {
    flow: touched(without(flow, 'challenge'), 'PUSH_CONFIRMATION_TIMED_OUT', facts.now),
    effects: [updated('FAILED', selectedDeviceId), ...abandonPush(flow, facts)],
  };
}

/** The credential after an answer that was no proof. */
export function movedOn(deviceId: string, credential?: Record<string, unknown>): Effect[] {
  return credential ? [{ type: 'deviceMoved', deviceId, credential }] : [];
}

export interface Denial {
  isFraud: boolean;
  /** Nobody said no: another number was given than the one that the application shows. */
  isWrongNumber?: true;
  credential?: Record<string, unknown>;
}

/** The code that callers know; the reason tells it apart from the user's no (decision 0018). */
const NUMBER_MISMATCH = {
  code: 'PUSH_DENIED',
  message: 'A wrong number was given on the device.',
  reason: 'NUMBER_MISMATCH',
} as const;

/** The user, or a wrong number, said no. */
export function denyPush(flow: Flow, device: FlowDevice, denial: Denial, facts: Facts): Step {
  const { isFraud, isWrongNumber, credential } = denial;
  if (flow.silent) {
    return {
      flow: failed(flow, 'DEVICE_AUTHORIZATION_FAILED', facts),
      effects: [updated('FAILED', device.id), ...movedOn(device.id, credential)],
    };
  }
  const ended = failed(flow, isFraud ? 'FRAUD_REPORTED' : 'PUSH_DENIED', facts);
  const effects = [
    ...(isFraud ? [record('DEVICE.FRAUD_REPORTED', 'SUCCESS', device.id)] : []),
    ...(isWrongNumber ? [record('DEVICE.NUMBER_MISMATCH', 'FAILED', device.id)] : []),
    updated('FAILED', device.id),
    ...movedOn(device.id, credential),
    ...countPushFailure(device, facts),
  ];
  countUserFailure(facts, effects);
  return { flow: isWrongNumber ? { ...ended, error: NUMBER_MISMATCH } : ended, effects };
}
