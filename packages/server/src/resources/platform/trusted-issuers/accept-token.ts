/** What a token of a trusted issuer says of one of our users. */
import { hash } from 'node:crypto';
import {
  createLocalJWKSet,
  decodeJwt,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose';
import {
  NODE_CLOCK_SKEW_MS,
  TOKEN_LEEWAY_SECONDS,
  TOKEN_LENGTH_MAX,
} from '../../../config/limits.ts';
import { emailKey } from '../../../model/address.ts';
import type { User } from '../../../model/documents.ts';
import type { TrustedIssuer } from '../../../model/sign-on.ts';
import { composed, textKey } from '../../../model/text-key.ts';
import type { Parts } from '../../../parts.ts';
import type { Condition, Stored } from '../../../storage/store.ts';
import { KeySetUnreachableError, type RemoteKeys } from '../tokens/remote-keys.ts';

export type TrustParts = Pick<Parts, 'store' | 'clock'> & { remoteKeys: RemoteKeys };
type Issuer = Stored<TrustedIssuer>;

export interface AcceptedToken {
  issuer: Issuer;
  user: Stored<User>;
  claims: JWTPayload;
}

const ISSUERS_MAX = 20;

function issuerNamedIn(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

async function verified(
  { clock, remoteKeys }: TrustParts,
  { id, doc }: Issuer,
  token: string,
): Promise<JWTPayload | undefined> {
  const { issuer, audiences, algorithms, maxAge, jwks, jwksUrl, type } = doc;
  const keys = jwks
    ? createLocalJWKSet(jwks as unknown as JSONWebKeySet)
    : remoteKeys(id, jwksUrl ?? '');
  const now = clock.now();
  try {
    const { payload } = await jwtVerify(token, keys, {
      algorithms,
      issuer,
      audience: audiences,
      currentDate: new Date(now),
      // Entra makes its tokens expired; how old one may be says `maxAge`.
      clockTolerance: type === 'MICROSOFT_ENTRA' ? maxAge : TOKEN_LEEWAY_SECONDS,
      requiredClaims: ['iat', 'exp'],
    });
    const age = now / 1_000 - (payload.iat ?? 0);
    const isOfNow = age >= -TOKEN_LEEWAY_SECONDS && age <= maxAge + TOKEN_LEEWAY_SECONDS;
    return isOfNow ? payload : undefined;
  } catch (error) {
    const isWrong =
      error instanceof errors.JOSEError ||
      error instanceof TypeError ||
      error instanceof DOMException ||
      error instanceof KeySetUnreachableError;
    if (isWrong) return undefined;
    throw error;
  }
}

const WHERE: Record<TrustedIssuer['userAttribute'], (value: string) => Condition | undefined> = {
  id: () => undefined,
  username: (value) => ({ column: 'username_key', is: 'eq', value: textKey(value) }),
  email: (value) => ({ column: 'email', is: 'eq', value: emailKey(value) }),
  externalId: (value) => ({ column: 'external_id', is: 'eq', value: composed(value) }),
};

/** The one enabled user whom the claim names; of several nobody. */
async function userOf(
  { store }: TrustParts,
  { environmentId, doc: { userClaim, userAttribute } }: Issuer,
  claims: JWTPayload,
): Promise<Stored<User> | undefined> {
  const value = claims[userClaim];
  if (typeof value !== 'string' || value === '' || value.length > 256) return undefined;
  const where = WHERE[userAttribute](value);
  const users = where
    ? await store.list('users', environmentId, { where, limit: 2 })
    : [await store.get('users', environmentId, value)];
  const [user] = users;
  return users.length === 1 && user?.doc.enabled ? user : undefined;
}

/** Whether it wasn't used before, on any node: the insert fails the second time. */
async function useOnce(
  { store, clock }: TrustParts,
  { environmentId, id, doc: { maxAge } }: Issuer,
  { jti }: JWTPayload,
  token: string,
): Promise<boolean> {
  const now = clock.now();
  const lifeMs = (2 * maxAge + TOKEN_LEEWAY_SECONDS) * 1_000 + NODE_CLOCK_SKEW_MS;
  // Without the signature: of some kinds there are several for one text.
  const name = jti ?? token.slice(0, token.lastIndexOf('.'));
  const { committed } = await store.commit([
    {
      op: 'insert',
      table: 'used_assertions',
      environmentId,
      id: hash('sha256', `${id} ${name}`, 'base64url'),
      doc: { createdAt: now, updatedAt: now, expiresAt: now + lifeMs },
    },
  ]);
  return committed;
}

/** Undefined: it isn't of a trusted issuer, not for this application, not good any more, or of nobody. */
export async function acceptToken(
  parts: TrustParts,
  environmentId: string,
  applicationId: string,
  token: string,
): Promise<AcceptedToken | undefined> {
  if (token.length > TOKEN_LENGTH_MAX) return undefined;
  const named = issuerNamedIn(token);
  if (named === undefined) return undefined;
  const issuers = await parts.store.list('trusted_issuers', environmentId, {
    where: { column: 'issuer', is: 'eq', value: named },
    limit: ISSUERS_MAX,
  });
  for (const issuer of issuers) {
    const { enabled, applications } = issuer.doc;
    const isFor = applications?.some(({ id }) => id === applicationId) ?? true;
    const claims = enabled && isFor ? await verified(parts, issuer, token) : undefined;
    const user = claims && (await userOf(parts, issuer, claims));
    if (user && (await useOnce(parts, issuer, claims, token))) return { issuer, user, claims };
  }
  return undefined;
}
