/** Policies, MFA settings, known authenticators. */
import { EXAMPLE_IDS, type OperationTexts } from './operation-text.ts';

const { POLICY_ID } = EXAMPLE_IDS;

const FAILURE = { count: 3, coolDown: { duration: 2, timeUnit: 'MINUTES' } };
const OFFLINE = {
  enabled: true,
  otp: { lifeTime: { duration: 30, timeUnit: 'MINUTES' }, failure: FAILURE },
};
const POLICY = {
  name: 'Shop',
  default: false,
  email: OFFLINE,
  sms: OFFLINE,
  voice: { ...OFFLINE, enabled: false },
  totp: { enabled: true, otp: { failure: FAILURE } },
  mobile: { enabled: false, otp: { failure: FAILURE } },
  fido2: { enabled: true, failure: FAILURE },
};
const FIDO2_POLICY = {
  name: 'Passkeys of the shop',
  relyingPartyId: 'login.shop.example',
  attestationRequirements: 'NONE',
  authenticatorAttachment: 'BOTH',
  backupEligibility: { allow: true, enforceDuringAuthentication: true },
  deviceDisplayName: 'Passkey',
  discoverableCredentials: 'PREFERRED',
  mdsAuthenticatorsRequirements: { option: 'NONE', enforceDuringAuthentication: false },
  userDisplayNameAttributes: { attributes: [{ name: 'username' }] },
  userVerification: { option: 'PREFERRED', enforceDuringAuthentication: true },
};
const FIDO_POLICY = {
  name: 'Security keys',
  attestationRequirements: 'NONE',
  residentKeyRequirement: 'DISCOURAGED',
};
const WHOLE = 'The whole policy: what is left out gets its default.';
const DEFAULT_STAYS = 'The default one can’t be deleted: make another one the default first.';

export const POLICY_TEXTS: OperationTexts = {
  listDeviceAuthenticationPolicies: { description: 'The one with `default` counts for all flows.' },
  createDeviceAuthenticationPolicy: {
    description:
      'Each kind of device has a block: whether it is allowed, how long a passcode lives, how many wrong ones lock it and for how long.',
    example: POLICY,
  },
  migrateDeviceAuthenticationPolicies: {
    description:
      'For programs that were made for the platform’s older policies: the named ones get `fido2` allowed. Without a body nothing changes.',
    example: { migrationData: [{ deviceAuthenticationPolicyId: POLICY_ID }] },
  },
  readDeviceAuthenticationPolicy: { description: 'With every block, also those not allowed.' },
  updateDeviceAuthenticationPolicy: {
    description: `${WHOLE} Read it, change what you mean, send it back. Flows that run go on by what they began with.`,
    example: POLICY,
  },
  deleteDeviceAuthenticationPolicy: { description: DEFAULT_STAYS },
  listFido2Policies: { description: 'Each environment begins with the policy “Passkeys”.' },
  createFido2Policy: {
    description:
      'Says what a passkey must be. `relyingPartyId` is the host name of your pages, or one above it; it can’t be an IP address.',
    example: FIDO2_POLICY,
  },
  readFido2Policy: { description: 'With all its requirements.' },
  updateFido2Policy: {
    description: `${WHOLE} Passkeys that exist keep the relying party that they were made for.`,
    example: FIDO2_POLICY,
  },
  deleteFido2Policy: { description: DEFAULT_STAYS },
  listFidoPolicies: { description: 'Deprecated by the platform; use FIDO2 policies.' },
  createFidoPolicy: {
    description: 'Deprecated by the platform; use FIDO2 policies.',
    example: FIDO_POLICY,
  },
  readFidoPolicy: { description: 'Deprecated by the platform; use FIDO2 policies.' },
  updateFidoPolicy: {
    description: 'Deprecated by the platform; use FIDO2 policies.',
    example: FIDO_POLICY,
  },
  deleteFidoPolicy: { description: 'Deprecated by the platform; use FIDO2 policies.' },
  readAllFidoDevicesMetadata: {
    description:
      'What policies can name as an allowed authenticator. Empty, but for your own, until the operator has set where the FIDO Metadata Service is read from.',
  },
  addFidoDeviceMetadata: {
    description:
      'For authenticators that the FIDO Metadata Service doesn’t list. Without root certificates, any attestation of the model is taken.',
    example: {
      aaguid: '71e1cbad-72cd-4eeb-a90d-0d6e8f3ad988',
      metadataStatement: { description: 'Key of our own make', attestationRootCertificates: [] },
    },
  },
  readFidoDeviceMetadata: { description: 'One model, with its status: certified, revoked.' },
  removeFidoDeviceMetadata: { description: 'Only your own ones, and none that a policy names.' },
  readMfaSettings: { description: 'Every environment has exactly one set of them.' },
  updateMfaSettings: {
    description: 'What is left out gets its default.',
    example: {
      pairing: { maxAllowedDevices: 5, pairingKeyFormat: 'ALPHANUMERIC' },
      lockout: { failureCount: 10, durationSeconds: 600 },
    },
  },
  resetMfaSettings: { description: 'They are never gone: the defaults come back.' },
};
