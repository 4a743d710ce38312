import { LIST_QUERY } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
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
import { deviceView } from './device-view.ts';
import { type DeviceParts, deviceOf, methodOf, readUser, viewPartsOf } from './devices.parts.ts';
import {
  Activate,
  createDeviceSchema,
  deviceListSchema,
  deviceSchema,
  LogsReply,
  NicknameReply,
  Reorder,
  RequestLogs,
  SetNickname,
} from './devices.schema.ts';
import { devicesReply, listDevices } from './list-devices.ts';

const COLLECTION = '/v1/environments/{envID}/users/{userID}/devices';
const ITEM = `${COLLECTION}/{deviceID}`;
const action = (name: string) => `application/vnd.pingidentity.${name}+json`;

/** MFA devices of a user; contract §4. */
export function deviceOperations(parts: DeviceParts): Operation[] {
  const tag = 'MFA devices';
  const device = deviceSchema(parts.methods);
  const list = deviceListSchema(parts.methods);
  const item = (
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
  return [
    {
      id: 'listDevices',
      method: 'GET',
      path: COLLECTION,
      tag,
      summary: 'Read all devices of a user, the default first',
      permission: 'read:device',
      selfScopes: ['p1:read:device'],
      query: LIST_QUERY,
      responses: { 200: list },
      handle: (request) => listDevices(parts, request),
    },
    {
      id: 'createDevice',
      method: 'POST',
      path: COLLECTION,
      tag,
      summary: 'Pair a device with a user',
      permission: 'create:device',
      selfScopes: ['p1:create:device'],
      body: createDeviceSchema(parts.methods),
      responses: { 201: device },
      handle: (request) => createDevice(parts, request),
    },
    {
      id: 'reorderDevices',
      method: 'POST',
      path: COLLECTION,
      mediaType: action('devices.reorder'),
      tag,
      summary: 'Set the order of the devices; the first is the default',
      permission: 'update:device',
      selfScopes: ['p1:update:device'],
      body: Reorder,
      responses: { 200: list },
      handle: async (request) =>
        devicesReply(parts, request, await reorderDevices(parts, request), true),
    },
    {
      id: 'removeDeviceOrder',
      method: 'POST',
      path: COLLECTION,
      mediaType: action('devices.order.remove'),
      tag,
      summary: 'Remove the order: the user then has no default device',
      permission: 'update:device',
      selfScopes: ['p1:update:device'],
      responses: { 204: null },
      handle: (request) => removeOrder(parts, request),
    },
    {
      id: 'deleteDeviceOrder',
      method: 'DELETE',
      path: COLLECTION,
      tag,
      summary: 'The same as removing the order, as the Go SDK asks for it',
      permission: 'update:device',
      selfScopes: ['p1:update:device'],
      responses: { 204: null },
      handle: (request) => removeOrder(parts, request),
    },
    {
      id: 'readDevice',
      method: 'GET',
      path: ITEM,
      tag,
      summary: 'Read a device',
      permission: 'read:device',
      selfScopes: ['p1:read:device'],
      responses: { 200: device },
      handle: async (request) => {
        const found = deviceOf(await readUser(parts, request), request);
        const view = await viewPartsOf(parts, request);
        return { status: 200, body: deviceView(found, methodOf(parts, found.doc.type), view) };
      },
    },
    {
      id: 'deleteDevice',
      method: 'DELETE',
      path: ITEM,
      tag,
      summary: 'Remove a device from its user',
      permission: 'delete:device',
      selfScopes: ['p1:delete:device'],
      responses: { 204: null },
      handle: (request) => deleteDevice(parts, request),
    },
    item(
      'activateDevice',
      'Finish pairing with the proof of the device',
      'device.activate',
      (request) => activate(parts, request),
      { body: Activate, selfScopes: ['p1:create:device', 'p1:update:device'] },
    ),
    item(
      'sendActivationCode',
      'Send a new pairing passcode',
      'device.sendActivationCode',
      (request) => sendActivationCode(parts, request),
      { selfScopes: ['p1:create:device', 'p1:update:device'] },
    ),
    item('blockDevice', 'Block a device', 'device.block', (request) => blockDevice(parts, request)),
    item('unblockDevice', 'Unblock a device', 'device.unblock', (request) =>
      unblockDevice(parts, request),
    ),
    item('unlockDevice', 'End the lock of a device', 'device.unlock', (request) =>
      unlockDevice(parts, request),
    ),
    {
      id: 'setDeviceNickname',
      method: 'PUT',
      path: `${ITEM}/nickname`,
      tag,
      summary: 'Set or remove the nickname of a device',
      permission: 'update:device',
      selfScopes: ['p1:update:device'],
      body: SetNickname,
      responses: { 200: NicknameReply },
      handle: (request) => setNickname(parts, request),
    },
    {
      id: 'requestDeviceLogs',
      method: 'PUT',
      path: `${ITEM}/logs`,
      tag,
      summary: 'Ask a native device for its logs',
      permission: 'update:device',
      body: RequestLogs,
      responses: { 200: LogsReply },
      handle: (request) => requestLogs(parts, request),
    },
    {
      id: 'readDeviceLogs',
      method: 'GET',
      path: `${ITEM}/logs`,
      tag,
      summary: 'Read the logs that a native device has handed in',
      permission: 'update:device',
      responses: { 200: LogsReply },
      handle: (request) => readLogs(parts, request),
    },
  ];
}
