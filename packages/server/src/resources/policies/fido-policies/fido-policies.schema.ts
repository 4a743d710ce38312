/** The messages of the deprecated FIDO policies; contract sdk-schemas `FIDOPolicy`. */
import { type Static, Type } from 'typebox';
import { NAME_LENGTH_MAX } from '../../../config/limits.ts';
import { line, listOf, Moments, resourceOf } from '../../kit/schemas.ts';
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
    name: line(NAME_LENGTH_MAX),
    default: Type.Optional(Type.Boolean()),
    ...SETTINGS,
  },
  closed,
);
export type WriteFidoPolicyBody = Static<typeof WriteFidoPolicy>;

export const FidoPolicySchema = resourceOf({
  name: Type.String(),
  default: Type.Boolean(),
  ...SETTINGS,
  ...Moments,
});

export const FidoPolicyList = listOf('fidoPolicies', FidoPolicySchema);
