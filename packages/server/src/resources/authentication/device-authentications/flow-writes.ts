/** The effects of a transition as writes of one change: the flow's guard holds them together. */
import { randomUUIDv7 } from 'node:crypto';
import {
  ENROLMENT_MS,
  ONE_TIME_TARGETS_COUNTED_MAX,
  ONE_TIME_TRIES_KEPT_MS,
} from '../../../config/limits.ts';
import { ApiError } from '../../../errors/api-error.ts';
import type { Step } from '../../../flow/device-authentication.ts';
import type { Effect } from '../../../flow/effect.ts';
import type {
  Asked,
  AuthenticationMethod,
  ChallengeRequest,
} from '../../../methods/authentication-method.ts';
import { defined } from '../../../model/defined.ts';
import type { Device, Flow, OneTimeTarget, User } from '../../../model/documents.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { movedToken, type TokenRow } from '../../devices/devices/device-token.ts';
import { methodDevice } from '../../devices/devices/device-view.ts';
import { codeMessage } from '../../devices/devices/pairing-messages.ts';
import { pairingCodeHash, pairingKeyDocument } from '../../devices/pairing-keys/new-pairing-key.ts';
import { activityWrite, type RequestOrigin } from '../../kit/activity.ts';
import { guardOf } from '../../kit/commit.ts';
import { blockOf } from '../../kit/method-context.ts';
import { findBy, insertRow, touchRow, updateRow } from '../../kit/rows.ts';
import { claimWrites } from '../../messages/limits/claims.ts';
import { rejection } from '../../messages/limits/send-within-limits.ts';
import { KIND } from './flow-limits.ts';
import { anonymousContextOf, contextOf, type World, type WorldDevice } from './flow-world.ts';

/** A saved step: the writes, and the flow as it will be read. */
export interface Saved {
  writes: Write[];
  flow: Stored<Flow>;
  /** The devices after the step, for the answer. */
  world: World;
  /** The devices to tell, once this is saved, that something happened in their flow. */
  wakes: readonly string[];
}

/** What `step` wants, where `before` is the flow that was read (absent: it is new). */
export async function writesOf(
  id: string,
  before: Stored<Flow> | undefined,
  step: Step,
  world: World,
  origin: RequestOrigin,
): Promise<Saved> {
  const environmentId = world.configuration.environment.id;
  const asked = await ask(id, step, world, origin.source?.ipAddress);
  const { now } = world.facts;
  const message = codeMessage(world.parts, asked?.delivery, {
    origin,
    environmentId,
    user: world.user,
    kind: KIND,
    now,
    limits: world.limits,
  });
  const { counted } = message;
  const doc = asked
    ? { ...step.flow, challenge: asked.challenge, ...defined({ counted }) }
    : step.flow;
  const flow: Stored<Flow> = { environmentId, id, version: (before?.version ?? 0) + 1, doc };
  const own = before ? updateRow('flows', before, doc) : insertRow('flows', flow);
  const changes = changesOf(step.effects, world, step.flow.oneTime);
  const rows = [...changes, ...turnOf(asked, changes, world)];
  return {
    flow,
    world: after(world, step.effects),
    wakes: wakesOf(before, asked),
    writes: [
      own,
      ...rows,
      // A start that only asks decides nothing that the answer doesn't decide again.
      ...(before || doc.status === 'COMPLETED'
        ? guardsOf([before?.doc, step.flow], rows, world)
        : []),
      ...(await enrolmentOf(doc, world)),
      ...recordsOf(id, step.effects, world, origin),
      ...message.writes,
      ...(doc.status === 'COMPLETED'
        ? await claimWrites(world.parts, environmentId, before?.doc.counted, now)
        : []),
    ],
  };
}

/** The device that is asked now, and the one that was asked and needn't answer any more. */
function wakesOf(before: Stored<Flow> | undefined, asked: Asked | undefined): string[] {
  const waited =
    before?.doc.status === 'PUSH_CONFIRMATION_REQUIRED' ? before.doc.selectedDeviceId : undefined;
  return [...new Set([waited, asked?.wakes].filter((id) => id !== undefined))];
}

/** Who asks a phone writes its row: two flows that do so at once see each other. */
function turnOf(asked: Asked | undefined, changes: readonly Write[], world: World): Write[] {
  const row = world.devices.find((device) => device.row.id === asked?.wakes)?.row;
  if (!row || changes.some((write) => write.table === 'devices' && write.id === row.id)) return [];
  return [touchRow('devices', row)];
}

/**
 * A step holds as long as the user and the device that it was decided on are as they were read:
 * whatever is counted, locked or disabled meanwhile makes it decide again.
 */
function guardsOf(
  flows: readonly (Flow | undefined)[],
  written: readonly Write[],
  { user, devices }: World,
): Write[] {
  const selected = new Set(flows.map((flow) => flow?.selectedDeviceId));
  const isWritten = ({ id }: { id: string }) => written.some((write) => write.id === id);
  const relied: Write[] = devices
    .filter(({ row }) => selected.has(row.id) && !isWritten(row))
    .map(({ row }) => guardOf('devices', row));
  return user && !isWritten(user) ? [...relied, guardOf('users', user)] : relied;
}

/** A phone that was not paired yet may be, once its user has authenticated; contract §2.2.7. */
async function enrolmentOf(
  { status, enrolment }: Flow,
  { parts, configuration, policy, user, facts }: World,
): Promise<Write[]> {
  if (status !== 'COMPLETED' || !enrolment || !user) return [];
  const { keyring } = parts;
  const environmentId = configuration.environment.id;
  const { applicationId, thumbprint } = enrolment;
  const code = `key:${thumbprint}`;
  // The phone may have been let before, and have made nothing of it: there is one key for it.
  const hash = pairingCodeHash(keyring, environmentId, code);
  const former = await findBy(parts, 'pairing_keys', environmentId, 'code_hash', hash);
  const id = former?.id ?? randomUUIDv7();
  const doc = pairingKeyDocument(keyring, {
    environmentId,
    id,
    code,
    userId: user.id,
    policyId: policy.id,
    applicationIds: [applicationId],
    lifetimeMs: ENROLMENT_MS,
    now: facts.now,
  });
  return former
    ? [updateRow('pairing_keys', former, doc)]
    : [insertRow('pairing_keys', { environmentId, id, doc })];
}

/** Asks the question that the step wants asked: of the device, of the one-time target, of anyone. */
async function ask(
  flowId: string,
  step: Step,
  world: World,
  address: string | undefined,
): Promise<Asked | undefined> {
  const { notification, oneTime, usernameless, options, silent } = step.flow;
  const request: ChallengeRequest = {
    purpose: 'AUTHENTICATION',
    flowId,
    ...defined({ notification, options, address }),
    ...(silent ? { silent: true } : {}),
  };
  for (const effect of step.effects) {
    if (effect.type === 'ask') {
      const { row, method, block } = deviceIn(world, effect.deviceId);
      const requester = await requesterOf(method, step.flow, world);
      const asked = { ...request, ...requester };
      return method.challenge(methodDevice(row), asked, contextOf(world, block));
    }
    if (effect.type === 'askOneTime' && oneTime) {
      const { method, block } = methodIn(world, oneTime.type);
      const requester = await requesterOf(method, step.flow, world);
      const asked = { ...request, ...requester };
      return method.challenge({ id: flowId, ...oneTime }, asked, contextOf(world, block));
    }
    if (effect.type === 'askAnyone' && usernameless) {
      const { method, block } = methodIn(world, usernameless.type);
      return method.usernameless?.challenge(request, anonymousContextOf(world, block));
    }
  }
  return undefined;
}

/** The application that the user is shown, or led back to: whose token the start came with. */
async function requesterOf(
  { namesRequester }: AuthenticationMethod,
  { startedBy: id }: Flow,
  { parts, configuration }: World,
): Promise<Pick<ChallengeRequest, 'requester'>> {
  if (!namesRequester || id === undefined) return {};
  const found = await parts.store.get('applications', configuration.environment.id, id);
  if (!found) return {};
  const { name, settings } = found.doc;
  const { homePageUrl } = settings;
  return { requester: { id, name, ...(typeof homePageUrl === 'string' ? { homePageUrl } : {}) } };
}

function methodIn({ parts, policy }: World, type: string) {
  const method = parts.methods.get(type);
  if (!method) throw new ApiError('UNEXPECTED_ERROR');
  return { method, block: blockOf(policy, method) };
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
    if ('deviceId' in effect && effect.deviceId === id) next = afterEffect(next, effect, now);
  }
  return next;
}

/** The token moves with its device's proof; else it is as it was when the answer was judged. */
function tokenWrite({ id }: Stored<Device>, token: TokenRow, effects: readonly Effect[]): Write {
  for (const effect of effects) {
    if (!('credential' in effect) || effect.deviceId !== id || !effect.credential) continue;
    return updateRow('oath_tokens', token, movedToken(token, effect.credential));
  }
  return guardOf('oath_tokens', token);
}

function afterEffect(doc: Device, effect: Effect, now: number): Device {
  // What proves a token's device moves on in the token.
  const moved = (credential: Device['credential'] | undefined) =>
    (doc.tokenId === undefined ? credential : undefined) ?? doc.credential;
  switch (effect.type) {
    case 'deviceProved': {
      const { lock, pushFails, failures, ...rest } = doc;
      const credential = moved(effect.credential);
      // A proof that moves nothing (a sent code, no failures before) needs no write.
      const isSame = !lock && !pushFails && failures === 0 && credential === doc.credential;
      return isSame ? doc : { ...rest, failures: 0, credential };
    }
    case 'deviceMoved':
      return { ...doc, credential: moved(effect.credential), updatedAt: now };
    case 'deviceFailed':
      return { ...doc, failures: effect.failures, updatedAt: now };
    case 'deviceLocked': {
      const { reason, expiresAt } = effect;
      return { ...doc, lock: { reason, expiresAt }, updatedAt: now };
    }
    case 'deviceBlocked':
      return {
        ...doc,
        credential: moved(effect.credential),
        block: { blockedAt: now },
        updatedAt: now,
      };
    case 'pushFailed': {
      const { pushFails: _before, ...rest } = doc;
      return effect.fails.length === 0
        ? { ...rest, updatedAt: now }
        : { ...rest, pushFails: [...effect.fails], updatedAt: now };
    }
    default:
      return doc;
  }
}

function userAfter(
  { doc }: Stored<User>,
  effects: readonly Effect[],
  target: OneTimeTarget | undefined,
  now: number,
): User {
  let next = doc;
  for (const effect of effects) {
    if (effect.type === 'userProved' && doc.mfaFailures > 0) next = { ...next, mfaFailures: 0 };
    if (effect.type === 'userFailed') next = { ...next, mfaFailures: effect.failures };
    if (effect.type === 'targetTried') next = withTries(next, target?.key, effect, now);
    if (effect.type === 'recoveryTried') next = withRecoveryTries(next, effect, now);
    if (effect.type === 'userLocked') {
      const { unlockAt } = effect;
      const lock = { lockedAt: now, ...(unlockAt === undefined ? {} : { unlockAt }) };
      next = { ...next, lock, updatedAt: now };
    }
  }
  return next;
}

/** The user with what is known now of the tries with codes of recovery. */
function withRecoveryTries(
  doc: User,
  { type: _type, ...tries }: Extract<Effect, { type: 'recoveryTried' }>,
  now: number,
): User {
  const { recoveryTries, ...rest } = doc;
  const isNone = tries.failures === 0 && tries.lockExpiresAt === undefined;
  if (isNone) return recoveryTries ? rest : doc;
  return { ...rest, recoveryTries: { ...tries, at: now } };
}

/** The user with what is known now of the tries for an address; the oldest make room. */
function withTries(
  doc: User,
  key: string | undefined,
  { failures, lockExpiresAt }: Extract<Effect, { type: 'targetTried' }>,
  now: number,
): User {
  const { oneTimeTries = {}, ...rest } = doc;
  if (key === undefined || (failures === 0 && !lockExpiresAt && !oneTimeTries[key])) return doc;
  const others = Object.entries(oneTimeTries)
    .filter(([other, { at }]) => other !== key && now < at + ONE_TIME_TRIES_KEPT_MS)
    .sort(([, one], [, other]) => other.at - one.at)
    .slice(0, ONE_TIME_TARGETS_COUNTED_MAX - 1);
  const tries = { failures, at: now, ...(lockExpiresAt === undefined ? {} : { lockExpiresAt }) };
  const own = failures > 0 || lockExpiresAt !== undefined ? [[key, tries] as const] : [];
  const kept = [...own, ...others];
  return kept.length > 0 ? { ...rest, oneTimeTries: Object.fromEntries(kept) } : rest;
}

function changesOf(
  effects: readonly Effect[],
  { devices, user, facts }: World,
  target?: OneTimeTarget,
): Write[] {
  const { now } = facts;
  const writes: Write[] = [];
  for (const { row, token } of devices) {
    const doc = deviceAfter(row, effects, now);
    if (doc !== row.doc) writes.push(updateRow('devices', row, doc));
    if (token) writes.push(tokenWrite(row, token, effects));
  }
  const doc = user && userAfter(user, effects, target, now);
  if (user && doc && doc !== user.doc) writes.push(updateRow('users', user, doc));
  return writes;
}

/** The writes of a failed try that makes no flow (a wrong code given with the start). */
export function writesWithoutFlow(
  flowId: string,
  effects: readonly Effect[],
  world: World,
  origin: RequestOrigin,
): Write[] {
  const changes = changesOf(effects, world);
  return [
    ...changes,
    ...guardsOf([], changes, world),
    ...recordsOf(flowId, effects, world, origin),
  ];
}

function recordsOf(
  flowId: string,
  effects: readonly Effect[],
  { configuration, user, facts }: World,
  { actor, correlationId, externalCorrelation, source }: RequestOrigin,
): Write[] {
  const asked = { actor, ...defined({ correlationId, externalCorrelation }) };
  return effects.flatMap((effect) => {
    if (effect.type === 'withheld') {
      const about = user && { id: user.id, populationId: user.doc.populationId };
      const record = { ...asked, ...rejection(KIND, effect.limit, about) };
      return [activityWrite(configuration.environment.id, record, facts.now, source)];
    }
    if (effect.type !== 'record') return [];
    const { action, result, deviceId } = effect;
    const data = { ...effect.data, ...defined({ deviceId }) };
    const record = {
      ...asked,
      action,
      resource: resourceOf(action, flowId, user?.id, deviceId),
      result,
      ...defined({
        userId: user?.id,
        populationId: user?.doc.populationId,
      }),
      ...(Object.keys(data).length > 0 ? { data } : {}),
    };
    return [activityWrite(configuration.environment.id, record, facts.now, source)];
  });
}

function resourceOf(action: string, flowId: string, userId?: string, deviceId?: string) {
  if (action.startsWith('DEVICE.') && deviceId !== undefined) {
    return { type: 'DEVICE', id: deviceId };
  }
  if (action.startsWith('USER.') && userId !== undefined) return { type: 'USER', id: userId };
  return { type: 'AUTHENTICATION', id: flowId };
}

/** The world as the answer shows it: devices as they are now, a lost one among the blocked. */
function after(world: World, effects: readonly Effect[]): World {
  const lost = new Map<string, 'LOCKED' | 'BLOCKED'>();
  for (const effect of effects) {
    if (effect.type === 'deviceLocked') lost.set(effect.deviceId, 'LOCKED');
    if (effect.type === 'deviceBlocked') lost.set(effect.deviceId, 'BLOCKED');
  }
  const devices = world.devices.map((device) => {
    const { row, seen } = device;
    const unusable = lost.get(row.id);
    const doc = deviceAfter(row, effects, world.facts.now);
    return { ...device, row: { ...row, doc }, seen: unusable ? { ...seen, unusable } : seen };
  });
  return { ...world, devices };
}
