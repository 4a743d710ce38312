/**
 * Asks a provider what a request of ours asks, and makes its answer ours: so the log, the limits, the
 * errors and the headers of its endpoints are those of every operation.
 */
import { hash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import inject from 'light-my-request';
import type { OperationReply, OperationRequest } from '../resources/kit/operation.ts';
import type { OpenProvider } from './provider.ts';

export interface Question {
  method: 'GET' | 'POST';
  /** Below the issuer. */
  path: string;
  query?: Readonly<Record<string, string | undefined>>;
  form?: Readonly<Record<string, string | undefined>>;
  /** The access token, as the provider knows it. */
  bearer?: string;
}

type Caller = Pick<OperationRequest, 'headers' | 'remoteAddress'>;
type Listener = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

const FORM = 'application/x-www-form-urlencoded';
/** What of its headers goes on to the client; the others are the responder's. */
const PASSED = ['location', 'set-cookie', 'www-authenticate'];

const encoded = (pairs: Readonly<Record<string, string | undefined>>): string => {
  const there = Object.entries(pairs).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return new URLSearchParams(there).toString();
};

/** Its pages post themselves: their own script may run, and nothing else. */
function pageHeaders(page: string) {
  const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(
    ([, script = '']) => `'sha256-${hash('sha256', script, 'base64')}'`,
  );
  const allowed = scripts.length > 0 ? scripts.join(' ') : "'none'";
  return {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': `default-src 'none'; script-src ${allowed}; frame-ancestors 'none'; base-uri 'none'`,
  };
}

/** Runs a listener on a request as it would have come to the issuer's own address. */
export async function dispatch(
  issuer: string,
  caller: Caller,
  { method, path, query = {}, form, bearer }: Question,
  listen: Listener,
) {
  const { host, protocol, pathname } = new URL(issuer);
  const { cookie } = caller.headers;
  const search = encoded(query);
  return inject(
    (request, response) => {
      // Its links begin with it, as behind any other mount.
      Object.assign(request, { baseUrl: pathname });
      return void listen(request, response);
    },
    {
      method,
      url: search === '' ? path : `${path}?${search}`,
      remoteAddress: caller.remoteAddress,
      headers: {
        host,
        'x-forwarded-proto': protocol.slice(0, -1),
        accept: 'application/json',
        ...(typeof cookie === 'string' ? { cookie } : {}),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(form ? { 'content-type': FORM } : {}),
      },
      ...(form ? { payload: encoded(form) } : {}),
    },
  );
}

/** The provider's answer. Throws what it has failed by: a store that can't be reached, a mistake. */
export async function askProvider(
  { provider, answer, failureOf }: OpenProvider,
  caller: Caller,
  question: Question,
): Promise<OperationReply> {
  let asked: IncomingMessage | undefined;
  const { statusCode, headers, body } = await dispatch(
    provider.issuer,
    caller,
    question,
    (request, response) => {
      asked = request;
      return answer(request, response);
    },
  );
  const failure = asked && failureOf(asked);
  if (failure !== undefined && statusCode >= 500) throw failure;
  const passed = PASSED.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value as string | string[]] as const];
  });
  const isPage = String(headers['content-type']).startsWith('text/html');
  const isJson = String(headers['content-type']).startsWith('application/json');
  const isRedirect = statusCode >= 300 && statusCode < 400;
  return {
    status: statusCode,
    ...(body === '' || isRedirect ? {} : { body: isJson ? JSON.parse(body) : body }),
    headers: { ...Object.fromEntries(passed), ...(isPage && !isRedirect ? pageHeaders(body) : {}) },
  };
}
