import type { Operation } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { activate, sendActivationCode } from './activate-device.ts';
import {
  blockDevice,
  deleteDevice,
  readLogs,
  removeOrder,
  requestLogs,
  setNickname,
  unblockDevice,
  unlockDevice,
} from './change-device.ts';
import { createDevice, importDevice } from './create-device.ts';
import type { DeviceParts } from './devices.parts.ts';
import {
  Activate,
  deviceMessages,
  LogsMessages,
  NicknameMessages,
  Reorder,
  SendActivationCode,
} from './devices.schema.ts';
import { listDevices, readDevice, reorderDevices } from './list-devices.ts';

const COLLECTION = `${ENVIRONMENT}/users/{userID}/devices`;
const ITEM = `${COLLECTION}/{deviceID}`;

/** MFA devices of a user; contract §4. */
export function deviceOperations(parts: DeviceParts): Operation[] {
  const tag = 'MFA devices';
  const { body, imported, one: device, list } = deviceMessages(parts.methods);
  const plain = resourceOperations(
    parts,
    {
      path: COLLECTION,
      name: 'Device',
      tag,
      permission: 'device',
      schemas: { body, one: device },
    },
    { list: listDevices, create: createDevice, read: readDevice, delete: deleteDevice },
    {
      list: {
        summary: 'Read all devices of a user, the default first',
        selfScopes: ['p1:read:device'],
        responses: { 200: list },
      },
      create: { summary: 'Pair a device with a user', selfScopes: ['p1:create:device'] },
      read: { selfScopes: ['p1:read:device'] },
      delete: { summary: 'Remove a device from its user', selfScopes: ['p1:delete:device'] },
    },
  );
  const common = {
    tag,
    path: ITEM,
    permission: 'update:device',
    responses: { 200: device },
  } as const;
  // What the help desk may do, too.
  const lock = { permission: 'update:deviceLock' } as const;
  // What the user may do by a scope of their own token, too.
  const own = { selfScopes: ['p1:update:device'] } as const;
  const pairing = { selfScopes: ['p1:create:device', 'p1:update:device'] } as const;
  const order = { ...own, path: COLLECTION, responses: { 204: null } };
  const logs = { path: `${ITEM}/logs`, responses: { 200: LogsMessages.one } };
  return [
    ...plain,
    ...actionsOf(parts, common, {
      importDevice: {
        path: COLLECTION,
        permission: 'create:device',
        mediaType: 'application/vnd.countersign.device.import+json',
        summary: 'Take over a device with its secret from another system',
        body: imported,
        responses: { 201: device },
        handle: importDevice,
      },
      reorderDevices: {
        ...order,
        action: 'devices.reorder',
        summary: 'Set the order of the devices; the first is the default',
        body: Reorder,
        responses: { 200: list },
        handle: reorderDevices,
      },
      removeDeviceOrder: {
        ...order,
        action: 'devices.order.remove',
        summary: 'Remove the order: the user then has no default device',
        handle: removeOrder,
      },
      deleteDeviceOrder: {
        ...order,
        method: 'DELETE',
        summary: 'The same as removing the order, as the Go SDK asks for it',
        handle: removeOrder,
      },
      activateDevice: {
        ...pairing,
        action: 'device.activate',
        summary: 'Finish pairing with the proof of the device',
        body: Activate,
        handle: activate,
      },
      sendActivationCode: {
        ...pairing,
        action: 'device.sendActivationCode',
        summary: 'Send a new pairing passcode',
        body: SendActivationCode,
        bodyOptional: true,
        example: { notification: { template: { locale: 'fi' } } },
        handle: sendActivationCode,
      },
      blockDevice: { action: 'device.block', summary: 'Block a device', handle: blockDevice },
      unblockDevice: {
        ...lock,
        action: 'device.unblock',
        summary: 'Unblock a device',
        handle: unblockDevice,
      },
      unlockDevice: {
        ...lock,
        action: 'device.unlock',
        summary: 'End the lock of a device',
        handle: unlockDevice,
      },
      setDeviceNickname: {
        ...own,
        method: 'PUT',
        path: `${ITEM}/nickname`,
        summary: 'Set or remove the nickname of a device',
        body: NicknameMessages.body,
        responses: { 200: NicknameMessages.one },
        handle: setNickname,
      },
      requestDeviceLogs: {
        ...logs,
        method: 'PUT',
        summary: 'Ask a native device for its logs',
        body: LogsMessages.body,
        handle: requestLogs,
      },
      readDeviceLogs: {
        ...logs,
        method: 'GET',
        summary: 'Read the logs that a native device has handed in',
        handle: readLogs,
      },
    }),
  ];
}
