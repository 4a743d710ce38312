/** The deprecated FIDO policies; contract sdk-schemas `FIDOPolicy`. */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import type { FidoPolicy } from '../../../model/fido2.ts';
import type { Parts } from '../../../parts.ts';
import { withDefaults } from '../../../policy/with-defaults.ts';
import { collectionOperations } from '../../kit/collection.ts';
import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import { resourceOf } from '../../kit/schemas.ts';
import { AllowedAuthenticators } from '../fido-devices-metadata/fido-devices-metadata.schema.ts';
import {
  FIDO_POLICIES,
  POLICY_HEAD,
  policyDocument,
  policyMembers,
  writePolicy,
} from '../policy-document.ts';

const SETTINGS = {
  description: Type.Optional(Type.String({ maxLength: 1_024 })),
  attestationRequirements: Type.Enum(['NONE', 'AUDIT_ONLY', 'GLOBAL', 'CERTIFIED', 'SPECIFIC']),
  allowedAuthenticators: Type.Optional(AllowedAuthenticators),
  enforceDuringAuthentication: Type.Optional(Type.Boolean({ default: false })),
  residentKeyRequirement: Type.Enum(['DISCOURAGED', 'REQUIRED']),
};
const WriteFidoPolicy = writePolicy(SETTINGS);
type WriteFidoPolicyBody = Static<typeof WriteFidoPolicy>;

function settingsOf(body: WriteFidoPolicyBody): FidoPolicy['settings'] {
  const { attestationRequirements, allowedAuthenticators } = body;
  if (attestationRequirements === 'SPECIFIC' && !allowedAuthenticators?.length) {
    throw invalidData('REQUIRED_VALUE', 'allowedAuthenticators');
  }
  const { name: _name, default: _default, ...settings } = withDefaults(WriteFidoPolicy, body);
  return {
    ...settings,
    enforceDuringAuthentication: settings.enforceDuringAuthentication ?? false,
  };
}

/** The deprecated FIDO policies: kept for clients that write them; they decide nothing. */
export function fidoPolicyOperations({
  store,
  links,
}: Pick<Parts, 'store' | 'links'>): Operation[] {
  return collectionOperations({
    store,
    links,
    ...FIDO_POLICIES,
    table: 'fido_policies',
    path: `${ENVIRONMENT}/fidoPolicies`,
    name: 'FidoPolicy',
    words: ['a FIDO policy (deprecated)', 'FIDO policies (deprecated)'],
    schemas: {
      body: WriteFidoPolicy,
      one: resourceOf({ ...POLICY_HEAD, ...SETTINGS }),
    },
    toDocument: policyDocument(settingsOf),
    view: policyMembers,
  });
}
