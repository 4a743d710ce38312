import type { Operation } from '../../kit/operation.ts';
import { shortLivedOperations } from '../../kit/short-lived.ts';
import {
  AuthenticationCodeSchema,
  CreateAuthenticationCode,
} from './authentication-codes.schema.ts';
import { type CodeParts, codeView, createCode, findCode } from './authentication-codes.service.ts';

/** Authentication codes: sign-on by a QR code; contract §3.5. */
export function authenticationCodeOperations(parts: CodeParts): Operation[] {
  return shortLivedOperations({
    store: parts.store,
    table: 'authentication_codes',
    tag: 'Authentication codes',
    name: 'AuthenticationCode',
    words: 'an authentication code',
    path: '/{envID}/authenticationCodes',
    idParameter: 'authenticationCodeID',
    permission: 'authenticationCode',
    auditType: 'AUTHENTICATION_CODE',
    schemas: { body: CreateAuthenticationCode, one: AuthenticationCodeSchema },
    create: (request) => createCode(parts, request),
    find: (request) => findCode(parts, request),
    view: (row, { now }) => codeView(parts, row, now),
  });
}
