/** Verifies a token's form, signature and times; what may have changed since is not here. */
import type { KeyObject } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose';
import {
  TOKEN_LEEWAY_SECONDS,
  TOKEN_LENGTH_MAX,
  TOKEN_LIFETIME_SECONDS,
} from '../../../config/limits.ts';
import { SIGNING_ALGORITHM } from '../../../crypto/environment-keys.ts';
import { ApiError } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Instant } from '../../../model/instant.ts';
import { CREDENTIALS_CLAIM, TOKEN_TYPE, type TokenParts } from './issue-token.ts';
import { environmentOfIssuer, issuerOf, publicUrlOf } from './issuer.ts';

export interface VerifiedToken {
  environmentId: string;
  /** The key that has signed it. */
  kid: string;
  /** The client that the token was given to. */
  applicationId?: string;
  /** A user's own token. */
  userId?: string;
  scopes: ReadonlySet<string>;
  issuedAt: Instant;
  /** The application's `tokensValidFrom` when it proved itself; 0: it had none. */
  credentialsFrom: Instant;
  /** Got by signing on: it is good while the store keeps it under this name. */
  artifact?: string;
  /** Its expiry with the leeway. */
  usableUntil: Instant;
}

const NO_SCOPES: ReadonlySet<string> = new Set();

/** `401 INVALID_TOKEN`; it doesn't say why, since only an attacker would learn from it. */
export function invalidToken(): ApiError {
  return new ApiError('INVALID_TOKEN');
}

/** Whose keys the token asks for. Nothing here is believed yet. */
function readUnverified(token: string): { issuer: unknown; kid: string | undefined } {
  try {
    const { iss } = decodeJwt(token);
    return { issuer: iss, kid: decodeProtectedHeader(token).kid };
  } catch {
    throw invalidToken();
  }
}

async function verifySignature(
  { links, clock }: TokenParts,
  environmentId: string,
  token: string,
  key: KeyObject,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: [SIGNING_ALGORITHM],
      typ: TOKEN_TYPE,
      issuer: issuerOf(links, environmentId),
      audience: publicUrlOf(links),
      currentDate: new Date(clock.now()),
      clockTolerance: TOKEN_LEEWAY_SECONDS,
      maxTokenAge: TOKEN_LIFETIME_SECONDS,
      requiredClaims: ['exp', 'iat', 'jti'],
    });
    return payload;
  } catch (error) {
    if (error instanceof errors.JOSEError) throw invalidToken();
    throw error;
  }
}

function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string') throw invalidToken();
  return value;
}

/** Throws `INVALID_TOKEN`. Reads the environment's keys. */
export async function verifyToken(parts: TokenParts, token: string): Promise<VerifiedToken> {
  if (token.length > TOKEN_LENGTH_MAX) throw invalidToken();
  const { issuer, kid } = readUnverified(token);
  const environmentId = environmentOfIssuer(parts.links, issuer);
  if (environmentId === undefined || typeof kid !== 'string') throw invalidToken();
  const key = await parts.keyring.verificationKey(environmentId, kid);
  if (!key) throw invalidToken();
  const payload = await verifySignature(parts, environmentId, token, key);
  const applicationId = textOf(payload.client_id);
  // A `sub` that is the client itself is a client's own token (RFC 9068 §2.2).
  const userId = payload.sub === applicationId ? undefined : payload.sub;
  if (applicationId === undefined && userId === undefined) throw invalidToken();
  const scope = userId === undefined ? undefined : textOf(payload.scope);
  return {
    environmentId,
    kid,
    ...defined({
      applicationId,
      userId,
      artifact: payload.sid === undefined ? undefined : payload.jti,
    }),
    scopes: scope ? new Set(scope.split(' ')) : NO_SCOPES,
    issuedAt: (payload.iat ?? 0) * 1_000,
    credentialsFrom: Number(payload[CREDENTIALS_CLAIM] ?? 0) * 1_000,
    usableUntil: ((payload.exp ?? 0) + TOKEN_LEEWAY_SECONDS) * 1_000,
  };
}
