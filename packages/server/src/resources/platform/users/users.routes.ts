import { type Operation, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { embeddedIn, includedIn, USER_QUERY } from './user-expansions.ts';
import { populationStateOperations } from './user-population.ts';
import { lockAccount, stateOperations, unlockAccount } from './user-state.ts';
import { userView } from './user-view.ts';
import { CreateUser, LockAccount, PatchUser, ReplaceUser, UserReply } from './users.schema.ts';
import {
  createUser,
  deleteUser,
  listUsers,
  patchUser,
  readUser,
  replaceUser,
  type UserParts,
} from './users.service.ts';

/** Users, and what is switched of them. */
export function userOperations(parts: UserParts): Operation[] {
  const path = `${ENVIRONMENT}/users`;
  const tag = 'Users';
  const common = {
    tag,
    path: `${path}/{userID}`,
    permission: 'update:user',
    responses: { 200: UserReply },
  } as const;
  return [
    ...resourceOperations(
      parts,
      {
        path,
        name: 'User',
        tag,
        permission: 'user',
        schemas: { body: ReplaceUser, one: UserReply },
      },
      {
        list: listUsers,
        create: createUser,
        async read(_parts, request) {
          const user = await readUser(parts, request);
          return ok({
            ...userView(parts.links, user, request.now),
            ...(await embeddedIn(parts, request)(user)),
            ...(await includedIn(parts, request, user)),
          });
        },
        replace: replaceUser,
        delete: deleteUser,
      },
      {
        create: { body: CreateUser },
        read: { query: USER_QUERY, selfScopes: ['p1:read:user'] },
        replace: {
          id: 'replaceUser',
          summary: 'Replace the profile of a user',
          selfScopes: ['p1:update:user'],
        },
        delete: { summary: 'Delete a user with all devices' },
      },
    ),
    ...actionsOf(parts, common, {
      importUser: {
        path,
        permission: 'create:user',
        action: 'user.import',
        summary: 'Create a user with what another directory knows of it',
        body: CreateUser,
        responses: { 201: UserReply },
        handle: createUser,
      },
      patchUser: {
        method: 'PATCH',
        summary: 'Change parts of the profile of a user',
        selfScopes: ['p1:update:user'],
        body: PatchUser,
        handle: patchUser,
      },
      lockAccount: {
        action: 'account.lock',
        summary: 'Lock the account of a user',
        body: LockAccount,
        bodyOptional: true,
        handle: lockAccount,
      },
      unlockAccount: {
        action: 'account.unlock',
        summary: 'Unlock the account of a user',
        handle: unlockAccount,
      },
    }),
    ...stateOperations(parts),
    ...populationStateOperations(parts),
  ];
}
