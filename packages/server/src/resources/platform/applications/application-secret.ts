/** Secrets of applications: hashed, and sealed so that they can be read; docs/decisions/0025. */
import { SECRET_READABLE_MS } from '../../../config/limits.ts';
import { hashClientSecret, newClientSecret } from '../../../crypto/client-secret.ts';
import type { Vault } from '../../../crypto/vault.ts';
import { ApiError, invalidData } from '../../../errors/api-error.ts';
import type { Application } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { type Handler, type OperationRequest, ok } from '../../kit/operation.ts';
import { updateRow } from '../../kit/rows.ts';
import { tokensValidFrom } from '../tokens/issue-token.ts';
import { type ApplicationParts, readApplication, requireAdministration } from './administration.ts';
import { secretView } from './application-view.ts';

const identityOf = (applicationId: string) => `applications/${applicationId}/secret`;

function sealed(
  vault: Vault,
  { environmentId, id }: { environmentId: string; id: string },
  secret: string,
  now: Instant,
): string {
  const text = JSON.stringify({ secret, readableUntil: now + SECRET_READABLE_MS });
  return vault.seal(environmentId, identityOf(id), text);
}

/** A new secret in the form that is kept: its hash, and a copy that can be read. */
export async function newSealedSecret(
  vault: Vault,
  environmentId: string,
  applicationId: string,
  now: Instant,
): Promise<Required<Pick<Application, 'secretHash' | 'sealedSecret'>>> {
  const secret = newClientSecret();
  return {
    secretHash: await hashClientSecret(secret),
    sealedSecret: sealed(vault, { environmentId, id: applicationId }, secret, now),
  };
}

/** `mayBeOld`: whether the hour in which it can be read once doesn't count. */
function openSecret(
  vault: Vault,
  { environmentId, id, doc }: Stored<Application>,
  { now, mayBeOld }: { now: Instant; mayBeOld: boolean },
) {
  if (doc.sealedSecret === undefined) return undefined;
  const text = vault.open(environmentId, identityOf(id), doc.sealedSecret).toString();
  const { secret, readableUntil }: { secret: string; readableUntil: Instant } = JSON.parse(text);
  return mayBeOld || now < readableUntil ? secret : undefined;
}

const record = (request: OperationRequest, id: string, action: string): Write =>
  requestRecord(request, { action, resource: { type: 'APPLICATION', id } });

/** Answers the secret, and records that. Where it can be read once, the answer ends the copy. */
export const readSecret: Handler<ApplicationParts> = async (
  { store, keyring, links, settings },
  request,
) => {
  const { secretsReadOnce } = settings;
  return commitOrRetry(store, async () => {
    const application = await readApplication({ store }, request);
    await requireAdministration({ store }, request.actor, application);
    const when = { now: request.now, mayBeOld: !secretsReadOnce };
    const secret = openSecret(keyring, application, when);
    if (secret === undefined) {
      throw new ApiError('NOT_FOUND', [], {
        message:
          'The secret is not kept in a form that can be read, or no longer. POST to this address ' +
          'makes a new one.',
      });
    }
    const { sealedSecret: _, ...doc } = application.doc;
    return {
      writes: [
        ...(secretsReadOnce ? [updateRow('applications', application, doc)] : []),
        record(request, application.id, 'SECRET.READ'),
      ],
      result: ok(secretView(links, application, secret)),
    };
  });
};

/** Makes a new secret and answers it; the old one and every token got by it end at once. */
export const replaceSecret: Handler<ApplicationParts> = async (
  { store, keyring, links, settings },
  request,
) => {
  if (request.body.previous !== undefined) {
    throw invalidData('INVALID_VALUE', 'previous', {
      message: 'The previous secret cannot be kept: it ends when the new one is made.',
    });
  }
  const { now } = request;
  const secret = newClientSecret();
  const secretHash = await hashClientSecret(secret);
  return commitOrRetry(store, async () => {
    const application = await readApplication({ store }, request);
    await requireAdministration({ store }, request.actor, application);
    const { sealedSecret: _, ...kept } = application.doc;
    const doc: Application = {
      ...kept,
      secretHash,
      // The answer is the one time that it is read.
      ...(settings.secretsReadOnce
        ? {}
        : { sealedSecret: sealed(keyring, application, secret, now) }),
      tokensValidFrom: tokensValidFrom(now, kept.tokensValidFrom),
      updatedAt: now,
    };
    return {
      writes: [
        updateRow('applications', application, doc),
        record(request, application.id, 'SECRET.UPDATED'),
      ],
      result: ok(secretView(links, application, secret)),
    };
  });
};
