import { LIST_QUERY } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
import { listOf } from '../../kit/schemas.ts';
import {
  bypassState,
  lockAccount,
  setBypass,
  setEnabled,
  setMfaEnabled,
  stateReply,
  unlockAccount,
} from './user-state.ts';
import { userView } from './user-view.ts';
import {
  BypassBody,
  BypassReply,
  CreateUser,
  EnabledBody,
  EnabledReply,
  LockAccount,
  MfaEnabledBody,
  MfaEnabledReply,
  PatchUser,
  ReplaceUser,
  UserReply,
} from './users.schema.ts';
import {
  createUser,
  deleteUser,
  listUsers,
  readUser,
  type UserParts,
  updateUser,
} from './users.service.ts';

const COLLECTION = '/v1/environments/{envID}/users';
const ITEM = `${COLLECTION}/{userID}`;
const ok = { 200: UserReply };

/** Users, and what is switched of them. */
export function userOperations(parts: UserParts): Operation[] {
  const common = { tag: 'Users', needsMfa: false } as const;
  const mfa = { tag: 'Users' } as const;
  return [
    {
      ...common,
      id: 'listUsers',
      method: 'GET',
      path: COLLECTION,
      summary: 'Read all users',
      permission: 'read:user',
      query: LIST_QUERY,
      responses: { 200: listOf('users', UserReply) },
      handle: (request) => listUsers(parts, request),
    },
    {
      ...common,
      id: 'createUser',
      method: 'POST',
      path: COLLECTION,
      summary: 'Create a user',
      permission: 'create:user',
      body: CreateUser,
      responses: { 201: UserReply },
      handle: (request) => createUser(parts, request),
    },
    {
      ...common,
      id: 'importUser',
      method: 'POST',
      path: COLLECTION,
      mediaType: 'application/vnd.pingidentity.user.import+json',
      summary: 'Create a user with what another directory knows of it',
      permission: 'create:user',
      body: CreateUser,
      responses: { 201: UserReply },
      handle: (request) => createUser(parts, request),
    },
    {
      ...common,
      id: 'readUser',
      method: 'GET',
      path: ITEM,
      summary: 'Read a user',
      permission: 'read:user',
      selfScopes: ['p1:read:user'],
      responses: ok,
      handle: async (request) => ({
        status: 200,
        body: userView(parts.links, await readUser(parts, request), request.now),
      }),
    },
    {
      ...common,
      id: 'replaceUser',
      method: 'PUT',
      path: ITEM,
      summary: 'Replace the profile of a user',
      permission: 'update:user',
      selfScopes: ['p1:update:user'],
      body: ReplaceUser,
      responses: ok,
      handle: (request) => updateUser(parts, request, true),
    },
    {
      ...common,
      id: 'patchUser',
      method: 'PATCH',
      path: ITEM,
      summary: 'Change parts of the profile of a user',
      permission: 'update:user',
      selfScopes: ['p1:update:user'],
      body: PatchUser,
      responses: ok,
      handle: (request) => updateUser(parts, request, false),
    },
    {
      ...common,
      id: 'deleteUser',
      method: 'DELETE',
      path: ITEM,
      summary: 'Delete a user with all devices',
      permission: 'delete:user',
      responses: { 204: null },
      handle: (request) => deleteUser(parts, request),
    },
    {
      ...common,
      id: 'lockAccount',
      method: 'POST',
      path: ITEM,
      mediaType: 'application/vnd.pingidentity.account.lock+json',
      summary: 'Lock the account of a user',
      permission: 'update:user',
      body: LockAccount,
      bodyOptional: true,
      responses: ok,
      handle: (request) => lockAccount(parts, request),
    },
    {
      ...common,
      id: 'unlockAccount',
      method: 'POST',
      path: ITEM,
      mediaType: 'application/vnd.pingidentity.account.unlock+json',
      summary: 'Unlock the account of a user',
      permission: 'update:user',
      responses: ok,
      handle: (request) => unlockAccount(parts, request),
    },
    {
      ...common,
      id: 'readUserEnabled',
      method: 'GET',
      path: `${ITEM}/enabled`,
      summary: 'Read whether a user is enabled',
      permission: 'read:user',
      responses: { 200: EnabledReply },
      handle: async (request) => {
        const user = await readUser(parts, request);
        return stateReply(parts, user, 'enabled', { enabled: user.doc.enabled });
      },
    },
    {
      ...common,
      id: 'updateUserEnabled',
      method: 'PUT',
      path: `${ITEM}/enabled`,
      summary: 'Enable or disable a user',
      permission: 'update:user',
      body: EnabledBody,
      responses: { 200: EnabledReply },
      handle: (request) => setEnabled(parts, request),
    },
    {
      ...mfa,
      id: 'readUserMfaEnabled',
      method: 'GET',
      path: `${ITEM}/mfaEnabled`,
      summary: 'Read whether a user is enabled for MFA',
      permission: 'read:user',
      selfScopes: ['p1:read:user'],
      responses: { 200: MfaEnabledReply },
      handle: async (request) => {
        const user = await readUser(parts, request);
        return stateReply(parts, user, 'mfaEnabled', { mfaEnabled: user.doc.mfaEnabled });
      },
    },
    {
      ...mfa,
      id: 'updateUserMfaEnabled',
      method: 'PUT',
      path: `${ITEM}/mfaEnabled`,
      summary: 'Enable or disable a user for MFA',
      permission: 'update:user',
      selfScopes: ['p1:update:userMfaEnabled'],
      body: MfaEnabledBody,
      responses: { 200: MfaEnabledReply },
      handle: (request) => setMfaEnabled(parts, request),
    },
    {
      ...mfa,
      id: 'readUserBypass',
      method: 'GET',
      path: `${ITEM}/bypassMFA`,
      summary: 'Read whether a user may bypass MFA',
      permission: 'read:user',
      responses: { 200: BypassReply },
      handle: async (request) => {
        const user = await readUser(parts, request);
        return stateReply(parts, user, 'bypassMFA', bypassState(user.doc, request.now));
      },
    },
    {
      ...mfa,
      id: 'updateUserBypass',
      method: 'PUT',
      path: `${ITEM}/bypassMFA`,
      summary: 'Let a user bypass MFA until a moment',
      permission: 'update:user',
      body: BypassBody,
      responses: { 200: BypassReply },
      handle: (request) => setBypass(parts, request),
    },
  ];
}
