/** What is changed of a paired device: block, lock, nickname, order, removal; contract §4.10–§4.13. */
import { DEVICE_LOGS_MS } from '../../../config/limits.ts';
import { invalidData, wrongState } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Device, User } from '../../../model/documents.ts';
import { type Instant, toTimestamp } from '../../../model/instant.ts';
import { logsIdentity, type NativeCredential, presentLogs } from '../../../model/mobile.ts';
import type { UserFacts, Write } from '../../../storage/store.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { type Handler, type OperationRequest, ok } from '../../kit/operation.ts';
import { deleteRow, found, type Row, updateRow } from '../../kit/rows.ts';
import { inOrder, isAuthenticator, withDeviceRemoved } from './device-order.ts';
import { isDeviceLocked } from './device-view.ts';
import {
  type DeviceParts,
  deviceActivity,
  deviceOf,
  deviceReply,
  idsOf,
  readOwnDevice,
  readUser,
} from './devices.parts.ts';
import { removalNotices } from './removal-notice.ts';

/** Reads, decides and writes one device; the same document: no write and no activity. */
async function changeDevice(
  parts: DeviceParts,
  request: OperationRequest,
  action: string,
  decide: (device: Device) => Device,
): Promise<Row<'devices'>> {
  return commitOrRetry(parts.store, async () => {
    const device = await readOwnDevice(parts, request);
    const changed = decide(device.doc);
    if (changed === device.doc) return { writes: [], result: device };
    const doc = { ...changed, updatedAt: request.now };
    return {
      writes: [updateRow('devices', device, doc), deviceActivity(request, device.id, action)],
      result: { ...device, doc },
    };
  });
}

/** A change of an active device, which answers the device. */
const changing =
  (
    action: string,
    decide: (device: Device, now: Instant, parts: DeviceParts) => Device,
  ): Handler<DeviceParts> =>
  async (parts, request) => {
    const device = await changeDevice(parts, request, action, (doc) => {
      if (doc.status !== 'ACTIVE') throw wrongState('status', 'The device is not active yet.');
      return decide(doc, request.now, parts);
    });
    // One that is connected sees what has become of it.
    if (device.doc.block) parts.wakeDevices(device.environmentId, [device.id]);
    return deviceReply(parts, device, request);
  };

/** `device.block`: it can't be used until it is unblocked. */
export const blockDevice = changing('DEVICE.BLOCKED', (device, now) =>
  device.block ? device : { ...device, block: { blockedAt: now } },
);

export const unblockDevice = changing('DEVICE.UNBLOCKED', (device, _now, parts) => {
  const { block, ...unblocked } = device;
  if (!block) return device;
  const method = parts.methods.get(device.type);
  return { ...unblocked, credential: method?.unblocked?.(device.credential) ?? device.credential };
});

/** `device.unlock`: ends the lock and forgets the wrong answers. */
export const unlockDevice = changing('DEVICE.UNLOCKED', (device, now) => {
  const { lock: _lock, ...unlocked } = device;
  return isDeviceLocked(device, now) ? { ...unlocked, failures: 0 } : device;
});

/** `PUT …/nickname`: an empty one removes it. */
export const setNickname: Handler<DeviceParts> = async (parts, request) => {
  const { nickname }: { nickname: string } = request.body;
  const device = await changeDevice(parts, request, 'DEVICE.NICKNAME_UPDATED', (doc) => {
    const { nickname: former = '', ...rest } = doc;
    if (former === nickname) return doc;
    return nickname === '' ? rest : { ...rest, nickname };
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
export function removeDevice({ user, devices }: UserFacts, device: Row<'devices'>): Write[] {
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
        deviceActivity(request, device.id, 'DEVICE.DELETED'),
      ],
      result: device,
    };
  });
  parts.wakeDevices(environmentId, [id]);
  return { status: 204 };
};

function logsReply(
  { links }: DeviceParts,
  { environmentId, id, doc }: Row<'devices'>,
  logs: object,
) {
  const self = links.api(environmentId, `/users/${doc.userId}/devices/${id}/logs`);
  return ok({ _links: { self }, ...logs });
}

/** `PUT …/logs`: asks a native device for its logs; it hands them in when it is next there. */
export const requestLogs: Handler<DeviceParts> = async (parts, request) => {
  const expiresAt = request.now + DEVICE_LOGS_MS;
  const status = 'PENDING';
  const device = await changeDevice(parts, request, 'DEVICE.UPDATED', (doc) => {
    if (!parts.methods.get(doc.type)?.native) {
      throw invalidData('INVALID_VALUE', 'type', {
        message: 'Only native devices have logs to hand in.',
      });
    }
    return { ...doc, credential: { ...doc.credential, logs: { status, expiresAt } } };
  });
  parts.wakeDevices(device.environmentId, [device.id]);
  return logsReply(parts, device, { status, expiresAt: toTimestamp(expiresAt) });
};

/** `GET …/logs`: what the device has handed in. */
export const readLogs: Handler<DeviceParts> = async (parts, request) => {
  const device = await readOwnDevice(parts, request);
  const { environmentId, id, doc } = device;
  const logs = presentLogs(doc.credential as unknown as NativeCredential, request.now);
  const { status, supportId, expiresAt, sealed } = found(logs);
  const text = sealed && parts.keyring.open(environmentId, logsIdentity(id), sealed).toString();
  const moment = expiresAt && toTimestamp(expiresAt);
  const said = defined({ supportId, expiresAt: moment, logs: text });
  return logsReply(parts, device, { status, ...said });
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
    const { id } = user;
    const change = decide(facts);
    if (!change) return { writes: [], result: facts };
    const doc = { ...change.doc, updatedAt: request.now };
    return {
      writes: [
        updateRow('users', user, doc),
        requestRecord(request, {
          action: change.action,
          resource: { type: 'USER', id },
          userId: id,
        }),
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
