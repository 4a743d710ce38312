import { ERROR_DETAILS, ERRORS, type ErrorCode, type ErrorDetailCode } from './catalogue.ts';

/** Machine-readable bounds of a refused value; contract flows-and-devices §1.5 and §11. */
export interface InnerError {
  rangeMinimumValue?: number;
  rangeMaximumValue?: number;
  allowedPattern?: string;
  allowedValues?: readonly string[];
  maximumValue?: number;
  /** What a reached limit allows. */
  maximumAllowed?: number;
  referencedValues?: readonly string[];
  /** Wrong answers that are still allowed before the device or the flow is locked. */
  attemptsRemaining?: number;
  /** When the lock ends: `YYYY-MM-DDThh:mm:ss.sssZ`. */
  coolDownExpiresAt?: string;
}

export interface ErrorDetail {
  code: ErrorDetailCode;
  target?: string;
  message: string;
  innerError?: InnerError;
}

/** Clients look for the catalogue's sentence in these: what is said more stands behind it. */
function messageOf(code: ErrorCode, more: string | undefined): string {
  const { message } = ERRORS[code];
  if (more === undefined) return message;
  return message.startsWith('The request could not be completed.') ? `${message} ${more}` : more;
}

/** The caller's mistake, or a limit: a catalogue entry that becomes the contract's error body. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: readonly ErrorDetail[];
  /** What the log may say and the caller must not hear. */
  readonly because: string | undefined;
  /** When the same may be asked again, where that is known. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ErrorCode,
    details: readonly ErrorDetail[] = [],
    options?: {
      cause?: unknown;
      message?: string;
      because?: string | undefined;
      retryAfterMs?: number | undefined;
    },
  ) {
    super(messageOf(code, options?.message), { cause: options?.cause });
    this.name = 'ApiError';
    this.code = code;
    this.status = ERRORS[code].status;
    this.details = details;
    this.because = options?.because;
    this.retryAfterMs = options?.retryAfterMs;
  }
}

/** One entry of `details`; the catalogue's message unless a better one is given. */
export function errorDetail(
  code: ErrorDetailCode,
  target?: string,
  more: { message?: string; innerError?: InnerError } = {},
): ErrorDetail {
  return {
    code,
    ...(target === undefined ? {} : { target }),
    message: more.message ?? ERROR_DETAILS[code],
    ...(more.innerError ? { innerError: more.innerError } : {}),
  };
}

/** `400 INVALID_DATA` with one detail: the usual answer to a value that can't be taken. */
export function invalidData(
  code: ErrorDetailCode,
  target: string,
  more: { message?: string; innerError?: InnerError } = {},
): ApiError {
  return new ApiError('INVALID_DATA', [errorDetail(code, target, more)]);
}

/** `400 REQUEST_FAILED` with one detail: the request is right, and something stands against it. */
export function requestFailed(
  code: ErrorDetailCode,
  target: string,
  more: { message?: string; innerError?: InnerError } = {},
): ApiError {
  return new ApiError('REQUEST_FAILED', [errorDetail(code, target, more)]);
}

/** `404 NOT_FOUND`: also for what exists elsewhere, so that ids can't be probed. */
export function notFound(): ApiError {
  return new ApiError('NOT_FOUND');
}

/** `409 UNIQUENESS_VIOLATION`, with the same code in the detail: Terraform reads it there. */
export function notUnique(target: string, message?: string): ApiError {
  return new ApiError('UNIQUENESS_VIOLATION', [
    errorDetail('UNIQUENESS_VIOLATION', target, message === undefined ? {} : { message }),
  ]);
}

/** `400 INVALID_REQUEST`: the resource's present state forbids the action; contract §2.8, §11. */
export function wrongState(target: string, message: string): ApiError {
  return new ApiError('INVALID_REQUEST', [errorDetail('INVALID_STATE', target, { message })]);
}

/**
 * `400 REQUEST_FAILED`: there are as many as there may be, and asking again changes nothing. Not
 * 429, which Go clients send again ten times. `maximumAllowed` is documented; the SDK reads
 * `maximumValue`. Contract settings §1.2.
 */
export function limitExceeded(message: string, maximum: number): ApiError {
  const innerError = { maximumAllowed: maximum, maximumValue: maximum };
  return new ApiError('REQUEST_FAILED', [
    errorDetail('LIMIT_EXCEEDED', undefined, { message, innerError }),
  ]);
}

/** `429 REQUEST_LIMITED` with `Retry-After`: too fast, or too many at the same time. */
export function requestLimited(target: string, message: string, retryAfterMs?: number): ApiError {
  return new ApiError('REQUEST_LIMITED', [errorDetail('LIMIT_EXCEEDED', target, { message })], {
    retryAfterMs,
  });
}
