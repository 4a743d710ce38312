/**
 * `mobilePayload`: the accessing device shows that it is one of the user's own, by a signature over
 * a nonce of the server; contract §2.2.7.
 */
import { calculateJwkThumbprint } from 'jose';
import {
  PAYLOAD_TYPE,
  readDeviceHeader,
  verifyDeviceRequest,
} from '../../device-protocol/device-request.ts';
import { isDeviceNonce } from '../../device-protocol/nonce.ts';
import { invalidData } from '../../errors/api-error.ts';
import { mobileApplicationPolicy } from '../../policy/mobile-application.ts';
import type { AccessingDevice, MethodContext, MethodDevice } from '../authentication-method.ts';
import { nativeCredential } from './native-credential.ts';

const TARGET = 'mobilePayload';

/**
 * Which device of the user has signed, or with which key an application on a phone that isn't paired
 * yet may be paired afterwards; undefined: a device that isn't his. Throws `INVALID_DATA` for a payload
 * that its device hasn't signed, or too long ago.
 */
export async function accessingDevice(
  options: Readonly<Record<string, unknown>>,
  devices: readonly MethodDevice[],
  context: MethodContext,
): Promise<AccessingDevice | undefined> {
  const { mobilePayload, application } = options as {
    mobilePayload?: string;
    application?: { id: string };
  };
  if (mobilePayload === undefined) return undefined;
  if (!application) throw invalidData('REQUIRED_VALUE', 'application.id');
  const { environmentId, now, vault, policy } = context;
  const { deviceId, publicJwk } = headerOf(mobilePayload);
  const device = devices.find(({ id }) => id === deviceId);
  const key = device ? nativeCredential(device).publicJwk : publicJwk;
  // One of somebody else, or one that was removed: its user authenticates as on any other device.
  if (!key) return undefined;
  const claims = await verifyDeviceRequest(mobilePayload, key, {
    type: PAYLOAD_TYPE,
    environmentId,
    now,
  }).catch(() => {
    throw invalidData('INVALID_VALUE', TARGET);
  });
  if (
    claims.application !== application.id ||
    !isDeviceNonce(vault, environmentId, claims.nonce, now)
  ) {
    throw invalidData('INVALID_VALUE', TARGET);
  }
  const rules = mobileApplicationPolicy(policy, application.id);
  const { requestId } = claims;
  if (!device) {
    if (!rules?.autoEnrollment) return { requestId };
    const thumbprint = await calculateJwkThumbprint(key, 'sha256');
    return { requestId, enrolment: { applicationId: application.id, thumbprint } };
  }
  if (nativeCredential(device).applicationId !== application.id || !rules?.deviceAuthorization) {
    return { requestId };
  }
  // Whether it can be used at all, the flow looks for itself.
  return { requestId, trusted: { deviceId: device.id, ...rules.deviceAuthorization } };
}

function headerOf(payload: string) {
  try {
    return readDeviceHeader(payload, PAYLOAD_TYPE);
  } catch {
    throw invalidData('INVALID_VALUE', TARGET);
  }
}
