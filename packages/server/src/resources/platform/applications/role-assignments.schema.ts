/** The messages of role assignments; "Application Role Assignments" page. */
import { type Static, Type } from 'typebox';
import { SCOPE_TYPES } from '../../kit/permissions.ts';
import { HalLinks, Reference, Uuid } from '../../kit/schemas.ts';

const Scope = Type.Object(
  {
    id: Uuid,
    type: Type.Enum([...SCOPE_TYPES]),
  },
  { additionalProperties: false },
);

export const CreateRoleAssignment = Type.Object(
  { role: Reference, scope: Scope },
  { additionalProperties: false },
);

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
