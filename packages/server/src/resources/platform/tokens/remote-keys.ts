/** Key sets that applications have at an address (`jwksUrl`): fetched, and kept in memory for a while. */
import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import {
  KEY_SET_BYTES_MAX,
  KEY_SET_CACHED_MS,
  KEY_SET_COOL_DOWN_MS,
  KEY_SET_RETRY_MS,
  KEY_SET_TIMEOUT_MS,
  KEY_SETS_CACHED_MAX,
  KEY_SETS_FETCHED_AT_ONCE,
} from '../../../config/limits.ts';
import type { Clock, Instant } from '../../../model/instant.ts';
import { makeLimiter } from '../../../model/limiter.ts';
import { openPublicGet, type PublicGetOptions } from '../../../outgoing/public-get.ts';

/** The keys of an application at its address, as `jwtVerify` asks for them. */
export type RemoteKeys = (applicationId: string, url: string) => JWTVerifyGetKey;

/** The set can't be had: the client is refused, and the audit log says why. */
export class KeySetUnreachableError extends Error {
  override name = 'KeySetUnreachableError';
}

export function openRemoteKeys({
  clock,
  ...options
}: Pick<PublicGetOptions, 'allowPrivate' | 'ca'> & { clock: Clock }): RemoteKeys {
  const get = openPublicGet({ ...options, bytesMax: KEY_SET_BYTES_MAX });
  const limit = makeLimiter(KEY_SETS_FETCHED_AT_ONCE);
  // By application: what one has there is no business of another.
  const sets = new LRUCache<string, JWTVerifyGetKey>({ max: KEY_SETS_CACHED_MAX });

  function open(url: string): JWTVerifyGetKey {
    let failedAt: Instant | undefined;
    async function fetchOnce(signal: AbortSignal): Promise<Response> {
      // Whoever invents assertions must not have the server call there again and again.
      if (failedAt !== undefined && clock.now() < failedAt + KEY_SET_RETRY_MS) {
        throw new KeySetUnreachableError('It was not there a moment ago.');
      }
      try {
        const { status, text } = await limit(() => get(url, signal));
        if (status !== 200) throw new Error(`The status is ${status}.`);
        JSON.parse(text);
        failedAt = undefined;
        return new Response(text);
      } catch (cause) {
        failedAt = clock.now();
        throw new KeySetUnreachableError('It was not there.', { cause });
      }
    }
    return createRemoteJWKSet(new URL(url), {
      cacheMaxAge: KEY_SET_CACHED_MS,
      cooldownDuration: KEY_SET_COOL_DOWN_MS,
      timeoutDuration: KEY_SET_TIMEOUT_MS,
      [customFetch]: (_url, { signal }) => fetchOnce(signal),
    });
  }

  return (applicationId, url) => {
    const name = `${applicationId} ${url}`;
    const keys = sets.get(name) ?? open(url);
    sets.set(name, keys);
    return keys;
  };
}
