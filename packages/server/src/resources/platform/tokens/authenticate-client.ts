/** Authentication of a client at the token endpoint, slowed down for those who guess. */
import { SECRET_CHECKS_MAX } from '../../../config/limits.ts';
import { verifyClientSecret } from '../../../crypto/client-secret.ts';
import type { Application } from '../../../model/documents.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';
import { createFailureWindow } from '../../kit/failure-window.ts';
import { acceptAssertion, createUsedAssertions } from './client-assertion.ts';
import { type ClientCredentials, invalidClient } from './client-credentials.ts';
import { OAuthError } from './oauth-error.ts';

/** What clients are authenticated with. */
export type ClientParts = Pick<Parts, 'store' | 'keyring' | 'clock' | 'links'>;

export interface ClientAttempt {
  environmentId: string;
  credentials: ClientCredentials;
  remoteAddress: string;
}

export type AuthenticateClient = (attempt: ClientAttempt) => Promise<Stored<Application>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Checks secrets, a bounded number at the same time: each takes memory and a thread. */
function createSecretCheck() {
  let underWay = 0;
  return async (secrets: readonly string[], hash: string | undefined): Promise<boolean> => {
    if (underWay >= SECRET_CHECKS_MAX) {
      throw new OAuthError('temporarily_unavailable', 'Too many clients at once.', 1);
    }
    underWay += 1;
    try {
      for (const secret of secrets) if (await verifyClientSecret(secret, hash)) return true;
      return false;
    } finally {
      underWay -= 1;
    }
  };
}

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
  const usedAssertions = createUsedAssertions();
  const isSecret = createSecretCheck();

  async function isProven(
    application: Stored<Application> | undefined,
    credentials: ClientCredentials,
  ): Promise<boolean> {
    if (credentials.method !== 'PRIVATE_KEY_JWT') {
      return isSecret(credentials.secrets, application?.doc.secretHash);
    }
    if (application?.doc.tokenEndpointAuthMethod !== 'PRIVATE_KEY_JWT') return false;
    return acceptAssertion({ ...parts, usedAssertions }, application, credentials.assertion);
  }

  return async ({ environmentId, credentials, remoteAddress }) => {
    const { clientId, method } = credentials;
    // By address too: else anybody could keep a client out by failing in its name.
    const key = `${environmentId} ${clientId.slice(0, 36)} ${remoteAddress}`;
    const failures = method === 'PRIVATE_KEY_JWT' ? assertionFailures : secretFailures;
    const refuseGuessing = () => {
      const waitMs = failures.waitMs(key, clock.now());
      if (waitMs === undefined) return;
      const description = 'Client authentication failed too often.';
      throw new OAuthError('slow_down', description, Math.ceil(waitMs / 1_000));
    };
    refuseGuessing();
    const application = UUID.test(clientId)
      ? await store.get('applications', environmentId, clientId)
      : undefined;
    const proven = await isProven(application, credentials);
    // Again, so that guesses that came together learn no more than those in a row.
    refuseGuessing();
    const { enabled, tokenEndpointAuthMethod } = application?.doc ?? {};
    if (application && proven && enabled && tokenEndpointAuthMethod === method) return application;
    failures.record(key, clock.now());
    throw invalidClient();
  };
}
