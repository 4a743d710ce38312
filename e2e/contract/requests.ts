/**
 * The documented requests, written anew from the facts of the contract: what is sent, and what must
 * come back. They run in order; `keep` remembers what later ones need.
 */
import type { Shape } from './shape.ts';

// biome-ignore lint/suspicious/noExplicitAny: answers are read by their documented names.
type Body = any;

/** What earlier answers have left for later requests. */
export type World = Record<string, string>;

export interface Documented {
  /** The title of the documentation's page. */
  page: string;
  /** `api`: below `/v1/environments/{envID}`; `auth`: below `/{envID}`; `origin`: below the host. */
  root?: 'api' | 'auth' | 'origin';
  /** No page of the platform's: it learns what later requests need. */
  withoutToken?: true;
  method: string;
  path: string | ((world: World) => string);
  /** The middle of the media type that names the action. */
  action?: string;
  body?: object | ((world: World) => object);
  status: number;
  /** Absent: no body. */
  shape?: Shape;
  links?: readonly string[];
  keep?(body: Body, world: World): void;
}

export const HEAD = { _links: 'object', id: 'uuid', environment: 'reference' } as const;
export const MOMENTS = { createdAt: 'moment', updatedAt: 'moment' } as const;
export const SELF = ['self', 'environment'];

export const listOf = (name: string, item: Shape, more: Shape = {}): Shape => ({
  _links: 'object',
  _embedded: { [name]: [item] },
  count: 'number?',
  size: 'number',
  ...more,
});

const FAILURE = { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } };
const LIFETIME = { duration: 30, timeUnit: 'MINUTES' };
const OFFLINE = { enabled: true, otp: { lifeTime: LIFETIME, failure: FAILURE } };

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

const SETTINGS: Shape = {
  _links: 'object',
  environment: 'reference',
  pairing: { maxAllowedDevices: 'number', pairingKeyFormat: 'text' },
  'lockout?': { failureCount: 'number', 'durationSeconds?': 'number' },
  phoneExtensions: { enabled: 'flag' },
  users: { mfaEnabled: 'flag' },
  'authentication?': { deviceSelection: 'text' },
  updatedAt: 'moment',
};

const ENVIRONMENT: Shape = {
  _links: 'object',
  id: 'uuid',
  ...MOMENTS,
  organization: 'reference',
  name: 'text',
  'description?': 'text',
  type: 'text',
  region: 'text',
  license: 'object',
  status: 'text',
  'icon?': 'text',
  'billOfMaterials?': 'object',
};

const POPULATION: Shape = {
  ...HEAD,
  ...MOMENTS,
  name: 'text',
  'description?': 'text',
  default: 'flag',
  userCount: 'number?',
  theme: 'reference',
  preferredLanguage: 'text',
  passwordPolicy: 'reference?',
  alternativeIdentifiers: 'list?',
};

const OATH_TOKEN: Shape = {
  ...HEAD,
  ...MOMENTS,
  serialNumber: 'text',
  type: 'text',
  otpLength: 'number',
  hashAlgorithm: 'text',
  rowNumber: 'number?',
};

const ACTIVITY: Shape = {
  _links: 'object',
  id: 'uuid',
  recordedAt: 'moment',
  createdAt: 'moment',
  correlationId: 'text?',
  'externalCorrelation?': { 'transactionId?': 'text', 'sessionId?': 'text' },
  'actors?': { 'client?': 'object', 'user?': 'object' },
  action: { type: 'text', description: 'text' },
  resources: 'list',
  // Ours: whom it is about.
  'user?': 'reference',
  result: { status: 'text', 'description?': 'text', 'id?': 'text' },
  tags: 'list?',
};

const users = ({ userId }: World) => `/users/${userId}`;
const devices = ({ userId }: World) => `/users/${userId}/devices`;
const device = ({ userId, deviceId }: World) => `/users/${userId}/devices/${deviceId}`;
const flow = ({ flowId }: World) => `/deviceAuthentications/${flowId}`;
const policy = ({ policyId }: World) => `/deviceAuthenticationPolicies/${policyId}`;
const application = ({ applicationId }: World) => `/applications/${applicationId}`;

const USER_BODY = { username: 'kaisa.aalto', email: 'kaisa@shop.example', mfaEnabled: true };

export const REQUESTS: readonly Documented[] = [
  // MFA settings
  {
    page: 'Read MFA Settings',
    method: 'GET',
    path: '/mfaSettings',
    status: 200,
    shape: SETTINGS,
    links: SELF,
  },
  {
    page: 'Update MFA Settings',
    method: 'PUT',
    path: '/mfaSettings',
    body: {
      pairing: { maxAllowedDevices: 7, pairingKeyFormat: 'ALPHANUMERIC' },
      lockout: { failureCount: 9, durationSeconds: 600 },
    },
    status: 200,
    shape: SETTINGS,
    links: SELF,
  },
  { page: 'Reset MFA Settings', method: 'DELETE', path: '/mfaSettings', status: 204 },

  // Users
  {
    page: 'Create User',
    method: 'POST',
    path: '/users',
    body: USER_BODY,
    status: 201,
    keep: ({ id }, world) => {
      world.userId = id;
    },
  },
  {
    page: 'Read User MFA Enabled',
    method: 'GET',
    path: (world) => `${users(world)}/mfaEnabled`,
    status: 200,
    shape: { _links: 'object', mfaEnabled: 'flag' },
  },
  {
    page: 'Update User MFA Enabled',
    method: 'PUT',
    path: (world) => `${users(world)}/mfaEnabled`,
    body: { mfaEnabled: true },
    status: 200,
    shape: { _links: 'object', mfaEnabled: 'flag' },
  },

  // Policies
  {
    page: 'Create Device Authentication Policy',
    method: 'POST',
    path: '/deviceAuthenticationPolicies',
    body: {
      name: 'Contract',
      default: true,
      forSignOnPolicy: false,
      email: OFFLINE,
      sms: OFFLINE,
      voice: OFFLINE,
      totp: { enabled: true, otp: { failure: FAILURE } },
      mobile: { enabled: true, otp: { failure: FAILURE } },
      fido2: { enabled: true, failure: FAILURE },
      rememberMe: { web: { enabled: true, lifeTime: { duration: 2, timeUnit: 'DAYS' } } },
    },
    status: 201,
    shape: {
      ...HEAD,
      name: 'text',
      default: 'flag',
      forSignOnPolicy: 'flag',
      authentication: { deviceSelection: 'text' },
      newDeviceNotification: 'text',
      ignoreUserLock: 'flag',
      rememberMe: { web: { enabled: 'flag', lifeTime: 'duration' } },
      email: 'object',
      sms: 'object',
      voice: 'object',
      totp: 'object',
      mobile: 'object',
      fido2: 'object',
      updatedAt: 'moment',
    },
    links: SELF,
    keep: ({ id }, world) => {
      world.policyId = id;
    },
  },
  {
    page: 'Read One Device Authentication Policy',
    method: 'GET',
    path: policy,
    status: 200,
    links: SELF,
  },
  {
    page: 'Read Device Authentication Policies',
    method: 'GET',
    path: '/deviceAuthenticationPolicies',
    status: 200,
    shape: {
      _links: 'object',
      _embedded: { deviceAuthenticationPolicies: 'list' },
      count: 'number',
      size: 'number',
    },
  },

  // Devices
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

  // Device authentications
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

  // Bypass
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

  // The platform around them
  { page: 'Read One Environment', method: 'GET', path: '', status: 200, shape: ENVIRONMENT },
  {
    page: 'Read All Environments',
    root: 'origin',
    method: 'GET',
    path: `/v1/environments?filter=${encodeURIComponent('name sw "a name that nobody has"')}`,
    status: 200,
    shape: listOf('environments', ENVIRONMENT),
  },
  {
    page: 'Read One Bill of Materials',
    method: 'GET',
    path: '/billOfMaterials',
    status: 200,
    shape: {
      _links: 'object',
      products: 'list',
      'solutionType?': 'text',
      createdAt: 'moment?',
      updatedAt: 'moment?',
    },
  },
  {
    page: 'Create Population',
    method: 'POST',
    path: '/populations',
    body: { name: 'Guests' },
    status: 201,
    shape: POPULATION,
    keep: ({ id }, world) => {
      world.populationId = id;
    },
  },
  {
    page: 'Update Population',
    method: 'PUT',
    path: ({ populationId }) => `/populations/${populationId}`,
    body: { name: 'Visitors', description: 'For a while' },
    status: 200,
    shape: { ...POPULATION, description: 'text' },
  },
  {
    page: 'Read All Populations',
    method: 'GET',
    path: '/populations',
    status: 200,
    shape: {
      _links: 'object',
      _embedded: { populations: 'list' },
      count: 'number?',
      size: 'number',
    },
  },
  {
    page: 'Delete Population',
    method: 'DELETE',
    path: ({ populationId }) => `/populations/${populationId}`,
    status: 204,
  },
  {
    page: 'Create User (Import)',
    method: 'POST',
    path: '/users',
    action: 'user.import',
    body: {
      username: 'imported',
      email: 'imported@shop.example',
      password: { value: 'unused' },
      lifecycle: { status: 'ACCOUNT_OK' },
      account: { canAuthenticate: true, status: 'OK' },
      verifyStatus: 'NOT_INITIATED',
      address: { countryCode: 'FI' },
      photo: { href: 'https://shop.example/p.png' },
      name: { given: 'Im', family: 'Ported', honorificPrefix: 'Dr' },
    },
    status: 201,
    keep: (body, world) => {
      world.importedId = body.id;
      for (const member of ['address', 'photo', 'name', 'verifyStatus', 'identityProvider']) {
        if (body[member] === undefined) throw new Error(`${member} is missing`);
      }
    },
  },
  {
    page: 'Lock Account',
    method: 'POST',
    path: ({ importedId }) => `/users/${importedId}`,
    action: 'account.lock',
    status: 200,
  },
  {
    page: 'Unlock Account',
    method: 'POST',
    path: ({ importedId }) => `/users/${importedId}`,
    action: 'account.unlock',
    status: 200,
  },
  {
    page: 'Read All Users, by a filter',
    method: 'GET',
    path: `/users?filter=${encodeURIComponent('(username eq "imported")')}`,
    status: 200,
    shape: { _links: 'object', _embedded: { users: 'list' }, count: 'number?', size: 'number' },
  },
  {
    page: 'Read All Users, by a filter that is none',
    method: 'GET',
    path: `/users?filter=${encodeURIComponent('shoeSize eq "44"')}`,
    status: 400,
  },
  {
    page: 'Read All Built-in Admin Roles',
    root: 'origin',
    method: 'GET',
    path: '/v1/roles',
    status: 200,
    shape: { _links: 'object', _embedded: { roles: 'list' }, count: 'number?', size: 'number' },
  },
  {
    page: 'Read Audit Activities',
    method: 'GET',
    path: `/activities?limit=5&filter=${encodeURIComponent('recordedat gt "2026-01-01T00:00:00Z" AND recordedat lt "2027-01-01T00:00:00Z"')}`,
    status: 200,
    shape: listOf('activities', ACTIVITY),
  },
  {
    page: 'Read Audit Activities (POST)',
    method: 'POST',
    path: '/activities',
    body: {
      filter:
        'recordedAt gt "2026-01-01T00:00:00.000Z" and recordedAt lt "2027-01-01T00:00:00.000Z"',
      limit: 2,
    },
    status: 200,
    shape: listOf('activities', ACTIVITY),
  },
  {
    page: 'Discovery OpenID Configuration',
    root: 'auth',
    method: 'GET',
    path: '/as/.well-known/openid-configuration',
    status: 200,
  },
  { page: 'What is not there', method: 'GET', path: '/capabilities', status: 404 },

  // Applications, and what belongs to them
  {
    page: 'Create Application (OIDC Protocol - Native App)',
    method: 'POST',
    path: '/applications',
    body: {
      name: 'Shop app',
      enabled: true,
      type: 'NATIVE_APP',
      protocol: 'OPENID_CONNECT',
      grantTypes: ['CLIENT_CREDENTIALS'],
      tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
      mobile: { bundleId: 'example.shop', packageName: 'example.shop' },
    },
    status: 201,
    keep: ({ id }, world) => {
      world.applicationId = id;
    },
  },
  {
    page: 'Read Application Secret',
    method: 'GET',
    path: (world) => `${application(world)}/secret`,
    status: 200,
    shape: { _links: 'object?', environment: 'reference', secret: 'text' },
  },
  {
    page: 'Create MFA Push Credential (FCM)',
    method: 'POST',
    path: (world) => `${application(world)}/pushCredentials`,
    body: { type: 'FCM', key: 'legacy' },
    status: 201,
    shape: { ...HEAD, ...MOMENTS, type: 'text' },
    keep: ({ id }, world) => {
      world.pushCredentialId = id;
    },
  },
  {
    page: 'Read All MFA Push Credentials',
    method: 'GET',
    path: (world) => `${application(world)}/pushCredentials`,
    status: 200,
    shape: listOf('pushCredentials', { ...HEAD, ...MOMENTS, type: 'text' }),
  },
  {
    page: 'Create MFA Pairing Key',
    method: 'POST',
    path: (world) => `${users(world)}/pairingKeys`,
    body: ({ applicationId }) => ({ applications: [{ id: applicationId }] }),
    status: 400,
  },
  {
    page: 'Delete MFA Push Credential',
    method: 'DELETE',
    path: (world) => `${application(world)}/pushCredentials/${world.pushCredentialId}`,
    status: 204,
  },

  // Authentication codes
  {
    page: 'Create Authentication Code',
    root: 'auth',
    method: 'POST',
    path: '/authenticationCodes',
    body: ({ applicationId }) => ({
      application: { id: applicationId },
      clientContext: { header: 'Sign in' },
      lifeTime: { duration: 2, timeUnit: 'MINUTES' },
    }),
    status: 201,
    keep: ({ id }, world) => {
      world.codeId = id;
    },
  },
  {
    page: 'Read Authentication Code',
    root: 'auth',
    method: 'GET',
    path: ({ codeId }) => `/authenticationCodes/${codeId}`,
    status: 200,
  },
  {
    page: 'Delete Authentication Code',
    root: 'auth',
    method: 'DELETE',
    path: ({ codeId }) => `/authenticationCodes/${codeId}`,
    status: 204,
  },

  // OATH tokens
  {
    page: 'Create OATH token',
    method: 'POST',
    path: '/oathTokens',
    body: {
      serialNumber: '7710034125',
      secret: '3132333435363738393031323334353637383930',
      type: 'TOTP',
      otpLength: 6,
      hashAlgorithm: 'HmacSHA1',
      totp: { timeStep: 30 },
    },
    status: 201,
    shape: { ...OATH_TOKEN, totp: { timeStep: 'number', drift: 'number' } },
    keep: ({ id }, world) => {
      world.tokenId = id;
    },
  },
  {
    page: 'Retrieve OATH token by serial number',
    method: 'GET',
    path: `/oathTokens?filter=${encodeURIComponent('serialNumber eq "7710034125"')}`,
    status: 200,
    shape: listOf('oathTokens', { ...OATH_TOKEN, totp: 'object' }),
  },
  {
    page: 'Create MFA User Device (OATH token)',
    method: 'POST',
    path: devices,
    body: { type: 'OATH_TOKEN', serialNumber: '7710034125' },
    status: 400,
  },
  {
    page: 'Resync OATH token',
    method: 'POST',
    path: ({ tokenId }) => `/oathTokens/${tokenId}`,
    action: 'device.resync',
    body: { otps: ['000000', '111111'] },
    status: 400,
  },
  {
    page: 'Create multiple OATH tokens',
    method: 'POST',
    path: '/oathJobs',
    action: 'job.oathtokens.create',
    body: {
      type: 'CREATE_OATH_TOKENS',
      async: false,
      tokens: [
        { rowNumber: 1, serialNumber: '1', secret: '31323334', type: 'HOTP', otpLength: 6 },
        {
          rowNumber: 2,
          serialNumber: '7710034125',
          secret: '31323334',
          type: 'HOTP',
          otpLength: 6,
        },
        { rowNumber: 3, serialNumber: '3', secret: 'no hex', type: 'HOTP', otpLength: 6 },
      ],
    },
    status: 201,
    shape: { ...HEAD, ...MOMENTS, type: 'text', status: 'text', result: 'object' },
    keep: ({ id, status, result }, world) => {
      const { created, duplicates, errors } = result;
      if (status !== 'DONE' || created !== 1 || duplicates.count !== 1 || errors.length !== 1) {
        throw new Error(JSON.stringify(result));
      }
      world.jobId = id;
    },
  },
  {
    page: 'Check status of OATH token creation job',
    method: 'GET',
    path: ({ jobId }) => `/oathJobs/${jobId}`,
    status: 200,
    shape: { ...HEAD, ...MOMENTS, type: 'text', status: 'text', result: 'object' },
  },
  {
    page: 'Revoke OATH token',
    method: 'DELETE',
    path: ({ tokenId }) => `/oathTokens/${tokenId}`,
    status: 204,
  },

  // Groups
  {
    page: 'Create Group',
    method: 'POST',
    path: '/groups',
    body: { name: 'Staff' },
    status: 201,
    keep: ({ id, name }, world) => {
      if (name !== 'Staff') throw new Error('The name is missing.');
      world.groupId = id;
    },
  },
  {
    page: 'Add User to Group',
    method: 'POST',
    path: ({ userId }) => `/users/${userId}/memberOfGroups`,
    body: ({ groupId }) => ({ id: groupId }),
    status: 201,
  },
  {
    page: 'Remove User from Group',
    method: 'DELETE',
    path: ({ userId, groupId }) => `/users/${userId}/memberOfGroups/${groupId}`,
    status: 204,
  },
  {
    page: 'Delete Group',
    method: 'DELETE',
    path: ({ groupId }) => `/groups/${groupId}`,
    status: 204,
  },

  // Webhooks
  {
    page: 'Create Subscription',
    method: 'POST',
    path: '/subscriptions',
    body: {
      name: 'Audit',
      enabled: false,
      verifyTlsCertificates: true,
      protocol: 'HTTPS',
      format: 'ACTIVITY',
      httpEndpoint: {
        url: 'https://audit.shop.example/events',
        headers: { authorization: 'Basic x' },
      },
      filterOptions: { includedActionTypes: ['USER.CREATED', 'DEVICE.CREATED'] },
    },
    status: 201,
    keep: ({ id, httpEndpoint, connectionDetails }, world) => {
      if (httpEndpoint.headers.authorization !== 'Basic x' || !connectionDetails.url) {
        throw new Error('It is not as it was sent.');
      }
      world.subscriptionId = id;
    },
  },
  {
    page: 'Read All Subscriptions',
    method: 'GET',
    path: '/subscriptions',
    status: 200,
    shape: {
      _links: 'object',
      _embedded: { subscriptions: 'list' },
      count: 'number?',
      size: 'number',
    },
  },
  {
    page: 'Create Subscription without events',
    method: 'POST',
    path: '/subscriptions',
    body: {
      name: 'None',
      enabled: true,
      verifyTlsCertificates: true,
      httpEndpoint: { url: 'https://audit.shop.example/events' },
      filterOptions: { includedActionTypes: [] },
    },
    status: 400,
  },
  {
    page: 'Delete Subscription',
    method: 'DELETE',
    path: ({ subscriptionId }) => `/subscriptions/${subscriptionId}`,
    status: 204,
  },

  // Reports, organization, licence
  {
    page: 'Create report of SMS devices - entries in response',
    method: 'POST',
    path: '/dataExplorations?expand=entries',
    body: {
      dataExplorationTemplate: { id: 'db632bfd-7054-4bde-b108-a384aac2d513' },
      fields: [{ name: 'userId' }, { name: 'phone' }],
      filter: '(deviceType eq "SMS")',
      sync: 'true',
    },
    status: 201,
    keep: ({ _embedded }) => {
      if (_embedded.entries.length !== 1) throw new Error(JSON.stringify(_embedded));
    },
  },
  {
    page: 'Read All Organizations',
    root: 'origin',
    method: 'GET',
    path: '/v1/organizations',
    status: 200,
    keep: ({ _embedded }, world) => {
      world.organizationId = _embedded.organizations[0].id;
    },
  },
  {
    page: 'Read All Licenses',
    root: 'origin',
    method: 'GET',
    path: ({ organizationId }) =>
      `/v1/organizations/${organizationId}/licenses?filter=${encodeURIComponent('(status eq "active")')}`,
    status: 200,
    keep: ({ _embedded }) => {
      if (_embedded.licenses[0].status !== 'ACTIVE') throw new Error('No licence is active.');
    },
  },

  // Removal
  {
    page: 'Remove Device Order',
    method: 'POST',
    path: devices,
    action: 'devices.order.remove',
    status: 204,
  },
  { page: 'Delete MFA User Device', method: 'DELETE', path: device, status: 204 },
  { page: 'Delete MFA User Device, once more', method: 'DELETE', path: device, status: 404 },
  { page: 'Delete Application', method: 'DELETE', path: application, status: 204 },
  { page: 'Delete User', method: 'DELETE', path: users, status: 204 },
];
