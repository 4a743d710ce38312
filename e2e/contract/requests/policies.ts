/** MFA settings, policies, and authenticators that FIDO policies know. */
import type { Shape } from '../shape.ts';
import {
  type Documented,
  FAILURE,
  HEAD,
  listOf,
  manyOf,
  OFFLINE,
  plain,
  policy,
  removed,
  SELF,
} from './documented.ts';

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

const POLICY: Shape = {
  ...HEAD,
  name: 'text',
  default: 'flag',
  forSignOnPolicy: 'flag',
  authentication: { deviceSelection: 'text' },
  newDeviceNotification: 'text',
  ignoreUserLock: 'flag',
  'rememberMe?': { web: { enabled: 'flag', lifeTime: 'duration' } },
  email: 'object',
  sms: 'object',
  voice: 'object',
  totp: 'object',
  mobile: 'object',
  'fido2?': 'object',
  'oathToken?': 'object',
  updatedAt: 'moment',
};

const BODY = {
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
};

const FIDO2 = {
  name: 'Shop keys',
  default: false,
  relyingPartyId: 'login.shop.example',
  deviceDisplayName: 'Key',
  attestationRequirements: 'NONE',
  authenticatorAttachment: 'BOTH',
  discoverableCredentials: 'PREFERRED',
  backupEligibility: { allow: true, enforceDuringAuthentication: true },
  userVerification: { option: 'PREFERRED', enforceDuringAuthentication: false },
  mdsAuthenticatorsRequirements: { option: 'NONE', enforceDuringAuthentication: false },
  userDisplayNameAttributes: { attributes: [{ name: 'username' }] },
};

const FIDO = {
  name: 'Old keys',
  attestationRequirements: 'NONE',
  residentKeyRequirement: 'DISCOURAGED',
};

const AUTHENTICATOR: Shape = {
  ...HEAD,
  mdsIdentifier: 'uuid',
  name: 'text',
  aaguid: 'text?',
  attestationCertificateKeyIdentifiers: 'list?',
  custom: 'flag',
  certified: 'flag',
  revoked: 'flag',
  metadataStatement: {
    description: 'text',
    attestationRootCertificates: 'list',
    'icon?': 'text',
  },
};

export const POLICY_REQUESTS: readonly Documented[] = [
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
  {
    page: 'Create Device Authentication Policy',
    method: 'POST',
    path: '/deviceAuthenticationPolicies',
    body: BODY,
    status: 201,
    shape: POLICY,
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
    shape: POLICY,
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
  {
    page: 'Create Device Authentication Policy (minimal)',
    method: 'POST',
    path: '/deviceAuthenticationPolicies',
    body: { ...BODY, name: 'Short-lived', default: false, fido2: undefined, rememberMe: undefined },
    status: 201,
    shape: POLICY,
    keep({ id }, world) {
      world.otherPolicyId = id;
    },
  },
  {
    page: 'Update Device Authentication Policy',
    method: 'PUT',
    path: ({ otherPolicyId }) => `/deviceAuthenticationPolicies/${otherPolicyId}`,
    body: { ...BODY, name: 'Renamed', default: false },
    status: 200,
    shape: POLICY,
    links: SELF,
  },
  {
    page: 'Create Device Authentication Policy (migrate to FIDO2)',
    method: 'POST',
    path: '/deviceAuthenticationPolicies',
    action: 'deviceAuthenticationPolicy.fido2.migrate',
    body: ({ otherPolicyId }) => ({
      deviceAuthenticationPolicies: [{ id: otherPolicyId, fido2Policy: {} }],
    }),
    status: 200,
    shape: manyOf('deviceAuthenticationPolicies'),
  },
  {
    page: 'Delete Device Authentication Policy',
    method: 'DELETE',
    path: ({ otherPolicyId }) => `/deviceAuthenticationPolicies/${otherPolicyId}`,
    status: 204,
  },
  {
    page: 'Delete Device Authentication Policy, the default one',
    method: 'DELETE',
    path: policy,
    status: 400,
  },
  ...plain({
    title: 'FIDO2 Policy',
    titles: 'FIDO2 Policies',
    path: '/fido2Policies',
    name: 'fido2Policies',
    sent: FIDO2,
    changed: { ...FIDO2, description: 'Of the shop', publicKeyCredentialHints: ['SECURITY_KEY'] },
    shape: {
      name: 'text',
      'description?': 'text',
      default: 'flag',
      relyingPartyId: 'text',
      deviceDisplayName: 'text',
      attestationRequirements: 'text',
      authenticatorAttachment: 'text',
      discoverableCredentials: 'text',
      backupEligibility: { allow: 'flag', enforceDuringAuthentication: 'flag' },
      userVerification: { option: 'text', enforceDuringAuthentication: 'flag' },
      userPresenceTimeout: 'duration',
      mdsAuthenticatorsRequirements: {
        option: 'text',
        enforceDuringAuthentication: 'flag',
        allowedAuthenticators: 'list?',
      },
      userDisplayNameAttributes: { attributes: 'list' },
      publicKeyCredentialHints: 'list?',
      deviceAuthenticationPolicies: 'list?',
    },
  }),
  removed('FIDO2 Policy', '/fido2Policies', 'fido2Policies'),
  ...plain({
    title: 'FIDO Policy',
    titles: 'FIDO Policies',
    path: '/fidoPolicies',
    name: 'fidoPolicies',
    sent: FIDO,
    changed: { ...FIDO, description: 'Of old keys' },
    shape: {
      name: 'text',
      'description?': 'text',
      default: 'flag',
      attestationRequirements: 'text',
      residentKeyRequirement: 'text',
      enforceDuringAuthentication: 'flag',
      allowedAuthenticators: 'list?',
    },
  }),
  removed('FIDO Policy', '/fidoPolicies', 'fidoPolicies'),
  {
    page: 'Create Custom FIDO Device Metadata',
    method: 'POST',
    path: '/fidoDevicesMetadata',
    body: {
      aaguid: '7f0e2b0c-9c35-4d4b-8a2b-0d1d6c0b5b11',
      metadataStatement: { description: 'A key of the shop', attestationRootCertificates: [] },
    },
    status: 201,
    shape: { ...AUTHENTICATOR, createdAt: 'moment' },
    keep({ id }, world) {
      world.authenticatorId = id;
    },
  },
  {
    page: 'Read One FIDO Device Metadata',
    method: 'GET',
    path: ({ authenticatorId }) => `/fidoDevicesMetadata/${authenticatorId}`,
    status: 200,
    shape: AUTHENTICATOR,
  },
  {
    page: 'Read All FIDO Device Metadata',
    method: 'GET',
    path: '/fidoDevicesMetadata',
    status: 200,
    shape: listOf('fidoDevicesMetadata', AUTHENTICATOR),
  },
  {
    page: 'Delete Custom FIDO Device Metadata',
    method: 'DELETE',
    path: ({ authenticatorId }) => `/fidoDevicesMetadata/${authenticatorId}`,
    status: 204,
  },
];
