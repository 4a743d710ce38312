import type { KeptFido2Policy } from '../../../model/fido2.ts';
import type { Instant } from '../../../model/instant.ts';

/**
 * The FIDO2 policy that a new environment begins with: passkeys of any kind, which verify their
 * user. The platform's "Passkeys" policy; its relying party is the server's own host until an
 * administrator names the one of his pages (docs/decisions/0009-fido-policies.md). Pure.
 */
export function defaultFido2Policy(now: Instant): KeptFido2Policy {
  return {
    name: 'Passkeys',
    isDefault: true,
    settings: {
      description: 'Passkeys and security keys that verify their user.',
      attestationRequirements: 'NONE',
      authenticatorAttachment: 'BOTH',
      backupEligibility: { allow: true, enforceDuringAuthentication: true },
      deviceDisplayName: 'Passkey',
      discoverableCredentials: 'REQUIRED',
      mdsAuthenticatorsRequirements: { option: 'NONE', enforceDuringAuthentication: false },
      userDisplayNameAttributes: {
        attributes: [
          { name: 'name', subAttributes: [{ name: 'given' }, { name: 'family' }] },
          { name: 'username' },
        ],
      },
      userPresenceTimeout: { duration: 2, timeUnit: 'MINUTES' },
      userVerification: { option: 'REQUIRED', enforceDuringAuthentication: true },
    },
    createdAt: now,
    updatedAt: now,
  };
}
