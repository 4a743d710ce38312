/** The messages of FIDO2 policies; contract sdk-schemas `FIDO2Policy`, flows-and-devices §10. */
import { type Static, Type } from 'typebox';
import { RELYING_PARTY_ID_PATTERN } from '../../../model/fido2.ts';
import { durationOf } from '../../../policy/blocks.ts';
import { closed, line, resourceOf, Uuid } from '../../kit/schemas.ts';
import { AllowedAuthenticators } from '../fido-devices-metadata/fido-devices-metadata.schema.ts';
import { POLICY_HEAD, writePolicy } from '../policy-document.ts';

const RELATED_ORIGINS_MAX = 20;

const RELATED_ORIGIN =
  '^(https://[a-z0-9.-]+(:[0-9]{1,5})?|android:apk-key-hash:[A-Za-z0-9_-]{43}|ios:bundle-id:[A-Za-z0-9.-]+)$';

/** Promised by the platform, and not checked here: refused rather than left out in silence. */
const NOT_SUPPORTED = Type.Optional(Type.Never());

const AttributeName = Type.Enum([
  'username',
  'email',
  'name',
  'nickname',
  'title',
  'externalId',
  'mobilePhone',
  'primaryPhone',
]);

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
          Type.Array(closed({ name: Type.Enum(['given', 'family', 'formatted']) }), {
            minItems: 1,
            maxItems: 3,
          }),
        ),
      }),
      { minItems: 1, maxItems: 6 },
    ),
  }),
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

const USER_VERIFICATION = {
  option: Type.Enum(['DISCOURAGED', 'PREFERRED', 'REQUIRED']),
  enforceDuringAuthentication: Type.Boolean(),
};

/** The request of a create or a full replacement. */
export const WriteFido2Policy = writePolicy({
  ...SETTINGS,
  userVerification: closed({ ...USER_VERIFICATION, pinRequirement: NOT_SUPPORTED }),
  eaUniqueIdentifierAttribute: NOT_SUPPORTED,
});
export type WriteFido2PolicyBody = Static<typeof WriteFido2Policy>;

export const Fido2PolicySchema = resourceOf({
  ...POLICY_HEAD,
  ...SETTINGS,
  userVerification: Type.Object(USER_VERIFICATION),
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
