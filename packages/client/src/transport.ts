/**
 * `fetch` with what each request needs: a token, a time limit, and another try where it does no harm.
 * 401: once, with a new token. 429 and 503: the server did nothing. A connection that was lost: only
 * what reads, since anything else may have been done.
 */
import { CountersignError, retryAfterMs } from './errors.ts';

export interface TransportOptions {
  /** The token to send, and how to forget one that is refused. */
  token: TokenSource;
  fetch: typeof fetch;
  /** For one try, in milliseconds. */
  timeoutMs: number;
  /** Tries in all. */
  tries: number;
}

export interface TokenSource {
  get(): Promise<string>;
  /** Nothing is kept of this one any longer. */
  forget(token: string): Promise<void>;
}

const PAUSE_MS = 250;
const PAUSE_MAX_MS = 30_000;

/** Ends after `ms`; rejects at once when the caller no longer waits. */
export function pause(ms: number, signal?: AbortSignal | null): Promise<void> {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    function stop() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** Later each time, and not all clients at once. */
const growing = (tries: number) => PAUSE_MS * 2 ** tries * (0.5 + Math.random());

async function errorOf(response: Response): Promise<CountersignError> {
  const body = await response.json().catch(() => undefined);
  const wait = retryAfterMs(response.headers.get('retry-after'), Date.now());
  return new CountersignError(response.status, body, wait);
}

/** A `fetch` that answers 2xx, or throws a `CountersignError`, or what kept it from an answer. */
export function createTransport({ token, fetch, timeoutMs, tries }: TransportOptions) {
  async function send(request: Request): Promise<Response> {
    const bearer = await token.get();
    const copy = request.clone();
    copy.headers.set('authorization', `Bearer ${bearer}`);
    const signal = AbortSignal.any([request.signal, AbortSignal.timeout(timeoutMs)]);
    const response = await fetch(copy, { signal });
    if (response.status === 401) await token.forget(bearer);
    if (response.ok) return response;
    throw await errorOf(response);
  }

  /** How long to wait before another try; undefined: none makes sense. */
  function waitBeforeNext(error: unknown, request: Request, tried: number): number | undefined {
    if (request.signal.aborted || tried >= tries) return undefined;
    if (!(error instanceof CountersignError)) {
      return request.method === 'GET' ? growing(tried) : undefined;
    }
    if (error.status === 401) return tried === 1 ? 0 : undefined;
    if (error.status !== 429 && error.status !== 503) return undefined;
    return Math.min(error.retryAfterMs ?? growing(tried), PAUSE_MAX_MS);
  }

  return async (request: Request): Promise<Response> => {
    for (let tried = 1; ; tried += 1) {
      try {
        return await send(request);
      } catch (error) {
        const wait = waitBeforeNext(error, request, tried);
        if (wait === undefined) throw error;
        await pause(wait, request.signal);
      }
    }
  };
}
