/** Applications, what belongs to them, and what needs one. */
import type { Shape } from '../shape.ts';
import {
  application,
  type Documented,
  FAILURE,
  HEAD,
  listOf,
  MOMENTS,
  manyOf,
  OFFLINE,
  policy,
  SELF,
  users,
  type World,
} from './documented.ts';

const APPLICATION: Shape = {
  ...HEAD,
  ...MOMENTS,
  name: 'text',
  'description?': 'text',
  enabled: 'flag',
  type: 'text',
  protocol: 'text',
  grantTypes: 'list',
  tokenEndpointAuthMethod: 'text',
  mobile: 'object',
  additionalRefreshTokenReplayProtectionEnabled: 'flag',
  devicePollingInterval: 'number',
  deviceTimeout: 'number',
  idpSignoff: 'flag',
  includeX5t: 'flag',
  opSessionCheckEnabled: 'flag',
  parRequirement: 'text',
  parTimeout: 'number',
  refreshTokenDuration: 'number',
  requestScopesForMultipleResourcesEnabled: 'flag',
};
const BODY = {
  name: 'Shop app',
  enabled: true,
  type: 'NATIVE_APP',
  protocol: 'OPENID_CONNECT',
  grantTypes: ['CLIENT_CREDENTIALS'],
  tokenEndpointAuthMethod: 'CLIENT_SECRET_BASIC',
  mobile: { bundleId: 'example.shop', packageName: 'example.shop' },
};
const SECRET: Shape = {
  _links: 'object?',
  environment: 'reference',
  secret: 'text',
  'previous?': { secret: 'text', expiresAt: 'moment', 'lastUsed?': 'moment' },
};
const CREDENTIAL: Shape = { ...HEAD, ...MOMENTS, type: 'text' };
const KEY: Shape = {
  ...HEAD,
  ...MOMENTS,
  user: 'reference',
  applications: 'list',
  'policy?': 'reference',
  code: 'text',
  // Ours: what the QR code says.
  uri: 'text',
  status: 'text',
  expiresAt: 'moment',
};

const secret = (world: World) => `${application(world)}/secret`;
const credentials = (world: World) => `${application(world)}/pushCredentials`;
const credential = (world: World) => `${credentials(world)}/${world.pushCredentialId}`;
const key = (world: World) => `${users(world)}/pairingKeys/${world.pairingKeyId}`;

const CODE: Shape = {
  ...HEAD,
  ...MOMENTS,
  application: 'reference',
  'clientContext?': 'object',
  lifeTime: 'duration?',
  userApproval: 'text?',
  code: 'text',
  uri: 'text',
  status: 'text',
  expiresAt: 'moment',
};

export const APPLICATION_REQUESTS: readonly Documented[] = [
  {
    page: 'Create Application (OIDC Protocol - Native App)',
    method: 'POST',
    path: '/applications',
    body: BODY,
    status: 201,
    shape: APPLICATION,
    keep: ({ id }, world) => {
      world.applicationId = id;
    },
  },
  {
    page: 'Read One Application',
    method: 'GET',
    path: application,
    status: 200,
    shape: APPLICATION,
  },
  {
    page: 'Update Application',
    method: 'PUT',
    path: application,
    body: { ...BODY, description: 'On phones' },
    status: 200,
    shape: { ...APPLICATION, description: 'text' },
  },
  {
    page: 'Read All Applications',
    method: 'GET',
    path: '/applications',
    status: 200,
    shape: manyOf('applications'),
  },
  {
    page: 'Read Application Secret',
    method: 'GET',
    path: secret,
    status: 200,
    shape: SECRET,
  },
  {
    page: 'Update Application Secret',
    method: 'POST',
    path: secret,
    body: { previous: { expiresAt: '2026-03-05T00:00:00.000Z' } },
    status: 200,
    shape: { ...SECRET, previous: { secret: 'text', expiresAt: 'moment' } },
  },
  { page: 'Delete previous Application Secret', method: 'DELETE', path: secret, status: 204 },
  {
    page: 'Set Application Secret',
    method: 'POST',
    path: secret,
    action: 'secret',
    body: { secret: 'the-secret-that-it-had-before' },
    status: 200,
    shape: SECRET,
  },
  {
    page: 'Create MFA Push Credential (FCM)',
    method: 'POST',
    path: credentials,
    body: { type: 'FCM', key: 'legacy' },
    status: 201,
    shape: CREDENTIAL,
    keep: ({ id }, world) => {
      world.pushCredentialId = id;
    },
  },
  {
    page: 'Read All MFA Push Credentials',
    method: 'GET',
    path: credentials,
    status: 200,
    shape: listOf('pushCredentials', CREDENTIAL),
  },
  {
    page: 'Read One MFA Push Credential',
    method: 'GET',
    path: credential,
    status: 200,
    shape: CREDENTIAL,
  },
  {
    page: 'Update MFA Push Credential',
    method: 'PUT',
    path: credential,
    body: { type: 'FCM', key: 'another' },
    status: 200,
    shape: CREDENTIAL,
  },
  {
    page: 'Create MFA Pairing Key, of an application that no policy names',
    method: 'POST',
    path: (world) => `${users(world)}/pairingKeys`,
    body: ({ applicationId }) => ({ applications: [{ id: applicationId }] }),
    status: 400,
  },
  {
    page: 'Update Device Authentication Policy (with an application)',
    method: 'PUT',
    path: policy,
    body: ({ applicationId }) => ({
      name: 'Contract',
      default: true,
      ...Object.fromEntries(['email', 'sms', 'voice'].map((name) => [name, OFFLINE])),
      totp: { enabled: true, otp: { failure: FAILURE } },
      oathToken: { enabled: true, otp: { failure: FAILURE } },
      mobile: {
        enabled: true,
        otp: { failure: FAILURE },
        applications: [{ id: applicationId, push: { enabled: true }, otp: { enabled: true } }],
      },
    }),
    status: 200,
  },
  {
    page: 'Create MFA Pairing Key',
    method: 'POST',
    path: (world) => `${users(world)}/pairingKeys`,
    body: ({ applicationId }) => ({ applications: [{ id: applicationId }] }),
    status: 201,
    shape: KEY,
    links: [...SELF, 'user'],
    keep({ id }, world) {
      world.pairingKeyId = id;
    },
  },
  { page: 'Read One MFA Pairing Key', method: 'GET', path: key, status: 200, shape: KEY },
  { page: 'Delete MFA Pairing Key', method: 'DELETE', path: key, status: 204 },
  {
    page: 'Delete MFA Push Credential',
    method: 'DELETE',
    path: credential,
    status: 204,
  },
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
    shape: CODE,
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
    shape: CODE,
  },
  {
    page: 'Delete Authentication Code',
    root: 'auth',
    method: 'DELETE',
    path: ({ codeId }) => `/authenticationCodes/${codeId}`,
    status: 204,
  },
];
