/** The messages of the deprecated FIDO policies; contract sdk-schemas `FIDOPolicy`. */
import { type Static, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { HalLinks, listOf, Reference, Timestamp, Uuid } from '../../kit/schemas.ts';
import { AllowedAuthenticators } from '../fido-devices-metadata/fido-devices-metadata.schema.ts';

const closed = { additionalProperties: false } as const;

const SETTINGS = {
  description: Type.Optional(Type.String({ maxLength: 1_024 })),
  attestationRequirements: Type.Enum(['NONE', 'AUDIT_ONLY', 'GLOBAL', 'CERTIFIED', 'SPECIFIC']),
  allowedAuthenticators: Type.Optional(AllowedAuthenticators),
  enforceDuringAuthentication: Type.Optional(Type.Boolean({ default: false })),
  residentKeyRequirement: Type.Enum(['DISCOURAGED', 'REQUIRED']),
};

export const WriteFidoPolicy = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: NAME_LENGTH_MAX,
      pattern: '^[^\\u0000-\\u001f\\u007f]*$',
    }),
    default: Type.Optional(Type.Boolean()),
    ...SETTINGS,
  },
  closed,
);
export type WriteFidoPolicyBody = Static<typeof WriteFidoPolicy>;

export const FidoPolicySchema = Type.Object({
  _links: HalLinks,
  id: Uuid,
  environment: Reference,
  name: Type.String(),
  default: Type.Boolean(),
  ...SETTINGS,
  createdAt: Timestamp,
  updatedAt: Timestamp,
});

export const FidoPolicyList = listOf('fidoPolicies', FidoPolicySchema);
