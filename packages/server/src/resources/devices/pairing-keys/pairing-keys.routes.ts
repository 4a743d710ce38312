import type { Operation, SelfScope } from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { CreatePairingKey, PairingKeySchema } from './pairing-keys.schema.ts';
import {
  createPairingKey,
  deletePairingKey,
  type PairingKeyParts,
  readPairingKey,
} from './pairing-keys.service.ts';

/** The user may do it by a scope of their own token, too. */
const own = (scope: SelfScope) => ({ selfScopes: [scope] });

/** Pairing keys of a user; contract §5. There is no list. */
export function pairingKeyOperations(parts: PairingKeyParts): Operation[] {
  return resourceOperations(
    parts,
    {
      path: `${ENVIRONMENT}/users/{userID}/pairingKeys`,
      name: 'PairingKey',
      tag: 'Pairing keys',
      permission: 'pairingKey',
      schemas: { body: CreatePairingKey, one: PairingKeySchema },
    },
    { create: createPairingKey, read: readPairingKey, delete: deletePairingKey },
    {
      create: { ...own('p1:create:pairingKey'), bodyOptional: true },
      read: own('p1:read:pairingKey'),
      delete: own('p1:delete:pairingKey'),
    },
  );
}
