/** Secrets of applications: hashed, and readable once for an hour; docs/decisions/0003. */
import { SECRET_READABLE_MS } from '../../../config/limits.ts';
import { hashClientSecret, newClientSecret } from '../../../crypto/client-secret.ts';
import type { Vault } from '../../../crypto/vault.ts';
import { ApiError, invalidData } from '../../../errors/api-error.ts';
import type { Application } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { activityWrite, actorOf } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { OperationReply, OperationRequest } from '../../kit/operation.ts';
import { tokensValidFrom } from '../tokens/issue-token.ts';
import { type ApplicationParts, readApplication, requireAdministration } from './administration.ts';
import { secretView } from './application-view.ts';

const identityOf = (applicationId: string) => `applications/${applicationId}/secret`;

/** A new secret in the form that is kept: its hash, and a copy that can be read once. */
export async function newSealedSecret(
  vault: Vault,
  environmentId: string,
  applicationId: string,
  now: Instant,
): Promise<Required<Pick<Application, 'secretHash' | 'sealedSecret'>>> {
  const secret = newClientSecret();
  const readable = JSON.stringify({ secret, readableUntil: now + SECRET_READABLE_MS });
  return {
    secretHash: await hashClientSecret(secret),
    sealedSecret: vault.seal(environmentId, identityOf(applicationId), readable),
  };
}

function openSecret(vault: Vault, { environmentId, id, doc }: Stored<Application>, now: Instant) {
  if (doc.sealedSecret === undefined) return undefined;
  const text = vault.open(environmentId, identityOf(id), doc.sealedSecret).toString();
  const { secret, readableUntil }: { secret: string; readableUntil: Instant } = JSON.parse(text);
  return now < readableUntil ? secret : undefined;
}

function change(
  request: OperationRequest,
  { environmentId, id, version }: Stored<Application>,
  action: string,
  doc: Application,
): Write[] {
  const activity = activityWrite(
    environmentId,
    {
      action,
      actor: actorOf(request),
      resource: { type: 'APPLICATION', id },
      correlationId: request.correlationId,
    },
    request.now,
  );
  return [{ op: 'update', table: 'applications', environmentId, id, version, doc }, activity];
}

/** Answers the secret once, and forgets what it answered before that. */
export async function readSecret(
  { store, keyring, links }: ApplicationParts,
  request: OperationRequest,
): Promise<OperationReply> {
  return commitOrRetry(store, async () => {
    const application = await readApplication({ store }, request);
    await requireAdministration({ store }, request.actor, application);
    const secret = openSecret(keyring, application, request.now);
    const { sealedSecret: _, ...doc } = application.doc;
    if (secret === undefined) {
      throw new ApiError('NOT_FOUND', [], {
        message:
          'The secret can be read once, within an hour after it was made. POST to this address ' +
          'makes a new one.',
      });
    }
    return {
      writes: change(request, application, 'SECRET.READ', doc),
      result: { status: 200, body: secretView(links, application, secret) },
    };
  });
}

/** Makes a new secret and answers it; the old one and every token got by it end at once. */
export async function replaceSecret(
  { store, links }: ApplicationParts,
  request: OperationRequest,
): Promise<OperationReply> {
  if (request.body.previous !== undefined) {
    throw invalidData('INVALID_VALUE', 'previous', {
      message: 'The previous secret cannot be kept: it ends when the new one is made.',
    });
  }
  const secret = newClientSecret();
  const secretHash = await hashClientSecret(secret);
  return commitOrRetry(store, async () => {
    const application = await readApplication({ store }, request);
    await requireAdministration({ store }, request.actor, application);
    const { sealedSecret: _, ...kept } = application.doc;
    const doc: Application = {
      ...kept,
      secretHash,
      tokensValidFrom: tokensValidFrom(request.now, kept.tokensValidFrom),
      updatedAt: request.now,
    };
    return {
      writes: change(request, application, 'SECRET.UPDATED', doc),
      result: { status: 200, body: secretView(links, application, secret) },
    };
  });
}
