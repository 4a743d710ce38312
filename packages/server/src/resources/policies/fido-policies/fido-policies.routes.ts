import { FIDO_POLICIES_MAX } from '../../../config/limits.ts';
import { invalidData } from '../../../errors/api-error.ts';
import type { FidoPolicy } from '../../../model/fido2.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { withDefaults } from '../../../policy/with-defaults.ts';
import type { Stored } from '../../../storage/store.ts';
import { LIST_QUERY, listReply } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
import {
  createPolicy,
  deletePolicy,
  type PolicyCollection,
  readPolicy,
  replacePolicy,
} from '../../kit/policy-collection.ts';
import {
  FidoPolicyList,
  FidoPolicySchema,
  WriteFidoPolicy,
  type WriteFidoPolicyBody,
} from './fido-policies.schema.ts';

type FidoPolicyParts = Pick<Parts, 'store' | 'links'>;

const COLLECTION = '/v1/environments/{envID}/fidoPolicies';
const ITEM = `${COLLECTION}/{fidoPolicyID}`;

function view({ links }: FidoPolicyParts, { environmentId, id, doc }: Stored<FidoPolicy>) {
  return {
    _links: {
      self: links.api(environmentId, `/fidoPolicies/${id}`),
      environment: links.api(environmentId),
    },
    id,
    environment: { id: environmentId },
    name: doc.name,
    default: doc.isDefault,
    ...doc.settings,
    createdAt: toTimestamp(doc.createdAt),
    updatedAt: toTimestamp(doc.updatedAt),
  };
}

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

function collectionOf(parts: FidoPolicyParts): PolicyCollection<'fido_policies'> {
  return {
    table: 'fido_policies',
    resourceType: 'FIDO_POLICY',
    idParameter: 'fidoPolicyID',
    max: FIDO_POLICIES_MAX,
    store: parts.store,
    // The schema has checked the rest of the body.
    settingsOf: async (_environmentId, body) => settingsOf(body as WriteFidoPolicyBody),
    render: (policy) => view(parts, policy),
  };
}

/** The deprecated FIDO policies: kept for clients that write them; they decide nothing. */
export function fidoPolicyOperations(parts: FidoPolicyParts): Operation[] {
  const { store, links } = parts;
  const collection = collectionOf(parts);
  const tag = 'FIDO policies';
  return [
    {
      id: 'listFidoPolicies',
      method: 'GET',
      path: COLLECTION,
      tag,
      summary: 'Read all FIDO policies (deprecated)',
      permission: 'read:fidoPolicy',
      query: LIST_QUERY,
      responses: { 200: FidoPolicyList },
      handle: (request) => {
        const environmentId = request.params.envID ?? '';
        return listReply({
          store,
          table: 'fido_policies',
          environmentId,
          request,
          self: links.api(environmentId, '/fidoPolicies').href,
          name: 'fidoPolicies',
          render: (row) => view(parts, row),
        });
      },
    },
    {
      id: 'createFidoPolicy',
      method: 'POST',
      path: COLLECTION,
      tag,
      summary: 'Create a FIDO policy (deprecated)',
      permission: 'create:fidoPolicy',
      body: WriteFidoPolicy,
      responses: { 201: FidoPolicySchema },
      handle: (request) => createPolicy(collection, request),
    },
    {
      id: 'readFidoPolicy',
      method: 'GET',
      path: ITEM,
      tag,
      summary: 'Read a FIDO policy (deprecated)',
      permission: 'read:fidoPolicy',
      responses: { 200: FidoPolicySchema },
      handle: async (request) => ({
        status: 200,
        body: view(parts, await readPolicy(collection, request)),
      }),
    },
    {
      id: 'updateFidoPolicy',
      method: 'PUT',
      path: ITEM,
      tag,
      summary: 'Replace a FIDO policy (deprecated)',
      permission: 'update:fidoPolicy',
      body: WriteFidoPolicy,
      responses: { 200: FidoPolicySchema },
      handle: (request) => replacePolicy(collection, request),
    },
    {
      id: 'deleteFidoPolicy',
      method: 'DELETE',
      path: ITEM,
      tag,
      summary: 'Delete a FIDO policy (deprecated)',
      permission: 'delete:fidoPolicy',
      responses: { 204: null },
      handle: (request) => deletePolicy(collection, request),
    },
  ];
}
