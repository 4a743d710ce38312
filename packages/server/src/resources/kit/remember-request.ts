/** What a device has signed is accepted once, on whatever node. */
import { DEVICE_REQUEST_KEPT_MS } from '../../config/limits.ts';
import { refusedRequest } from '../../device-protocol/device-request.ts';
import type { Instant } from '../../model/instant.ts';
import type { Write } from '../../storage/store.ts';
import { insertRow } from './rows.ts';

/** `requestId`: as `verifyDeviceRequest` gives it. The insert fails the second time. */
export function rememberRequest(environmentId: string, requestId: string, now: Instant): Write {
  const doc = { expiresAt: now + DEVICE_REQUEST_KEPT_MS, createdAt: now, updatedAt: now };
  return insertRow('device_requests', { environmentId, id: requestId, doc });
}

/** What is said to the second one. */
export const replayed = () => refusedRequest('REQUEST_REPLAYED');
