/** What goes wrong between a program and the server, as errors that a program can decide by. */

/** One fault of a request; contract `Error`. */
export interface ErrorDetail {
  code: string;
  /** The member of the request, as a path: `user.id`. */
  target?: string;
  message?: string;
  /** What would have been right: ranges, allowed values, tries that are left. */
  innerError?: Record<string, unknown>;
}

interface ErrorBody {
  id?: string;
  code?: string;
  message?: string;
  details?: ErrorDetail[];
  /** Of the token endpoint; RFC 6749 §5.2. */
  error?: string;
}

/** An answer outside of 2xx. Decide by `code`, never by the message. */
export class CountersignError extends Error {
  override readonly name = 'CountersignError';
  readonly status: number;
  /** The most specific code: that of the first detail, or the answer's own. */
  readonly code: string;
  /** Stands in the server's log, too. */
  readonly id: string | undefined;
  readonly details: readonly ErrorDetail[];
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, body: unknown, retryAfterMs?: number) {
    const { id, code, message, details = [], error }: ErrorBody = Object(body);
    const [first] = details;
    const where = first?.target === undefined ? '' : ` (${first.target})`;
    super(
      `${status} ${first?.code ?? code ?? error ?? ''}${where}: ${first?.message ?? message ?? 'no words'}`,
    );
    this.status = status;
    this.code = first?.code ?? code ?? error ?? 'UNKNOWN';
    this.id = id;
    this.details = details;
    this.retryAfterMs = retryAfterMs;
  }

  /** What the first detail adds: `attemptsRemaining`, `maximumAllowed`, … */
  get inner(): Readonly<Record<string, unknown>> {
    return this.details[0]?.innerError ?? {};
  }
}

/** Milliseconds of a `Retry-After`: seconds or a date (RFC 9110 §10.2.3). Pure. */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
