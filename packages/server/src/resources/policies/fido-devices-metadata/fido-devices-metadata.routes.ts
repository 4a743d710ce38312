import type { Operation } from '../../kit/operation.ts';
import {
  AddAuthenticator,
  AuthenticatorList,
  AuthenticatorSchema,
} from './fido-devices-metadata.schema.ts';
import {
  addAuthenticator,
  listAuthenticators,
  type MetadataParts,
  readAuthenticator,
  removeAuthenticator,
} from './fido-devices-metadata.service.ts';

const COLLECTION = '/v1/environments/{envID}/fidoDevicesMetadata';
const ITEM = `${COLLECTION}/{fidoDeviceID}`;

/** The models of authenticators that policies can name: the metadata service's, and added ones. */
export function fidoDevicesMetadataOperations(parts: MetadataParts): Operation[] {
  const tag = 'FIDO device metadata';
  return [
    {
      id: 'readAllFidoDevicesMetadata',
      method: 'GET',
      path: COLLECTION,
      tag,
      summary: 'Read the metadata of all authenticators',
      permission: 'read:fidoPolicy',
      responses: { 200: AuthenticatorList },
      handle: (request) => listAuthenticators(parts, request),
    },
    {
      id: 'addFidoDeviceMetadata',
      method: 'POST',
      path: COLLECTION,
      tag,
      summary: 'Add a custom authenticator',
      permission: 'create:fidoPolicy',
      body: AddAuthenticator,
      responses: { 201: AuthenticatorSchema },
      handle: (request) => addAuthenticator(parts, request),
    },
    {
      id: 'readFidoDeviceMetadata',
      method: 'GET',
      path: ITEM,
      tag,
      summary: 'Read the metadata of an authenticator',
      permission: 'read:fidoPolicy',
      responses: { 200: AuthenticatorSchema },
      handle: (request) => readAuthenticator(parts, request),
    },
    {
      id: 'removeFidoDeviceMetadata',
      method: 'DELETE',
      path: ITEM,
      tag,
      summary: 'Remove a custom authenticator',
      permission: 'delete:fidoPolicy',
      responses: { 204: null },
      handle: (request) => removeAuthenticator(parts, request),
    },
  ];
}
