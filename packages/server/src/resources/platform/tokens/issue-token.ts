/**
 * Makes access tokens: RS256 JWTs of type `at+jwt` (RFC 9068) with the claims of the platform's
 * "Token claims" page. A client's own token has no `sub`; a user's names the user there.
 */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { TOKEN_LIFETIME_SECONDS } from '../../../config/limits.ts';
import type { Application } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';
import type { SelfScope } from '../../kit/operation.ts';
import { ORGANIZATION_ID } from '../roles/organization.ts';
import { issuerOf, publicUrlOf } from './issuer.ts';

export const TOKEN_TYPE = 'at+jwt';

/** What tokens are made with. */
export type TokenParts = Pick<Parts, 'keyring' | 'clock' | 'links'>;

export interface IssuedToken {
  token: string;
  expiresInSeconds: number;
}

const secondsOf = (instant: Instant): number => Math.floor(instant / 1_000);

/**
 * The moment before which an application's tokens are refused when its credentials change now. The
 * next whole second: `iat` counts seconds, and a token of this one must not outlive the change.
 * Later than at the change before, since an application's tokens name it: see `CREDENTIALS_CLAIM`.
 */
export function tokensValidFrom(now: Instant, before: Instant = 0): Instant {
  return Math.max((secondsOf(now) + 1) * 1_000, before + 1_000);
}

/**
 * Names the credentials that an application's token was got by: their `tokensValidFrom` in seconds,
 * absent while they are the first. Times alone don't tell: who has proven himself by the old secret
 * while it was being replaced gets his token after that.
 */
export const CREDENTIALS_CLAIM = 'credentials_from';

async function sign(
  { keyring, links, clock }: TokenParts,
  environmentId: string,
  claims: Record<string, string | number>,
  lifetimeSeconds: number,
  jti: string = randomUUID(),
): Promise<IssuedToken> {
  const issuedAtSeconds = secondsOf(clock.now());
  const { kid, alg, privateKey } = await keyring.signingKey(environmentId);
  const token = await new SignJWT({ ...claims, env: environmentId, org: ORGANIZATION_ID })
    .setProtectedHeader({ alg, kid, typ: TOKEN_TYPE })
    .setIssuer(issuerOf(links, environmentId))
    .setAudience([publicUrlOf(links)])
    .setJti(jti)
    .setIssuedAt(issuedAtSeconds)
    .setExpirationTime(issuedAtSeconds + lifetimeSeconds)
    .sign(privateKey);
  return { token, expiresInSeconds: lifetimeSeconds };
}

/**
 * An application's token, one hour long. It names no roles: those are read when it is used.
 * `provenFrom`: the `tokensValidFrom` of the credentials that it is got by.
 */
export function issueApplicationToken(
  parts: TokenParts,
  { environmentId, id, doc }: Stored<Application>,
  provenFrom: Instant = doc.tokensValidFrom ?? 0,
): Promise<IssuedToken> {
  const credentialsFrom = secondsOf(provenFrom);
  return sign(
    parts,
    environmentId,
    { client_id: id, ...(credentialsFrom === 0 ? {} : { [CREDENTIALS_CLAIM]: credentialsFrom }) },
    TOKEN_LIFETIME_SECONDS,
  );
}

export interface UserTokenRequest {
  environmentId: string;
  userId: string;
  scopes: readonly (SelfScope | (string & {}))[];
  /** The application that signed the user on; absent: the server's own pages. */
  applicationId?: string;
  /** At most an hour, which is the default. */
  lifetimeSeconds?: number;
  /** Got by signing on: what the store keeps of it, and the session. It ends when either does. */
  signOn?: { jti: string; sid: string };
}

/** A user's own token for self-service. The caller has authenticated him. */
export function issueUserToken(
  parts: TokenParts,
  { environmentId, userId, scopes, applicationId, lifetimeSeconds, signOn }: UserTokenRequest,
): Promise<IssuedToken> {
  return sign(
    parts,
    environmentId,
    {
      sub: userId,
      scope: scopes.join(' '),
      ...(applicationId === undefined ? {} : { client_id: applicationId }),
      ...(signOn ? { sid: signOn.sid } : {}),
    },
    Math.min(lifetimeSeconds ?? TOKEN_LIFETIME_SECONDS, TOKEN_LIFETIME_SECONDS),
    signOn?.jti,
  );
}
