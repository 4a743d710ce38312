/**
 * A client proves itself by a JWT of its own, signed by a private key or by its secret: RFC 7523 §3,
 * `private_key_jwt` and `client_secret_jwt`.
 */
import { hash } from 'node:crypto';
import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import {
  CLIENT_ASSERTION_LIFETIME_SECONDS,
  NODE_CLOCK_SKEW_MS,
  TOKEN_LEEWAY_SECONDS,
} from '../../../config/limits.ts';
import type { Application } from '../../../model/documents.ts';
import type { Stored } from '../../../storage/store.ts';
import type { ClientParts } from './authenticate-client.ts';
import type { ClientCredentials } from './client-credentials.ts';
import { issuerOf } from './issuer.ts';
import { type KeptSecret, opened, secretsOf } from './kept-secrets.ts';
import type { RemoteKeys } from './remote-keys.ts';

/** By public keys: asymmetric ones only. With a public key nobody can make an HMAC; `none` proves nothing. */
export const PUBLIC_KEY_ALGORITHMS = [
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
] as const;
const BY_SECRET = ['HS256', 'HS384', 'HS512'];

export const ASSERTION_ALGORITHMS = [...PUBLIC_KEY_ALGORITHMS, ...BY_SECRET];

type AssertionParts = ClientParts & { remoteKeys: RemoteKeys };
export type Assertion = Extract<ClientCredentials, { assertion: string }>;

/** What a client has proved itself by. */
export type Proof = Pick<KeptSecret, 'credentialsFrom' | 'isPrevious'>;

/** A key that a signature may be by. */
interface Candidate {
  key: JWTVerifyGetKey | Uint8Array;
  algorithms: string[];
  proof: Proof;
}

function candidatesOf(
  { keyring, clock, remoteKeys }: AssertionParts,
  application: Stored<Application>,
  method: Assertion['method'],
): Candidate[] {
  const { doc, id } = application;
  if (doc.tokenEndpointAuthMethod !== method) return [];
  if (method === 'CLIENT_SECRET_JWT') {
    return secretsOf(doc, clock.now()).flatMap(({ sealedSecret, ...proof }) => {
      if (sealedSecret === undefined) return [];
      const { secret } = opened(keyring, application, sealedSecret);
      return { key: Buffer.from(secret), algorithms: BY_SECRET, proof };
    });
  }
  const proof = { credentialsFrom: doc.tokensValidFrom ?? 0, isPrevious: false };
  const url = doc.settings.jwksUrl;
  const keys = doc.jwks
    ? createLocalJWKSet(doc.jwks as unknown as JSONWebKeySet)
    : typeof url === 'string' && remoteKeys(id, url);
  return keys ? [{ key: keys, algorithms: [...PUBLIC_KEY_ALGORITHMS], proof }] : [];
}

async function verifySignature(
  { links, clock }: AssertionParts,
  { environmentId }: Stored<Application>,
  { clientId, assertion }: Assertion,
  { key, algorithms }: Candidate,
): Promise<JWTPayload | undefined> {
  const issuer = issuerOf(links, environmentId);
  const options = {
    algorithms,
    issuer: clientId,
    subject: clientId,
    // The issuer, or the address of the token endpoint: the platform takes both.
    audience: [issuer, `${issuer}/token`],
    currentDate: new Date(clock.now()),
    clockTolerance: TOKEN_LEEWAY_SECONDS,
    requiredClaims: ['exp'],
  };
  try {
    const { payload } =
      typeof key === 'function'
        ? await jwtVerify(assertion, key, options)
        : await jwtVerify(assertion, key, options);
    return payload;
  } catch (error) {
    // A fetched key can be none, or too short: what the library says of it has other names.
    if (error instanceof errors.JOSEError || error instanceof TypeError) return undefined;
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

const isTime = (value: unknown): value is number => Number.isFinite(value);

/** Until when an assertion is good, in ms; undefined: its times are wrong. Pure. */
function usableUntil({ exp, iat }: JWTPayload, now: number): number | undefined {
  const latestSeconds = now / 1_000 + CLIENT_ASSERTION_LIFETIME_SECONDS + TOKEN_LEEWAY_SECONDS;
  if (!isTime(exp) || exp > latestSeconds) return undefined;
  if (isTime(iat) && iat > now / 1_000 + TOKEN_LEEWAY_SECONDS) return undefined;
  return (exp + TOKEN_LEEWAY_SECONDS) * 1_000;
}

/** Whether it wasn't used before, on any node: the insert fails the second time. */
async function useOnce(
  { store, clock }: AssertionParts,
  { environmentId, id }: Stored<Application>,
  { assertion }: Assertion,
  { jti }: JWTPayload,
  until: number,
): Promise<boolean> {
  const now = clock.now();
  // Without a `jti`, which RFC 7523 leaves to the client, the assertion as a whole is used once.
  const name = jti === undefined ? assertion : `${id} ${jti}`;
  const { committed } = await store.commit([
    {
      op: 'insert',
      table: 'used_assertions',
      environmentId,
      id: hash('sha256', name, 'base64url'),
      doc: { createdAt: now, updatedAt: now, expiresAt: until + NODE_CLOCK_SKEW_MS },
    },
  ]);
  return committed;
}

/** What the assertion proves, where it is the application's, for this environment, and new. */
export async function acceptAssertion(
  parts: AssertionParts,
  application: Stored<Application>,
  presented: Assertion,
): Promise<Proof | undefined> {
  for (const candidate of candidatesOf(parts, application, presented.method)) {
    const payload = await verifySignature(parts, application, presented, candidate);
    if (!payload) continue;
    const until = usableUntil(payload, parts.clock.now());
    if (until === undefined) return undefined;
    const isNew = await useOnce(parts, application, presented, payload, until);
    return isNew ? candidate.proof : undefined;
  }
  return undefined;
}
