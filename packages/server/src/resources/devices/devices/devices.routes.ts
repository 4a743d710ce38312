import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { activate, sendActivationCode } from './activate-device.ts';
import {
  blockDevice,
  deleteDevice,
  readLogs,
  removeOrder,
  reorderDevices,
  requestLogs,
  setNickname,
  unblockDevice,
  unlockDevice,
} from './change-device.ts';
import { createDevice } from './create-device.ts';
import type { DeviceParts } from './devices.parts.ts';
import {
  Activate,
  deviceMessages,
  LogsMessages,
  NicknameMessages,
  Reorder,
} from './devices.schema.ts';
import { devicesReply, listDevices, readDevice } from './list-devices.ts';

const COLLECTION = `${ENVIRONMENT}/users/{userID}/devices`;
const ITEM = `${COLLECTION}/{deviceID}`;
const action = (name: string) => `application/vnd.pingidentity.${name}+json`;

/** MFA devices of a user; contract §4. */
export function deviceOperations(parts: DeviceParts): Operation[] {
  const tag = 'MFA devices';
  const { body, one: device, list } = deviceMessages(parts.methods);
  /** A change that the user may make by a scope of their own token, too. */
  const own = (operation: Omit<Operation, 'tag' | 'permission'>): Operation => ({
    tag,
    permission: 'update:device',
    selfScopes: ['p1:update:device'],
    ...operation,
  });
  /** An operation on one device that only an application may do, unless `more` says otherwise. */
  const act = (
    id: string,
    summary: string,
    name: string,
    handle: Operation['handle'],
    more: Partial<Operation> = {},
  ): Operation => ({
    id,
    method: 'POST',
    path: ITEM,
    mediaType: action(name),
    tag,
    summary,
    permission: 'update:device',
    responses: { 200: device },
    handle,
    ...more,
  });
  const common = resourceOperations(
    parts,
    {
      path: COLLECTION,
      idParameter: 'deviceID',
      tag,
      ids: ['Device', 'Devices'],
      words: ['a device', 'devices'],
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
  return [
    ...common,
    own({
      id: 'reorderDevices',
      method: 'POST',
      path: COLLECTION,
      mediaType: action('devices.reorder'),
      summary: 'Set the order of the devices; the first is the default',
      body: Reorder,
      responses: { 200: list },
      handle: async (request) =>
        devicesReply(parts, request, await reorderDevices(parts, request), true),
    }),
    own({
      id: 'removeDeviceOrder',
      method: 'POST',
      path: COLLECTION,
      mediaType: action('devices.order.remove'),
      summary: 'Remove the order: the user then has no default device',
      responses: { 204: null },
      handle: (request) => removeOrder(parts, request),
    }),
    own({
      id: 'deleteDeviceOrder',
      method: 'DELETE',
      path: COLLECTION,
      summary: 'The same as removing the order, as the Go SDK asks for it',
      responses: { 204: null },
      handle: (request) => removeOrder(parts, request),
    }),
    act(
      'activateDevice',
      'Finish pairing with the proof of the device',
      'device.activate',
      (request) => activate(parts, request),
      { body: Activate, selfScopes: ['p1:create:device', 'p1:update:device'] },
    ),
    act(
      'sendActivationCode',
      'Send a new pairing passcode',
      'device.sendActivationCode',
      (request) => sendActivationCode(parts, request),
      { selfScopes: ['p1:create:device', 'p1:update:device'] },
    ),
    act('blockDevice', 'Block a device', 'device.block', (request) => blockDevice(parts, request)),
    act('unblockDevice', 'Unblock a device', 'device.unblock', (request) =>
      unblockDevice(parts, request),
    ),
    act('unlockDevice', 'End the lock of a device', 'device.unlock', (request) =>
      unlockDevice(parts, request),
    ),
    own({
      id: 'setDeviceNickname',
      method: 'PUT',
      path: `${ITEM}/nickname`,
      summary: 'Set or remove the nickname of a device',
      body: NicknameMessages.body,
      responses: { 200: NicknameMessages.one },
      handle: (request) => setNickname(parts, request),
    }),
    {
      id: 'requestDeviceLogs',
      method: 'PUT',
      path: `${ITEM}/logs`,
      tag,
      summary: 'Ask a native device for its logs',
      permission: 'update:device',
      body: LogsMessages.body,
      responses: { 200: LogsMessages.one },
      handle: (request) => requestLogs(parts, request),
    },
    {
      id: 'readDeviceLogs',
      method: 'GET',
      path: `${ITEM}/logs`,
      tag,
      summary: 'Read the logs that a native device has handed in',
      permission: 'update:device',
      responses: { 200: LogsMessages.one },
      handle: (request) => readLogs(parts, request),
    },
  ];
}
