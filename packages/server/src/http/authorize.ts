/** Who may do what: roles for applications, scopes for users on themselves; contract §1.2. */
import { ApiError, notFound } from '../errors/api-error.ts';
import type { Principal, Reach } from '../resources/kit/access.ts';
import type { Operation, OperationRequest } from '../resources/kit/operation.ts';

type Params = OperationRequest['params'];

function mayActOnSelf(operation: Operation, principal: Principal, params: Params): boolean {
  const { actor, scopes } = principal;
  if (actor.type !== 'USER' || params.envID !== actor.environmentId) return false;
  if (operation.selfFlow) return true;
  return (
    params.userID === actor.userId &&
    (operation.selfScopes?.some((scope) => scopes.has(scope)) ?? false)
  );
}

/** How far the caller may go in this operation. Throws `ACCESS_FAILED`. Pure. */
export function authorize(operation: Operation, principal: Principal, params: Params): Reach {
  const { actor } = principal;
  if (operation.permission === 'PUBLIC') return {};
  if (actor.type === 'USER') {
    if (mayActOnSelf(operation, principal, params)) return {};
    throw new ApiError('ACCESS_FAILED');
  }
  // What isn't inside an environment is for those who may do it in any.
  const reach = principal.reach(operation.permission, params.envID, params.appID);
  if (!reach) throw new ApiError('ACCESS_FAILED');
  return reach;
}

/** Refuses users whom the caller may not see as if they weren't there; see `OperationRequest`. */
export function userGuard(
  { actor }: Pick<Principal, 'actor'>,
  { populationIds }: Reach,
): OperationRequest['requireUser'] {
  return (user) => {
    if (actor.type === 'USER' && actor.userId !== user.id) throw notFound();
    if (populationIds && !populationIds.includes(user.populationId)) throw notFound();
  };
}
