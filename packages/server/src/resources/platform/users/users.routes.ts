import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { lockAccount, stateOperations, unlockAccount } from './user-state.ts';
import { userView } from './user-view.ts';
import { CreateUser, LockAccount, PatchUser, ReplaceUser, UserReply } from './users.schema.ts';
import {
  createUser,
  deleteUser,
  listUsers,
  readUser,
  type UserParts,
  updateUser,
} from './users.service.ts';

/** Users, and what is switched of them. */
export function userOperations(parts: UserParts): Operation[] {
  const path = `${ENVIRONMENT}/users`;
  const tag = 'Users';
  const item = {
    tag,
    path: `${path}/{userID}`,
    needsMfa: false,
    permission: 'update:user',
    responses: { 200: UserReply },
  } as const;
  return [
    ...resourceOperations(
      parts,
      {
        path,
        idParameter: 'userID',
        tag,
        ids: ['User', 'Users'],
        words: ['a user', 'users'],
        permission: 'user',
        needsMfa: false,
        schemas: { body: ReplaceUser, one: UserReply },
      },
      {
        list: listUsers,
        create: createUser,
        read: async (_parts, request) => ({
          status: 200,
          body: userView(parts.links, await readUser(parts, request), request.now),
        }),
        replace: (_parts, request) => updateUser(parts, request, true),
        delete: deleteUser,
      },
      {
        create: { body: CreateUser },
        read: { selfScopes: ['p1:read:user'] },
        replace: {
          id: 'replaceUser',
          summary: 'Replace the profile of a user',
          selfScopes: ['p1:update:user'],
        },
        delete: { summary: 'Delete a user with all devices' },
      },
    ),
    {
      tag,
      path,
      needsMfa: false,
      id: 'importUser',
      method: 'POST',
      mediaType: 'application/vnd.pingidentity.user.import+json',
      summary: 'Create a user with what another directory knows of it',
      permission: 'create:user',
      body: CreateUser,
      responses: { 201: UserReply },
      handle: (request) => createUser(parts, request),
    },
    {
      ...item,
      id: 'patchUser',
      method: 'PATCH',
      summary: 'Change parts of the profile of a user',
      selfScopes: ['p1:update:user'],
      body: PatchUser,
      handle: (request) => updateUser(parts, request, false),
    },
    {
      ...item,
      id: 'lockAccount',
      method: 'POST',
      mediaType: 'application/vnd.pingidentity.account.lock+json',
      summary: 'Lock the account of a user',
      body: LockAccount,
      bodyOptional: true,
      handle: (request) => lockAccount(parts, request),
    },
    {
      ...item,
      id: 'unlockAccount',
      method: 'POST',
      mediaType: 'application/vnd.pingidentity.account.unlock+json',
      summary: 'Unlock the account of a user',
      handle: (request) => unlockAccount(parts, request),
    },
    ...stateOperations(parts),
  ];
}
