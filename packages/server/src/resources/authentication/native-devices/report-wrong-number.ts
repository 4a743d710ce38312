/** After a wrong number: its user says that they had started nothing; decision 0018. */
import { invalidData } from '../../../errors/api-error.ts';
import { activityWrite } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { Handler } from '../../kit/operation.ts';
import { rememberRequest, replayed } from '../../kit/remember-request.ts';
import { readReportClaims } from './native.schema.ts';
import {
  askerOf,
  assertUnblocked,
  messageTo,
  type NativeParts,
  readDevice,
} from './native-parts.ts';

/**
 * `POST …/device/v1/reports`: once for each flow that this device has failed by a wrong number. The
 * flow is over and stays as it is; administrators find the record.
 */
export const reportWrongNumber: Handler<NativeParts> = async (parts, request) => {
  const { now, correlationId } = request;
  const read = await readDevice(parts, request, 'reports');
  const { device, claims } = read;
  const { environmentId, id: deviceId, doc } = device;
  assertUnblocked(device);
  const { flow: flowId } = readReportClaims(claims);
  const used = rememberRequest(environmentId, claims.requestId, now);
  const actor = { type: 'USER' as const, id: doc.userId };
  await commitOrRetry(
    parts.store,
    async () => {
      const flow = await parts.store.get('flows', environmentId, flowId);
      const isIts = flow?.doc.selectedDeviceId === deviceId && now < flow.doc.expiresAt;
      if (!isIts || flow.doc.error?.reason !== 'NUMBER_MISMATCH') {
        throw invalidData('PUSH_CONFIRMATION_TOO_LATE', 'flow');
      }
      if (flow.doc.reported) return { writes: [used], result: undefined };
      const reported = { ...flow.doc, reported: true as const };
      const record = {
        action: 'DEVICE.FRAUD_REPORTED',
        actor,
        resource: { type: 'DEVICE', id: deviceId },
        userId: doc.userId,
        correlationId,
        data: { deviceId, authenticationId: flowId },
      };
      return {
        writes: [
          {
            op: 'update',
            table: 'flows',
            environmentId,
            id: flowId,
            version: flow.version,
            doc: reported,
          },
          activityWrite(environmentId, record, now),
          used,
        ],
        result: undefined,
      };
    },
    replayed,
  );
  return messageTo(parts, askerOf(read), { status: 'REPORTED' }, now);
};
