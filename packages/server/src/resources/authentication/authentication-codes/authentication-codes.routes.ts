import type { Operation } from '../../kit/operation.ts';
import {
  AuthenticationCodeSchema,
  CreateAuthenticationCode,
} from './authentication-codes.schema.ts';
import {
  type CodeParts,
  createAuthenticationCode,
  deleteAuthenticationCode,
  readAuthenticationCode,
} from './authentication-codes.service.ts';

const COLLECTION = '/{envID}/authenticationCodes';
const ITEM = `${COLLECTION}/{authenticationCodeID}`;

/** Authentication codes: sign-on by a QR code; contract §3.5. */
export function authenticationCodeOperations(parts: CodeParts): Operation[] {
  const tag = 'Authentication codes';
  return [
    {
      id: 'createAuthenticationCode',
      method: 'POST',
      path: COLLECTION,
      tag,
      summary: 'Create an authentication code',
      permission: 'create:authenticationCode',
      body: CreateAuthenticationCode,
      responses: { 201: AuthenticationCodeSchema },
      handle: (request) => createAuthenticationCode(parts, request),
    },
    {
      id: 'readAuthenticationCode',
      method: 'GET',
      path: ITEM,
      tag,
      summary: 'Read an authentication code: whether it was claimed, and by whom',
      permission: 'read:authenticationCode',
      responses: { 200: AuthenticationCodeSchema },
      handle: (request) => readAuthenticationCode(parts, request),
    },
    {
      id: 'deleteAuthenticationCode',
      method: 'DELETE',
      path: ITEM,
      tag,
      summary: 'Delete an authentication code',
      permission: 'delete:authenticationCode',
      responses: { 204: null },
      handle: (request) => deleteAuthenticationCode(parts, request),
    },
  ];
}
