/** private_key_jwt: a client proves itself by a JWT of its own; RFC 7523 §3. */
import { hash } from 'node:crypto';
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import {
  CLIENT_ASSERTION_LIFETIME_SECONDS,
  CLIENT_ASSERTIONS_REMEMBERED_MAX,
  TOKEN_LEEWAY_SECONDS,
} from '../../../config/limits.ts';
import type { Application } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Stored } from '../../../storage/store.ts';
import type { TokenParts } from './issue-token.ts';
import { issuerOf } from './issuer.ts';

/** Asymmetric ones only: with a public key nobody can make an HMAC, and `none` proves nothing. */
export const ASSERTION_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
];

/** Which assertions were used. In this node's memory; they are short-lived and signed. */
export interface UsedAssertions {
  /** False: it was used before, or so many are remembered that this can't be known. */
  use(assertion: string, usableUntil: Instant, now: Instant): boolean;
}

/** Remembers each assertion until it expires, and refuses rather than forgets. */
export function createUsedAssertions(): UsedAssertions {
  const used = new LRUCache<string, Instant>({ max: CLIENT_ASSERTIONS_REMEMBERED_MAX });
  function isFull(now: Instant): boolean {
    if (used.size < CLIENT_ASSERTIONS_REMEMBERED_MAX) return false;
    for (const [key, usableUntil] of [...used]) if (usableUntil <= now) used.delete(key);
    return used.size >= CLIENT_ASSERTIONS_REMEMBERED_MAX;
  }
  return {
    use(assertion, usableUntil, now) {
      const before = used.peek(assertion);
      if ((before !== undefined && now < before) || isFull(now)) return false;
      used.set(assertion, usableUntil);
      return true;
    },
  };
}

const isTime = (value: unknown): value is number => Number.isFinite(value);

async function verifySignature(
  { links, clock }: TokenParts,
  { environmentId, id }: Stored<Application>,
  keys: JSONWebKeySet,
  assertion: string,
): Promise<JWTPayload | undefined> {
  const issuer = issuerOf(links, environmentId);
  try {
    const { payload } = await jwtVerify(assertion, createLocalJWKSet(keys), {
      algorithms: ASSERTION_ALGORITHMS,
      issuer: id,
      subject: id,
      // The issuer, or the address of the token endpoint: the platform takes both.
      audience: [issuer, `${issuer}/token`],
      currentDate: new Date(clock.now()),
      clockTolerance: TOKEN_LEEWAY_SECONDS,
      requiredClaims: ['exp'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) return undefined;
    throw error;
  }
}

/** Whether the assertion is the application's, for this environment, and new; then it is used. */
export async function acceptAssertion(
  parts: TokenParts & { usedAssertions: UsedAssertions },
  application: Stored<Application>,
  assertion: string,
): Promise<boolean> {
  const { jwks } = application.doc;
  if (!jwks) return false;
  const keys = jwks as unknown as JSONWebKeySet;
  const payload = await verifySignature(parts, application, keys, assertion);
  if (!payload || !isTime(payload.exp)) return false;
  const now = parts.clock.now();
  const latestSeconds = now / 1_000 + CLIENT_ASSERTION_LIFETIME_SECONDS + TOKEN_LEEWAY_SECONDS;
  if (payload.exp > latestSeconds) return false;
  if (isTime(payload.iat) && payload.iat > now / 1_000 + TOKEN_LEEWAY_SECONDS) return false;
  const usableUntil = (payload.exp + TOKEN_LEEWAY_SECONDS) * 1_000;
  // Without a `jti`, which RFC 7523 leaves to the client, the assertion as a whole is used once.
  const name = payload.jti === undefined ? assertion : `${application.id} ${payload.jti}`;
  return parts.usedAssertions.use(hash('sha256', name, 'base64'), usableUntil, now);
}
