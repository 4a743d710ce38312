/**
 * Checks secrets of clients. A check is costly on purpose, so who may cause one is bounded: nobody by
 * the id of a client that doesn't exist, one address by one id only so often at once. And a secret
 * that was right once costs no check again, so that a flood of others can't keep its client out.
 */
import { createHmac, randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import {
  SECRET_CHECKS_MAX,
  SECRET_CHECKS_OF_ONE_MAX,
  SECRET_HASHES_AT_ONCE,
  SECRETS_PROVEN_MAX,
} from '../../../config/limits.ts';
import { verifyClientSecret } from '../../../crypto/client-secret.ts';
import { makeLimiter } from '../../../model/limiter.ts';
import { OAuthError } from './oauth-error.ts';

export interface SecretAttempt {
  /** Of a client and an address: whose attempts are bounded together. */
  key: string;
  /** The readings of one presented secret. */
  secrets: readonly string[];
  /** Absent: there is no such client, or it has no secret. */
  hash?: string;
}

/** What a test may put in the place of the work and of the time. */
export interface SecretCheckParts {
  verify: typeof verifyClientSecret;
  wait(ms: number): Promise<unknown>;
}

/** How long checks took lately; one of them stands for the next. */
function createDurations() {
  const kept: number[] = [];
  let next = 0;
  return {
    add(ms: number) {
      kept[next] = ms;
      next = (next + 1) % 64;
    },
    /** Undefined: nothing was measured yet. */
    sample: () => kept[Math.floor(Math.random() * kept.length)],
  };
}

/** Throws `temporarily_unavailable`, for clients that exist and those that don't alike. */
export function createSecretCheck({ verify, wait }: SecretCheckParts = PARTS) {
  const limit = makeLimiter(SECRET_HASHES_AT_ONCE);
  const durations = createDurations();
  const underWay = new Map<string, number>();
  let hashing = 0;
  // Kept by a key of this process; of the hash, too, so that a changed secret is a new one.
  const proven = new LRUCache<string, true>({ max: SECRETS_PROVEN_MAX });
  const processKey = randomBytes(32);
  const nameOf = (secret: string, hash: string) =>
    createHmac('sha256', processKey).update(`${hash} ${secret}`).digest('base64');

  async function hashOnce(secret: string, hash: string | undefined): Promise<boolean> {
    const startedAt = performance.now();
    hashing += 1;
    try {
      return await limit(() => verify(secret, hash));
    } finally {
      hashing -= 1;
      durations.add(performance.now() - startedAt);
    }
  }

  /** A client that doesn't exist takes the time that one which does would take, and none of the work. */
  async function refuse(secrets: readonly string[]): Promise<false> {
    for (const secret of secrets) {
      const ms = durations.sample();
      if (ms === undefined) await hashOnce(secret, undefined);
      else await wait(ms);
    }
    return false;
  }

  async function isOneRight(secrets: readonly string[], hash: string): Promise<boolean> {
    for (const secret of secrets) {
      if (!(await hashOnce(secret, hash))) continue;
      proven.set(nameOf(secret, hash), true);
      return true;
    }
    return false;
  }

  return async ({ key, secrets, hash }: SecretAttempt): Promise<boolean> => {
    if (hash !== undefined && secrets.some((secret) => proven.has(nameOf(secret, hash)))) {
      return true;
    }
    const present = underWay.get(key) ?? 0;
    if (hashing >= SECRET_CHECKS_MAX || present >= SECRET_CHECKS_OF_ONE_MAX) {
      throw new OAuthError('temporarily_unavailable', 'Too many clients at once.', 1);
    }
    underWay.set(key, present + 1);
    try {
      return await (hash === undefined ? refuse(secrets) : isOneRight(secrets, hash));
    } finally {
      const left = (underWay.get(key) ?? 1) - 1;
      if (left === 0) underWay.delete(key);
      else underWay.set(key, left);
    }
  };
}

const PARTS: SecretCheckParts = {
  verify: verifyClientSecret,
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};
