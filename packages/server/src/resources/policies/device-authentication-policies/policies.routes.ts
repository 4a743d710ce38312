import type { Parts } from '../../../parts.ts';
import { LIST_QUERY, listReply } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
import {
  createPolicy,
  deletePolicy,
  readPolicy,
  replacePolicy,
} from '../../kit/policy-collection.ts';
import {
  MigratePolicies,
  policyListSchema,
  policySchema,
  writePolicySchema,
} from './policies.schema.ts';
import {
  migratePolicies,
  type PolicyParts,
  policyCollection,
  policyView,
} from './policies.service.ts';
import { policyBlocks } from './policy-blocks.ts';

const COLLECTION = '/v1/environments/{envID}/deviceAuthenticationPolicies';
const ITEM = `${COLLECTION}/{deviceAuthenticationPolicyID}`;
const MIGRATE = 'application/vnd.pingidentity.deviceAuthenticationPolicy.fido2.migrate+json';

/** Device authentication policies ("MFA policies"); contract resources, sdk-schemas. */
export function policyOperations({
  store,
  links,
  methods,
}: Pick<Parts, 'store' | 'links' | 'methods'>): Operation[] {
  const blocks = policyBlocks(methods);
  const parts: PolicyParts = { store, links, blocks };
  const collection = policyCollection(parts);
  const tag = 'Device authentication policies';
  const policy = policySchema(blocks);
  const list = policyListSchema(blocks);
  const write = writePolicySchema(blocks);
  const self = (environmentId: string) => links.api(environmentId, '/deviceAuthenticationPolicies');
  return [
    {
      id: 'listDeviceAuthenticationPolicies',
      method: 'GET',
      path: COLLECTION,
      tag,
      summary: 'Read all device authentication policies',
      permission: 'read:policy',
      query: LIST_QUERY,
      responses: { 200: list },
      handle: (request) => {
        const environmentId = request.params.envID ?? '';
        return listReply({
          store,
          table: 'policies',
          environmentId,
          request,
          self: self(environmentId).href,
          name: 'deviceAuthenticationPolicies',
          attributes: { name: { column: 'name', type: 'string' } },
          render: (row) => policyView(parts, row),
        });
      },
    },
    {
      id: 'createDeviceAuthenticationPolicy',
      method: 'POST',
      path: COLLECTION,
      tag,
      summary: 'Create a device authentication policy',
      permission: 'create:policy',
      body: write,
      responses: { 201: policy },
      handle: (request) => createPolicy(collection, request),
    },
    {
      id: 'migrateDeviceAuthenticationPolicies',
      method: 'POST',
      path: COLLECTION,
      mediaType: MIGRATE,
      tag,
      summary: 'Give policies a FIDO2 block in place of the legacy ones',
      permission: 'update:policy',
      body: MigratePolicies,
      bodyOptional: true,
      responses: { 200: list },
      handle: async (request) => {
        const migrated = await migratePolicies(parts, request);
        return {
          status: 200,
          body: {
            _links: { self: self(request.params.envID ?? '') },
            _embedded: {
              deviceAuthenticationPolicies: migrated.map((row) => policyView(parts, row)),
            },
            count: migrated.length,
            size: migrated.length,
          },
        };
      },
    },
    {
      id: 'readDeviceAuthenticationPolicy',
      method: 'GET',
      path: ITEM,
      tag,
      summary: 'Read a device authentication policy',
      permission: 'read:policy',
      responses: { 200: policy },
      handle: async (request) => ({
        status: 200,
        body: policyView(parts, await readPolicy(collection, request)),
      }),
    },
    {
      id: 'updateDeviceAuthenticationPolicy',
      method: 'PUT',
      path: ITEM,
      tag,
      summary: 'Replace a device authentication policy',
      permission: 'update:policy',
      body: write,
      responses: { 200: policy },
      handle: (request) => replacePolicy(collection, request),
    },
    {
      id: 'deleteDeviceAuthenticationPolicy',
      method: 'DELETE',
      path: ITEM,
      tag,
      summary: 'Delete a device authentication policy',
      permission: 'delete:policy',
      responses: { 204: null },
      handle: (request) => deletePolicy(collection, request),
    },
  ];
}
