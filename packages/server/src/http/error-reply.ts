/** Errors to answers, in one place; contract §1.5. */
import { randomUUID } from 'node:crypto';
import { RETRY_AFTER_SECONDS } from '../config/limits.ts';
import { ApiError, errorDetail } from '../errors/api-error.ts';
import { UnavailableError } from '../errors/unavailable-error.ts';
import type { OperationReply } from '../resources/kit/operation.ts';

/** What the log tells of a failed request. `cause` is set only where the fault is ours. */
export interface Failure {
  id: string;
  code: string;
  details: { code: string; target?: string }[];
  because?: string;
  cause?: unknown;
}

// Fastify refuses these itself, before an operation is known.
const FRAMEWORK_ERRORS: Readonly<Record<string, () => ApiError>> = {
  FST_ERR_BAD_URL: () => new ApiError('INVALID_REQUEST', [], { message: 'The URL is malformed.' }),
  FST_ERR_MAX_PARAM_LENGTH: () => new ApiError('NOT_FOUND'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new ApiError('UNSUPPORTED_MEDIA_TYPE', [errorDetail('INVALID_VALUE', 'Content-Type')]),
  FST_ERR_CTP_BODY_TOO_LARGE: () => new ApiError('REQUEST_TOO_LARGE'),
};

/** The catalogue's entry for whatever was thrown. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  // No cause: an outage has one line of its own in the log, whoever meets it.
  if (error instanceof UnavailableError) return new ApiError('SERVICE_UNAVAILABLE');
  const code: unknown = Object(error).code;
  const known = typeof code === 'string' ? FRAMEWORK_ERRORS[code] : undefined;
  // A bug may throw anything, `undefined` too: the log shows that much.
  return known?.() ?? new ApiError('UNEXPECTED_ERROR', [], { cause: error ?? 'nothing' });
}

function headersOf({ status, retryAfterMs }: ApiError): OperationReply['headers'] {
  // RFC 9110 §11.6.1, RFC 6750 §3.
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (status !== 429 && status !== 503) return undefined;
  const seconds =
    retryAfterMs === undefined ? RETRY_AFTER_SECONDS : Math.ceil(retryAfterMs / 1_000);
  return { 'retry-after': String(seconds) };
}

/** The answer to what was thrown, and what to log of it. Every error gets an id of its own. */
export function errorReply(error: unknown): { reply: OperationReply; failure: Failure } {
  const apiError = toApiError(error);
  const { code, status, message, details, cause, because } = apiError;
  const id = randomUUID();
  const headers = headersOf(apiError);
  return {
    reply: {
      status,
      body: { id, code, message, ...(details.length === 0 ? {} : { details }) },
      ...(headers ? { headers } : {}),
    },
    failure: {
      id,
      code,
      details: details.map(({ code, target }) =>
        target === undefined ? { code } : { code, target },
      ),
      ...(because === undefined ? {} : { because }),
      ...(status >= 500 && cause !== undefined ? { cause } : {}),
    },
  };
}
