/** How a paired device's request changes something: once, whatever races it, and answered signed. */
import type { ApiError } from '../../../errors/api-error.ts';
import type { Write } from '../../../storage/store.ts';
import { type ActivityRecord, deviceRecord } from '../../kit/activity.ts';
import { commitOrRetry, type Decision } from '../../kit/commit.ts';
import type { OperationRequest } from '../../kit/operation.ts';
import { rememberRequest, replayed } from '../../kit/remember-request.ts';
import {
  askerOf,
  messageTo,
  type NativeParts,
  type ReadDevice,
  readDevice,
} from './native-parts.ts';

/**
 * Reads the signed request and decides; the writes are committed with the request's id, so that it
 * is used up by them. `answer` signs what is said to the device. `taken`: what a broken unique index
 * of the writes comes to, where they can break one.
 */
export async function decideRequest<R>(
  parts: NativeParts,
  request: OperationRequest,
  name: string,
  decide: (read: ReadDevice) => Promise<Decision<R>>,
  taken: () => ApiError = replayed,
) {
  const { result, asker } = await commitOrRetry(
    parts.store,
    async () => {
      const read = await readDevice(parts, request, name);
      const { writes, result } = await decide(read);
      const { device, claims } = read;
      const used = rememberRequest(device.environmentId, claims.requestId, request.now);
      return { writes: [...writes, used], result: { result, asker: askerOf(read) } };
    },
    (table) => (table === 'device_requests' ? replayed() : taken()),
  );
  return { result, answer: (said: object) => messageTo(parts, asker, said, request.now) };
}

/** The audit row of what a device did. */
export const ownActivity = (
  { device: { environmentId, id, doc } }: Pick<ReadDevice, 'device'>,
  request: OperationRequest,
  record: Pick<ActivityRecord, 'action' | 'result' | 'data'> & Partial<ActivityRecord>,
): Write =>
  deviceRecord(
    request,
    { environmentId, userId: doc.userId },
    { resource: { type: 'DEVICE', id }, ...record },
  );
