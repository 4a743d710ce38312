import type { Operation } from '../../kit/operation.ts';
import { ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
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

/** The models of authenticators that policies can name: the metadata service's, and added ones. */
export function fidoDevicesMetadataOperations(parts: MetadataParts): Operation[] {
  return resourceOperations(
    parts,
    {
      path: `${ENVIRONMENT}/fidoDevicesMetadata`,
      name: 'FidoDeviceMetadata',
      idParameter: 'fidoDeviceID',
      tag: 'FIDO device metadata',
      words: ['the metadata of an authenticator', 'metadata of authenticators'],
      permission: 'fidoPolicy',
      isUnpaged: true,
      schemas: { body: AddAuthenticator, one: AuthenticatorSchema },
    },
    {
      list: listAuthenticators,
      create: addAuthenticator,
      read: readAuthenticator,
      delete: removeAuthenticator,
    },
    {
      list: {
        id: 'readAllFidoDevicesMetadata',
        summary: 'Read the metadata of all authenticators',
        responses: { 200: AuthenticatorList },
      },
      create: { id: 'addFidoDeviceMetadata', summary: 'Add a custom authenticator' },
      delete: { id: 'removeFidoDeviceMetadata', summary: 'Remove a custom authenticator' },
    },
  );
}
