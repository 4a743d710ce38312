/** A small world for the tests of the flow: facts, and how effects and outside events change them. */
import type { Flow } from '../model/documents.ts';
import {
  type FlowEvent,
  type StartRequest,
  type Step,
  startFlow,
  stepFlow,
} from './device-authentication.ts';
import type { Effect } from './effect.ts';
import type { Facts, FlowDevice, FlowUser, OneTimeFacts, RecoveryFacts } from './facts.ts';

/** The limit of every device and of the one-time target. */
export const LIMIT = { count: 2, coolDownMs: 120_000 };
export const LOCKOUT = { failureCount: 3, durationMs: 300_000 };
export const DEVICES = ['otp-1', 'otp-2', 'push', 'key'] as const;

/** How many pushes may come to nothing until the device is locked. */
export const PUSH_LIMIT = { count: 2, periodMs: 600_000, lockMs: 1_800_000 };

const DEVICE: Omit<FlowDevice, 'id'> = {
  waitingStatus: 'OTP_REQUIRED',
  answers: ['otp'],
  amr: ['otp'],
  failures: 0,
  limit: LIMIT,
};

const USER: FlowUser = {
  id: 'user',
  enabled: true,
  locked: false,
  mfaEnabled: true,
  failures: 0,
};

const NO_TARGET: OneTimeFacts = { methodEnabled: false, amr: [], limit: LIMIT, failures: 0 };

export const NO_RECOVERY: RecoveryFacts = { limit: LIMIT, failures: 0 };

/** The world at the beginning: four usable devices, an open user. */
export function aWorld(more: Partial<Facts> = {}): Facts {
  return {
    now: 1_000_000,
    user: USER,
    devices: [
      { ...DEVICE, id: 'otp-1' },
      { ...DEVICE, id: 'otp-2' },
      {
        ...DEVICE,
        id: 'push',
        waitingStatus: 'PUSH_CONFIRMATION_REQUIRED',
        answers: ['push', 'otp'],
        amr: ['mca', 'user'],
        push: { fails: [], limit: PUSH_LIMIT },
        authorizes: true,
      },
      { ...DEVICE, id: 'key', waitingStatus: 'ASSERTION_REQUIRED', answers: ['assertion'] },
    ],
    hasOrder: true,
    selection: 'DEFAULT_TO_FIRST',
    ignoreUserLock: false,
    lockout: LOCKOUT,
    oneTime: { methodEnabled: true, amr: ['sms'], limit: LIMIT, failures: 0 },
    ...more,
  };
}

export function aBase(more: Partial<Flow> = {}): Omit<Flow, 'status'> {
  const now = 1_000_000;
  return {
    userId: 'user',
    policyId: 'policy',
    createdAt: now,
    updatedAt: now,
    expiresAt: now + 900_000,
    ...more,
  };
}

/** What happens to the user and his devices while a flow is open. */
export type OutsideEvent =
  | 'LOCK_USER'
  | 'DISABLE_USER'
  | 'MFA_OFF'
  | 'BLOCK'
  | 'BLOCK_PHONE'
  | 'FORBID_PHONE'
  | 'LATER'
  | 'REMOVE';

export interface World {
  facts: Facts;
  /** When the account's lock ends; absent: it isn't locked, or without an end. */
  unlockAt?: number;
  flow: Flow;
  /** Whether the question that the flow waits on was asked after the last change of device. */
  asked: boolean;
}

export function begin(
  facts: Facts,
  base: StartRequest['base'] = aBase(),
  deviceId?: string,
): World {
  const step = startFlow({ base, ...(deviceId === undefined ? {} : { deviceId }) }, facts);
  return apply({ facts, flow: step.flow, asked: false }, step);
}

/** The world after a step was saved. */
export function apply(world: World, { flow, effects }: Step): World {
  let next: World = { ...world, flow };
  for (const effect of effects) next = applyEffect(next, effect);
  return next;
}

function changeDevice(facts: Facts, id: string, change: Partial<FlowDevice>): Facts {
  const devices = facts.devices.map((one) => (one.id === id ? { ...one, ...change } : one));
  return { ...facts, devices };
}

function changeUser(world: World, change: Partial<FlowUser>): World {
  const { user = USER } = world.facts;
  return { ...world, facts: { ...world.facts, user: { ...user, ...change } } };
}

function applyEffect(world: World, effect: Effect): World {
  const { facts } = world;
  switch (effect.type) {
    case 'ask':
    case 'askOneTime':
    case 'askAnyone':
      return { ...world, asked: true };
    case 'deviceProved':
      return { ...world, facts: changeDevice(facts, effect.deviceId, { failures: 0 }) };
    case 'deviceMoved':
    case 'withheld':
      return world;
    case 'deviceBlocked':
      return { ...world, facts: changeDevice(facts, effect.deviceId, { unusable: 'BLOCKED' }) };
    case 'pushFailed': {
      const push = { fails: effect.fails, limit: PUSH_LIMIT };
      return { ...world, facts: changeDevice(facts, effect.deviceId, { push }) };
    }
    case 'deviceFailed': {
      const { deviceId, failures } = effect;
      return { ...world, facts: changeDevice(facts, deviceId, { failures }) };
    }
    case 'deviceLocked': {
      const { deviceId, expiresAt } = effect;
      const change = { unusable: 'LOCKED', lockExpiresAt: expiresAt } as const;
      return { ...world, facts: changeDevice(facts, deviceId, change) };
    }
    case 'userProved':
      return changeUser(world, { failures: 0 });
    case 'userFailed':
      return changeUser(world, { failures: effect.failures });
    case 'userLocked': {
      const { unlockAt } = effect;
      return {
        ...changeUser(world, { locked: true }),
        ...(unlockAt === undefined ? {} : { unlockAt }),
      };
    }
    case 'targetTried': {
      const { type: _type, ...tries } = effect;
      const { lockExpiresAt: _former, ...oneTime } = facts.oneTime ?? NO_TARGET;
      return { ...world, facts: { ...facts, oneTime: { ...oneTime, ...tries } } };
    }
    case 'recoveryTried': {
      const { type: _type, ...tries } = effect;
      const recovery = { limit: LIMIT, ...tries };
      return { ...world, facts: { ...facts, recovery } };
    }
    case 'record':
      return world;
  }
}

/** Time passes: locks that have ended are none. */
function later(world: World, milliseconds: number): World {
  const now = world.facts.now + milliseconds;
  const devices = world.facts.devices.map((device) => {
    if (device.unusable !== 'LOCKED' || now < (device.lockExpiresAt ?? 0)) return device;
    const { unusable: _unusable, lockExpiresAt: _until, ...rest } = device;
    return rest;
  });
  const { lockExpiresAt = 0, ...target } = world.facts.oneTime ?? NO_TARGET;
  const oneTime = now < lockExpiresAt ? { ...target, lockExpiresAt } : target;
  const { lockExpiresAt: waits = 0, ...tried } = world.facts.recovery ?? NO_RECOVERY;
  const recovery =
    world.facts.recovery && (now < waits ? { ...tried, lockExpiresAt: waits } : tried);
  const ends = world.unlockAt !== undefined && now >= world.unlockAt;
  const { user = USER } = world.facts;
  const { unlockAt, ...rest } = world;
  return {
    ...rest,
    ...(ends || unlockAt === undefined ? {} : { unlockAt }),
    facts: {
      ...world.facts,
      now,
      devices,
      oneTime,
      ...(recovery ? { recovery } : {}),
      user: ends ? { ...user, locked: false } : user,
    },
  };
}

export function happen(world: World, event: OutsideEvent): World {
  const { facts, flow } = world;
  // What befalls a phone that nothing waits for is what befalls any device.
  if (event.endsWith('_PHONE') && flow.selectedDeviceId !== 'push') return world;
  const change = (user: Partial<FlowUser>) => changeUser(world, user);
  switch (event) {
    case 'LOCK_USER':
      return change({ locked: true });
    case 'DISABLE_USER':
      return change({ enabled: false });
    case 'MFA_OFF':
      return change({ mfaEnabled: false });
    case 'BLOCK':
      return { ...world, facts: changeDevice(facts, 'otp-1', { unusable: 'BLOCKED' }) };
    case 'BLOCK_PHONE':
      return { ...world, facts: changeDevice(facts, 'push', { unusable: 'BLOCKED' }) };
    case 'FORBID_PHONE':
      return {
        ...world,
        facts: { ...facts, devices: facts.devices.map(({ authorizes: _no, ...rest }) => rest) },
      };
    case 'LATER':
      return later(world, LIMIT.coolDownMs);
    case 'REMOVE':
      return {
        ...world,
        facts: { ...facts, devices: facts.devices.filter(({ id }) => id !== 'otp-2') },
      };
  }
}

/** Runs an event on the world; undefined: it was refused and nothing changed. */
export function tryStep(world: World, event: FlowEvent): { world: World; step: Step } | Error {
  try {
    const step = stepFlow(world.flow, event, world.facts);
    return { world: apply(world, step), step };
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
