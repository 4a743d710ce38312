/** FIDO2 policies: which authenticators are good enough; page "FIDO Policies". */
import { POLICIES_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import { type KeptFido2Policy, withRelyingParty } from '../../../model/fido2.ts';
import type { Parts } from '../../../parts.ts';
import { withDefaults } from '../../../policy/with-defaults.ts';
import { type Collection, collectionOperations, findRow, renderRow } from '../../kit/collection.ts';
import {
  type Operation,
  type OperationReply,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import type { Row } from '../../kit/rows.ts';
import { assertDurations } from '../device-authentication-policies/policy-rules.ts';
import { FIDO_POLICIES, policyDocument, policyMembers } from '../policy-document.ts';
import {
  Fido2PolicySchema,
  READ_QUERY,
  WriteFido2Policy,
  type WriteFido2PolicyBody,
} from './fido2-policies.schema.ts';

type Fido2PolicyParts = Pick<Parts, 'store' | 'links'>;

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
    // A name has no text of its own.
    if (name === 'name' && !subAttributes)
      throw invalidData('REQUIRED_VALUE', `${at}.subAttributes`);
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
async function usersOf(
  { store }: Pick<Parts, 'store'>,
  { environmentId, id, doc }: Row<'fido2_policies'>,
) {
  const policies = await store.list('policies', environmentId, { limit: POLICIES_MAX });
  return policies.filter(({ doc: { settings } }) => {
    const { fido2 } = settings.methods;
    return fido2 && (fido2.fido2PolicyId ?? (doc.isDefault ? id : undefined)) === id;
  });
}

const EXPANSION = 'deviceAuthenticationPolicies';

type Fido2Policies = Collection<'fido2_policies', WriteFido2PolicyBody>;

export function fido2PolicyOperations(parts: Fido2PolicyParts): Operation[] {
  const collection: Fido2Policies = {
    ...parts,
    ...FIDO_POLICIES,
    table: 'fido2_policies',
    path: `${ENVIRONMENT}/fido2Policies`,
    name: 'Fido2Policy',
    words: ['a FIDO2 policy', 'FIDO2 policies'],
    schemas: { body: WriteFido2Policy, one: Fido2PolicySchema },
    filters: { name: { column: 'name', type: 'string' } },
    toDocument: policyDocument(settingsOf),
    view: (policy) => policyMembers(withRelyingParty(policy, parts.links.hostName())),
    async assertUnused(policy) {
      const users = await usersOf(parts, policy);
      if (users.length === 0) return;
      throw invalidData('CONSTRAINT_VIOLATION', 'id', {
        message: 'Device authentication policies name this policy.',
        innerError: { referencedValues: users.map(({ id }) => id) },
      });
    },
    operations: {
      read: { query: READ_QUERY, handle: (request) => readFido2Policy(parts, collection, request) },
    },
  };
  return collectionOperations(collection);
}

/** `expand=deviceAuthenticationPolicies` adds those that use the policy. */
async function readFido2Policy(
  parts: Fido2PolicyParts,
  collection: Fido2Policies,
  request: OperationRequest,
): Promise<OperationReply> {
  const { expand } = request.query;
  if (expand !== undefined && expand !== EXPANSION) {
    throw invalidData('INVALID_VALUE', 'expand', { innerError: { allowedValues: [EXPANSION] } });
  }
  const policy = await findRow(collection, request);
  const body = await renderRow(collection, policy, request);
  if (expand === undefined) return ok(body);
  const users = (await usersOf(parts, policy)).map(({ id, doc }) => ({ id, name: doc.name }));
  return ok({
    ...body,
    deviceAuthenticationPolicies: users.map(({ id }) => id),
    _embedded: { deviceAuthenticationPolicies: users },
  });
}
