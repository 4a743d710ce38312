/**
 * What a device changes of itself: names and tokens, its logs, its key, its end;
 * docs/device-protocol.md, "The rest of a device's life".
 */
import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import {
  ROTATION_TYPE,
  readDeviceHeader,
  readPublicKey,
  verifyDeviceRequest,
} from '../../../device-protocol/device-request.ts';
import { ApiError, invalidData, wrongState } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Device } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import {
  type DevicePublicKey,
  logsIdentity,
  type NativeCredential,
  presentLogs,
} from '../../../model/mobile.ts';
import { removeDevice } from '../../devices/devices/change-device.ts';
import { configurationOf } from '../../devices/devices/devices.parts.ts';
import type { Handler, OperationReply, OperationRequest } from '../../kit/operation.ts';
import { findBy, updateRow } from '../../kit/rows.ts';
import { assessIntegrity } from './assess-integrity.ts';
import { decideRequest, ownActivity } from './decide-request.ts';
import { readLogsClaims, readRotationClaims, readUpdateClaims } from './native.schema.ts';
import {
  assertUnblocked,
  credentialOf,
  type NativeParts,
  type ReadDevice,
  withCredential,
} from './native-parts.ts';
import { pushOf, tokenResult } from './push-token.ts';

/** What comes of a request: a change, or what isn't done. Either is recorded. */
interface Outcome {
  action: string;
  doc?: Device;
  /** For the device. */
  said?: object;
  refusal?: ApiError;
}

/** Reads the signed request, decides, and commits the change with the request's id. */
async function changeBySelf(
  parts: NativeParts,
  request: OperationRequest,
  name: string,
  decide: (read: ReadDevice) => Promise<Outcome> | Outcome,
): Promise<OperationReply> {
  const { result, answer } = await decideRequest(
    parts,
    request,
    name,
    async (read) => {
      assertUnblocked(read.device);
      const outcome = await decide(read);
      const { action, doc, refusal } = outcome;
      const data = { code: refusal?.details[0]?.code ?? refusal?.code };
      const how = refusal ? ({ result: 'FAILED', data } as const) : {};
      const changes = doc ? [updateRow('devices', read.device, doc)] : [];
      const writes = [...changes, ownActivity(read, request, { action, ...how })];
      return { writes, result: outcome };
    },
    () => invalidData('UNIQUENESS_VIOLATION', 'publicKey'),
  );
  if (result.refusal) throw result.refusal;
  return answer({ ...result.said });
}

/** `POST …/device/v1/updates`: what it says of itself, its push token, its name. */
export const updateBySelf: Handler<NativeParts> = (parts, request) => {
  let assessed: ReturnType<typeof assessIntegrity> | undefined;
  return changeBySelf(parts, request, 'updates', async ({ device, claims }) => {
    const { environmentId, doc } = device;
    const { now } = request;
    const said = readUpdateClaims(claims);
    const { pushProviders } = await configurationOf(parts, environmentId);
    const { push: before, ...credential } = credentialOf(device);
    const { about, integrity } = said;
    // Once, also where a race makes it decide again: somebody outside may be asked.
    assessed ??= assessIntegrity(parts, {
      environmentId,
      applicationId: credential.applicationId,
      about,
      integrity,
      nonce: claims.nonce,
      publicJwk: credential.publicJwk,
      known: credential.integrity,
      now,
    });
    const push = said.push === undefined ? before : pushOf(parts, device, said.push);
    const next: NativeCredential = {
      ...credential,
      about: { ...credential.about, ...about },
      ...defined({ push }),
      integrity: await assessed,
    };
    const { nickname: former, ...rest } = doc;
    const nickname = said.nickname ?? former;
    return {
      doc: withCredential(nickname ? { ...rest, nickname } : rest, next, now),
      action: 'DEVICE.UPDATED',
      said: { push: tokenResult(next, pushProviders) },
    };
  });
};

/** `POST …/device/v1/logs`: what an administrator has asked for. */
export const handInLogs: Handler<NativeParts> = (parts, request) => {
  return changeBySelf(parts, request, 'logs', ({ device, claims }) => {
    const { environmentId, id, doc } = device;
    const { now } = request;
    const credential = credentialOf(device);
    if (presentLogs(credential, now)?.status !== 'PENDING') {
      throw wrongState('status', 'Nobody has asked for the logs of the device.');
    }
    const supportId = randomUUID();
    const sealed = parts.keyring.seal(environmentId, logsIdentity(id), readLogsClaims(claims).logs);
    const logs = { status: 'RECEIVED', supportId, sealed } as const;
    return {
      doc: withCredential(doc, { ...credential, logs }, now),
      action: 'DEVICE.LOGS_RECEIVED',
      said: { supportId },
    };
  });
};

/** `POST …/device/v1/removals`: the device is gone, also while it is blocked. */
export const removeBySelf: Handler<NativeParts> = async (parts, request) => {
  const { result: removed, answer } = await decideRequest(
    parts,
    request,
    'removals',
    async (read) => {
      const { device, facts } = read;
      const gone = ownActivity(read, request, { action: 'DEVICE.DELETED' });
      return { writes: [...removeDevice(facts, device), gone], result: device };
    },
  );
  // Whatever node it is connected to ends that.
  parts.wakeDevices(removed.environmentId, [removed.id]);
  return answer({ status: 'REMOVED' });
};

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
async function newKeyOf(parts: NativeParts, { device, claims }: ReadDevice, now: Instant) {
  const { environmentId, id, doc } = device;
  const { publicKey, proof } = readRotationClaims(claims);
  const publicJwk = readPublicKey(publicKey);
  if (!publicJwk) throw invalidData('INVALID_VALUE', 'publicKey');
  if (!(await isHeld(publicJwk, proof, device, now))) throw invalidData('INVALID_VALUE', 'proof');
  const environmentKey = `${doc.type}:${await calculateJwkThumbprint(publicJwk, 'sha256')}`;
  const holder = await findBy(parts, 'devices', environmentId, 'environment_key', environmentKey);
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
