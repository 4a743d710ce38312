/** What a flow is decided on: the rows that were read, and the pure `Facts` made of them. */
import type { EnvironmentConfiguration } from '../../configuration.ts';
import type { Facts, FailureLimit, FlowDevice, UnusableReason } from '../../flow/facts.ts';
import type { AuthenticationMethod, MethodContext } from '../../methods/authentication-method.ts';
import type {
  Device,
  DeviceAuthenticationPolicy,
  OneTimeTarget,
  User,
} from '../../model/documents.ts';
import { toMs } from '../../model/duration.ts';
import type { Instant } from '../../model/instant.ts';
import type { MethodPolicy } from '../../model/policy.ts';
import type { Parts } from '../../parts.ts';
import type { Stored } from '../../storage/store.ts';
import { inOrder } from '../devices/device-order.ts';
import { isDeviceLocked } from '../devices/device-view.ts';
import { blockOf, methodContext } from '../method-context.ts';
import { isLocked } from '../users/user-lock.ts';

/** What the operations on flows are made with. */
export type FlowParts = Pick<
  Parts,
  | 'store'
  | 'configurations'
  | 'keyring'
  | 'methods'
  | 'links'
  | 'settings'
  | 'metrics'
  | 'wakeOutbox'
>;

/** An active device with all that the policy says of it. */
export interface WorldDevice {
  row: Stored<Device>;
  method: AuthenticationMethod;
  block: MethodPolicy;
  seen: FlowDevice;
}

export interface World {
  parts: FlowParts;
  configuration: EnvironmentConfiguration;
  policy: Stored<DeviceAuthenticationPolicy>;
  user: Stored<User>;
  devices: readonly WorldDevice[];
  facts: Facts;
}

const NO_LIMIT_STATED: FailureLimit = { count: 3, coolDownMs: 120_000 };

function limitOf(block: MethodPolicy): FailureLimit {
  const failure = block.otp?.failure ?? block.failure;
  if (!failure) return NO_LIMIT_STATED;
  return { count: failure.count, coolDownMs: toMs(failure.coolDown) };
}

function whyUnusable(
  device: Device,
  block: MethodPolicy,
  now: Instant,
): UnusableReason | undefined {
  if (!block.enabled) return 'METHOD_DISABLED';
  if (device.block) return 'BLOCKED';
  return isDeviceLocked(device, now) ? 'LOCKED' : undefined;
}

function seeDevice(
  row: Stored<Device>,
  method: AuthenticationMethod,
  block: MethodPolicy,
  now: Instant,
): WorldDevice {
  const { doc, id } = row;
  const unusable = whyUnusable(doc, block, now);
  return {
    row,
    method,
    block,
    seen: {
      id,
      waitingStatus: method.waitingStatus,
      amr: method.amr,
      ...(unusable ? { unusable } : {}),
      ...(doc.lock ? { lockExpiresAt: doc.lock.expiresAt } : {}),
      failures: doc.failures,
      limit: limitOf(block),
    },
  };
}

export interface WorldRows {
  user: Stored<User>;
  devices: readonly Stored<Device>[];
  oneTime?: OneTimeTarget;
}

/** Puts the rows, the policy and the moment together. Pure. */
export function seeWorld(
  parts: FlowParts,
  configuration: EnvironmentConfiguration,
  policy: Stored<DeviceAuthenticationPolicy>,
  { user, devices: rows, oneTime }: WorldRows,
  now: Instant,
): World {
  const devices = inOrder(user.doc, rows).flatMap((row) => {
    const method = parts.methods.get(row.doc.type);
    if (row.doc.status !== 'ACTIVE' || !method) return [];
    return [seeDevice(row, method, blockOf(policy, method), now)];
  });
  const { lockout } = configuration.mfaSettings.doc;
  const oneTimeMethod = oneTime && parts.methods.get(oneTime.type);
  const oneTimeBlock = oneTimeMethod && blockOf(policy, oneTimeMethod);
  const facts: Facts = {
    now,
    user: {
      id: user.id,
      enabled: user.doc.enabled,
      locked: isLocked(user.doc, now),
      mfaEnabled: user.doc.mfaEnabled,
      failures: user.doc.mfaFailures,
    },
    devices: devices.map(({ seen }) => seen),
    hasOrder: (user.doc.deviceOrder?.length ?? 0) > 0,
    selection: policy.doc.settings.authentication.deviceSelection,
    ignoreUserLock: policy.doc.settings.ignoreUserLock,
    ...(lockout
      ? {
          lockout: {
            failureCount: lockout.failureCount,
            ...(lockout.durationSeconds === undefined
              ? {}
              : { durationMs: lockout.durationSeconds * 1_000 }),
          },
        }
      : {}),
    ...(oneTimeMethod && oneTimeBlock
      ? {
          oneTime: {
            methodEnabled: oneTimeBlock.enabled,
            amr: oneTimeMethod.amr,
            limit: limitOf(oneTimeBlock),
          },
        }
      : {}),
  };
  return { parts, configuration, policy, user, devices, facts };
}

/** What a method may use while it works for this flow. */
export function contextOf(world: World, block: MethodPolicy): MethodContext {
  const { parts, configuration, user, facts } = world;
  return methodContext(parts.keyring, configuration, user, block, facts.now);
}
