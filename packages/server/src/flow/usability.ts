/** Who may authenticate, and with what, at this moment. Pure. */
import { type ApiError, invalidData } from '../errors/api-error.ts';
import type { ErrorDetailCode } from '../errors/catalogue.ts';
import { type Instant, toTimestamp } from '../model/instant.ts';
import { limitError } from '../policy/notification-limits.ts';
import type { Facts, FlowDevice, UnusableReason } from './facts.ts';

/** Why nobody can authenticate as this user now; undefined: the door is open. */
export function whyClosed({ user, ignoreUserLock }: Facts) {
  if (!user) return undefined;
  if (!user.enabled) return 'USER_DISABLED';
  if (user.locked && !ignoreUserLock) return 'USER_LOCKED';
  return user.mfaEnabled ? undefined : 'MFA_DISABLED';
}

/** The device of this id, if it can be used. Throws `INVALID_DATA`. */
export function usableDevice(deviceId: string, target: string, facts: Facts): FlowDevice {
  const device = facts.devices.find(({ id }) => id === deviceId);
  if (!device) {
    throw invalidData('INVALID_VALUE', target, { message: 'The user has no device of this id.' });
  }
  if (device.unusable) throw unusableError(device, device.unusable, target);
  return device;
}

const UNUSABLE: Record<UnusableReason, ErrorDetailCode> = {
  BLOCKED: 'DEVICE_BLOCKED',
  LOCKED: 'DEVICE_LOCKED',
  METHOD_DISABLED: 'METHOD_DISABLED',
  NOTIFICATION_LIMIT: 'DEVICE_NOT_USABLE',
  INCOMPATIBLE: 'DEVICE_NOT_USABLE',
  NO_AUTHENTICATOR: 'DEVICE_NOT_USABLE',
  COMPROMISED: 'DEVICE_COMPROMISED',
};

export function unusableError(
  device: FlowDevice,
  reason: UnusableReason,
  target: string,
): ApiError {
  if (device.notificationLimit) return limitError(device.notificationLimit, target);
  if (reason === 'LOCKED' && device.lockExpiresAt !== undefined) {
    return lockedError(target, device.lockExpiresAt);
  }
  return invalidData(UNUSABLE[reason], target);
}

export function lockedError(target: string, expiresAt: Instant): ApiError {
  const innerError = { coolDownExpiresAt: toTimestamp(expiresAt) };
  return invalidData('DEVICE_LOCKED', target, { innerError });
}
