import type { Operation } from '../../kit/operation.ts';
import { shortLivedOperations } from '../../kit/short-lived.ts';
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

/** Authentication codes: sign-on by a QR code; contract §3.5. */
export function authenticationCodeOperations(parts: CodeParts): Operation[] {
  return shortLivedOperations({
    tag: 'Authentication codes',
    name: 'AuthenticationCode',
    words: 'an authentication code',
    path: '/{envID}/authenticationCodes',
    idParameter: 'authenticationCodeID',
    permission: 'authenticationCode',
    schemas: { body: CreateAuthenticationCode, one: AuthenticationCodeSchema },
    create: (request) => createAuthenticationCode(parts, request),
    read: (request) => readAuthenticationCode(parts, request),
    remove: (request) => deleteAuthenticationCode(parts, request),
  });
}
