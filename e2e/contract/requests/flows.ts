/** Device authentications, and what is skipped of them. */
import type { Shape } from '../shape.ts';
import { type Documented, flow, HEAD, MOMENTS, users } from './documented.ts';

const FLOW: Shape = {
  ...HEAD,
  ...MOMENTS,
  _embedded: 'object',
  status: 'text',
  policy: 'reference',
  user: 'reference',
  selectedDevice: 'reference?',
  bypassAllowed: 'flag',
  userBypassEnabled: 'flag',
  'test?': { otp: 'text' },
  'authenticators?': 'list',
  'error?': { code: 'text', message: 'text', 'unavailableDevices?': 'list' },
};

export const FLOW_REQUESTS: readonly Documented[] = [
  {
    page: 'Initialize Device Authentication',
    root: 'auth',
    method: 'POST',
    path: '/deviceAuthentications',
    body: ({ userId }) => ({ user: { id: userId } }),
    status: 201,
    shape: FLOW,
    links: ['self', 'device.select', 'otp.check'],
    keep: ({ id }, world) => {
      world.flowId = id;
    },
  },
  {
    page: 'Device Authentication (Custom Notification)',
    root: 'auth',
    method: 'POST',
    path: '/deviceAuthentications',
    body: ({ userId }) => ({
      user: { id: userId },
      notification: {
        template: { name: 'transaction', variables: { amount: '1 250,00', currency: 'EUR' } },
        clientContext: { ref: 'INV-2291' },
      },
    }),
    status: 201,
    shape: FLOW,
  },
  {
    page: 'Select Device for Authentication',
    root: 'auth',
    method: 'POST',
    path: flow,
    action: 'device.select',
    body: ({ voiceId }) => ({ device: { id: voiceId } }),
    status: 200,
    shape: FLOW,
    links: ['self', 'device.select', 'otp.check'],
  },
  {
    page: 'Read Device Authentication',
    root: 'auth',
    method: 'GET',
    path: flow,
    status: 200,
    shape: FLOW,
  },
  {
    page: 'Check Assertion (FIDO Device), where none is asked for',
    root: 'auth',
    method: 'POST',
    path: flow,
    action: 'assertion.check',
    body: { origin: 'https://login.shop.example', assertion: '{}', compatibility: 'FULL' },
    status: 400,
  },
  {
    page: 'Cancel Device Authentication, where no push is under way',
    root: 'auth',
    method: 'POST',
    path: flow,
    action: 'cancel.push.authentication',
    body: { reason: 'CHANGE_DEVICE' },
    status: 400,
  },
  {
    page: 'Initialize Device Authentication (one-time device)',
    root: 'auth',
    method: 'POST',
    path: '/deviceAuthentications',
    body: ({ userId }) => ({
      user: { id: userId },
      selectedDevice: { oneTime: { type: 'EMAIL', email: 'other@shop.example', testMode: true } },
    }),
    status: 201,
    shape: {
      ...FLOW,
      selectedDevice: { oneTime: { type: 'text', email: 'text' } },
      test: { otp: 'text' },
    },
    keep: ({ id, test }, world) => {
      world.flowId = id;
      world.otp = test.otp;
    },
  },
  {
    page: 'Validate OTP for Device',
    root: 'auth',
    method: 'POST',
    path: flow,
    action: 'otp.check',
    body: ({ otp }) => ({ otp }),
    status: 200,
    shape: { ...FLOW, selectedDevice: 'object', authenticators: 'list' },
    links: ['self'],
  },
  {
    page: 'Check Remember Me Device',
    root: 'auth',
    method: 'POST',
    path: '/deviceAuthentications',
    action: 'payload.check',
    body: ({ userId, policyId }) => ({
      user: { id: userId },
      policy: { id: policyId },
      payload: { type: 'BROWSER', value: 'signals' },
    }),
    status: 200,
    shape: FLOW,
    links: ['self'],
  },
  {
    page: 'Allow MFA Bypass for User',
    method: 'PUT',
    path: (world) => `${users(world)}/bypassMFA`,
    body: { bypassMFAEnabledUntil: '2026-03-04T18:00:00.000Z' },
    status: 200,
    shape: { _links: 'object', bypassMFAEnabledUntil: 'moment', canBypassMFA: 'flag' },
    links: ['self', 'user'],
  },
  {
    page: 'Check MFA Bypass Status for User',
    method: 'GET',
    path: (world) => `${users(world)}/bypassMFA`,
    status: 200,
    shape: { _links: 'object', bypassMFAEnabledUntil: 'moment', canBypassMFA: 'flag' },
    links: ['self', 'user'],
  },
];
