/** The effects of a transition as writes of one change: the flow's guard holds them together. */
import { ApiError } from '../../errors/api-error.ts';
import type { Step } from '../../flow/device-authentication.ts';
import type { Effect } from '../../flow/effect.ts';
import type { Asked } from '../../methods/authentication-method.ts';
import type { Device, Flow, User } from '../../model/documents.ts';
import { messageWrite } from '../../notifications/outbox.ts';
import type { Stored, Write } from '../../storage/store.ts';
import { activityWrite, actorOf } from '../activity.ts';
import { methodDevice } from '../devices/device-view.ts';
import { blockOf } from '../method-context.ts';
import type { OperationRequest } from '../operation.ts';
import { contextOf, type World, type WorldDevice } from './flow-world.ts';

/** A saved step: the writes, and the flow as it will be read. */
export interface Saved {
  writes: Write[];
  flow: Stored<Flow>;
  /** The devices after the step, for the answer. */
  world: World;
}

/** What `step` wants, where `before` is the flow that was read (absent: it is new). */
export async function writesOf(
  id: string,
  before: Stored<Flow> | undefined,
  step: Step,
  world: World,
  request: OperationRequest,
): Promise<Saved> {
  const environmentId = world.configuration.environment.id;
  const asked = await ask(id, step, world);
  const doc = asked ? { ...step.flow, challenge: asked.challenge } : step.flow;
  const flow: Stored<Flow> = { environmentId, id, version: (before?.version ?? 0) + 1, doc };
  const own: Write = before
    ? { op: 'update', table: 'flows', environmentId, id, version: before.version, doc }
    : { op: 'insert', table: 'flows', environmentId, id, doc };
  return {
    flow,
    world: after(world, step.effects),
    writes: [
      own,
      ...changesOf(step.effects, world),
      ...deliveryOf(asked, world),
      ...recordsOf(id, step.effects, world, request),
    ],
  };
}

/** Asks the question that the step wants asked, of the device or of the one-time target. */
async function ask(flowId: string, step: Step, world: World): Promise<Asked | undefined> {
  const effect = step.effects.find(({ type }) => type === 'ask' || type === 'askOneTime');
  if (!effect) return undefined;
  const { notification, oneTime } = step.flow;
  const request = { purpose: 'AUTHENTICATION' as const, ...(notification ? { notification } : {}) };
  if (effect.type === 'ask') {
    const { row, method, block } = deviceIn(world, effect.deviceId);
    return method.challenge(methodDevice(row), request, contextOf(world, block));
  }
  const method = oneTime && world.parts.methods.get(oneTime.type);
  if (!method) throw new ApiError('UNEXPECTED_ERROR');
  const block = blockOf(world.policy, method);
  return method.challenge({ id: flowId, ...oneTime }, request, contextOf(world, block));
}

function deviceIn({ devices }: World, deviceId: string): WorldDevice {
  const device = devices.find(({ row }) => row.id === deviceId);
  if (!device) throw new ApiError('UNEXPECTED_ERROR');
  return device;
}

/** The device after the effects that name it. Pure. */
function deviceAfter({ id, doc }: Stored<Device>, effects: readonly Effect[], now: number): Device {
  let next = doc;
  for (const effect of effects) {
    if (!('deviceId' in effect) || effect.deviceId !== id) continue;
    if (effect.type === 'deviceProved') {
      const { lock: _lock, ...rest } = next;
      next = { ...rest, failures: 0, credential: effect.credential };
    } else if (effect.type === 'deviceFailed') {
      next = { ...next, failures: effect.failures, updatedAt: now };
    } else if (effect.type === 'deviceLocked') {
      const { reason, expiresAt } = effect;
      next = { ...next, lock: { reason, expiresAt }, updatedAt: now };
    }
  }
  // A proof that moves nothing (a sent code, no failures before) needs no write.
  const moved =
    next.failures !== doc.failures || next.lock !== doc.lock || next.credential !== doc.credential;
  return moved ? next : doc;
}

function userAfter({ doc }: Stored<User>, effects: readonly Effect[], now: number): User {
  let next = doc;
  for (const effect of effects) {
    if (effect.type === 'userProved' && doc.mfaFailures > 0) next = { ...next, mfaFailures: 0 };
    if (effect.type === 'userFailed') next = { ...next, mfaFailures: effect.failures };
    if (effect.type === 'userLocked') {
      const { unlockAt } = effect;
      const lock = { lockedAt: now, ...(unlockAt === undefined ? {} : { unlockAt }) };
      next = { ...next, lock, updatedAt: now };
    }
  }
  return next;
}

function changesOf(effects: readonly Effect[], { devices, user, facts }: World): Write[] {
  const { now } = facts;
  const writes: Write[] = [];
  for (const { row } of devices) {
    const doc = deviceAfter(row, effects, now);
    const { environmentId, id, version } = row;
    if (doc !== row.doc)
      writes.push({ op: 'update', table: 'devices', environmentId, id, version, doc });
  }
  const doc = userAfter(user, effects, now);
  if (doc !== user.doc) {
    const { environmentId, id, version } = user;
    writes.push({ op: 'update', table: 'users', environmentId, id, version, doc });
  }
  return writes;
}

/** The writes of a failed try that makes no flow (a wrong code given with the start). */
export function writesWithoutFlow(
  flowId: string,
  effects: readonly Effect[],
  world: World,
  request: OperationRequest,
): Write[] {
  return [...changesOf(effects, world), ...recordsOf(flowId, effects, world, request)];
}

function deliveryOf(asked: Asked | undefined, { parts, configuration, facts }: World): Write[] {
  if (!asked?.delivery) return [];
  return [
    messageWrite({
      vault: parts.keyring,
      environmentId: configuration.environment.id,
      delivery: asked.delivery,
      kind: 'DEVICE_AUTHENTICATION',
      now: facts.now,
    }),
  ];
}

function recordsOf(
  flowId: string,
  effects: readonly Effect[],
  { configuration, user, facts }: World,
  request: OperationRequest,
): Write[] {
  const actor = actorOf(request);
  return effects.flatMap((effect) => {
    if (effect.type !== 'record') return [];
    const { action, result, deviceId } = effect;
    const resource = resourceOf(action, flowId, user.id, deviceId);
    const record = {
      action,
      actor,
      resource,
      userId: user.id,
      correlationId: request.correlationId,
      result,
      ...(deviceId === undefined ? {} : { data: { deviceId } }),
    };
    return [activityWrite(configuration.environment.id, record, facts.now)];
  });
}

function resourceOf(action: string, flowId: string, userId: string, deviceId?: string) {
  if (action.startsWith('DEVICE.') && deviceId !== undefined) {
    return { type: 'DEVICE', id: deviceId };
  }
  if (action.startsWith('USER.')) return { type: 'USER', id: userId };
  return { type: 'AUTHENTICATION', id: flowId };
}

/** The world as the answer shows it: a device that this step has locked is among the blocked. */
function after(world: World, effects: readonly Effect[]): World {
  const locked = effects.find(({ type }) => type === 'deviceLocked');
  if (!locked || !('deviceId' in locked)) return world;
  const devices = world.devices.map((device) =>
    device.row.id === locked.deviceId
      ? { ...device, seen: { ...device.seen, unusable: 'LOCKED' as const } }
      : device,
  );
  return { ...world, devices };
}
