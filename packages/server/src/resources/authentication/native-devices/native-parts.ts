/** How a request of a native device is read, and how it is answered; docs/device-protocol.md. */
import { calculateJwkThumbprint } from 'jose';
import {
  type DeviceClaims,
  REQUEST_TYPE,
  readDeviceHeader,
  refusedRequest,
  verifyDeviceRequest,
} from '../../../device-protocol/device-request.ts';
import { isDeviceNonce } from '../../../device-protocol/nonce.ts';
import { signServerMessage } from '../../../device-protocol/server-message.ts';
import { ApiError, errorDetail, notFound } from '../../../errors/api-error.ts';
import type { Device } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { NativeCredential } from '../../../model/mobile.ts';
import type { Parts } from '../../../parts.ts';
import type { Store, Stored, UserFacts } from '../../../storage/store.ts';
import { type DeviceParts, isGone } from '../../devices/devices/devices.parts.ts';
import { tellRemoval } from '../../devices/devices/removal-notice.ts';
import type { FailureWindow } from '../../kit/failure-window.ts';
import { nativeMethod } from '../../kit/native-method.ts';
import {
  environmentOf,
  type OperationReply,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { rememberRequest, replayed } from '../../kit/remember-request.ts';

export type NativeParts = DeviceParts &
  Pick<Parts, 'metrics' | 'deviceWakes' | 'integrity' | 'log'>;

/**
 * Guesses at codes, in the memory of this node: those of pairing by environment and address, those of
 * authentication codes by device.
 */
export type GuardedParts = NativeParts & {
  pairingGuesses: FailureWindow;
  codeGuesses: FailureWindow;
};

export function credentialOf({ doc }: Stored<Device>): NativeCredential {
  return doc.credential as unknown as NativeCredential;
}

export function withCredential(doc: Device, credential: NativeCredential, now: Instant): Device {
  return { ...doc, credential: { ...credential }, updatedAt: now };
}

export interface ReadDevice {
  device: Stored<Device>;
  facts: UserFacts;
  claims: DeviceClaims;
}

/** The address of an operation, as a device must have signed it. */
export function urlOf({ links }: Pick<Parts, 'links'>, environmentId: string, name: string) {
  return links.auth(environmentId, `/device/v1/${name}`).href;
}

/**
 * The paired device that has signed the request for this operation. Throws `404` for one that
 * isn't paired, once `410` for one that was removed, and `401` for what it hasn't signed.
 */
export async function readDevice(
  parts: NativeParts,
  request: OperationRequest,
  name: string,
): Promise<ReadDevice> {
  return readDeviceText(parts, environmentOf(request), request.body.request, name, request.now);
}

/** The same of a text that came some other way. */
export async function readDeviceText(
  parts: NativeParts,
  environmentId: string,
  text: string,
  name: string,
  now: Instant,
): Promise<ReadDevice> {
  const { deviceId } = readDeviceHeader(text, REQUEST_TYPE);
  if (deviceId === undefined) throw refusedRequest('INVALID_SIGNATURE');
  const url = urlOf(parts, environmentId, name);
  const missing = async () => {
    await tellRemoval(parts, { environmentId, deviceId, text, url, now });
    return notFound();
  };
  const device = await parts.store.get('devices', environmentId, deviceId);
  if (device?.doc.type !== nativeMethod(parts).type || isGone(device.doc, now)) {
    throw await missing();
  }
  const expected = { type: REQUEST_TYPE, environmentId, url, now };
  const claims = await verifyDeviceRequest(text, credentialOf(device).publicJwk, expected);
  const facts = await parts.store.readUserFacts(environmentId, device.doc.userId);
  const own = facts?.devices.find(({ id }) => id === deviceId);
  // It was removed between the two reads.
  if (!facts || !own) throw await missing();
  return { device: own, facts, claims };
}

/** What a phone that isn't paired has signed for this operation, with its new key. Throws `401`. */
export async function readNewDevice(parts: NativeParts, request: OperationRequest, name: string) {
  const environmentId = environmentOf(request);
  const { now } = request;
  const text: string = request.body.request;
  const { publicJwk } = readDeviceHeader(text, REQUEST_TYPE);
  if (!publicJwk) throw refusedRequest('INVALID_SIGNATURE');
  const url = urlOf(parts, environmentId, name);
  const expected = { type: REQUEST_TYPE, environmentId, url, now };
  const claims = await verifyDeviceRequest(text, publicJwk, expected);
  if (!isDeviceNonce(parts.keyring, environmentId, claims.nonce, now)) {
    throw refusedRequest('INVALID_SIGNATURE', 'The nonce is none of the server, or too old.');
  }
  const thumbprint = await calculateJwkThumbprint(publicJwk, 'sha256');
  const asker = { environmentId, audience: thumbprint, requestId: claims.jti };
  const answer = (said: object) => messageTo(parts, asker, said, now);
  return { claims, publicJwk, thumbprint, answer };
}

/** Uses the id of a request that changes nothing else. */
export async function useRequest(
  { store }: { store: Pick<Store, 'commit'> },
  environmentId: string,
  { requestId }: DeviceClaims,
  now: Instant,
): Promise<void> {
  const outcome = await store.commit([rememberRequest(environmentId, requestId, now)]);
  if (!outcome.committed) throw replayed();
}

/** Refuses a device that an administrator, or a copy of it, has blocked. */
export function assertUnblocked({ doc }: Stored<Device>): void {
  if (doc.block) throw new ApiError('ACCESS_FAILED', [errorDetail('DEVICE_BLOCKED', 'device.id')]);
}

/** Who is answered: `audience` as `signServerMessage` takes it, and the `jti`, where there is one. */
export interface Asker {
  environmentId: string;
  audience: string;
  requestId?: string;
}

export const askerOf = ({ device, claims }: Pick<ReadDevice, 'device' | 'claims'>): Asker => ({
  environmentId: device.environmentId,
  audience: device.id,
  requestId: claims.jti,
});

/** A signed answer; it names its request, so that none passes for the answer to another. */
export async function messageTo(
  { keyring }: Pick<Parts, 'keyring'>,
  { environmentId, audience, requestId }: Asker,
  said: object,
  now: Instant,
): Promise<OperationReply> {
  const key = await keyring.deviceSigningKey(environmentId);
  const claims = requestId === undefined ? said : { re: requestId, ...said };
  return ok({ message: await signServerMessage(key, audience, claims, now) });
}
