/** The messages of role assignments; "Application Role Assignments" page. */
import { type Static, Type } from 'typebox';
import { SCOPE_TYPES } from '../../kit/permissions.ts';
import { closed, HalLinks, Reference, Uuid } from '../../kit/schemas.ts';

const Scope = closed({
  id: Uuid,
  type: Type.Enum([...SCOPE_TYPES]),
});

export const CreateRoleAssignment = closed({ role: Reference, scope: Scope });

export type CreateRoleAssignment = Static<typeof CreateRoleAssignment>;

export const RoleAssignmentReply = Type.Object(
  {
    _links: HalLinks,
    id: Uuid,
    environment: Reference,
    application: Reference,
    role: Reference,
    scope: Scope,
    readOnly: Type.Boolean({ description: 'Whether the caller may not delete it.' }),
  },
  { title: 'RoleAssignment' },
);
