/** Devices of a user, and pairing keys. */
import type { Shape } from '../shape.ts';
import { type Documented, device, devices, HEAD, MOMENTS, SELF } from './documented.ts';

const DEVICE: Shape = {
  ...HEAD,
  ...MOMENTS,
  user: 'reference',
  type: 'text',
  status: 'text',
  'nickname?': 'text',
  lock: 'object',
  block: 'object',
  'testMode?': 'flag',
};
const EMAIL: Shape = { ...DEVICE, email: 'text' };
const DEVICE_LINKS = [...SELF, 'user'];

export const DEVICE_REQUESTS: readonly Documented[] = [
  {
    page: 'Create MFA User Device (Email)',
    method: 'POST',
    path: devices,
    body: { type: 'EMAIL', email: 'kaisa@shop.example', nickname: 'Work' },
    status: 201,
    shape: EMAIL,
    links: DEVICE_LINKS,
    keep: ({ id }, world) => {
      world.deviceId = id;
    },
  },
  {
    page: 'Create MFA User Device (SMS) for testing',
    method: 'POST',
    path: devices,
    body: {
      type: 'SMS',
      phone: '+1 (312) 555-0142',
      status: 'ACTIVATION_REQUIRED',
      testMode: true,
    },
    status: 201,
    shape: { ...DEVICE, phone: 'text', test: { otp: 'text' } },
    links: [...DEVICE_LINKS, 'device.activate'],
    keep: ({ id, test }, world) => {
      world.pendingId = id;
      world.otp = test.otp;
    },
  },
  {
    page: 'Resend Pairing OTP',
    method: 'POST',
    path: ({ userId, pendingId }) => `/users/${userId}/devices/${pendingId}`,
    action: 'device.sendActivationCode',
    status: 200,
    keep: ({ test }, world) => {
      world.otp = test.otp;
    },
  },
  {
    page: 'Activate MFA User Device',
    method: 'POST',
    path: ({ userId, pendingId }) => `/users/${userId}/devices/${pendingId}`,
    action: 'device.activate',
    body: ({ otp }) => ({ otp }),
    status: 200,
    shape: { ...DEVICE, phone: 'text' },
    links: DEVICE_LINKS,
  },
  {
    page: 'Create MFA User Device (Voice)',
    method: 'POST',
    path: devices,
    body: { type: 'VOICE', phone: '+13125550143' },
    status: 201,
    shape: { ...DEVICE, phone: 'text' },
    links: DEVICE_LINKS,
    keep: ({ id }, world) => {
      world.voiceId = id;
    },
  },
  {
    page: 'Create MFA User Device (TOTP)',
    method: 'POST',
    path: devices,
    body: { type: 'TOTP' },
    status: 201,
    shape: { ...DEVICE, secret: 'text', keyUri: 'text' },
    links: [...DEVICE_LINKS, 'device.activate'],
  },
  {
    page: 'Create MFA User Device (FIDO2)',
    method: 'POST',
    path: devices,
    body: { type: 'FIDO2', rp: { id: 'login.shop.example', name: 'Shop' } },
    status: 201,
    shape: {
      ...DEVICE,
      rp: { id: 'text', name: 'text' },
      displayName: 'text',
      publicKeyCredentialCreationOptions: 'text',
    },
    links: [...DEVICE_LINKS, 'device.activate'],
  },
  {
    page: 'Read One MFA User Device',
    method: 'GET',
    path: device,
    status: 200,
    shape: EMAIL,
    links: DEVICE_LINKS,
  },
  {
    page: 'Update Device Nickname',
    method: 'PUT',
    path: (world) => `${device(world)}/nickname`,
    body: { nickname: 'Red phone' },
    status: 200,
    shape: { _links: 'object', nickname: 'text' },
    links: ['self', 'device'],
  },
  {
    page: 'Set Device Order',
    method: 'POST',
    path: devices,
    action: 'devices.reorder',
    body: ({ deviceId, voiceId }) => ({ order: [{ id: deviceId }, { id: voiceId }] }),
    status: 200,
  },
  {
    page: 'Read All MFA User Devices',
    method: 'GET',
    path: (world) =>
      `${devices(world)}?expand=order&filter=${encodeURIComponent('status eq "ACTIVE"')}`,
    status: 200,
    shape: {
      _links: 'object',
      _embedded: { devices: 'list' },
      order: 'list',
      count: 'number',
      size: 'number',
    },
    links: ['self', 'devices.reorder'],
  },
  {
    page: 'Block MFA User Device',
    method: 'POST',
    path: device,
    action: 'device.block',
    status: 200,
    shape: EMAIL,
  },
  {
    page: 'Unblock MFA User Device',
    method: 'POST',
    path: device,
    action: 'device.unblock',
    status: 200,
    shape: EMAIL,
  },
  {
    page: 'Unlock MFA User Device',
    method: 'POST',
    path: device,
    action: 'device.unlock',
    status: 200,
    shape: EMAIL,
  },
  {
    page: 'Send MFA Device Logs, of what has none',
    method: 'PUT',
    path: (world) => `${device(world)}/logs`,
    body: { status: 'PENDING' },
    status: 400,
  },
  {
    page: 'Create Remember Me Device',
    method: 'POST',
    path: devices,
    body: ({ policyId }) => ({
      type: 'BROWSER',
      policy: { id: policyId },
      payload: 'signals',
      session: { id: 'shop-81' },
    }),
    status: 201,
    shape: { ...DEVICE, session: { id: 'text' }, lastRememberedAt: 'number' },
    links: DEVICE_LINKS,
  },
];
