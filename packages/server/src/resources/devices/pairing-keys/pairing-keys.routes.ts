import type { Operation } from '../../kit/operation.ts';
import { shortLivedOperations } from '../../kit/short-lived.ts';
import { CreatePairingKey, PairingKeySchema } from './pairing-keys.schema.ts';
import {
  createPairingKey,
  findPairingKey,
  type PairingKeyParts,
  pairingKeyView,
} from './pairing-keys.service.ts';

/** Pairing keys of a user; contract §5. A device that has claimed a deleted one stays. */
export function pairingKeyOperations(parts: PairingKeyParts): Operation[] {
  return shortLivedOperations({
    store: parts.store,
    table: 'pairing_keys',
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
    find: (request) => findPairingKey(parts, request),
    view: (row) => pairingKeyView(parts, row),
  });
}
