/** The moves of a flow between its states, and the records of them. Pure. */
import { FLOW_FINISHED_MS, FLOW_IDLE_MS } from '../config/limits.ts';
import type { ApiError } from '../errors/api-error.ts';
import type { Flow, FlowStatus } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import type { Effect, FlowAction } from './effect.ts';
import type { Facts } from './facts.ts';

export interface Step {
  flow: Flow;
  effects: Effect[];
  /** What the caller is told instead of the flow, after the step was saved. */
  refusal?: ApiError;
}

/** `error` of a FAILED flow; contract §11. */
export const FAILURES = {
  USER_LOCKED: 'The account of the user is locked.',
  USER_DISABLED: 'The account of the user is disabled.',
  MFA_DISABLED: 'The user is not enabled for multi-factor authentication.',
  OTP_LIMIT_REACHED: 'Too many wrong passcodes were given.',
  ASSERTION_LIMIT_REACHED: 'Too many wrong assertions were given.',
  PUSH_DENIED: 'The user denied the request on the device.',
  FRAUD_REPORTED: 'The user reported the request as fraud.',
  DEVICE_AUTHORIZATION_FAILED: 'The device could not be authorized.',
  NO_USABLE_DEVICES: 'No device of the user can authenticate now.',
} as const;

export type FailureCode = keyof typeof FAILURES;

export function without<K extends keyof Flow>(flow: Flow, ...names: K[]): Omit<Flow, K> & Flow {
  const rest = { ...flow };
  for (const name of names) delete rest[name];
  return rest;
}

/** The flow goes on, and lives longer. */
export function touched(flow: Flow, status: FlowStatus, now: Instant): Flow {
  return { ...flow, status, updatedAt: now, expiresAt: now + FLOW_IDLE_MS };
}

function ended(flow: Flow, status: 'COMPLETED' | 'FAILED', now: Instant): Flow {
  const next = without(flow, 'challenge');
  return { ...next, status, updatedAt: now, expiresAt: now + FLOW_FINISHED_MS };
}

/** `authenticators`: what was proved, with `mfa` after the method's own; contract §6. */
export function completed(
  flow: Flow,
  { method, extra = [] }: { method: readonly string[]; extra?: readonly string[] },
  now: Instant,
): Flow {
  const authenticators = [...new Set([...method, 'mfa', ...extra])];
  return { ...ended(flow, 'COMPLETED', now), authenticators };
}

export function failed(flow: Flow, code: FailureCode, { devices, now }: Facts): Flow {
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

/** After the selected device was lost: choose another, or fail where there is none; U2. */
export function afterLosing(flow: Flow, lostId: string | undefined, facts: Facts): Flow {
  const another = facts.devices.some((device) => device.id !== lostId && !device.unusable);
  return another
    ? touched(without(flow, 'challenge'), 'DEVICE_SELECTION_REQUIRED', facts.now)
    : failed(flow, 'NO_USABLE_DEVICES', facts);
}

export function record(
  action: FlowAction,
  result: 'SUCCESS' | 'FAILED',
  deviceId?: string,
): Extract<Effect, { type: 'record' }> {
  return { type: 'record', action, result, ...(deviceId === undefined ? {} : { deviceId }) };
}

export const updated = (result: 'SUCCESS' | 'FAILED', deviceId?: string): Effect =>
  record('AUTHENTICATION.UPDATED', result, deviceId);
