/** A native device that somebody else has removed is told so once; then it is unknown. */
import { DEVICE_REMOVAL_KEPT_MS } from '../../../config/limits.ts';
import { REQUEST_TYPE, verifyDeviceRequest } from '../../../device-protocol/device-request.ts';
import { ApiError } from '../../../errors/api-error.ts';
import type { Device } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { NativeCredential } from '../../../model/mobile.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { rememberRequest, replayed } from '../../kit/remember-request.ts';
import { deleteRow, insertRow } from '../../kit/rows.ts';

/** What is kept when devices are removed: for each native one the key that it is known by. */
export function removalNotices(
  { methods }: Pick<Parts, 'methods'>,
  devices: readonly Stored<Device>[],
  now: Instant,
): Write[] {
  const expiresAt = now + DEVICE_REMOVAL_KEPT_MS;
  return devices.flatMap(({ environmentId, id, doc }): Write[] => {
    if (!methods.get(doc.type)?.native) return [];
    const { publicJwk } = doc.credential as unknown as NativeCredential;
    const notice = { publicJwk, expiresAt, createdAt: now, updatedAt: now };
    return [insertRow('device_removals', { environmentId, id, doc: notice })];
  });
}

interface SignedText {
  environmentId: string;
  deviceId: string;
  text: string;
  url: string;
  now: Instant;
}

/**
 * Throws `DEVICE_REMOVED`, once, to the holder of the removed device's key; `401` to whoever has not
 * signed this request with it. Does nothing where no such device was removed.
 */
export async function tellRemoval(
  { store }: Pick<Parts, 'store'>,
  { environmentId, deviceId, text, url, now }: SignedText,
): Promise<void> {
  const removal = await store.get('device_removals', environmentId, deviceId);
  if (!removal || now >= removal.doc.expiresAt) return;
  const expected = { type: REQUEST_TYPE, environmentId, url, now };
  const { requestId } = await verifyDeviceRequest(text, removal.doc.publicJwk, expected);
  const outcome = await store.commit([
    deleteRow('device_removals', removal),
    rememberRequest(environmentId, requestId, now),
  ]);
  if (outcome.committed) throw new ApiError('DEVICE_REMOVED');
  if (outcome.conflict === 'UNIQUE') throw replayed();
}
