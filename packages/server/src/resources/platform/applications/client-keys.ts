/** The public keys that an application registers for private_key_jwt. */
import { createPublicKey } from 'node:crypto';
import { CLIENT_KEYS_MAX } from '../../../config/limits.ts';
import { type ApiError, invalidData } from '../../../errors/api-error.ts';
import type { Application } from '../../../model/documents.ts';

type Jwk = Record<string, unknown>;

// RFC 7518 §6: members that only a private or a symmetric key has.
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
const PUBLIC_MEMBERS = ['kty', 'kid', 'use', 'alg', 'n', 'e', 'crv', 'x', 'y'];
const MODULUS_BITS_MIN = 2_048;

const refuse = (message: string): ApiError => invalidData('INVALID_VALUE', 'jwks', { message });

function parseJson(text: string): unknown {
  try {
    // A file may begin with a byte order mark, which trimming takes away.
    return JSON.parse(text.trim());
  } catch {
    throw refuse('The value is not JSON.');
  }
}

function publicKeyOf(jwk: unknown): Jwk {
  const members: Jwk = Object(jwk);
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(members, name))) {
    throw refuse('The value has a private or a symmetric key: register the public one only.');
  }
  const known = PUBLIC_MEMBERS.filter((name) => Object.hasOwn(members, name));
  const publicJwk = Object.fromEntries(known.map((name) => [name, members[name]]));
  if (!Object.values(publicJwk).every((value) => typeof value === 'string')) {
    throw refuse('The members of a key must be strings.');
  }
  let modulusBits: number | undefined;
  try {
    const key = createPublicKey({ key: publicJwk, format: 'jwk' });
    modulusBits = key.asymmetricKeyDetails?.modulusLength;
  } catch {
    throw refuse('A key is not a public key (RFC 7517).');
  }
  if (modulusBits !== undefined && modulusBits < MODULUS_BITS_MIN) {
    throw refuse(`An RSA key has fewer than ${MODULUS_BITS_MIN} bits.`);
  }
  return publicJwk;
}

/** The key set in the text, public members only. Throws `INVALID_DATA` with the target `jwks`. */
export function parseClientKeys(text: string): NonNullable<Application['jwks']> {
  const keys: unknown = Object(parseJson(text)).keys;
  if (!Array.isArray(keys) || keys.length === 0 || keys.length > CLIENT_KEYS_MAX) {
    throw refuse(`The value must have 1 to ${CLIENT_KEYS_MAX} keys.`);
  }
  const publicKeys = keys.map(publicKeyOf);
  const names = publicKeys.map(({ kid }) => kid);
  if (new Set(names).size !== names.length)
    throw refuse('Several keys need each a kid of its own.');
  return { keys: publicKeys };
}
