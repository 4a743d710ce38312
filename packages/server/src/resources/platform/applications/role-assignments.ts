/** Roles of applications; the platform's page "Application Role Assignments". */
import { randomUUIDv7 } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { ROLE_ASSIGNMENTS_MAX } from '../../../config/limits.ts';
import { invalidData, limitExceeded, notFound, notUnique } from '../../../errors/api-error.ts';
import type { Application, RoleAssignment } from '../../../model/documents.ts';
import type { Stored } from '../../../storage/store.ts';
import { type ChangeVerb, requestRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { listReply } from '../../kit/list.ts';
import { type Handler, type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { SCOPE_TYPES } from '../../kit/permissions.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { deleteRow, insertRow } from '../../kit/rows.ts';
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
  readActorRoles,
  readApplication,
  requireOther,
  requireRole,
} from './administration.ts';
import { APPLICATIONS_PATH, roleAssignmentView } from './application-view.ts';

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

function record(request: OperationRequest, verb: ChangeVerb, { id, doc }: Stored<RoleAssignment>) {
  const { applicationId, roleId, scope } = doc;
  return requestRecord(request, {
    action: `ROLE_ASSIGNMENT.${verb}`,
    resource: { type: 'ROLE_ASSIGNMENT', id },
    data: { applicationId, roleId, scope },
  });
}

/** Whether the caller may not delete what is assigned to this application. */
async function readOnlyFor(parts: ApplicationParts, { actor }: OperationRequest) {
  const held = await readActorRoles(parts, actor);
  return ({ environmentId, doc }: Stored<RoleAssignment>): boolean =>
    isActor(actor, { environmentId, id: doc.applicationId }) ||
    !mayHandOut(held, { ...doc, environmentId });
}

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

/** All role assignments of the application. */
const listRoleAssignments: Handler<ApplicationParts> = async (parts, request) => {
  const { environmentId, id } = await readApplication(parts, request);
  const isReadOnly = await readOnlyFor(parts, request);
  return listReply({
    store: parts.store,
    table: 'role_assignments',
    environmentId,
    request,
    self: parts.links.api(environmentId, `${APPLICATIONS_PATH}/${id}/roleAssignments`).href,
    name: 'roleAssignments',
    where: { column: 'application_id', is: 'eq', value: id },
    render: (row) => roleAssignmentView(parts.links, row, isReadOnly(row)),
  });
};

async function readAssignment(
  parts: ApplicationParts,
  request: OperationRequest,
): Promise<Stored<RoleAssignment>> {
  const application = await readApplication(parts, request);
  const { roleAssignmentID = '' } = request.params;
  const { environmentId } = application;
  const assignment = await parts.store.get('role_assignments', environmentId, roleAssignmentID);
  if (assignment?.doc.applicationId !== application.id) throw notFound();
  return assignment;
}

/** One role assignment of the application. */
const readRoleAssignment: Handler<ApplicationParts> = async (parts, request) => {
  const assignment = await readAssignment(parts, request);
  const isReadOnly = await readOnlyFor(parts, request);
  return ok(roleAssignmentView(parts.links, assignment, isReadOnly(assignment)));
};

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

/** Gives a worker application a role that the caller may hand out on that scope. */
const createRoleAssignment: Handler<ApplicationParts> = async (parts, request) => {
  const requested: CreateRoleAssignment = request.body;
  const application = await readApplication(parts, request);
  await requireAssignable(parts, request, application, requested);
  const { environmentId, id: applicationId } = application;
  const { now } = request;
  const doc: RoleAssignment = {
    applicationId,
    roleId: requested.role.id,
    scope: requested.scope,
    readOnly: false,
    createdAt: now,
    updatedAt: now,
  };
  const created: Stored<RoleAssignment> = { environmentId, id: randomUUIDv7(), version: 1, doc };
  return commitOrRetry(
    parts.store,
    async () => {
      const present = await readRoleAssignments(parts.store, environmentId, applicationId);
      if (present.length >= ROLE_ASSIGNMENTS_MAX) {
        throw limitExceeded('The application has too many roles.', ROLE_ASSIGNMENTS_MAX);
      }
      return {
        writes: [insertRow('role_assignments', created), record(request, 'CREATED', created)],
        result: { status: 201, body: roleAssignmentView(parts.links, created, false) },
      };
    },
    () => notUnique('role', 'The application has this role on this scope already.'),
  );
};

/** Takes a role from an application, other than the caller, that the caller may hand out. */
const deleteRoleAssignment: Handler<ApplicationParts> = async (parts, request) => {
  return commitOrRetry(parts.store, async () => {
    const assignment = await readAssignment(parts, request);
    const { environmentId, doc } = assignment;
    requireOther(request.actor, { environmentId, id: doc.applicationId });
    requireRole(await readActorRoles(parts, request.actor), { ...doc, environmentId });
    return {
      writes: [deleteRow('role_assignments', assignment), record(request, 'DELETED', assignment)],
      result: { status: 204 },
    };
  });
};

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
      create: { summary: 'Assign a role that the caller may hand out' },
      delete: { summary: 'Delete a role assignment that the caller may delete' },
    },
  );
}
