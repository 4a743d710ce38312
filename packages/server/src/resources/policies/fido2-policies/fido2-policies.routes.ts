import { LIST_QUERY, listReply } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
import { createPolicy, deletePolicy, replacePolicy } from '../../kit/policy-collection.ts';
import {
  Fido2PolicyList,
  Fido2PolicySchema,
  READ_QUERY,
  WriteFido2Policy,
} from './fido2-policies.schema.ts';
import {
  type Fido2PolicyParts,
  fido2PolicyCollection,
  fido2PolicyView,
  readFido2Policy,
} from './fido2-policies.service.ts';

const COLLECTION = '/v1/environments/{envID}/fido2Policies';
const ITEM = `${COLLECTION}/{fido2PolicyID}`;

/** FIDO2 policies: which authenticators are good enough; page "FIDO Policies". */
export function fido2PolicyOperations(parts: Fido2PolicyParts): Operation[] {
  const { store, links } = parts;
  const collection = fido2PolicyCollection(parts);
  const tag = 'FIDO policies';
  return [
    {
      id: 'listFido2Policies',
      method: 'GET',
      path: COLLECTION,
      tag,
      summary: 'Read all FIDO2 policies',
      permission: 'read:fidoPolicy',
      query: LIST_QUERY,
      responses: { 200: Fido2PolicyList },
      handle: (request) => {
        const environmentId = request.params.envID ?? '';
        return listReply({
          store,
          table: 'fido2_policies',
          environmentId,
          request,
          self: links.api(environmentId, '/fido2Policies').href,
          name: 'fido2Policies',
          attributes: { name: { column: 'name', type: 'string' } },
          render: (row) => fido2PolicyView(parts, row),
        });
      },
    },
    {
      id: 'createFido2Policy',
      method: 'POST',
      path: COLLECTION,
      tag,
      summary: 'Create a FIDO2 policy',
      permission: 'create:fidoPolicy',
      body: WriteFido2Policy,
      responses: { 201: Fido2PolicySchema },
      handle: (request) => createPolicy(collection, request),
    },
    {
      id: 'readFido2Policy',
      method: 'GET',
      path: ITEM,
      tag,
      summary: 'Read a FIDO2 policy',
      permission: 'read:fidoPolicy',
      query: READ_QUERY,
      responses: { 200: Fido2PolicySchema },
      handle: (request) => readFido2Policy(parts, request),
    },
    {
      id: 'updateFido2Policy',
      method: 'PUT',
      path: ITEM,
      tag,
      summary: 'Replace a FIDO2 policy',
      permission: 'update:fidoPolicy',
      body: WriteFido2Policy,
      responses: { 200: Fido2PolicySchema },
      handle: (request) => replacePolicy(collection, request),
    },
    {
      id: 'deleteFido2Policy',
      method: 'DELETE',
      path: ITEM,
      tag,
      summary: 'Delete a FIDO2 policy',
      permission: 'delete:fidoPolicy',
      responses: { 204: null },
      handle: (request) => deletePolicy(collection, request),
    },
  ];
}
