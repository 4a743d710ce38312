/** Authentication of a client at the token endpoint, slowed down for those who guess. */
import { CLIENT_ID_LENGTH_MAX } from '../../../config/limits.ts';
import type { Application } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import { networkOf } from '../../../model/network.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { type ActivityRecord, activityWrite } from '../../kit/activity.ts';
import { createFailureWindow } from '../../kit/failure-window.ts';
import { acceptAssertion, type Proof } from './client-assertion.ts';
import { CLIENT_ID_PATTERN, type ClientCredentials, invalidClient } from './client-credentials.ts';
import { secretsOf } from './kept-secrets.ts';
import { OAuthError } from './oauth-error.ts';
import { KeySetUnreachableError, openRemoteKeys, type RemoteKeys } from './remote-keys.ts';
import { createSecretCheck } from './secret-check.ts';

/** What clients are authenticated with. */
export type ClientParts = Pick<Parts, 'store' | 'keyring' | 'clock' | 'links'>;

export interface ClientAttempt {
  environmentId: string;
  credentials: ClientCredentials;
  remoteAddress: string;
  correlationId?: string;
}

/** The audit row of an application's token, or of the attempt to get one. */
export function tokenRecord(
  { environmentId, correlationId }: Pick<ClientAttempt, 'environmentId' | 'correlationId'>,
  { id }: Stored<Application>,
  now: Instant,
  more: Pick<ActivityRecord, 'result' | 'data'> = {},
): Write {
  const application = { type: 'APPLICATION', id } as const;
  return activityWrite(
    environmentId,
    {
      action: 'ACCESS_TOKEN.CREATED',
      actor: application,
      resource: application,
      ...(correlationId === undefined ? {} : { correlationId }),
      ...more,
    },
    now,
  );
}

/** A client that has proved itself, and by what. */
export interface ProvenClient extends Proof {
  application: Stored<Application>;
  /** The name that it has used: its application's id, or one that it has brought along. */
  clientId: string;
}

export type AuthenticateClient = (attempt: ClientAttempt) => Promise<ProvenClient>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CLIENT_ID = new RegExp(CLIENT_ID_PATTERN);

/** The application of this id, or of this name that its client has brought along. */
export async function findClient(
  { store }: Pick<ClientParts, 'store'>,
  environmentId: string,
  clientId: string,
): Promise<Stored<Application> | undefined> {
  if (clientId.length > CLIENT_ID_LENGTH_MAX || !CLIENT_ID.test(clientId)) return undefined;
  const byId = UUID.test(clientId)
    ? await store.get('applications', environmentId, clientId)
    : undefined;
  if (byId) return byId;
  const where = { column: 'client_id', is: 'eq', value: clientId } as const;
  const [named] = await store.list('applications', environmentId, { where, limit: 1 });
  return named;
}

/**
 * Makes the function that returns the application whose credentials these are. It throws
 * `invalid_client` for an unknown or disabled one, another method than the registered one, and
 * wrong credentials, all alike, and a secret always costs the same work; `slow_down` after too many
 * wrong ones.
 */
export function createClientAuthentication(
  parts: ClientParts,
  remoteKeys: RemoteKeys = openRemoteKeys({ clock: parts.clock, allowPrivate: false }),
): AuthenticateClient {
  const { store, clock } = parts;
  // Apart: an assertion of nobody costs no work, and many of these would push the counts of
  // guessed secrets out of a window that both share.
  const secretFailures = createFailureWindow();
  const assertionFailures = createFailureWindow();
  // Apart as well: whoever invents ids has as many as they like.
  const strangerFailures = createFailureWindow();
  const failuresTold = createFailureWindow();
  const isSecret = createSecretCheck();

  async function proofOf(
    application: Stored<Application> | undefined,
    credentials: ClientCredentials,
    key: string,
  ): Promise<Proof | undefined> {
    if ('assertion' in credentials) {
      return application && acceptAssertion({ ...parts, remoteKeys }, application, credentials);
    }
    if (credentials.method === 'NONE') {
      return (
        application && { credentialsFrom: application.doc.tokensValidFrom ?? 0, isPrevious: false }
      );
    }
    const { secrets } = credentials;
    const kept = application ? secretsOf(application.doc, clock.now()) : [];
    for (const secret of kept) {
      if (await isSecret({ key, secrets, hash: secret.secretHash })) return secret;
    }
    if (kept.length === 0) await isSecret({ key, secrets });
    return undefined;
  }

  /** The audit log hears of it, so many times a minute; the answer doesn't wait, so it tells nothing. */
  function tellFailure(
    attempt: ClientAttempt,
    application: Stored<Application>,
    reason: string,
  ): void {
    const { environmentId, credentials } = attempt;
    const now = clock.now();
    if (failuresTold.begin(`${environmentId} ${application.id}`, now) === undefined) return;
    const activity = tokenRecord(attempt, application, now, {
      result: 'FAILED',
      data: { reason, method: credentials.method },
    });
    store.commit([activity]).catch(() => {});
  }

  return async (attempt) => {
    const { environmentId, credentials, remoteAddress } = attempt;
    const { clientId, method } = credentials;
    const application = await findClient(parts, environmentId, clientId);
    const name = application?.id ?? clientId.slice(0, 36);
    // By address too: else anybody could keep a client out by failing in its name.
    const key = `${environmentId} ${name} ${networkOf(remoteAddress)}`;
    const ownFailures = method === 'PRIVATE_KEY_JWT' ? assertionFailures : secretFailures;
    const failures = application ? ownFailures : strangerFailures;
    const refuseGuessing = () => {
      const waitMs = failures.waitMs(key, clock.now());
      if (waitMs === undefined) return;
      const description = 'Client authentication failed too often.';
      throw new OAuthError('slow_down', description, Math.ceil(waitMs / 1_000));
    };
    refuseGuessing();
    let reason = 'CLIENT_AUTHENTICATION_FAILED';
    const proof = await proofOf(application, credentials, key).catch((error: unknown) => {
      if (!(error instanceof KeySetUnreachableError)) throw error;
      reason = 'KEY_SET_UNREACHABLE';
      return undefined;
    });
    // Again, so that guesses that came together learn no more than those in a row.
    refuseGuessing();
    const { enabled, tokenEndpointAuthMethod } = application?.doc ?? {};
    if (application && proof && enabled && tokenEndpointAuthMethod === method) {
      return { ...proof, application, clientId };
    }
    // A right secret in another way than the registered one is no guess: the vendor's Go client
    // tries Basic first, whatever its application says.
    if (!proof) failures.record(key, clock.now());
    if (application) tellFailure(attempt, application, reason);
    throw invalidClient();
  };
}
