/** Authentication of a client at the token endpoint, slowed down for those who guess. */
import type { Application } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import { networkOf } from '../../../model/network.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { type ActivityRecord, activityWrite } from '../../kit/activity.ts';
import { createFailureWindow } from '../../kit/failure-window.ts';
import { acceptAssertion, createUsedAssertions } from './client-assertion.ts';
import { type ClientCredentials, invalidClient } from './client-credentials.ts';
import { OAuthError } from './oauth-error.ts';
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

export type AuthenticateClient = (attempt: ClientAttempt) => Promise<Stored<Application>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Makes the function that returns the application whose credentials these are. It throws
 * `invalid_client` for an unknown or disabled one, another method than the registered one, and
 * wrong credentials, all alike, and a secret always costs the same work; `slow_down` after too many
 * of these.
 */
export function createClientAuthentication(parts: ClientParts): AuthenticateClient {
  const { store, clock } = parts;
  // Apart: an assertion of nobody costs no work, and many of these would push the counts of
  // guessed secrets out of a window that both share.
  const secretFailures = createFailureWindow();
  const assertionFailures = createFailureWindow();
  // Apart as well: whoever invents ids has as many as they like.
  const strangerFailures = createFailureWindow();
  const failuresTold = createFailureWindow();
  const usedAssertions = createUsedAssertions();
  const isSecret = createSecretCheck();

  async function isProven(
    application: Stored<Application> | undefined,
    credentials: ClientCredentials,
    key: string,
  ): Promise<boolean> {
    if (credentials.method !== 'PRIVATE_KEY_JWT') {
      const { secretHash } = application?.doc ?? {};
      const { secrets } = credentials;
      return isSecret({ key, secrets, ...(secretHash === undefined ? {} : { hash: secretHash }) });
    }
    if (application?.doc.tokenEndpointAuthMethod !== 'PRIVATE_KEY_JWT') return false;
    return acceptAssertion({ ...parts, usedAssertions }, application, credentials.assertion);
  }

  /** The audit log hears of it, so many times a minute; the answer doesn't wait, so it tells nothing. */
  function tellFailure(attempt: ClientAttempt, application: Stored<Application>): void {
    const { environmentId, credentials } = attempt;
    const now = clock.now();
    if (failuresTold.begin(`${environmentId} ${application.id}`, now) === undefined) return;
    const activity = tokenRecord(attempt, application, now, {
      result: 'FAILED',
      data: { reason: 'CLIENT_AUTHENTICATION_FAILED', method: credentials.method },
    });
    store.commit([activity]).catch(() => {});
  }

  return async (attempt) => {
    const { environmentId, credentials, remoteAddress } = attempt;
    const { clientId, method } = credentials;
    const application = UUID.test(clientId)
      ? await store.get('applications', environmentId, clientId)
      : undefined;
    // By address too: else anybody could keep a client out by failing in its name.
    const key = `${environmentId} ${clientId.slice(0, 36)} ${networkOf(remoteAddress)}`;
    const ownFailures = method === 'PRIVATE_KEY_JWT' ? assertionFailures : secretFailures;
    const failures = application ? ownFailures : strangerFailures;
    const refuseGuessing = () => {
      const waitMs = failures.waitMs(key, clock.now());
      if (waitMs === undefined) return;
      const description = 'Client authentication failed too often.';
      throw new OAuthError('slow_down', description, Math.ceil(waitMs / 1_000));
    };
    refuseGuessing();
    const proven = await isProven(application, credentials, key);
    // Again, so that guesses that came together learn no more than those in a row.
    refuseGuessing();
    const { enabled, tokenEndpointAuthMethod } = application?.doc ?? {};
    if (application && proven && enabled && tokenEndpointAuthMethod === method) return application;
    failures.record(key, clock.now());
    if (application) tellFailure(attempt, application);
    throw invalidClient();
  };
}
