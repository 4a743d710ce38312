/** What a flow is decided on: the rows that were read, and the pure `Facts` made of them. */
import { RECOVERY_LOCK_MS, RECOVERY_TRIES_MAX } from '../../../config/limits.ts';
import type { EnvironmentConfiguration } from '../../../configuration.ts';
import { ApiError } from '../../../errors/api-error.ts';
import type {
  Facts,
  FailureLimit,
  FlowDevice,
  FlowUser,
  UnusableReason,
} from '../../../flow/facts.ts';
import type {
  AnonymousContext,
  AuthenticationMethod,
  MethodContext,
  MethodDevice,
} from '../../../methods/authentication-method.ts';
import type { Device, DeviceAuthenticationPolicy, Flow, User } from '../../../model/documents.ts';
import { toMs } from '../../../model/duration.ts';
import type { Instant } from '../../../model/instant.ts';
import type { MethodPolicy } from '../../../model/policy.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, UserFacts } from '../../../storage/store.ts';
import { inOrder } from '../../devices/devices/device-order.ts';
import { methodToken, type TokenRow, tokenOf } from '../../devices/devices/device-token.ts';
import { isDeviceLocked, methodDevice } from '../../devices/devices/device-view.ts';
import type { DeviceParts } from '../../devices/devices/devices.parts.ts';
import {
  anonymousContext,
  blockOf,
  methodConfiguration,
  methodContext,
} from '../../kit/method-context.ts';
import { isLocked } from '../../kit/user-lock.ts';
import type { Limits } from '../../messages/limits/limits.ts';
import type { Place } from '../../messages/limits/subject.ts';

/** What the operations on flows are made with. */
export type FlowParts = DeviceParts & Pick<Parts, 'metrics'>;

/** An active device with all that the policy says of it. */
export interface WorldDevice {
  row: Stored<Device>;
  /** What keeps its credential, where it is made of a token and an answer is judged. */
  token?: TokenRow;
  method: AuthenticationMethod;
  block: MethodPolicy;
  seen: FlowDevice;
}

export interface World {
  parts: FlowParts;
  configuration: EnvironmentConfiguration;
  policy: Stored<DeviceAuthenticationPolicy>;
  /** Absent: the flow's user isn't known yet. */
  user?: Stored<User>;
  /** All rows of the user's devices, whatever their state. */
  rows: readonly Stored<Device>[];
  devices: readonly WorldDevice[];
  facts: Facts;
  /** Of what may be sent now; absent: this step sends nothing. */
  limits?: Limits;
}

const NO_LIMIT_STATED: FailureLimit = { count: 3, coolDownMs: 120_000 };

function limitOf(block: MethodPolicy): FailureLimit {
  const failure = block.otp?.failure ?? block.failure;
  if (!failure) return NO_LIMIT_STATED;
  return { count: failure.count, coolDownMs: toMs(failure.coolDown) };
}

function whyUnusable(
  row: Stored<Device>,
  method: AuthenticationMethod,
  block: MethodPolicy,
  { policy, now }: Seen,
): UnusableReason | undefined {
  const device = row.doc;
  if (!block.enabled) return 'METHOD_DISABLED';
  // What this policy lets nobody pair doesn't come in by another one that the user has named.
  const isForeign = device.ownPolicyId !== undefined && device.ownPolicyId !== policy.id;
  if (isForeign && isPairingDisabled(method, block, row)) return 'METHOD_DISABLED';
  if (device.block) return 'BLOCKED';
  return isDeviceLocked(device, now) ? 'LOCKED' : undefined;
}

function isPairingDisabled(
  { pairingDisabled }: AuthenticationMethod,
  block: MethodPolicy,
  row: Stored<Device>,
): boolean {
  return pairingDisabled?.(block, methodDevice(row)) ?? block.pairingDisabled === true;
}

/** What the flow or its start request says that decides what devices can be used. */
export type Wanted = Pick<Flow, 'oneTime' | 'usernameless' | 'compatibility' | 'options'>;

type Seen = Pick<World, 'parts' | 'configuration' | 'policy' | 'limits'> & { now: Instant };

/** Where a code for the device, or for the one-time target, is sent; undefined: nowhere. */
export function placeOf(
  { delivered }: Pick<AuthenticationMethod, 'delivered'>,
  { credential, testMode }: Pick<Device, 'credential' | 'testMode'>,
): Place | undefined {
  if (!delivered || testMode) return undefined;
  return { channel: delivered.channel, address: delivered.recipient(credential).address };
}

function seeDevice(
  row: Stored<Device>,
  method: AuthenticationMethod,
  wanted: Wanted,
  seen: Seen,
): WorldDevice {
  const { parts, configuration, policy, limits, now } = seen;
  const { doc, id } = row;
  const block = blockOf(policy, method);
  const usability = method.usability?.(methodDevice(row), wanted, {
    policy: block,
    configuration: methodConfiguration(parts, configuration),
    now,
  });
  const otherwise = whyUnusable(row, method, block, seen) ?? usability?.unusable;
  const place = otherwise ? undefined : placeOf(method, doc);
  const notificationLimit = place && limits?.limitOf(place);
  const unusable = notificationLimit ? 'NOTIFICATION_LIMIT' : otherwise;
  return {
    row,
    method,
    block,
    seen: {
      id,
      waitingStatus: usability?.waitingStatus ?? method.waitingStatus,
      answers: usability?.answers ?? [method.answerKind],
      amr: method.amr,
      ...(unusable ? { unusable } : {}),
      ...(notificationLimit ? { notificationLimit } : {}),
      ...(doc.lock ? { lockExpiresAt: doc.lock.expiresAt } : {}),
      failures: doc.failures,
      limit: limitOf(block),
      ...(usability?.push ? { push: { fails: doc.pushFails ?? [], limit: usability.push } } : {}),
      ...(usability?.authorizes ? { authorizes: true } : {}),
    },
  };
}

/** The part of the facts that follows from what the request or the flow wants. */
function wantedFacts(
  { oneTime, usernameless }: Wanted,
  user: Stored<User> | undefined,
  { parts, policy, limits, now }: Seen,
): Partial<Facts> {
  const oneTimeMethod = oneTime && parts.methods.get(oneTime.type);
  if (oneTimeMethod) {
    const block = blockOf(policy, oneTimeMethod);
    const { amr } = oneTimeMethod;
    const { failures = 0, lockExpiresAt = 0 } = user?.doc.oneTimeTries?.[oneTime.key ?? ''] ?? {};
    const lock = now < lockExpiresAt ? { lockExpiresAt } : {};
    const place = placeOf(oneTimeMethod, oneTime);
    const notificationLimit = place && limits?.limitOf(place);
    return {
      oneTime: {
        methodEnabled: block.enabled,
        amr,
        limit: limitOf(block),
        failures,
        ...lock,
        ...(notificationLimit ? { notificationLimit } : {}),
      },
    };
  }
  const anonymous = usernameless && parts.methods.get(usernameless.type);
  return anonymous ? { anonymousLimit: limitOf(blockOf(policy, anonymous)) } : {};
}

/** Where the policy lets a code stand in for a device. */
function recoveryFacts(
  { doc }: Stored<User>,
  { recovery }: DeviceAuthenticationPolicy['settings'],
  now: Instant,
): Pick<Facts, 'recovery'> {
  if (!recovery?.recoveryCodes?.enabled && !recovery?.temporaryCodes?.enabled) return {};
  const { failures = 0, lockExpiresAt = 0 } = doc.recoveryTries ?? {};
  const limit = { count: RECOVERY_TRIES_MAX, coolDownMs: RECOVERY_LOCK_MS };
  return { recovery: { limit, failures, ...(now < lockExpiresAt ? { lockExpiresAt } : {}) } };
}

function userFacts({ id, doc }: Stored<User>, now: Instant): FlowUser {
  const { enabled, mfaEnabled, mfaFailures } = doc;
  return { id, enabled, locked: isLocked(doc, now), mfaEnabled, failures: mfaFailures };
}

/** Puts the rows, the policy and the moment together; without rows the user isn't known. Pure. */
export function seeWorld(
  parts: FlowParts,
  configuration: EnvironmentConfiguration,
  policy: Stored<DeviceAuthenticationPolicy>,
  rows: UserFacts | undefined,
  wanted: Wanted,
  now: Instant,
  limits?: Limits,
): World {
  const seen: Seen = { parts, configuration, policy, now, ...(limits ? { limits } : {}) };
  const user = rows?.user;
  const devices = (user ? inOrder(user.doc, rows.devices) : []).flatMap((row) => {
    const method = parts.methods.get(row.doc.type);
    if (row.doc.status !== 'ACTIVE' || !method) return [];
    return [seeDevice(row, method, wanted, seen)];
  });
  const { lockout } = configuration.mfaSettings.doc;
  const facts: Facts = {
    now,
    ...(user ? { user: userFacts(user, now) } : {}),
    devices: devices.map((device) => device.seen),
    hasOrder: (user?.doc.deviceOrder?.length ?? 0) > 0,
    selection: policy.doc.settings.authentication.deviceSelection,
    ignoreUserLock: policy.doc.settings.ignoreUserLock,
    // 0 failures lock nothing, and 0 seconds mean until unlocked; contract settings §1.1.
    ...(lockout?.failureCount
      ? {
          lockout: {
            failureCount: lockout.failureCount,
            ...(lockout.durationSeconds ? { durationMs: lockout.durationSeconds * 1_000 } : {}),
          },
        }
      : {}),
    ...wantedFacts(wanted, user, seen),
    ...(user ? recoveryFacts(user, policy.doc.settings, now) : {}),
  };
  return {
    parts,
    configuration,
    policy,
    ...(user ? { user } : {}),
    rows: rows?.devices ?? [],
    devices,
    facts,
    ...(limits ? { limits } : {}),
  };
}

/** What a method may use while it works for this flow. */
export function contextOf(world: World, block: MethodPolicy): MethodContext {
  const { parts, configuration, user, rows, facts } = world;
  if (!user) throw new ApiError('UNEXPECTED_ERROR');
  return methodContext(parts, configuration, { user, devices: [...rows] }, block, facts.now);
}

/** The same where nobody is known. */
export function anonymousContextOf(world: World, block: MethodPolicy): AnonymousContext {
  return anonymousContext(world.parts, world.configuration, block, world.facts.now);
}

/** The world in which an answer is judged: with the tokens that devices are made of. */
export async function withTokens(world: World): Promise<World> {
  if (world.devices.every(({ row }) => row.doc.tokenId === undefined)) return world;
  const devices = await Promise.all(
    world.devices.map(async (device) => {
      const token = await tokenOf(world.parts, device.row);
      return token ? { ...device, token } : device;
    }),
  );
  return { ...world, devices };
}

/** What the method of a device checks an answer by; undefined: its token was revoked. */
export function judgedDevice({ row, token }: WorldDevice): MethodDevice | undefined {
  if (row.doc.tokenId === undefined) return methodDevice(row);
  return token && methodToken(token);
}
