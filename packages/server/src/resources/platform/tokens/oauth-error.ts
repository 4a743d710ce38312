import type { OperationReply } from '../../kit/operation.ts';

// RFC 6749 §5.2; `slow_down` of RFC 8628 §3.5 for a client that fails too often.
const STATUS = {
  invalid_request: 400,
  invalid_client: 401,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  slow_down: 429,
  temporarily_unavailable: 503,
} as const;

export type OAuthErrorCode = keyof typeof STATUS;

/** What the token endpoint refuses, in OAuth's own words rather than in the API's envelope. */
export class OAuthError extends Error {
  override name = 'OAuthError';
  readonly code: OAuthErrorCode;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: OAuthErrorCode, description: string, retryAfterSeconds?: number) {
    super(description);
    this.code = code;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Nothing of the token endpoint is kept by anyone on the way (RFC 6749 §5.1). */
export const NOT_KEPT = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** The answer: `{ error, error_description }`; RFC 6749 §5.2. Pure. */
export function oauthErrorReply({ code, message, retryAfterSeconds }: OAuthError): OperationReply {
  const status = STATUS[code];
  return {
    status,
    body: { error: code, error_description: message },
    headers: {
      ...NOT_KEPT,
      // Every 401 names a scheme (RFC 9110 §11.6.1).
      ...(status === 401 ? { 'www-authenticate': 'Basic realm="token"' } : {}),
      ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
    },
  };
}
