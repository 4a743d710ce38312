/** A device replaces its key; docs/device-protocol.md, "The rest of a device's life". */
import { calculateJwkThumbprint } from 'jose';
import {
  ROTATION_TYPE,
  readDeviceHeader,
  readPublicKey,
  verifyDeviceRequest,
} from '../../../device-protocol/device-request.ts';
import { ApiError, invalidData } from '../../../errors/api-error.ts';
import type { Instant } from '../../../model/instant.ts';
import type { DevicePublicKey } from '../../../model/mobile.ts';
import type { Handler } from '../../kit/operation.ts';
import { changeBySelf } from './device-changes.ts';
import { readRotationClaims } from './native.schema.ts';
import { credentialOf, type NativeParts, type ReadDevice, withCredential } from './native-parts.ts';

interface NewKey {
  publicJwk: DevicePublicKey;
  environmentKey: string;
}

/** `POST …/device/v1/keys`: a new key, signed by the old one, and showing that it is held. */
export const rotateKey: Handler<NativeParts> = (parts, request) => {
  const { now } = request;
  return changeBySelf(parts, request, 'keys', async (read) => {
    const { device } = read;
    try {
      const { publicJwk, environmentKey } = await newKeyOf(parts, read, now);
      const credential = { ...credentialOf(device), publicJwk };
      const doc = { ...withCredential(device.doc, credential, now), environmentKey };
      return { doc, action: 'DEVICE.KEY_ROTATION_SUCCEEDED' };
    } catch (refusal) {
      if (!(refusal instanceof ApiError)) throw refusal;
      // The present key has signed this: whoever holds it tries something.
      return { refusal, action: 'DEVICE.KEY_ROTATION_FAILED' };
    }
  });
};

/** Throws `INVALID_DATA` for a key that isn't shown to be held, or is another device's. */
async function newKeyOf(
  { store }: NativeParts,
  { device, claims }: ReadDevice,
  now: Instant,
): Promise<NewKey> {
  const { environmentId, id, doc } = device;
  const { publicKey, proof } = readRotationClaims(claims);
  const publicJwk = readPublicKey(publicKey);
  if (!publicJwk) throw invalidData('INVALID_VALUE', 'publicKey');
  if (!(await isHeld(publicJwk, proof, device, now))) throw invalidData('INVALID_VALUE', 'proof');
  const environmentKey = `${doc.type}:${await calculateJwkThumbprint(publicJwk, 'sha256')}`;
  const [holder] = await store.list('devices', environmentId, {
    where: { column: 'environment_key', is: 'eq', value: environmentKey },
    limit: 1,
  });
  if (holder && holder.id !== id) throw invalidData('UNIQUENESS_VIOLATION', 'publicKey');
  return { publicJwk, environmentKey };
}

/** Whether the new key has signed for this device, just now. */
async function isHeld(
  key: DevicePublicKey,
  proof: string,
  { environmentId, id }: ReadDevice['device'],
  now: Instant,
): Promise<boolean> {
  try {
    const named = readDeviceHeader(proof, ROTATION_TYPE).publicJwk;
    if (named?.x !== key.x || named.y !== key.y) return false;
    const expected = { type: ROTATION_TYPE, environmentId, now };
    return (await verifyDeviceRequest(proof, key, expected)).device === id;
  } catch (error) {
    if (error instanceof ApiError) return false;
    throw error;
  }
}
