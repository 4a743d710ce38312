/** Roles of applications; the platform's page "Application Role Assignments". */
import { type Static, Type } from 'typebox';
import { ROLE_ASSIGNMENTS_MAX } from '../../../config/limits.ts';
import { invalidData, limitExceeded } from '../../../errors/api-error.ts';
import type { Application } from '../../../model/documents.ts';
import type { Stored } from '../../../storage/store.ts';
import { collectionOperations } from '../../kit/collection.ts';
import type { Operation, OperationRequest } from '../../kit/operation.ts';
import { SCOPE_TYPES } from '../../kit/permissions.ts';
import { ENVIRONMENT } from '../../kit/resource.ts';
import type { Row } from '../../kit/rows.ts';
import { closed, HalLinks, Reference, Uuid } from '../../kit/schemas.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import {
  findRole,
  mayHandOut,
  type RoleScope,
  readRoleAssignments,
} from '../roles/role-assignments.ts';
import {
  type ApplicationParts,
  isActor,
  ofApplication,
  readActorRoles,
  readApplication,
  requireOther,
  requireRole,
} from './administration.ts';

const Scope = closed({
  id: Uuid,
  type: Type.Enum([...SCOPE_TYPES]),
});

const CreateRoleAssignment = closed({ role: Reference, scope: Scope });

type CreateRoleAssignment = Static<typeof CreateRoleAssignment>;

const RoleAssignmentReply = Type.Object(
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

async function scopeExists(
  { store }: ApplicationParts,
  environmentId: string,
  { type, id }: RoleScope,
): Promise<boolean> {
  switch (type) {
    case 'ORGANIZATION':
      return id === ORGANIZATION_ID;
    case 'ENVIRONMENT':
      return (await store.get('environments', id, id)) !== undefined;
    case 'POPULATION':
      return (await store.get('populations', environmentId, id)) !== undefined;
    case 'APPLICATION':
      return (await store.get('applications', environmentId, id)) !== undefined;
  }
}

/** Throws unless the caller may give this application the role, and the role fits the scope. */
async function requireAssignable(
  parts: ApplicationParts,
  { actor }: OperationRequest,
  { environmentId, id, doc }: Stored<Application>,
  { role, scope }: CreateRoleAssignment,
): Promise<void> {
  const { scopes } = findRole(role.id) ?? {};
  if (!scopes) throw invalidData('NOT_FOUND', 'role.id');
  if (!scopes.includes(scope.type)) {
    throw invalidData('INVALID_VALUE', 'scope.type', { innerError: { allowedValues: scopes } });
  }
  requireOther(actor, { environmentId, id });
  requireRole(await readActorRoles(parts, actor), { roleId: role.id, scope, environmentId });
  if (!(await scopeExists(parts, environmentId, scope))) throw invalidData('NOT_FOUND', 'scope.id');
  if (doc.type !== 'WORKER') {
    throw invalidData('CONSTRAINT_VIOLATION', 'role', {
      message: 'Only applications of the type WORKER have roles.',
    });
  }
}

/** Roles of applications: given and taken by whoever may hand them out. */
export function roleAssignmentOperations(parts: ApplicationParts): Operation[] {
  const { store } = parts;
  // Once for all rows of a reply.
  const rolesOf = new WeakMap<OperationRequest, ReturnType<typeof readActorRoles>>();
  async function mayTake(
    request: OperationRequest,
    { environmentId, doc }: Row<'role_assignments'>,
  ) {
    const reading = rolesOf.get(request) ?? readActorRoles(parts, request.actor);
    rolesOf.set(request, reading);
    const application = { environmentId, id: doc.applicationId };
    return (
      !isActor(request.actor, application) && mayHandOut(await reading, { ...doc, environmentId })
    );
  }
  return collectionOperations({
    ...parts,
    ...ofApplication(parts),
    table: 'role_assignments',
    path: `${ENVIRONMENT}/applications/{appID}/roleAssignments`,
    name: 'RoleAssignment',
    tag: 'Application role assignments',
    words: ['a role assignment', 'role assignments of an application'],
    permission: 'role',
    auditType: 'ROLE_ASSIGNMENT',
    auditData: ({ applicationId, roleId, scope }) => ({ applicationId, roleId, scope }),
    schemas: { body: CreateRoleAssignment, one: RoleAssignmentReply },
    verbs: ['list', 'create', 'read', 'delete'],
    unique: 'role',
    taken: 'The application has this role on this scope already.',
    async toDocument({ role, scope }: CreateRoleAssignment, { request }) {
      const application = await readApplication(parts, request);
      await requireAssignable(parts, request, application, { role, scope });
      return { applicationId: application.id, roleId: role.id, scope, readOnly: false };
    },
    async holds({ environmentId, doc }) {
      const present = await readRoleAssignments(store, environmentId, doc.applicationId);
      if (present.length < ROLE_ASSIGNMENTS_MAX) return [];
      throw limitExceeded('The application has too many roles.', ROLE_ASSIGNMENTS_MAX);
    },
    async assertUnused({ environmentId, doc }, { actor }) {
      requireOther(actor, { environmentId, id: doc.applicationId });
      requireRole(await readActorRoles(parts, actor), { ...doc, environmentId });
    },
    view: async ({ applicationId, roleId, scope }, row, request) => ({
      application: { id: applicationId },
      role: { id: roleId },
      scope,
      readOnly: !(await mayTake(request, row)),
    }),
    operations: {
      create: { summary: 'Assign a role that the caller may hand out' },
      delete: { summary: 'Delete a role assignment that the caller may delete' },
    },
  });
}
