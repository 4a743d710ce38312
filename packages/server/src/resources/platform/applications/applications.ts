/** Applications and their secrets; the pages "Application Operations", "Application Secret". */
import { composed } from '../../../model/text-key.ts';
import { collectionOperations } from '../../kit/collection.ts';
import type { Operation } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import type { ApplicationParts } from './administration.ts';
import {
  assertOwnName,
  credentialsOf,
  inheritedRoles,
  replacedBy,
  requestedDoc,
} from './application-document.ts';
import {
  NewSecret,
  readSecret,
  replaceSecret,
  revokePreviousSecret,
  SecretReply,
  SetSecret,
} from './application-secret.ts';
import { applicationMembers } from './application-view.ts';
import {
  ApplicationReply,
  type ApplicationRequest,
  CreateApplication,
  UpdateApplication,
} from './applications.schema.ts';
import { deleteApplication } from './delete-application.ts';
import { holdIdentifiers } from './native-identifiers.ts';

export function applicationOperations(parts: ApplicationParts): Operation[] {
  const { store, links } = parts;
  const path = `${ENVIRONMENT}/applications`;
  const tag = 'Applications';
  const secret = {
    tag,
    path: `${path}/{appID}/secret`,
    // Who has the secret can act as the application: to read the rest is not enough.
    permission: 'update:application',
    responses: { 200: SecretReply },
  } as const;
  return [
    ...collectionOperations({
      ...parts,
      table: 'applications',
      path,
      name: 'Application',
      idParameter: 'appID',
      tag,
      permission: 'application',
      auditType: 'APPLICATION',
      schemas: { body: UpdateApplication, one: ApplicationReply },
      filters: {
        name: { column: 'name', type: 'string', keyOf: composed },
        type: { column: 'type', type: 'string' },
        enabled: { column: 'enabled', type: 'boolean' },
      },
      async toDocument(body: ApplicationRequest, target) {
        const requested = requestedDoc(body);
        if (target.before) return replacedBy(parts, requested, target.before, target);
        return { ...requested, ...(await credentialsOf(parts, body, target)) };
      },
      async holds(row, target) {
        await assertOwnName(parts, row);
        const identifiers = await holdIdentifiers(store, row.environmentId, row);
        const { assignActorRoles }: ApplicationRequest = target.request.body;
        const inherits = !target.before && row.doc.type === 'WORKER' && assignActorRoles !== false;
        return inherits ? [...identifiers, ...(await inheritedRoles(parts, target))] : identifiers;
      },
      view: applicationMembers,
      moreLinks({ environmentId, id }) {
        const { href } = links.api(environmentId, `/applications/${id}`);
        return {
          secret: { href: `${href}/secret` },
          roleAssignments: { href: `${href}/roleAssignments` },
        };
      },
      operations: {
        create: { body: CreateApplication },
        delete: {
          summary: 'Delete an application with its role assignments and push credentials',
          description: 'Policies no longer name it; its devices stay and can not be used.',
          handle: (request) => deleteApplication(parts, request),
        },
      },
    }),
    ...actionsOf(parts, secret, {
      readApplicationSecret: {
        method: 'GET',
        summary: 'Read the secret; where the server is set so, once',
        handle: readSecret,
      },
      updateApplicationSecret: {
        summary: 'Make a new secret; the old one ends, at once or at a moment',
        body: NewSecret,
        bodyOptional: true,
        handle: replaceSecret,
      },
      setApplicationSecret: {
        action: 'secret',
        summary: 'Set a secret that somebody else has made',
        description: 'For a client that moves here with the secret that it has.',
        example: { secret: 'the-secret-that-the-client-has' },
        body: SetSecret,
        handle: replaceSecret,
      },
      deleteApplicationSecret: {
        method: 'DELETE',
        summary: 'Revoke the secret that was replaced',
        description: 'The present secret stays. `404` where there is none before it.',
        responses: { 204: null },
        handle: revokePreviousSecret,
      },
    }),
  ];
}
