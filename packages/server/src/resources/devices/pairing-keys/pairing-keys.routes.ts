import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { CreatePairingKey, PairingKeySchema } from './pairing-keys.schema.ts';
import {
  createPairingKey,
  deletePairingKey,
  type PairingKeyParts,
  readPairingKey,
} from './pairing-keys.service.ts';

/** Pairing keys of a user; contract §5. */
export function pairingKeyOperations(parts: PairingKeyParts): Operation[] {
  return resourceOperations(
    parts,
    {
      path: `${ENVIRONMENT}/users/{userID}/pairingKeys`,
      idParameter: 'pairingKeyID',
      tag: 'Pairing keys',
      ids: ['PairingKey', 'PairingKeys'],
      words: ['a pairing key', 'pairing keys'],
      permission: 'pairingKey',
      schemas: { body: CreatePairingKey, one: PairingKeySchema },
    },
    { create: createPairingKey, read: readPairingKey, delete: deletePairingKey },
    {
      create: { selfScopes: ['p1:create:pairingKey'], bodyOptional: true },
      read: { selfScopes: ['p1:read:pairingKey'] },
      delete: { selfScopes: ['p1:delete:pairingKey'] },
    },
  );
}
