/** What is changed of a paired device: block, lock, nickname, order, removal; contract §4.10–§4.13. */
import { DEVICE_LOGS_MS } from '../../../config/limits.ts';
import { invalidData, notFound, wrongState } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Device, User } from '../../../model/documents.ts';
import { toTimestamp } from '../../../model/instant.ts';
import { logsIdentity, type NativeCredential, presentLogs } from '../../../model/mobile.ts';
import type { Stored, UserFacts, Write } from '../../../storage/store.ts';
import { userRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { type Handler, type OperationRequest, ok } from '../../kit/operation.ts';
import { deleteRow, updateRow } from '../../kit/rows.ts';
import { inOrder, isAuthenticator, withDeviceRemoved } from './device-order.ts';
import { isDeviceLocked } from './device-view.ts';
import {
  type DeviceParts,
  deviceOf,
  deviceReply,
  idsOf,
  readOwnDevice,
  readUser,
} from './devices.parts.ts';
import { removalNotices } from './removal-notice.ts';

interface Change {
  action: string;
  doc: Device;
}

/** Reads, decides and writes one device; no change, no write and no activity. */
async function changeDevice(
  parts: DeviceParts,
  request: OperationRequest,
  decide: (device: Device) => Change | undefined,
): Promise<Stored<Device>> {
  return commitOrRetry(parts.store, async () => {
    const device = await readOwnDevice(parts, request);
    const change = decide(device.doc);
    if (!change) return { writes: [], result: device };
    const doc = { ...change.doc, updatedAt: request.now };
    return {
      writes: [
        updateRow('devices', device, doc),
        userRecord(request, { action: change.action, resource: { type: 'DEVICE', id: device.id } }),
      ],
      result: { ...device, doc },
    };
  });
}

function assertActive({ status }: Device): void {
  if (status !== 'ACTIVE') throw wrongState('status', 'The device is not active yet.');
}

/** `device.block`: it can't be used until it is unblocked. */
export const blockDevice: Handler<DeviceParts> = async (parts, request) => {
  const device = await changeDevice(parts, request, (doc) => {
    assertActive(doc);
    if (doc.block) return undefined;
    return { action: 'DEVICE.BLOCKED', doc: { ...doc, block: { blockedAt: request.now } } };
  });
  parts.wakeDevices(device.environmentId, [device.id]);
  return deviceReply(parts, device, request);
};

/** `device.unblock`. */
export const unblockDevice: Handler<DeviceParts> = async (parts, request) => {
  const device = await changeDevice(parts, request, (doc) => {
    assertActive(doc);
    const { block, ...unblocked } = doc;
    if (!block) return undefined;
    const method = parts.methods.get(doc.type);
    const credential = method?.unblocked?.(doc.credential) ?? doc.credential;
    return { action: 'DEVICE.UNBLOCKED', doc: { ...unblocked, credential } };
  });
  return deviceReply(parts, device, request);
};

/** `device.unlock`: ends the lock and forgets the wrong answers. */
export const unlockDevice: Handler<DeviceParts> = async (parts, request) => {
  const device = await changeDevice(parts, request, (doc) => {
    assertActive(doc);
    if (!isDeviceLocked(doc, request.now)) return undefined;
    const { lock: _lock, ...unlocked } = doc;
    return { action: 'DEVICE.UNLOCKED', doc: { ...unlocked, failures: 0 } };
  });
  return deviceReply(parts, device, request);
};

/** `PUT …/nickname`: an empty one removes it. */
export const setNickname: Handler<DeviceParts> = async (parts, request) => {
  const { nickname }: { nickname: string } = request.body;
  const device = await changeDevice(parts, request, (doc) => {
    if ((doc.nickname ?? '') === nickname) return undefined;
    const { nickname: _former, ...rest } = doc;
    return {
      action: 'DEVICE.NICKNAME_UPDATED',
      doc: nickname === '' ? rest : { ...rest, nickname },
    };
  });
  const { environmentId, userId, deviceId } = idsOf(request);
  const path = `/users/${userId}/devices/${deviceId}`;
  return ok({
    _links: {
      self: parts.links.api(environmentId, `${path}/nickname`),
      device: parts.links.api(environmentId, path),
    },
    nickname: device.doc.nickname ?? '',
  });
};

/** The device is gone, and from its user's order. */
export function removeDevice({ user, devices }: UserFacts, device: Stored<Device>): Write[] {
  const left = devices
    .filter((one) => one.id !== device.id && isAuthenticator(one))
    .map(({ id }) => id);
  return [
    deleteRow('devices', device),
    updateRow('users', user, withDeviceRemoved(user.doc, device.id, left)),
  ];
}

/** `DELETE …/{deviceID}`: 204; deleting the default makes the next one the default. */
export const deleteDevice: Handler<DeviceParts> = async (parts, request) => {
  const { environmentId, id } = await commitOrRetry(parts.store, async () => {
    const facts = await readUser(parts, request);
    const device = deviceOf(facts, request);
    return {
      writes: [
        ...removeDevice(facts, device),
        ...removalNotices(parts, [device], request.now),
        userRecord(request, {
          action: 'DEVICE.DELETED',
          resource: { type: 'DEVICE', id: device.id },
        }),
      ],
      result: device,
    };
  });
  parts.wakeDevices(environmentId, [id]);
  return { status: 204 };
};

/** `PUT …/logs`: asks a native device for its logs; it hands them in when it is next there. */
export const requestLogs: Handler<DeviceParts> = async (parts, request) => {
  const expiresAt = request.now + DEVICE_LOGS_MS;
  const device = await changeDevice(parts, request, (doc) => {
    if (!parts.methods.get(doc.type)?.native) {
      throw invalidData('INVALID_VALUE', 'type', {
        message: 'Only native devices have logs to hand in.',
      });
    }
    const credential = { ...doc.credential, logs: { status: 'PENDING', expiresAt } };
    return { action: 'DEVICE.UPDATED', doc: { ...doc, credential } };
  });
  const { environmentId, id, doc } = device;
  parts.wakeDevices(environmentId, [id]);
  const self = parts.links.api(environmentId, `/users/${doc.userId}/devices/${id}/logs`);
  return ok({ _links: { self }, status: 'PENDING', expiresAt: toTimestamp(expiresAt) });
};

/** `GET …/logs`: what the device has handed in. */
export const readLogs: Handler<DeviceParts> = async (parts, request) => {
  const { environmentId, id, doc } = await readOwnDevice(parts, request);
  const logs = presentLogs(doc.credential as unknown as NativeCredential, request.now);
  if (!logs) throw notFound();
  const { status, supportId, expiresAt, sealed } = logs;
  const self = parts.links.api(environmentId, `/users/${doc.userId}/devices/${id}/logs`);
  return ok({
    _links: { self },
    status,
    ...defined({
      supportId,
      expiresAt: expiresAt && toTimestamp(expiresAt),
      logs: sealed && parts.keyring.open(environmentId, logsIdentity(id), sealed).toString('utf8'),
    }),
  });
};

/** Writes another order of the user's devices. */
async function writeOrder(
  parts: DeviceParts,
  request: OperationRequest,
  decide: (facts: UserFacts) => { action: string; doc: User } | undefined,
): Promise<UserFacts> {
  return commitOrRetry(parts.store, async () => {
    const facts = await readUser(parts, request);
    const { user } = facts;
    const change = decide(facts);
    if (!change) return { writes: [], result: facts };
    const doc = { ...change.doc, updatedAt: request.now };
    return {
      writes: [
        updateRow('users', user, doc),
        userRecord(request, { action: change.action, resource: { type: 'USER', id: user.id } }),
      ],
      result: { ...facts, user: { ...user, doc } },
    };
  });
}

/**
 * `devices.reorder`: every id is an ACTIVE device of the user, once; those left out keep their
 * places behind; contract §3.4. Answers the facts in the new order.
 */
export function changeOrder(parts: DeviceParts, request: OperationRequest): Promise<UserFacts> {
  const wanted: string[] = request.body.order.map(({ id }: { id: string }) => id);
  return writeOrder(parts, request, ({ user, devices }) => {
    const active = inOrder(user.doc, devices)
      .filter(isAuthenticator)
      .map(({ id }) => id);
    for (const [place, id] of wanted.entries()) {
      if (!active.includes(id) || wanted.indexOf(id) !== place) {
        throw invalidData('INVALID_VALUE', `order[${place}].id`);
      }
    }
    const deviceOrder = [...wanted, ...active.filter((id) => !wanted.includes(id))];
    const action = user.doc.deviceOrder ? 'DEVICES.ORDER_UPDATED' : 'DEVICES.ORDER_CREATED';
    return { action, doc: { ...user.doc, deviceOrder } };
  });
}

/** `devices.order.remove`: 204; the user then chooses a device each time. */
export const removeOrder: Handler<DeviceParts> = async (parts, request) => {
  await writeOrder(parts, request, ({ user }) => {
    const { deviceOrder, ...doc } = user.doc;
    return deviceOrder && { action: 'DEVICES.ORDER_DELETED', doc };
  });
  return { status: 204 };
};
