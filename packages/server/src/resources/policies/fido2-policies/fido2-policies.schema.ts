/** The messages of FIDO2 policies; contract sdk-schemas `FIDO2Policy`, flows-and-devices §10. */
import { type Static, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { RELYING_PARTY_ID_PATTERN } from '../../../model/fido2.ts';
import { durationOf } from '../../../policy/blocks.ts';
import { closed, line, maybe, resourceOf, Uuid } from '../../kit/schemas.ts';
import { AllowedAuthenticators } from '../fido-devices-metadata/fido-devices-metadata.schema.ts';
import { POLICY_HEAD, writePolicy } from '../policy-document.ts';

const RELATED_ORIGINS_MAX = 20;

const RELATED_ORIGIN =
  '^(https://[a-z0-9.-]+(:[0-9]{1,5})?|android:apk-key-hash:[A-Za-z0-9_-]{43}|ios:bundle-id:[A-Za-z0-9.-]+)$';

/** An attribute of the user: any that holds a text, also one that this server doesn't know. */
const AttributeName = line(NAME_LENGTH_MAX);

const SETTINGS = {
  description: Type.Optional(line(1_024, 0)),
  attestationRequirements: Type.Enum(['NONE', 'DIRECT', 'ENTERPRISE']),
  authenticatorAttachment: Type.Enum(['PLATFORM', 'CROSS_PLATFORM', 'BOTH']),
  backupEligibility: closed({ allow: Type.Boolean(), enforceDuringAuthentication: Type.Boolean() }),
  deviceDisplayName: line(100),
  discoverableCredentials: Type.Enum(['DISCOURAGED', 'PREFERRED', 'REQUIRED']),
  mdsAuthenticatorsRequirements: closed({
    option: Type.Enum(['NONE', 'AUDIT_ONLY', 'GLOBAL', 'CERTIFIED', 'SPECIFIC']),
    allowedAuthenticators: Type.Optional(AllowedAuthenticators),
    enforceDuringAuthentication: Type.Boolean(),
  }),
  publicKeyCredentialHints: Type.Optional(
    Type.Array(Type.Enum(['SECURITY_KEY', 'CLIENT_DEVICE', 'HYBRID']), {
      minItems: 1,
      uniqueItems: true,
    }),
  ),
  relyingPartyId: Type.String({
    pattern: RELYING_PARTY_ID_PATTERN,
    description: 'The lower-case domain that the credentials are for.',
  }),
  userDisplayNameAttributes: closed({
    attributes: Type.Array(
      closed({
        name: AttributeName,
        subAttributes: Type.Optional(
          Type.Array(closed({ name: AttributeName }), {
            minItems: 1,
            maxItems: 6,
          }),
        ),
      }),
      { minItems: 1, maxItems: 6 },
    ),
  }),
  userVerification: closed({
    option: Type.Enum(['DISCOURAGED', 'PREFERRED', 'REQUIRED']),
    enforceDuringAuthentication: Type.Boolean(),
    pinRequirement: maybe(
      {
        option: Type.String({ pattern: '^[A-Z][A-Z_]{0,63}$' }),
        // What a PIN can be; CTAP 2.1, §6.5.1.
        minLength: Type.Optional(Type.Integer({ minimum: 4, maximum: 63 })),
      },
      { description: 'Kept: a server sees of a PIN only that the user was verified.' },
    ),
  }),
  eaUniqueIdentifierAttribute: maybe(
    { name: AttributeName },
    {
      description:
        'With attestationRequirements ENTERPRISE: the attribute of the user whose value must be the unique identifier in the attestation.',
    },
  ),
  userPresenceTimeout: Type.Optional(
    durationOf(['SECONDS', 'MINUTES'], { duration: 2, timeUnit: 'MINUTES' }),
  ),
  relatedOrigins: Type.Optional(
    Type.Array(Type.String({ maxLength: 300, pattern: RELATED_ORIGIN }), {
      maxItems: RELATED_ORIGINS_MAX,
      uniqueItems: true,
      description:
        'Not of the platform: other origins that may use the credentials, as the relying party publishes them at /.well-known/webauthn, and its apps.',
    }),
  ),
  aggregateDevices: Type.Optional(Type.Boolean()),
};

/** The request of a create or a full replacement. */
export const WriteFido2Policy = writePolicy(SETTINGS);
export type WriteFido2PolicyBody = Static<typeof WriteFido2Policy>;

export const Fido2PolicySchema = resourceOf({
  ...POLICY_HEAD,
  ...SETTINGS,
  deviceAuthenticationPolicies: Type.Optional(Type.Array(Uuid)),
  _embedded: Type.Optional(
    Type.Object({
      deviceAuthenticationPolicies: Type.Array(Type.Object({ id: Uuid, name: Type.String() })),
    }),
  ),
});

export const READ_QUERY = Type.Object({
  expand: Type.Optional(
    Type.String({ description: '`deviceAuthenticationPolicies`: those that use the policy.' }),
  ),
});
