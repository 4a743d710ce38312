/** Secrets of applications: read, replaced, the replaced one revoked; docs/decisions/0025, 0038. */
import { type Static, Type } from 'typebox';
import {
  GIVEN_SECRET_LENGTH_MAX,
  GIVEN_SECRET_LENGTH_MIN,
  PREVIOUS_SECRET_LATE_MS,
  PREVIOUS_SECRET_MAX_MS,
  PREVIOUS_SECRET_MIN_MS,
} from '../../../config/limits.ts';
import { ApiError, invalidData, notFound } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Application, PreviousSecret } from '../../../model/documents.ts';
import { type Instant, toTimestamp } from '../../../model/instant.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { type Handler, type OperationRequest, ok } from '../../kit/operation.ts';
import { updateRow } from '../../kit/rows.ts';
import { closed, HalLinks, maybe, Reference, Timestamp } from '../../kit/schemas.ts';
import { tokensValidFrom } from '../tokens/issue-token.ts';
import { newKeptSecret, opened, readOut, secretsOf } from '../tokens/kept-secrets.ts';
import { type ApplicationParts, readApplication, requireAdministration } from './administration.ts';
import { secretView } from './application-view.ts';

const previous = maybe({
  expiresAt: Type.String({
    format: 'date-time',
    description: 'Until when the replaced secret stays good: in 1 minute to 30 days.',
  }),
});

export const NewSecret = closed({ previous });

/** A secret that somebody else has made. */
export const GivenSecret = Type.String({
  minLength: GIVEN_SECRET_LENGTH_MIN,
  maxLength: GIVEN_SECRET_LENGTH_MAX,
  pattern: '^[\\x21-\\x7e]*$',
  writeOnly: true,
});

export const SetSecret = closed({ secret: GivenSecret, previous });

export const SecretReply = Type.Object(
  {
    _links: HalLinks,
    environment: Reference,
    secret: Type.String(),
    previous: maybe({
      secret: Type.Optional(Type.String({ description: 'Absent: no copy of it is kept.' })),
      expiresAt: Timestamp,
      lastUsed: Type.Optional(Timestamp),
    }),
  },
  { title: 'ApplicationSecret' },
);

const record = (request: OperationRequest, id: string, action: string): Write =>
  requestRecord(request, { action, resource: { type: 'APPLICATION', id } });

/** The application of the path, which the caller may administer. */
async function readAdministered(
  { store }: ApplicationParts,
  request: OperationRequest,
): Promise<Stored<Application>> {
  const application = await readApplication({ store }, request);
  await requireAdministration({ store }, request.actor, application);
  return application;
}

/** What is shown of the secret before, while it is good. */
function previousView(
  { keyring, settings }: ApplicationParts,
  application: Stored<Application>,
  now: Instant,
): object | undefined {
  const kept = secretsOf(application.doc, now).find(({ isPrevious }) => isPrevious);
  const { expiresAt, lastUsedAt } = application.doc.previousSecret ?? {};
  if (!kept || expiresAt === undefined) return undefined;
  const copy = settings.secretsReadOnce ? undefined : kept.sealedSecret;
  return defined({
    secret: copy === undefined ? undefined : opened(keyring, application, copy).secret,
    expiresAt: toTimestamp(expiresAt),
    lastUsed: lastUsedAt === undefined ? undefined : toTimestamp(lastUsedAt),
  });
}

/** The copy that stays where secrets are read once: for a client that signs by it, and unreadable. */
function unreadable({ keyring }: ApplicationParts, application: Stored<Application>) {
  const { sealedSecret, tokenEndpointAuthMethod } = application.doc;
  if (sealedSecret === undefined || tokenEndpointAuthMethod !== 'CLIENT_SECRET_JWT') return {};
  return { sealedSecret: readOut(keyring, application, sealedSecret) };
}

/** Answers the secret, and records that. Where it can be read once, the answer ends that. */
export const readSecret: Handler<ApplicationParts> = async (parts, request) => {
  const { store, keyring, links } = parts;
  const { secretsReadOnce } = parts.settings;
  return commitOrRetry(store, async () => {
    const application = await readAdministered(parts, request);
    const { sealedSecret, ...doc } = application.doc;
    const kept =
      sealedSecret === undefined ? undefined : opened(keyring, application, sealedSecret);
    if (!kept || (secretsReadOnce && request.now >= kept.readableUntil)) {
      throw new ApiError('NOT_FOUND', [], {
        message:
          'The secret is not kept in a form that can be read, or no longer. POST to this address ' +
          'makes a new one.',
      });
    }
    const left = { ...doc, ...unreadable(parts, application) };
    const more = previousView(parts, application, request.now);
    return {
      writes: [
        ...(secretsReadOnce ? [updateRow('applications', application, left)] : []),
        record(request, application.id, 'SECRET.READ'),
      ],
      result: ok(secretView(links, application, kept.secret, more)),
    };
  });
};

/** Until when the replaced secret is to be good; undefined: it ends now. Throws `INVALID_DATA`. */
function expiryOf({ body, now }: OperationRequest): Instant | undefined {
  const requested: Static<typeof NewSecret>['previous'] = body.previous;
  if (!requested) return undefined;
  const expiresAt = Date.parse(requested.expiresAt);
  const leftMs = expiresAt - now;
  if (
    leftMs >= PREVIOUS_SECRET_MIN_MS - PREVIOUS_SECRET_LATE_MS &&
    leftMs <= PREVIOUS_SECRET_MAX_MS
  ) {
    return expiresAt;
  }
  throw invalidData('OUT_OF_RANGE', 'previous.expiresAt', {
    message: 'The moment must be in 1 minute to 30 days.',
  });
}

/** The secret that is replaced, as it stays good until then. */
function asPrevious(
  parts: ApplicationParts,
  application: Stored<Application>,
  expiresAt: Instant,
): PreviousSecret | undefined {
  const { secretHash, sealedSecret, tokensValidFrom: validFrom } = application.doc;
  if (secretHash === undefined) return undefined;
  const copy = parts.settings.secretsReadOnce
    ? unreadable(parts, application)
    : defined({ sealedSecret });
  return { secretHash, ...copy, expiresAt, ...defined({ tokensValidFrom: validFrom }) };
}

/**
 * Makes a new secret, or takes the one that is given, and answers it. The old one and every token got
 * by it end at once, unless it is to stay good for a while.
 */
export const replaceSecret: Handler<ApplicationParts> = async (parts, request) => {
  const { store, keyring, links, settings } = parts;
  const { now } = request;
  const expiresAt = expiryOf(request);
  const { environmentId, id } = await readAdministered(parts, request);
  const { secret, ...fresh } = await newKeptSecret(
    keyring,
    { environmentId, id },
    now,
    request.body.secret,
  );
  return commitOrRetry(store, async () => {
    const application = await readAdministered(parts, request);
    if (application.doc.protocol !== 'OPENID_CONNECT') throw notFound();
    const { sealedSecret: _, previousSecret: __, ...kept } = application.doc;
    const doc: Application = {
      ...kept,
      ...fresh,
      ...(expiresAt === undefined
        ? {}
        : defined({ previousSecret: asPrevious(parts, application, expiresAt) })),
      tokensValidFrom: tokensValidFrom(now, kept.tokensValidFrom),
      updatedAt: now,
    };
    const changed = { ...application, doc };
    // The answer is the one time that it is read.
    const { sealedSecret: ___, ...unread } = doc;
    const stays = settings.secretsReadOnce ? { ...unread, ...unreadable(parts, changed) } : doc;
    return {
      writes: [
        updateRow('applications', application, stays),
        record(request, application.id, 'SECRET.UPDATED'),
      ],
      result: ok(secretView(links, application, secret, previousView(parts, changed, now))),
    };
  });
};

/** Ends the secret that was replaced, and every token got by it. */
export const revokePreviousSecret: Handler<ApplicationParts> = async (parts, request) =>
  commitOrRetry(parts.store, async () => {
    const application = await readAdministered(parts, request);
    const { previousSecret, ...doc } = application.doc;
    if (!previousSecret || previousSecret.expiresAt <= request.now) throw notFound();
    return {
      writes: [
        updateRow('applications', application, { ...doc, updatedAt: request.now }),
        record(request, application.id, 'SECRET.DELETED'),
      ],
      result: { status: 204 },
    };
  });
