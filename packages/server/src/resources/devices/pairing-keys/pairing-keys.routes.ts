import type { Operation } from '../../kit/operation.ts';
import { shortLivedOperations } from '../../kit/short-lived.ts';
import { CreatePairingKey, PairingKeySchema } from './pairing-keys.schema.ts';
import {
  createPairingKey,
  deletePairingKey,
  type PairingKeyParts,
  readPairingKey,
} from './pairing-keys.service.ts';

/** Pairing keys of a user; contract §5. */
export function pairingKeyOperations(parts: PairingKeyParts): Operation[] {
  return shortLivedOperations({
    tag: 'Pairing keys',
    name: 'PairingKey',
    words: 'a pairing key',
    path: '/v1/environments/{envID}/users/{userID}/pairingKeys',
    idParameter: 'pairingKeyID',
    permission: 'pairingKey',
    own: 'pairingKey',
    schemas: { body: CreatePairingKey, one: PairingKeySchema },
    bodyOptional: true,
    create: (request) => createPairingKey(parts, request),
    read: (request) => readPairingKey(parts, request),
    remove: (request) => deletePairingKey(parts, request),
  });
}
