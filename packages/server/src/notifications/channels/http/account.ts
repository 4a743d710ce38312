/** An account with a provider: calls that carry what the provider knows us by. */
import { PROVIDER_TIMEOUT_MS } from '../../../config/limits.ts';
import type { Call, CallAnswer, Caller } from '../../../outgoing/public-call.ts';
import { orAborted } from '../push/push-receipt.ts';
import { basic, type Grant, openAccessTokens } from './access-token.ts';

export type Authentication =
  | { method: 'NONE' }
  | { method: 'BASIC'; username: string; password: string }
  | { method: 'BEARER'; authToken: string }
  | ({ method: 'OAUTH2' } & Grant)
  | { method: 'CUSTOM_HEADER'; headerName: string; headerValue: string };

/** What a provider answered, for who looks for an error: without what we are known by. */
export type Observer = (answer: CallAnswer) => void;

export interface HttpAccount {
  /** Calls the provider within its time. Throws `CallError`, `AccessTokenError`. */
  call(call: Call, signal: AbortSignal, observe?: Observer): Promise<CallAnswer>;
}

type Headers = Record<string, string>;

/** Their headers, and what must not be shown. `not`: a token that was refused. */
type Headed = (not?: string) => Promise<Headers>;

function headersBy(authentication: Authentication, caller: Caller): Headed {
  switch (authentication.method) {
    case 'NONE':
      return async () => ({});
    case 'BASIC': {
      const authorization = basic(authentication.username, authentication.password);
      return async () => ({ authorization });
    }
    case 'BEARER':
      return async () => ({ authorization: `Bearer ${authentication.authToken}` });
    case 'OAUTH2': {
      const tokens = openAccessTokens(authentication, caller);
      return async (not) => ({
        authorization: `Bearer ${await tokens.get(not?.replace(/^Bearer /, ''))}`,
      });
    }
    case 'CUSTOM_HEADER':
      return async () => ({
        [authentication.headerName.toLowerCase()]: authentication.headerValue,
      });
  }
}

const HIDDEN_HEADERS = ['set-cookie', 'authorization', 'proxy-authenticate'];

function secretsOf(authentication: Authentication, sent: Headers): string[] {
  const { method: _, ...members } = authentication;
  const kept = ['password', 'authToken', 'clientSecret', 'assertion', 'headerValue'];
  return [
    ...Object.entries(members).map(([name, value]) => (kept.includes(name) ? String(value) : '')),
    ...Object.values(sent),
    ...Object.values(sent).map((value) => value.replace(/^\w+ /, '')),
  ].filter((secret) => secret.length > 0);
}

/** The answer as a person may see it, also where the provider says again what it was told. */
function shown(answer: CallAnswer, secrets: readonly string[]): CallAnswer {
  const hide = (text: string) =>
    secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '***'), text);
  const headers = Object.entries(answer.headers).filter(([name]) => !HIDDEN_HEADERS.includes(name));
  return {
    status: answer.status,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, hide(value)])),
    text: hide(answer.text),
  };
}

export function openAccount(authentication: Authentication, caller: Caller): HttpAccount {
  const headersOf = headersBy(authentication, caller);

  return {
    async call(call, signal, observe) {
      const attempt = async (not?: string) => {
        const headers = await orAborted(headersOf(not), signal);
        const ending = AbortSignal.any([signal, AbortSignal.timeout(PROVIDER_TIMEOUT_MS)]);
        const answer = await caller.call(
          { ...call, headers: { ...call.headers, ...headers } },
          ending,
        );
        observe?.(shown(answer, secretsOf(authentication, headers)));
        return { answer, headers };
      };
      const first = await attempt();
      if (first.answer.status !== 401 || authentication.method !== 'OAUTH2') return first.answer;
      return (await attempt(first.headers.authorization)).answer;
    },
  };
}
