/** Accounts of an application with push providers: kept sealed, never shown. */
import { createPrivateKey, randomUUIDv7 } from 'node:crypto';
import { invalidData, notFound, notUnique } from '../../../errors/api-error.ts';
import { toTimestamp } from '../../../model/instant.ts';
import { type PushCredential, pushCredentialIdentity } from '../../../model/mobile.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { activityWrite, actorOf } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import type { WritePushCredentialBody } from './push-credentials.schema.ts';

export type PushCredentialParts = Pick<Parts, 'store' | 'links' | 'keyring'>;

const idsOf = ({ params }: OperationRequest) => ({
  environmentId: params.envID ?? '',
  applicationId: params.appID ?? '',
  credentialId: params.pushCredentialID ?? '',
});

export function pushCredentialView(
  { links }: PushCredentialParts,
  { environmentId, id, doc }: Stored<PushCredential>,
) {
  const { applicationId, type, createdAt, updatedAt } = doc;
  const application = links.api(environmentId, `/applications/${applicationId}`);
  return {
    _links: {
      self: { href: `${application.href}/pushCredentials/${id}` },
      environment: links.api(environmentId),
      application,
    },
    id,
    type,
    environment: { id: environmentId },
    application: { id: applicationId },
    createdAt: toTimestamp(createdAt),
    updatedAt: toTimestamp(updatedAt),
  };
}

/** The application of the path. Throws `NOT_FOUND`. */
export async function assertApplication(parts: PushCredentialParts, request: OperationRequest) {
  const { environmentId, applicationId } = idsOf(request);
  const application = await parts.store.get('applications', environmentId, applicationId);
  if (!application) throw notFound();
  return application;
}

/** A .p8 key with its lines: some tools send it on one, which OpenSSL doesn't read. */
function wrapped(pem: string): string {
  const [, label, body = ''] =
    /^\s*-----BEGIN ([A-Z ]+)-----(.*)-----END \1-----\s*$/s.exec(pem) ?? [];
  if (label === undefined) return pem;
  const lines = body.replaceAll(/\s/g, '').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The account as it is kept. Throws `INVALID_DATA` for what can't work, whoever is asked. */
function usableAccount(body: WritePushCredentialBody): WritePushCredentialBody {
  const account = body.type === 'APNS' ? { ...body, token: wrapped(body.token ?? '') } : body;
  assertUsable(account);
  return account;
}

function assertUsable({ type, ...account }: WritePushCredentialBody): void {
  if (type === 'APNS' && !isEllipticKey(account.token)) {
    throw invalidData('INVALID_VALUE', 'token', { message: 'This is no .p8 key of APNs.' });
  }
  if (type === 'FCM_HTTP_V1' && !isServiceAccount(account.googleServiceAccountCredentials)) {
    throw invalidData('INVALID_VALUE', 'googleServiceAccountCredentials', {
      message:
        'This is no JSON of a service account with project_id, client_email and an RSA private_key.',
    });
  }
}

function isEllipticKey(pem: string | undefined): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(pem ?? '');
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1';
  } catch {
    return false;
  }
}

function isServiceAccount(text: string | undefined): boolean {
  try {
    const { project_id, client_email, private_key } = JSON.parse(text ?? '');
    const { asymmetricKeyType } = createPrivateKey(private_key);
    const isNamed = typeof project_id === 'string' && typeof client_email === 'string';
    return isNamed && asymmetricKeyType === 'rsa';
  } catch {
    return false;
  }
}

function record(request: OperationRequest, verb: string, id: string): Write {
  return activityWrite(
    idsOf(request).environmentId,
    {
      action: `PUSH_CREDENTIALS.${verb}`,
      actor: actorOf(request),
      resource: { type: 'PUSH_CREDENTIALS', id },
      correlationId: request.correlationId,
    },
    request.now,
  );
}

const seal = (
  { keyring }: PushCredentialParts,
  environmentId: string,
  id: string,
  { type: _type, ...account }: WritePushCredentialBody,
) => keyring.seal(environmentId, pushCredentialIdentity(id), JSON.stringify(account));

export async function createPushCredential(
  parts: PushCredentialParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const { environmentId, applicationId } = idsOf(request);
  const body = usableAccount(request.body);
  const { now } = request;
  const id = randomUUIDv7();
  const doc: PushCredential = {
    applicationId,
    type: body.type,
    sealed: seal(parts, environmentId, id, body),
    createdAt: now,
    updatedAt: now,
  };
  await commitOrRetry(
    parts.store,
    async () => ({
      writes: [
        // Held in place: whoever deletes it at the same time finds these credentials.
        { ...(await assertApplication(parts, request)), op: 'update', table: 'applications' },
        { op: 'insert', table: 'push_credentials', environmentId, id, doc },
        record(request, 'CREATED', id),
      ],
      result: undefined,
    }),
    () => notUnique('type'),
  );
  return { status: 201, body: pushCredentialView(parts, { environmentId, id, version: 1, doc }) };
}

/** The credential of the path. Throws `NOT_FOUND`. */
async function credentialOf(
  { store }: PushCredentialParts,
  request: OperationRequest,
): Promise<Stored<PushCredential>> {
  const { environmentId, applicationId, credentialId } = idsOf(request);
  const row = await store.get('push_credentials', environmentId, credentialId);
  if (row?.doc.applicationId !== applicationId) throw notFound();
  return row;
}

export async function readPushCredential(
  parts: PushCredentialParts,
  request: OperationRequest,
): Promise<OperationReply> {
  return { status: 200, body: pushCredentialView(parts, await credentialOf(parts, request)) };
}

/** `PUT`: another account of the same kind, or of another kind. */
export async function replacePushCredential(
  parts: PushCredentialParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const body = usableAccount(request.body);
  const row = await commitOrRetry(
    parts.store,
    async () => {
      const before = await credentialOf(parts, request);
      const { environmentId, id, version } = before;
      const doc: PushCredential = {
        ...before.doc,
        type: body.type,
        sealed: seal(parts, environmentId, id, body),
        updatedAt: request.now,
      };
      return {
        writes: [
          { op: 'update', table: 'push_credentials', environmentId, id, version, doc },
          record(request, 'UPDATED', id),
        ],
        result: { ...before, doc },
      };
    },
    () => notUnique('type'),
  );
  return { status: 200, body: pushCredentialView(parts, row) };
}

export async function deletePushCredential(
  parts: PushCredentialParts,
  request: OperationRequest,
): Promise<OperationReply> {
  await commitOrRetry(parts.store, async () => {
    const { environmentId, id, version } = await credentialOf(parts, request);
    return {
      writes: [
        { op: 'delete', table: 'push_credentials', environmentId, id, version },
        record(request, 'DELETED', id),
      ],
      result: undefined,
    };
  });
  return { status: 204 };
}
