/**
 * Whether an authenticator is good enough for the FIDO2 policy. Pure: what was attested or
 * asserted, and the policy, make a complaint or none. Source: contract §10, sdk-schemas
 * `FIDO2Policy`.
 */
import type {
  Authenticator,
  AuthenticatorMetadata,
  Fido2PolicySettings,
} from '../../model/fido2.ts';

/** What a registration has shown. */
export interface Registered {
  attestationType: string;
  /** The attestation's certificates lead to a root that the metadata names for the model. */
  isTrusted: boolean;
  authenticator?: Authenticator;
  /** What the browser said; absent: it didn't. */
  attachment?: string;
  /** The credential can be used without being named; absent: the browser didn't say. */
  isResidentKey?: boolean;
  isBackupEligible: boolean;
}

const ATTACHMENTS = { PLATFORM: 'platform', CROSS_PLATFORM: 'cross-platform' } as const;

/** Why the policy doesn't take the authenticator for pairing; undefined: it does. */
export function registrationComplaint(
  policy: Fido2PolicySettings,
  seen: Registered,
): string | undefined {
  const { attestationRequirements, authenticatorAttachment, discoverableCredentials } = policy;
  if (attestationRequirements !== 'NONE' && seen.attestationType === 'none') {
    return 'The policy requires an attestation of the authenticator.';
  }
  if (
    authenticatorAttachment !== 'BOTH' &&
    seen.attachment !== undefined &&
    seen.attachment !== ATTACHMENTS[authenticatorAttachment]
  ) {
    return `The policy requires a ${ATTACHMENTS[authenticatorAttachment]} authenticator.`;
  }
  if (discoverableCredentials === 'REQUIRED' && seen.isResidentKey === false) {
    return 'The policy requires a discoverable credential.';
  }
  if (!policy.backupEligibility.allow && seen.isBackupEligible) {
    return 'The policy does not allow credentials that can be backed up.';
  }
  return metadataComplaint(policy, seen);
}

/** Why the metadata requirements refuse the model; undefined: they don't. */
export function metadataComplaint(
  { mdsAuthenticatorsRequirements: { option, allowedAuthenticators } }: Fido2PolicySettings,
  { authenticator, isTrusted }: Pick<Registered, 'authenticator' | 'isTrusted'>,
): string | undefined {
  // Also where it only claims to be the model: none that is sound would.
  if (authenticator?.isRevoked) return 'The model of the authenticator has been revoked.';
  if (option === 'NONE' || option === 'AUDIT_ONLY') return undefined;
  if (!authenticator) return 'The policy requires an authenticator of known model.';
  // Without it anybody could claim to be the model.
  if (!isTrusted) return 'The attestation does not lead to the maker of the authenticator.';
  if (option === 'CERTIFIED' && !authenticator.isCertified) {
    return 'The policy requires a FIDO-certified authenticator.';
  }
  const isAllowed = allowedAuthenticators?.some(({ id }) => id === authenticator.id) ?? false;
  return option === 'SPECIFIC' && !isAllowed
    ? 'The policy does not allow this model of authenticator.'
    : undefined;
}

/** What a later use has shown. */
export interface Asserted {
  isUserVerified: boolean;
  isBackupEligible: boolean;
  /** What was found when the device was paired. */
  authenticatorId?: string;
}

/** Why the policy doesn't take the authenticator any more; undefined: it does. */
export function assertionComplaint(
  policy: Fido2PolicySettings,
  seen: Asserted,
  metadata: AuthenticatorMetadata,
): string | undefined {
  if (mustVerifyUser(policy) && !seen.isUserVerified) {
    return 'The policy requires that the authenticator verifies the user.';
  }
  const { allow, enforceDuringAuthentication } = policy.backupEligibility;
  if (enforceDuringAuthentication && !allow && seen.isBackupEligible) {
    return 'The policy does not allow credentials that can be backed up.';
  }
  if (!policy.mdsAuthenticatorsRequirements.enforceDuringAuthentication) return undefined;
  const authenticator = metadata.byId(seen.authenticatorId ?? '');
  // Its attestation was checked when it was paired.
  return metadataComplaint(policy, {
    isTrusted: true,
    ...(authenticator ? { authenticator } : {}),
  });
}

/** Whether a use without user verification is refused. */
export function mustVerifyUser({ userVerification }: Fido2PolicySettings): boolean {
  return userVerification.enforceDuringAuthentication && userVerification.option === 'REQUIRED';
}
