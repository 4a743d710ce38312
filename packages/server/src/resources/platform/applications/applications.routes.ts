import { composed } from '../../../model/text-key.ts';
import { LIST_QUERY, listReply } from '../../kit/list.ts';
import type { Operation } from '../../kit/operation.ts';
import { type ApplicationParts, idsOf, readApplication } from './administration.ts';
import { readSecret, replaceSecret } from './application-secret.ts';
import { APPLICATIONS_PATH, applicationView } from './application-view.ts';
import {
  ApplicationList,
  ApplicationReply,
  CreateApplication,
  NewSecret,
  SecretReply,
  UpdateApplication,
} from './applications.schema.ts';
import { createApplication, updateApplication } from './applications.service.ts';
import { deleteApplication } from './delete-application.ts';

const COLLECTION = '/v1/environments/{envID}/applications';
const ITEM = `${COLLECTION}/{appID}`;

const FILTER = {
  name: { column: 'name', type: 'string', keyOf: composed },
  type: { column: 'type', type: 'string' },
  enabled: { column: 'enabled', type: 'boolean' },
} as const;

/** Applications and their secrets; the pages "Application Operations", "Application Secret". */
export function applicationOperations(parts: ApplicationParts): Operation[] {
  const { store, links } = parts;
  const common = { tag: 'Applications', needsMfa: false } as const;
  return [
    {
      ...common,
      id: 'listApplications',
      method: 'GET',
      path: COLLECTION,
      summary: 'Read all applications',
      permission: 'read:application',
      query: LIST_QUERY,
      responses: { 200: ApplicationList },
      async handle(request) {
        const { environmentId } = idsOf(request);
        return listReply({
          store,
          table: 'applications',
          environmentId,
          request,
          self: links.api(environmentId, APPLICATIONS_PATH).href,
          name: 'applications',
          attributes: FILTER,
          render: (row) => applicationView(links, row),
        });
      },
    },
    {
      ...common,
      id: 'createApplication',
      method: 'POST',
      path: COLLECTION,
      summary: 'Create an application',
      permission: 'create:application',
      body: CreateApplication,
      responses: { 201: ApplicationReply },
      handle: (request) => createApplication(parts, request),
    },
    {
      ...common,
      id: 'readApplication',
      method: 'GET',
      path: ITEM,
      summary: 'Read an application',
      permission: 'read:application',
      responses: { 200: ApplicationReply },
      handle: async (request) => ({
        status: 200,
        body: applicationView(links, await readApplication(parts, request)),
      }),
    },
    {
      ...common,
      id: 'updateApplication',
      method: 'PUT',
      path: ITEM,
      summary: 'Replace an application',
      permission: 'update:application',
      body: UpdateApplication,
      responses: { 200: ApplicationReply },
      handle: (request) => updateApplication(parts, request),
    },
    {
      ...common,
      id: 'deleteApplication',
      method: 'DELETE',
      path: ITEM,
      summary: 'Delete an application with its role assignments and push credentials',
      description: 'Policies no longer name it; its devices stay and can not be used.',
      permission: 'delete:application',
      responses: { 204: null },
      handle: (request) => deleteApplication(parts, request),
    },
    {
      ...common,
      id: 'readApplicationSecret',
      method: 'GET',
      path: `${ITEM}/secret`,
      summary: 'Read the secret; where the server is set so, once',
      // Who has the secret can act as the application: to read the rest is not enough.
      permission: 'update:application',
      responses: { 200: SecretReply },
      handle: (request) => readSecret(parts, request),
    },
    {
      ...common,
      id: 'updateApplicationSecret',
      method: 'POST',
      path: `${ITEM}/secret`,
      summary: 'Make a new secret; the old one and the tokens got by it end',
      permission: 'update:application',
      body: NewSecret,
      bodyOptional: true,
      responses: { 200: SecretReply },
      handle: (request) => replaceSecret(parts, request),
    },
  ];
}
