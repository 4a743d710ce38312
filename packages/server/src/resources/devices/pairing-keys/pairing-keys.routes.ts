import type { Operation } from '../../kit/operation.ts';
import { CreatePairingKey, PairingKeySchema } from './pairing-keys.schema.ts';
import {
  createPairingKey,
  deletePairingKey,
  type PairingKeyParts,
  readPairingKey,
} from './pairing-keys.service.ts';

const COLLECTION = '/v1/environments/{envID}/users/{userID}/pairingKeys';
const ITEM = `${COLLECTION}/{pairingKeyID}`;

/** Pairing keys of a user; contract §5. There is no list. */
export function pairingKeyOperations(parts: PairingKeyParts): Operation[] {
  const tag = 'Pairing keys';
  return [
    {
      id: 'createPairingKey',
      method: 'POST',
      path: COLLECTION,
      tag,
      summary: 'Create a pairing key',
      permission: 'create:pairingKey',
      selfScopes: ['p1:create:pairingKey'],
      body: CreatePairingKey,
      bodyOptional: true,
      responses: { 201: PairingKeySchema },
      handle: (request) => createPairingKey(parts, request),
    },
    {
      id: 'readPairingKey',
      method: 'GET',
      path: ITEM,
      tag,
      summary: 'Read a pairing key',
      permission: 'read:pairingKey',
      selfScopes: ['p1:read:pairingKey'],
      responses: { 200: PairingKeySchema },
      handle: (request) => readPairingKey(parts, request),
    },
    {
      id: 'deletePairingKey',
      method: 'DELETE',
      path: ITEM,
      tag,
      summary: 'Delete a pairing key',
      permission: 'delete:pairingKey',
      selfScopes: ['p1:delete:pairingKey'],
      responses: { 204: null },
      handle: (request) => deletePairingKey(parts, request),
    },
  ];
}
