import type { Vault } from '../../../crypto/vault.ts';
import type {
  AuthenticationMethod,
  DeviceKind,
  MethodDevice,
  ViewOptions,
} from '../../../methods/authentication-method.ts';
import type { Device } from '../../../model/documents.ts';
import { type Instant, momentsOf, toTimestamp } from '../../../model/instant.ts';
import type { Stored } from '../../../storage/store.ts';
import { headOf, type Links } from '../../kit/links.ts';

/** Whether failures have locked the device at this moment. Pure. */
export function isDeviceLocked(device: Device, now: Instant): boolean {
  return device.lock !== undefined && now < device.lock.expiresAt;
}

/** What a method needs to know of a stored device. */
export function methodDevice({ id, doc }: Stored<Device>): MethodDevice {
  return {
    id,
    credential: doc.credential,
    ...(doc.tokenId === undefined ? {} : { tokenId: doc.tokenId }),
    ...(doc.testMode ? { testMode: doc.testMode } : {}),
    ...(doc.pushFails ? { pushFails: doc.pushFails } : {}),
  };
}

/** What a device is shown with. */
interface DeviceViewParts extends Pick<ViewOptions, 'configuration'> {
  links: Links;
  vault: Vault;
  now: Instant;
}

/** A device as the devices API shows it; contract §4.3. Pure. */
export function deviceView(
  device: Stored<Device>,
  method: DeviceKind & Partial<Pick<AuthenticationMethod, 'testOtp' | 'challengeView'>>,
  { links, vault, now, configuration }: DeviceViewParts,
): Record<string, unknown> {
  const { environmentId, id, doc } = device;
  const path = `/users/${doc.userId}/devices/${id}`;
  const pending = doc.status === 'ACTIVATION_REQUIRED';
  const seen = methodDevice(device);
  const challenge = doc.pairing?.challenge;
  const testOtp = challenge && method.testOtp?.(challenge, seen, { vault, environmentId });
  return {
    ...headOf(links, device, path, {
      user: links.api(environmentId, `/users/${doc.userId}`),
      ...(pending ? { 'device.activate': links.api(environmentId, path) } : {}),
    }),
    user: { id: doc.userId },
    type: doc.type,
    status: doc.status,
    ...(doc.nickname === undefined ? {} : { nickname: doc.nickname }),
    ...method.view(seen, { masked: false, now, ...(configuration ? { configuration } : {}) }),
    ...(doc.testMode ? { testMode: true } : {}),
    ...(pending && challenge ? method.challengeView?.(challenge, { vault, environmentId }) : {}),
    ...(pending && testOtp !== undefined ? { test: { otp: testOtp } } : {}),
    lock:
      doc.lock && isDeviceLocked(doc, now)
        ? {
            status: 'LOCKED',
            reason: doc.lock.reason,
            expiresAt: toTimestamp(doc.lock.expiresAt),
          }
        : { status: 'UNLOCKED' },
    block: doc.block
      ? { status: 'BLOCKED', blockedAt: toTimestamp(doc.block.blockedAt) }
      : { status: 'UNBLOCKED' },
    ...momentsOf(doc),
  };
}
