import { LIST_QUERY, listReply } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
import {
  PushCredentialList,
  PushCredentialSchema,
  WritePushCredential,
} from './push-credentials.schema.ts';
import {
  assertApplication,
  createPushCredential,
  deletePushCredential,
  type PushCredentialParts,
  pushCredentialView,
  readPushCredential,
  replacePushCredential,
} from './push-credentials.service.ts';

const COLLECTION = '/v1/environments/{envID}/applications/{appID}/pushCredentials';
const ITEM = `${COLLECTION}/{pushCredentialID}`;

/** Push credentials of an application; contract sdk-schemas. */
export function pushCredentialOperations(parts: PushCredentialParts): Operation[] {
  const { store, links } = parts;
  const tag = 'Push credentials';
  return [
    {
      id: 'listPushCredentials',
      method: 'GET',
      path: COLLECTION,
      tag,
      summary: 'Read all push credentials of an application',
      permission: 'read:pushCredential',
      query: LIST_QUERY,
      responses: { 200: PushCredentialList },
      handle: async (request) => {
        await assertApplication(parts, request);
        const { envID: environmentId = '', appID = '' } = request.params;
        return listReply({
          store,
          table: 'push_credentials',
          environmentId,
          request,
          self: links.api(environmentId, `/applications/${appID}/pushCredentials`).href,
          name: 'pushCredentials',
          where: { column: 'application_id', is: 'eq', value: appID },
          render: (row) => pushCredentialView(parts, row),
        });
      },
    },
    {
      id: 'createPushCredential',
      method: 'POST',
      path: COLLECTION,
      tag,
      summary: 'Create push credentials',
      permission: 'create:pushCredential',
      body: WritePushCredential,
      responses: { 201: PushCredentialSchema },
      handle: (request) => createPushCredential(parts, request),
    },
    {
      id: 'readPushCredential',
      method: 'GET',
      path: ITEM,
      tag,
      summary: 'Read push credentials, without their secrets',
      permission: 'read:pushCredential',
      responses: { 200: PushCredentialSchema },
      handle: (request) => readPushCredential(parts, request),
    },
    {
      id: 'updatePushCredential',
      method: 'PUT',
      path: ITEM,
      tag,
      summary: 'Replace push credentials',
      permission: 'update:pushCredential',
      body: WritePushCredential,
      responses: { 200: PushCredentialSchema },
      handle: (request) => replacePushCredential(parts, request),
    },
    {
      id: 'deletePushCredential',
      method: 'DELETE',
      path: ITEM,
      tag,
      summary: 'Delete push credentials',
      permission: 'delete:pushCredential',
      responses: { 204: null },
      handle: (request) => deletePushCredential(parts, request),
    },
  ];
}
