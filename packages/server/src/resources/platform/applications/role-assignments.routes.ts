import { LIST_QUERY } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
import type { ApplicationParts } from './administration.ts';
import {
  CreateRoleAssignment,
  RoleAssignmentList,
  RoleAssignmentReply,
} from './role-assignments.schema.ts';
import {
  createRoleAssignment,
  deleteRoleAssignment,
  listRoleAssignments,
  readRoleAssignment,
} from './role-assignments.service.ts';

const COLLECTION = '/v1/environments/{envID}/applications/{appID}/roleAssignments';
const ITEM = `${COLLECTION}/{roleAssignmentID}`;

/** Roles of applications; the platform's "Application Role Assignments". */
export function roleAssignmentOperations(parts: ApplicationParts): Operation[] {
  const common = { tag: 'Application role assignments', needsMfa: false } as const;
  return [
    {
      ...common,
      id: 'listRoleAssignments',
      method: 'GET',
      path: COLLECTION,
      summary: "Read an application's role assignments",
      permission: 'read:role',
      query: LIST_QUERY,
      responses: { 200: RoleAssignmentList },
      handle: (request) => listRoleAssignments(parts, request),
    },
    {
      ...common,
      id: 'createRoleAssignment',
      method: 'POST',
      path: COLLECTION,
      summary: 'Assign a role that the caller has itself',
      permission: 'create:role',
      body: CreateRoleAssignment,
      responses: { 201: RoleAssignmentReply },
      handle: (request) => createRoleAssignment(parts, request),
    },
    {
      ...common,
      id: 'readRoleAssignment',
      method: 'GET',
      path: ITEM,
      summary: 'Read a role assignment',
      permission: 'read:role',
      responses: { 200: RoleAssignmentReply },
      handle: (request) => readRoleAssignment(parts, request),
    },
    {
      ...common,
      id: 'deleteRoleAssignment',
      method: 'DELETE',
      path: ITEM,
      summary: 'Delete a role assignment that the caller may delete',
      permission: 'delete:role',
      responses: { 204: null },
      handle: (request) => deleteRoleAssignment(parts, request),
    },
  ];
}
