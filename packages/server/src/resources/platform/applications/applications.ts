/** Applications and their secrets; the pages "Application Operations", "Application Secret". */
import { randomUUIDv7 } from 'node:crypto';
import { invalidData } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Application } from '../../../model/documents.ts';
import type { MobileSettings } from '../../../model/mobile.ts';
import { composed } from '../../../model/text-key.ts';
import type { Write } from '../../../storage/store.ts';
import { collectionOperations, type Requested, type Target } from '../../kit/collection.ts';
import type { Operation } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { insertRow, type Row } from '../../kit/rows.ts';
import { isGlobal } from '../roles/role-assignments.ts';
import { tokensValidFrom } from '../tokens/issue-token.ts';
import { type ApplicationParts, readActorRoles, requireAdministration } from './administration.ts';
import { newSealedSecret, readSecret, replaceSecret } from './application-secret.ts';
import { aboutOf, applicationMembers } from './application-view.ts';
import {
  ApplicationReply,
  type ApplicationRequest,
  CreateApplication,
  NewSecret,
  SETTING_NAMES,
  SecretReply,
  UpdateApplication,
} from './applications.schema.ts';
import { parseClientKeys } from './client-keys.ts';
import { deleteApplication } from './delete-application.ts';
import { mobileSettings } from './mobile-settings.ts';
import { assertSameIdentifiers, holdIdentifiers } from './native-identifiers.ts';
import { sealedPlayIntegrity } from './play-integrity.ts';

/** What the request says of an application; the rest of the document is the server's. */
function requestedDoc(body: ApplicationRequest) {
  const { type, jwks, jwksUrl } = body;
  if (jwksUrl !== undefined) {
    throw invalidData('INVALID_VALUE', 'jwksUrl', {
      message: 'Keys are not fetched: put them into jwks.',
    });
  }
  if (body.tokenEndpointAuthMethod === 'PRIVATE_KEY_JWT' && jwks === undefined) {
    throw invalidData('REQUIRED_VALUE', 'jwks');
  }
  const given = SETTING_NAMES.filter((setting) => body[setting] !== undefined);
  const settings = Object.fromEntries(given.map((setting) => [setting, body[setting]]));
  const hasMobile = type === 'NATIVE_APP' || body.mobile !== undefined;
  return {
    ...aboutOf({ enabled: false, ...body }),
    ...(jwks === undefined ? {} : { jwks: parseClientKeys(jwks), jwksText: jwks }),
    settings: hasMobile ? { ...settings, mobile: mobileSettings(body.mobile) } : settings,
  };
}

// The schema has checked it.
const playOf = ({ mobile }: ApplicationRequest) =>
  (mobile as Partial<MobileSettings> | undefined)?.integrityDetection?.googlePlay;

/** Copies of the creator's roles: a worker gets them unless the request says otherwise. */
async function inheritedRoles(
  parts: ApplicationParts,
  { environmentId, id: applicationId, request: { actor, now } }: Target<'applications'>,
): Promise<Write[]> {
  const held = await readActorRoles(parts, actor);
  return held
    .filter(({ doc, ...role }) => isGlobal(doc.scope) || role.environmentId === environmentId)
    .map(({ doc: { roleId, scope } }) =>
      insertRow('role_assignments', {
        environmentId,
        id: randomUUIDv7(),
        doc: { applicationId, roleId, scope, readOnly: false, createdAt: now, updatedAt: now },
      }),
    );
}

/** What stays of an application that is replaced; a change of its credentials ends its tokens. */
function keptOf(before: Application, after: Requested<'applications'>, now: number) {
  const { secretHash, sealedSecret, tokensValidFrom: validFrom } = before;
  const isSame =
    before.tokenEndpointAuthMethod === after.tokenEndpointAuthMethod &&
    JSON.stringify(before.jwks) === JSON.stringify(after.jwks);
  const valid = isSame ? validFrom : tokensValidFrom(now, validFrom);
  return defined({ secretHash, sealedSecret, tokensValidFrom: valid });
}

/** The application of the row as the request makes it. Throws where the caller may not do so. */
async function replacedBy(
  parts: ApplicationParts,
  requested: Requested<'applications'>,
  row: Row<'applications'>,
  { request }: Target<'applications'>,
) {
  await requireAdministration(parts, request.actor, row);
  const { doc: before } = row;
  if (requested.type !== before.type) {
    throw invalidData('INVALID_VALUE', 'type', { innerError: { allowedValues: [before.type] } });
  }
  assertSameIdentifiers(before, requested);
  return {
    ...requested,
    ...sealedPlayIntegrity(parts.keyring, row, playOf(request.body), before),
    ...keptOf(before, requested, request.now),
  };
}

export function applicationOperations(parts: ApplicationParts): Operation[] {
  const { store, links, keyring } = parts;
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
        const { environmentId, id, request } = target;
        return {
          ...requested,
          ...sealedPlayIntegrity(keyring, target, playOf(body)),
          ...(await newSealedSecret(keyring, environmentId, id, request.now)),
        };
      },
      async holds(row, target) {
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
        summary: 'Make a new secret; the old one and the tokens got by it end',
        body: NewSecret,
        bodyOptional: true,
        handle: replaceSecret,
      },
    }),
  ];
}
