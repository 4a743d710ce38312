/** An application as requests make it: what it says, what it is given, what stays of it. */
import { randomUUIDv7 } from 'node:crypto';
import { invalidData, notUnique } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Application } from '../../../model/documents.ts';
import type { MobileSettings } from '../../../model/mobile.ts';
import type { Write } from '../../../storage/store.ts';
import type { Requested, Target } from '../../kit/collection.ts';
import { insertRow, type Row } from '../../kit/rows.ts';
import { isGlobal } from '../roles/role-assignments.ts';
import { tokensValidFrom } from '../tokens/issue-token.ts';
import { newKeptSecret } from '../tokens/kept-secrets.ts';
import { type ApplicationParts, readActorRoles, requireAdministration } from './administration.ts';
import { assertSettings, settingsAmong } from './application-settings.ts';
import { aboutOf } from './application-view.ts';
import type { ApplicationRequest } from './applications.schema.ts';
import { parseClientKeys } from './client-keys.ts';
import { mobileSettings } from './mobile-settings.ts';
import { assertSameIdentifiers } from './native-identifiers.ts';
import { sealedPlayIntegrity } from './play-integrity.ts';

/** What the request says of an application; the rest of the document is the server's. */
export function requestedDoc(body: ApplicationRequest) {
  const { type, protocol, jwks } = body;
  const isByKey = body.tokenEndpointAuthMethod === 'PRIVATE_KEY_JWT';
  if (isByKey && jwks === undefined && body.jwksUrl === undefined) {
    throw invalidData('REQUIRED_VALUE', 'jwks');
  }
  const settings = settingsAmong(protocol, body);
  assertSettings(protocol, settings);
  const hasMobile = type === 'NATIVE_APP' || settings.mobile !== undefined;
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
export async function inheritedRoles(
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
  const { clientId, secretHash, sealedSecret, previousSecret } = before;
  const kept = defined({ clientId, secretHash, sealedSecret });
  const isSame =
    before.tokenEndpointAuthMethod === after.tokenEndpointAuthMethod &&
    JSON.stringify([before.jwks, before.settings.jwksUrl]) ===
      JSON.stringify([after.jwks, after.settings.jwksUrl]);
  if (isSame) {
    return { ...kept, ...defined({ previousSecret, tokensValidFrom: before.tokensValidFrom }) };
  }
  return { ...kept, tokensValidFrom: tokensValidFrom(now, before.tokensValidFrom) };
}

/** The application of the row as the request makes it. Throws where the caller may not do so. */
export async function replacedBy(
  parts: ApplicationParts,
  requested: Requested<'applications'>,
  row: Row<'applications'>,
  { request }: Target<'applications'>,
) {
  await requireAdministration(parts, request.actor, row);
  const { doc: before } = row;
  for (const name of ['protocol', 'type'] as const) {
    if (requested[name] === before[name]) continue;
    throw invalidData('INVALID_VALUE', name, { innerError: { allowedValues: [before[name]] } });
  }
  assertSameIdentifiers(before, requested);
  return {
    ...requested,
    ...sealedPlayIntegrity(parts.keyring, row, playOf(request.body), before),
    ...keptOf(before, requested, request.now),
  };
}

/** What a new client of OpenID Connect is known by: what it brings along, or a secret that is made. */
export async function credentialsOf(
  { keyring }: ApplicationParts,
  body: ApplicationRequest,
  target: Target<'applications'>,
) {
  const { protocol, clientId, clientSecret } = body;
  if (protocol !== 'OPENID_CONNECT') return {};
  const { secret: _, ...kept } = await newKeptSecret(
    keyring,
    target,
    target.request.now,
    clientSecret,
  );
  return {
    ...kept,
    ...defined({ clientId }),
    ...sealedPlayIntegrity(keyring, target, playOf(body)),
  };
}

/** Throws where another application has the name; what is made at the same time, the index finds. */
export async function assertOwnName(
  { store }: ApplicationParts,
  row: Row<'applications'>,
): Promise<void> {
  const { clientId } = row.doc;
  if (clientId === undefined) return;
  const where = { column: 'client_id', is: 'eq', value: clientId } as const;
  const named = await store.list('applications', row.environmentId, { where, limit: 1 });
  if (named.some(({ id }) => id !== row.id)) throw notUnique('clientId');
}
