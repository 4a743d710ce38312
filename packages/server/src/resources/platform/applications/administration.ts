/**
 * Who may change an application. Whoever sets its credentials can act as it, and whoever deletes it
 * takes its roles away: both may do so only where they may hand out every one of its roles. And no
 * application changes itself: a stolen token can't make itself last, and since the actor of every
 * change stays as it is, nobody can lock out everybody.
 */
import { ApiError } from '../../../errors/api-error.ts';
import type { Application, RoleAssignment } from '../../../model/documents.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';
import type { Actor, OperationRequest } from '../../kit/operation.ts';
import { found, whereIs } from '../../kit/rows.ts';
import { mayHandOut, type RoleScope, readRoleAssignments } from '../roles/role-assignments.ts';

/** What the operations on applications are made with. */
export type ApplicationParts = Pick<Parts, 'store' | 'keyring' | 'links'> & {
  settings: Pick<Parts['settings'], 'secretsReadOnce'>;
};

/** The ids in the path of an application operation. */
export function idsOf({ params }: Pick<OperationRequest, 'params'>) {
  return { environmentId: params.envID ?? '', applicationId: params.appID ?? '' };
}

/** The application of the path. Throws `NOT_FOUND`. */
export async function readApplication(
  { store }: Pick<ApplicationParts, 'store'>,
  request: Pick<OperationRequest, 'params'>,
): Promise<Stored<Application>> {
  const { environmentId, applicationId } = idsOf(request);
  return found(await store.get('applications', environmentId, applicationId));
}

type Owned = Pick<Stored<{ applicationId: string }>, 'environmentId' | 'doc'>;

/** What collections below an application have alike: it must be there, and the rows are its own. */
export const ofApplication = ({ store, links }: Pick<ApplicationParts, 'store' | 'links'>) => ({
  assertParent: async (request: OperationRequest) =>
    void (await readApplication({ store }, request)),
  where: ({ params }: OperationRequest) => whereIs('application_id', params.appID ?? ''),
  isVisible: ({ doc }: Owned, { params }: OperationRequest) => doc.applicationId === params.appID,
  moreLinks: ({ environmentId, doc }: Owned) => ({
    application: links.api(environmentId, `/applications/${doc.applicationId}`),
  }),
});

/** The roles of the caller itself. */
export async function readActorRoles(
  { store }: Pick<ApplicationParts, 'store'>,
  actor: Actor,
): Promise<Stored<RoleAssignment>[]> {
  if (actor.type !== 'APPLICATION') return [];
  return readRoleAssignments(store, actor.environmentId, actor.applicationId);
}

/** Whether the caller is this application. Pure. */
export function isActor(actor: Actor, application: { environmentId: string; id: string }): boolean {
  return (
    actor.type === 'APPLICATION' &&
    actor.environmentId === application.environmentId &&
    actor.applicationId === application.id
  );
}

/** Throws `ACCESS_FAILED` when the caller may not hand out the role on the scope. Pure. */
export function requireRole(
  held: readonly Stored<RoleAssignment>[],
  role: { roleId: string; scope: RoleScope; environmentId: string },
): void {
  if (mayHandOut(held, role)) return;
  throw new ApiError('ACCESS_FAILED', [], {
    message: 'The caller may not assign this role on this scope.',
  });
}

/** Throws `ACCESS_FAILED` when the caller is this application. Pure. */
export function requireOther(
  actor: Actor,
  application: { environmentId: string; id: string },
): void {
  if (!isActor(actor, application)) return;
  throw new ApiError('ACCESS_FAILED', [], { message: 'An application cannot change itself.' });
}

/**
 * Throws `ACCESS_FAILED` unless the caller may administer the application; see above. Returns the
 * application's role assignments.
 */
export async function requireAdministration(
  parts: Pick<ApplicationParts, 'store'>,
  actor: Actor,
  application: Stored<Application>,
): Promise<Stored<RoleAssignment>[]> {
  const { environmentId, id } = application;
  requireOther(actor, application);
  const assignments = await readRoleAssignments(parts.store, environmentId, id);
  if (assignments.length === 0) return assignments;
  const held = await readActorRoles(parts, actor);
  for (const { doc } of assignments) requireRole(held, { ...doc, environmentId });
  return assignments;
}
