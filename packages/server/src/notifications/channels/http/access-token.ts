/** Access tokens of a provider that is called by OAuth 2, kept until shortly before their end. */
import {
  ACCESS_TOKEN_DEFAULT_MS,
  ACCESS_TOKEN_KEPT_MAX_MS,
  ACCESS_TOKEN_LEFT_MS,
  PROVIDER_TIMEOUT_MS,
} from '../../../config/limits.ts';
import type { Call, CallAnswer, Caller } from '../../../outgoing/public-call.ts';

/** RFC 6749 §4.4, and RFC 7523 §2.1 with an assertion that the administrator has made. */
export type Grant = { authUrl: string; scopes?: readonly string[] } & (
  | { clientId: string; clientSecret: string }
  | { assertion: string }
);

/** There is no token: the token endpoint's answer. */
export class AccessTokenError extends Error {
  override name = 'AccessTokenError';
  readonly answer: CallAnswer;
  constructor(answer: CallAnswer) {
    super('The provider gave no access token.');
    this.answer = answer;
  }
}

export interface AccessTokens {
  /** `not`: one that the provider doesn't take any more. Throws `CallError`, `AccessTokenError`. */
  get(not?: string): Promise<string>;
}

const JWT_BEARER = 'urn:ietf:params:oauth:grant-type:jwt-bearer';

export const basic = (user: string, password: string) =>
  `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}`;

/** RFC 6749 §2.3.1: each part is form-encoded first. */
const encoded = (text: string) => new URLSearchParams([['', text]]).toString().slice(1);

function requestOf(grant: Grant): Call {
  const isAssertion = 'assertion' in grant;
  const fields = {
    ...(isAssertion
      ? { grant_type: JWT_BEARER, assertion: grant.assertion }
      : { grant_type: 'client_credentials' }),
    ...(grant.scopes?.length ? { scope: grant.scopes.join(' ') } : {}),
  };
  return {
    method: 'POST',
    url: grant.authUrl,
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...(isAssertion
        ? {}
        : { authorization: basic(encoded(grant.clientId), encoded(grant.clientSecret)) }),
    },
    body: new URLSearchParams(fields).toString(),
  };
}

function tokenOf(answer: CallAnswer): { token: string; livesMs: number } {
  if (answer.status < 200 || answer.status > 299) throw new AccessTokenError(answer);
  try {
    const { access_token: token, expires_in: seconds } = JSON.parse(answer.text);
    if (typeof token !== 'string' || !/^[\x21-\x7e]+$/.test(token)) throw new Error('No token.');
    const livesMs = Number(seconds) > 0 ? Number(seconds) * 1_000 : ACCESS_TOKEN_DEFAULT_MS;
    return { token, livesMs: Math.min(livesMs, ACCESS_TOKEN_KEPT_MAX_MS) };
  } catch {
    throw new AccessTokenError(answer);
  }
}

/** Messages that leave at once share one asking. */
export function openAccessTokens(grant: Grant, caller: Caller, now = Date.now): AccessTokens {
  let kept: { token: string; until: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const signal = AbortSignal.timeout(PROVIDER_TIMEOUT_MS);
    const { token, livesMs } = tokenOf(await caller.call(requestOf(grant), signal));
    kept = { token, until: now() + livesMs - ACCESS_TOKEN_LEFT_MS };
    return token;
  }

  return {
    async get(not) {
      if (kept && kept.token !== not && now() < kept.until) return kept.token;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
  };
}
