/** What an application's role assignments allow, and where. */
import { ROLE_ASSIGNMENTS_MAX } from '../../../config/limits.ts';
import type { RoleAssignment } from '../../../model/documents.ts';
import type { Store, Stored } from '../../../storage/store.ts';
import type { Reach } from '../../kit/access.ts';
import {
  isEssential,
  isWithinPopulation,
  type Permission,
  permissionsOf,
  ROLES,
  type Role,
  roleAllows,
} from '../../kit/permissions.ts';
import { ORGANIZATION_ID } from './organization.ts';

export type RoleScope = RoleAssignment['scope'];

const BY_ID: ReadonlyMap<string, Role> = new Map(ROLES.map((role) => [role.id, role]));

/** A built-in role; there are no others. */
export function findRole(id: string): Role | undefined {
  return BY_ID.get(id);
}

/** All role assignments of an application, which stand in its environment. */
export function readRoleAssignments(
  store: Pick<Store, 'list'>,
  environmentId: string,
  applicationId: string,
): Promise<Stored<RoleAssignment>[]> {
  return store.list('role_assignments', environmentId, {
    where: { column: 'application_id', is: 'eq', value: applicationId },
    limit: ROLE_ASSIGNMENTS_MAX,
  });
}

function isInEnvironment({ environmentId, doc }: Stored<RoleAssignment>, id: string): boolean {
  switch (doc.scope.type) {
    case 'ORGANIZATION':
      return doc.scope.id === ORGANIZATION_ID;
    case 'ENVIRONMENT':
      return doc.scope.id === id;
    case 'POPULATION':
    case 'APPLICATION':
      // It is of the application's own environment: `createRoleAssignment` sees to it.
      return environmentId === id;
  }
}

/**
 * How far the assignments together let their holder use a permission in an environment (undefined:
 * in any): all of it, some populations, or (undefined) not at all. `applicationId`: what the request
 * is about, where a role may be confined to it. Pure.
 */
export function reachOf(
  assignments: readonly Stored<RoleAssignment>[],
  permission: Permission,
  {
    environmentId,
    applicationId,
  }: { environmentId: string | undefined; applicationId: string | undefined },
): Reach | undefined {
  const populationIds = new Set<string>();
  for (const assignment of assignments) {
    const { roleId, scope } = assignment.doc;
    const role = findRole(roleId);
    if (!role || !roleAllows(role, permission)) continue;
    if (environmentId !== undefined && !isInEnvironment(assignment, environmentId)) continue;
    if (isEssential(permission)) return {};
    if (scope.type === 'APPLICATION' && scope.id !== applicationId) continue;
    if (scope.type !== 'POPULATION') return {};
    if (isWithinPopulation(permission)) populationIds.add(scope.id);
  }
  return populationIds.size === 0 ? undefined : { populationIds: [...populationIds] };
}

/**
 * The environments where the assignments allow to read an environment; undefined: everywhere. Pure.
 */
export function visibleEnvironments(
  assignments: readonly Stored<RoleAssignment>[],
): readonly string[] | undefined {
  const ids = new Set<string>();
  for (const { environmentId, doc } of assignments) {
    if (doc.scope.type === 'ORGANIZATION') return undefined;
    ids.add(doc.scope.type === 'ENVIRONMENT' ? doc.scope.id : environmentId);
  }
  return [...ids];
}

/**
 * Whether who holds the one role may hand the other out: the page of the roles says so, or it is
 * the same, or the other is one for single applications and allows nothing more. Pure.
 */
function handsOut(heldId: string, roleId: string): boolean {
  if (heldId === roleId) return true;
  const [held, role] = [findRole(heldId), findRole(roleId)];
  if (!held || !role) return false;
  if (held.assigns.includes(role.name)) return true;
  if (!role.scopes.includes('APPLICATION')) return false;
  return permissionsOf(role).every((permission) => roleAllows(held, permission));
}

/** Whether the scope means the same from every environment. Pure. */
export const isGlobal = ({ type }: RoleScope): boolean =>
  type === 'ORGANIZATION' || type === 'ENVIRONMENT';

function covers(held: RoleScope, scope: RoleScope, environmentId: string): boolean {
  if (held.type === 'ORGANIZATION') return held.id === ORGANIZATION_ID;
  if (held.type === scope.type) return held.id === scope.id;
  const isInside = scope.type === 'POPULATION' || scope.type === 'APPLICATION';
  return held.type === 'ENVIRONMENT' && isInside && held.id === environmentId;
}

/**
 * Whether the holder of these assignments may hand the role out on the scope, by one of its own on
 * that scope or on what contains it: only then may it give the role away or take it.
 * `environmentId` is where a population or an application is. Pure.
 */
export function mayHandOut(
  assignments: readonly Stored<RoleAssignment>[],
  { roleId, scope, environmentId }: { roleId: string; scope: RoleScope; environmentId: string },
): boolean {
  return assignments.some(
    ({ doc, ...held }) =>
      handsOut(doc.roleId, roleId) &&
      (isGlobal(doc.scope) || held.environmentId === environmentId) &&
      covers(doc.scope, scope, environmentId),
  );
}
