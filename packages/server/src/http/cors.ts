/**
 * Which pages of other origins may read an answer: all of them, where an access token decides; page
 * "Application Operations", Cross-origin resource sharing, and docs/decisions/0046. Credentials of the
 * browser are never allowed, so a page reaches no more than its token does.
 */
import { CORS_MAX_AGE_SECONDS } from '../config/limits.ts';
import type { Operation } from '../resources/kit/operation.ts';

/** On every answer to such a page. */
export const SHARED_HEADERS = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers':
    'Allow, Correlation-Id, Ignored-Properties, Retry-After, X-Ping-External-Session-ID, X-Ping-External-Transaction-ID',
} as const;

/** The answer to the question that a browser asks first. A star would not stand for `Authorization`. */
export const preflightHeaders = (methods: string) => ({
  'access-control-allow-methods': methods,
  'access-control-allow-headers':
    'Authorization, Content-Type, Correlation-Id, X-Ping-External-Session-ID, X-Ping-External-Transaction-ID',
  'access-control-max-age': String(CORS_MAX_AGE_SECONDS),
});

/**
 * Whether pages of other origins may use the operation: not what is there for whoever reaches the
 * server, such as the development outbox, but how they get tokens.
 */
export const isShared = ({ permission, path }: Pick<Operation, 'permission' | 'path'>): boolean =>
  permission !== 'PUBLIC' ||
  (path.startsWith('/{envID}/as/') && !/\/(authorize|interactions|signoff)\b/.test(path));
