/** FIDO2 policies: what is theirs beside what all policies share. */
import { FIDO_POLICIES_MAX, POLICIES_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { type KeptFido2Policy, withRelyingParty } from '../../../model/fido2.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { withDefaults } from '../../../policy/with-defaults.ts';
import type { Stored } from '../../../storage/store.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { type PolicyCollection, readPolicies, readPolicy } from '../../kit/policy-collection.ts';
import { assertDurations } from '../device-authentication-policies/policy-rules.ts';
import { WriteFido2Policy, type WriteFido2PolicyBody } from './fido2-policies.schema.ts';

export type Fido2PolicyParts = Pick<Parts, 'store' | 'links'>;
type Policy = Stored<KeptFido2Policy>;

export function fido2PolicyView({ links }: Fido2PolicyParts, policy: Policy) {
  const { environmentId, id } = policy;
  const { name, isDefault, settings, createdAt, updatedAt } = withRelyingParty(
    policy.doc,
    links.hostName(),
  );
  return {
    _links: {
      self: links.api(environmentId, `/fido2Policies/${id}`),
      environment: links.api(environmentId),
    },
    id,
    environment: { id: environmentId },
    name,
    default: isDefault,
    ...settings,
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
  };
}

/** What one field says must fit what another does. Throws with the field that can't stand. */
function assertConsistent(body: WriteFido2PolicyBody): void {
  const { option, allowedAuthenticators = [] } = body.mdsAuthenticatorsRequirements;
  const target = 'mdsAuthenticatorsRequirements';
  // Without an attestation no model is known, and every authenticator would be refused.
  if (body.attestationRequirements === 'NONE' && option !== 'NONE') {
    throw invalidData('CONSTRAINT_VIOLATION', `${target}.option`, {
      message: 'Requirements on the model need an attestation: attestationRequirements is NONE.',
    });
  }
  if (option === 'SPECIFIC' && allowedAuthenticators.length === 0) {
    throw invalidData('REQUIRED_VALUE', `${target}.allowedAuthenticators`);
  }
  if (option !== 'SPECIFIC' && allowedAuthenticators.length > 0) {
    throw invalidData('CONSTRAINT_VIOLATION', `${target}.allowedAuthenticators`, {
      message: 'Authenticators are listed with the option SPECIFIC only.',
    });
  }
  assertDisplayName(body.userDisplayNameAttributes.attributes);
}

type Attributes = WriteFido2PolicyBody['userDisplayNameAttributes']['attributes'];

function assertDisplayName(attributes: Attributes): void {
  const target = 'userDisplayNameAttributes.attributes';
  const names = new Set<string>();
  for (const [index, { name, subAttributes }] of attributes.entries()) {
    const at = `${target}[${index}]`;
    if (names.has(name)) throw invalidData('INVALID_VALUE', `${at}.name`);
    names.add(name);
    // Only a name has parts, and has no text of its own.
    if (name === 'name' && !subAttributes)
      throw invalidData('REQUIRED_VALUE', `${at}.subAttributes`);
    if (name !== 'name' && subAttributes) throw invalidData('INVALID_VALUE', `${at}.subAttributes`);
  }
  if (!names.has('username')) {
    throw invalidData('CONSTRAINT_VIOLATION', target, {
      message: 'One of the attributes must be username: every user has it.',
    });
  }
}

function settingsOf(body: WriteFido2PolicyBody): KeptFido2Policy['settings'] {
  assertDurations(body);
  assertConsistent(body);
  const { name: _name, default: _default, ...settings } = withDefaults(WriteFido2Policy, body);
  return settings;
}

/** The device authentication policies that name this policy, or by default use it. */
async function usersOf({ store }: Pick<Parts, 'store'>, { environmentId, id, doc }: Policy) {
  const policies = await readPolicies(
    { store, table: 'policies', max: POLICIES_MAX },
    environmentId,
  );
  return policies.filter(({ doc: { settings } }) => {
    const { fido2 } = settings.methods;
    return fido2 && (fido2.fido2PolicyId ?? (doc.isDefault ? id : undefined)) === id;
  });
}

export function fido2PolicyCollection(parts: Fido2PolicyParts): PolicyCollection<'fido2_policies'> {
  return {
    table: 'fido2_policies',
    resourceType: 'FIDO_POLICY',
    idParameter: 'fido2PolicyID',
    max: FIDO_POLICIES_MAX,
    store: parts.store,
    // The schema has checked the rest of the body.
    settingsOf: async (_environmentId, body) => settingsOf(body as WriteFido2PolicyBody),
    render: (policy) => fido2PolicyView(parts, policy),
    async assertUnused(policy) {
      const users = await usersOf(parts, policy);
      if (users.length === 0) return;
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        message: 'Device authentication policies name this policy.',
        innerError: { referencedValues: users.map(({ id }) => id) },
      });
    },
  };
}

const EXPANSION = 'deviceAuthenticationPolicies';

/** `expand=deviceAuthenticationPolicies` adds those that use the policy. */
export async function readFido2Policy(
  parts: Fido2PolicyParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { expand } = request.query;
  if (expand !== undefined && expand !== EXPANSION) {
    throw invalidData('INVALID_VALUE', 'expand', { innerError: { allowedValues: [EXPANSION] } });
  }
  const policy = await readPolicy(fido2PolicyCollection(parts), request);
  const body = fido2PolicyView(parts, policy);
  if (expand === undefined) return { status: 200, body };
  const users = (await usersOf(parts, policy)).map(({ id, doc }) => ({ id, name: doc.name }));
  return {
    status: 200,
    body: {
      ...body,
      deviceAuthenticationPolicies: users.map(({ id }) => id),
      _embedded: { deviceAuthenticationPolicies: users },
    },
  };
}
