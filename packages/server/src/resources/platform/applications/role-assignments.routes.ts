import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import type { ApplicationParts } from './administration.ts';
import { CreateRoleAssignment, RoleAssignmentReply } from './role-assignments.schema.ts';
import {
  createRoleAssignment,
  deleteRoleAssignment,
  listRoleAssignments,
  readRoleAssignment,
} from './role-assignments.service.ts';

/** Roles of applications; the platform's "Application Role Assignments". */
export function roleAssignmentOperations(parts: ApplicationParts): Operation[] {
  return resourceOperations(
    parts,
    {
      path: `${ENVIRONMENT}/applications/{appID}/roleAssignments`,
      name: 'RoleAssignment',
      tag: 'Application role assignments',
      words: ['a role assignment', 'role assignments of an application'],
      permission: 'role',
      schemas: { body: CreateRoleAssignment, one: RoleAssignmentReply },
    },
    {
      list: listRoleAssignments,
      create: createRoleAssignment,
      read: readRoleAssignment,
      delete: deleteRoleAssignment,
    },
    {
      create: { summary: 'Assign a role that the caller has itself' },
      delete: { summary: 'Delete a role assignment that the caller may delete' },
    },
  );
}
