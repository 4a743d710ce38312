import { randomUUIDv7 } from 'node:crypto';
import { type ApiError, invalidData, notUnique } from '../../../errors/api-error.ts';
import type { Application, Table } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { MobileSettings } from '../../../model/mobile.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { activityWrite, actorOf } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { tokensValidFrom } from '../tokens/issue-token.ts';
import {
  type ApplicationParts,
  idsOf,
  readActorRoles,
  readApplication,
  requireAdministration,
} from './administration.ts';
import { newSealedSecret } from './application-secret.ts';
import { applicationView } from './application-view.ts';
import { type ApplicationRequest, SETTING_NAMES } from './applications.schema.ts';
import { parseClientKeys } from './client-keys.ts';
import { mobileSettings } from './mobile-settings.ts';
import { assertSameIdentifiers, holdIdentifiers } from './native-identifiers.ts';
import { sealedPlayIntegrity } from './play-integrity.ts';

const onUnique = (table: Table): ApiError =>
  notUnique(table === 'applications' ? 'name' : 'role', 'The value is already in use.');

/** What the request says of an application; the rest of the document is the server's. */
function requestedDoc(body: ApplicationRequest) {
  const { name, description, enabled = false, type, protocol, grantTypes, jwks, jwksUrl } = body;
  const { tokenEndpointAuthMethod } = body;
  if (jwksUrl !== undefined) {
    throw invalidData('INVALID_VALUE', 'jwksUrl', {
      message: 'Keys are not fetched: put them into jwks.',
    });
  }
  if (tokenEndpointAuthMethod === 'PRIVATE_KEY_JWT' && jwks === undefined) {
    throw invalidData('REQUIRED_VALUE', 'jwks');
  }
  const given = SETTING_NAMES.filter((setting) => body[setting] !== undefined);
  const settings = Object.fromEntries(given.map((setting) => [setting, body[setting]]));
  const hasMobile = type === 'NATIVE_APP' || body.mobile !== undefined;
  return {
    name,
    ...(description === undefined ? {} : { description }),
    enabled,
    type,
    protocol,
    grantTypes,
    tokenEndpointAuthMethod,
    ...(jwks === undefined ? {} : { jwks: parseClientKeys(jwks), jwksText: jwks }),
    settings: hasMobile ? { ...settings, mobile: mobileSettings(body.mobile) } : settings,
  };
}

// The schema has checked it.
const playOf = ({ mobile }: ApplicationRequest) =>
  (mobile as Partial<MobileSettings> | undefined)?.integrityDetection?.googlePlay;

/** The audit row of a change to an application. */
export function applicationRecord(request: OperationRequest, action: string, id: string): Write {
  return activityWrite(
    idsOf(request).environmentId,
    {
      action: `APPLICATION.${action}`,
      actor: actorOf(request),
      resource: { type: 'APPLICATION', id },
      correlationId: request.correlationId,
    },
    request.now,
  );
}

/** Copies of the creator's roles: a worker gets them unless the request says otherwise. */
async function inheritedRoles(
  parts: ApplicationParts,
  { actor, now, ...request }: OperationRequest,
  applicationId: string,
): Promise<Write[]> {
  const { environmentId } = idsOf(request);
  const held = await readActorRoles(parts, actor);
  return held
    .filter(
      ({ doc, ...role }) => doc.scope.type !== 'POPULATION' || role.environmentId === environmentId,
    )
    .map(({ doc: { roleId, scope } }) => ({
      op: 'insert',
      table: 'role_assignments',
      environmentId,
      id: randomUUIDv7(),
      doc: { applicationId, roleId, scope, readOnly: false, createdAt: now, updatedAt: now },
    }));
}

/** Creates an application with a secret that `GET …/secret` answers. */
export async function createApplication(
  parts: ApplicationParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { environmentId } = idsOf(request);
  const { now } = request;
  const body: ApplicationRequest = request.body;
  const id = randomUUIDv7();
  const doc: Application = {
    ...requestedDoc(body),
    ...sealedPlayIntegrity(parts.keyring, { environmentId, id }, playOf(body)),
    ...(await newSealedSecret(parts.keyring, environmentId, id, now)),
    createdAt: now,
    updatedAt: now,
  };
  const inherits = doc.type === 'WORKER' && body.assignActorRoles !== false;
  const created: Stored<Application> = { environmentId, id, version: 1, doc };
  const roles = inherits ? await inheritedRoles(parts, request, id) : [];
  return commitOrRetry(
    parts.store,
    async () => ({
      writes: [
        ...(await holdIdentifiers(parts.store, environmentId, created)),
        { op: 'insert', table: 'applications', environmentId, id, doc },
        ...roles,
        applicationRecord(request, 'CREATED', id),
      ],
      result: { status: 201, body: applicationView(parts.links, created) },
    }),
    onUnique,
  );
}

/** What is set when the document replaces the other: a change of credentials ends tokens. */
function endedTokens(before: Application, after: Application, now: Instant) {
  const isSame =
    before.tokenEndpointAuthMethod === after.tokenEndpointAuthMethod &&
    JSON.stringify(before.jwks) === JSON.stringify(after.jwks);
  return isSame ? {} : { tokensValidFrom: tokensValidFrom(now, before.tokensValidFrom) };
}

/** Replaces everything that the request may say; what it leaves out is gone or at its default. */
export async function updateApplication(
  parts: ApplicationParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const requested = requestedDoc(request.body);
  return commitOrRetry(
    parts.store,
    async () => {
      const application = await readApplication(parts, request);
      await requireAdministration(parts, request.actor, application);
      const { environmentId, id, version, doc: before } = application;
      if (requested.type !== before.type) {
        throw invalidData('INVALID_VALUE', 'type', {
          innerError: { allowedValues: [before.type] },
        });
      }
      const { secretHash, sealedSecret, tokensValidFrom: validFrom } = before;
      const after: Application = {
        ...requested,
        ...sealedPlayIntegrity(parts.keyring, application, playOf(request.body), before),
        ...(secretHash === undefined ? {} : { secretHash }),
        ...(sealedSecret === undefined ? {} : { sealedSecret }),
        ...(validFrom === undefined ? {} : { tokensValidFrom: validFrom }),
        createdAt: before.createdAt,
        updatedAt: request.now,
      };
      assertSameIdentifiers(before, after);
      const doc = { ...after, ...endedTokens(before, after, request.now) };
      return {
        writes: [
          ...(await holdIdentifiers(parts.store, environmentId, { id, doc })),
          { op: 'update', table: 'applications', environmentId, id, version, doc },
          applicationRecord(request, 'UPDATED', id),
        ],
        result: {
          status: 200,
          body: applicationView(parts.links, { ...application, doc }),
        },
      };
    },
    onUnique,
  );
}
