/**
 * Client secrets: made, hashed, compared. scrypt (RFC 7914) with N = 2^14, r = 8, p = 1 takes
 * 16 MiB and some 40 ms. Secrets made here have 384 random bits; the cost is for those chosen by people.
 */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

const COST = 16_384;
const BLOCK_SIZE = 8;
const PARALLELIZATION = 1;
const HASH_BYTES = 32;
const SALT_BYTES = 16;
const MEMORY_BYTES_MAX = 64 * 1024 * 1024;

interface Parameters {
  cost: number;
  blockSize: number;
  parallelization: number;
}

const PARAMETERS: Parameters = {
  cost: COST,
  blockSize: BLOCK_SIZE,
  parallelization: PARALLELIZATION,
};

function derive(secret: string, salt: Uint8Array, parameters: Parameters): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...parameters, maxmem: MEMORY_BYTES_MAX };
    scrypt(secret, salt, HASH_BYTES, options, (error, hash) =>
      error ? reject(error) : resolve(hash),
    );
  });
}

/** A new secret: 64 characters that need no escaping in a header, a form or a shell. */
export function newClientSecret(): string {
  return randomBytes(48).toString('base64url');
}

/** `N$r$p$salt$hash`, the latter two in base64url. */
export async function hashClientSecret(secret: string): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(secret, salt, PARAMETERS);
  const texts = [salt, hash].map((bytes) => bytes.toString('base64url'));
  return [COST, BLOCK_SIZE, PARALLELIZATION, ...texts].join('$');
}

/**
 * Whether this is the hashed secret, compared in constant time. Without a hash (no such client) it
 * takes the same time and is false.
 */
export async function verifyClientSecret(
  secret: string,
  hash: string | undefined,
): Promise<boolean> {
  if (hash === undefined) {
    await derive(secret, Buffer.alloc(SALT_BYTES), PARAMETERS);
    return false;
  }
  const [cost, blockSize, parallelization, salt = '', expected = ''] = hash.split('$');
  const actual = await derive(secret, Buffer.from(salt, 'base64url'), {
    cost: Number(cost),
    blockSize: Number(blockSize),
    parallelization: Number(parallelization),
  });
  const expectedBytes = Buffer.from(expected, 'base64url');
  return expectedBytes.length === actual.length && timingSafeEqual(expectedBytes, actual);
}
