/** Access tokens: one for all requests, until shortly before its end. */
import { CountersignError, retryAfterMs } from './errors.ts';
import type { TokenSource } from './transport.ts';

/** A token is renewed so long before its end. */
const RENEW_MS = 60_000;

export interface Credentials {
  clientId: string;
  clientSecret: string;
}

export interface TokenOptions extends Credentials {
  /** The token endpoint: `{authPath}/{envID}/as/token`. */
  endpoint: string;
  fetch: typeof fetch;
  timeoutMs: number;
}

interface Token {
  value: string;
  until: number;
}

/** As RFC 6749 §2.3.1 wants an id or secret in a Basic header. */
const formEncoded = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);

/** Tokens by `client_credentials`. A hundred requests at once ask for one. */
export function clientCredentials({
  endpoint,
  clientId,
  clientSecret,
  fetch,
  timeoutMs,
}: TokenOptions): TokenSource {
  let kept: Promise<Token> | undefined;

  async function ask(): Promise<Token> {
    const response = await fetch(endpoint, {
      method: 'POST',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        authorization: `Basic ${btoa(`${formEncoded(clientId)}:${formEncoded(clientSecret)}`)}`,
      },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const body: { access_token?: string; expires_in?: number } = Object(
      await response.json().catch(() => undefined),
    );
    if (!response.ok) {
      const wait = retryAfterMs(response.headers.get('retry-after'), Date.now());
      throw new CountersignError(response.status, body, wait);
    }
    const lifeMs = Number(body.expires_in) * 1_000;
    const until = Date.now() + lifeMs - Math.min(RENEW_MS, lifeMs / 2);
    return { value: String(body.access_token), until };
  }

  const drop = (asked: typeof kept) => {
    if (kept === asked) kept = undefined;
  };

  async function get(): Promise<string> {
    kept ??= ask();
    const asked = kept;
    try {
      const { value, until } = await asked;
      if (Date.now() < until) return value;
    } catch (error) {
      drop(asked);
      throw error;
    }
    drop(asked);
    return get();
  }

  return {
    get,
    async forget(token) {
      const asked = kept;
      const known = await asked?.catch(() => undefined);
      if (known?.value === token) drop(asked);
    },
  };
}

/** One token that the caller has: a user's own, for example. */
export const givenToken = (token: string): TokenSource => ({
  get: async () => token,
  forget: async () => undefined,
});
