import { LIST_QUERY } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
import { listOf } from '../../kit/schemas.ts';
import {
  BillOfMaterials,
  BillOfMaterialsReply,
  CreateEnvironment,
  EnvironmentReply,
  UpdateEnvironment,
} from './environments.schema.ts';
import {
  createEnvironment,
  deleteEnvironment,
  type EnvironmentParts,
  listEnvironments,
  readBillOfMaterials,
  readEnvironment,
  updateBillOfMaterials,
  updateEnvironment,
} from './environments.service.ts';

const COLLECTION = '/v1/environments';
const ITEM = `${COLLECTION}/{envID}`;
const BILL = `${ITEM}/billOfMaterials`;

/** Environments and their bill of materials. */
export function environmentOperations(parts: EnvironmentParts): Operation[] {
  const common = { tag: 'Environments', needsMfa: false } as const;
  return [
    {
      ...common,
      id: 'listEnvironments',
      method: 'GET',
      path: COLLECTION,
      summary: 'Read all environments',
      permission: 'read:organization',
      query: LIST_QUERY,
      responses: { 200: listOf('environments', EnvironmentReply) },
      handle: (request) => listEnvironments(parts, request),
    },
    {
      ...common,
      id: 'createEnvironment',
      method: 'POST',
      path: COLLECTION,
      summary: 'Create an environment',
      permission: 'create:organization',
      body: CreateEnvironment,
      responses: { 201: EnvironmentReply },
      handle: (request) => createEnvironment(parts, request),
    },
    {
      ...common,
      id: 'readEnvironment',
      method: 'GET',
      path: ITEM,
      summary: 'Read an environment',
      permission: 'read:environment',
      responses: { 200: EnvironmentReply },
      handle: (request) => readEnvironment(parts, request),
    },
    {
      ...common,
      id: 'updateEnvironment',
      method: 'PUT',
      path: ITEM,
      summary: 'Replace what an environment says of itself',
      permission: 'update:environment',
      body: UpdateEnvironment,
      responses: { 200: EnvironmentReply },
      handle: (request) => updateEnvironment(parts, request),
    },
    {
      ...common,
      id: 'deleteEnvironment',
      method: 'DELETE',
      path: ITEM,
      summary: 'Delete an environment of the type SANDBOX',
      permission: 'delete:organization',
      responses: { 204: null },
      handle: (request) => deleteEnvironment(parts, request),
    },
    {
      ...common,
      id: 'readBillOfMaterials',
      method: 'GET',
      path: BILL,
      summary: 'Read the products of an environment',
      permission: 'read:environment',
      responses: { 200: BillOfMaterialsReply },
      handle: (request) => readBillOfMaterials(parts, request),
    },
    {
      ...common,
      id: 'updateBillOfMaterials',
      method: 'PUT',
      path: BILL,
      summary: 'Replace the products of an environment; MFA needs PING_ONE_MFA',
      permission: 'update:environment',
      body: BillOfMaterials,
      responses: { 200: BillOfMaterialsReply },
      handle: (request) => updateBillOfMaterials(parts, request),
    },
  ];
}
