import type { Operation } from '../../kit/operation.ts';
import { resourceOperations } from '../../kit/resource.ts';
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
  return resourceOperations(
    parts,
    {
      path: '/{envID}/authenticationCodes',
      name: 'AuthenticationCode',
      tag: 'Authentication codes',
      permission: 'authenticationCode',
      schemas: { body: CreateAuthenticationCode, one: AuthenticationCodeSchema },
    },
    {
      create: createAuthenticationCode,
      read: readAuthenticationCode,
      delete: deleteAuthenticationCode,
    },
    { read: { summary: 'Read an authentication code: whether it was claimed, and by whom' } },
  );
}
