/** The API as the commands use it: one token for one command, errors in the server's own words. */
import { type Call, UsageError } from './command.ts';
import { type Credentials, readCredentials, type Sourced } from './credentials.ts';
import { printable } from './printable.ts';

// biome-ignore lint/suspicious/noExplicitAny: what the API answers; each command names what it shows.
export type Body = any;

const ANSWER_WITHIN_MS = 60_000;
/** The API's largest page. */
const PAGE_SIZE_MAX = 1_000;
const ROWS_DEFAULT = 1_000;

/** The API refused, and said why. */
export class Refused extends Error {
  override readonly name = 'Refused';
  readonly code: string;
  /** What of the request was refused: `policy.id`. */
  readonly targets: readonly string[];
  /** The HTTP status. */
  readonly status: number;
  /** How long to wait before it is tried again, where the server says so. */
  readonly retryAfterMs: number | undefined;

  constructor(body: Body, { status, headers }: Response) {
    // What stands before a server answers in its own words, or in none.
    const { id, code, message = `HTTP ${status}`, details = [] } = body;
    const lines = details.map(
      ({ target, message: why }: Body) => `  ${target === undefined ? '' : `${target}: `}${why}`,
    );
    // The server's log has more, under this id.
    const last = id === undefined ? [] : [`  (${code}, id ${id})`];
    super([message, ...lines, ...last].map(printable).join('\n'));
    this.code = code;
    this.targets = details.map(({ target }: Body) => target);
    this.status = status;
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    this.retryAfterMs = Number.isFinite(seconds) ? seconds * 1_000 : undefined;
  }
}

export interface Api {
  credentials: Credentials;
  /** Below `/v1/environments/{environment}`; with a leading `/v1`: from the origin. */
  get(path: string): Promise<Body>;
  /** `action`: of `application/vnd.pingidentity.{action}+json`, or a whole media type. */
  post(path: string, body?: object, action?: string): Promise<Body>;
  put(path: string, body: object): Promise<Body>;
  delete(path: string): Promise<void>;
}

/** Where the two halves of an API are, and what is said of it where it can't be worked with. */
export interface Place {
  api: string;
  auth: string;
  /** `The server`. */
  name: string;
  /** The program that should answer. */
  program: string;
  /** What to do where nobody answers: a sentence. */
  advice: string;
  /** The options that say where it is. */
  options: string;
}

/** Throws `UsageError`. */
export function originOf(url: Sourced): string {
  const parsed = URL.canParse(url.value) ? new URL(url.value) : undefined;
  if (parsed && /^https?:$/.test(parsed.protocol) && !parsed.username && !/[?#]/.test(url.value)) {
    return url.value.replace(/\/+$/, '');
  }
  throw new UsageError(
    `${url.from}: "${url.value}" is no address of a server: http(s)://HOST:PORT`,
  );
}

async function send(place: Place, address: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(address, {
      ...request,
      // A redirection would take the credentials elsewhere.
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  } catch (error) {
    const { origin } = new URL(address);
    const { name, message, cause } = error as Error;
    const why =
      name === 'TimeoutError'
        ? `no answer within ${ANSWER_WITHIN_MS / 1_000} s`
        : (Reflect.get(Object(cause), 'code') ?? Reflect.get(Object(cause), 'message') ?? message);
    throw new Error(`Nobody answers at ${origin} (${why}). ${place.advice}`);
  }
}

/** It may do later what it can't now. */
export const isBusy = ({ status }: { status: number }) => status === 429 || status === 503;

/** The JSON of an answer; undefined: it has no body. */
async function bodyOf({ program, options }: Place, response: Response): Promise<Body> {
  const text = await response.text();
  if (text === '' && response.ok) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    const { origin } = new URL(response.url);
    // Often it is a proxy that says so, in HTML.
    if (isBusy(response)) return { message: `${origin} is busy (${response.status}).` };
    throw new Error(
      `${origin} answers ${response.status}, but not as ${program} does: see ${options}.`,
    );
  }
}

interface Token {
  value: string;
  /** When the next one is asked for: work may take longer than a token is good. */
  renewAt: number;
}

const RENEW_BEFORE_MS = 60_000;

async function tokenOf(place: Place, credentials: Credentials): Promise<Token> {
  const { home, clientId, secret } = credentials;
  const pair = [clientId.value, secret.value].map(encodeURIComponent).join(':');
  const response = await send(place, `${place.auth}/${encodeURIComponent(home.value)}/as/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const body = await bodyOf(place, response);
  if (response.ok) {
    const { access_token: value, expires_in: seconds } = body;
    return { value, renewAt: Date.now() + seconds * 1_000 - RENEW_BEFORE_MS };
  }
  if (response.status !== 401 && response.status !== 404) {
    const message = `No token: ${body.error_description ?? body.message ?? response.status}`;
    throw isBusy(response) ? new Refused({ message }, response) : new Error(message);
  }
  throw new Error(
    `${place.name} does not know these credentials.\n` +
      `  environment ${home.value} (${home.from})\n` +
      `  application ${clientId.value} (${clientId.from})\n` +
      `  its secret (${secret.from}): replaced since then?`,
  );
}

/** Gets a token for the command. Throws `UsageError` where something is missing. */
export async function connect(call: Call): Promise<Api> {
  const credentials = readCredentials(call);
  const origin = originOf(credentials.url);
  const place = {
    api: origin,
    auth: origin,
    name: 'The server',
    program: 'Countersign',
    advice: 'Start the server (npm start), or give its address by --url.',
    options: '--url',
  };
  return open(place, credentials);
}

/** The same of any place that speaks this API. Throws where there is no token. */
export async function open(place: Place, credentials: Credentials): Promise<Api> {
  let token = await tokenOf(place, credentials);
  let renewal: Promise<Token> | undefined;
  const base = `/v1/environments/${encodeURIComponent(credentials.environmentId)}`;

  /** One renewal for all who wait; after one that failed, the next request tries again. */
  async function currentToken(): Promise<Token> {
    if (token.renewAt >= Date.now()) return token;
    renewal ??= tokenOf(place, credentials).finally(() => {
      renewal = undefined;
    });
    token = await renewal;
    return token;
  }

  async function request(method: string, path: string, body?: object, action?: string) {
    const named = action?.includes('/') ? action : `application/vnd.pingidentity.${action}+json`;
    const type = action ? named : 'application/json';
    const { value } = await currentToken();
    const address = `${place.api}${path.startsWith('/v1/') ? '' : base}${path}`;
    const response = await send(place, address, {
      method,
      headers: {
        authorization: `Bearer ${value}`,
        ...(body || action ? { 'content-type': type } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const reply = await bodyOf(place, response);
    if (!response.ok) throw new Refused(reply, response);
    return reply;
  }

  return {
    credentials,
    get: (path) => request('GET', path),
    post: (path, body, action) => request('POST', path, body, action),
    put: (path, body) => request('PUT', path, body),
    delete: (path) => request('DELETE', path),
  };
}

/** Rows of a list that follows `_links.next`, and the list as the API tells it. */
export interface Listed {
  rows: Body[];
  /** What the API says there is. */
  count: number;
  body: Body;
}

/**
 * At most `limit` rows of a collection, of as many pages as they take; `own`: of the size that the
 * server gives them. Throws `UsageError`.
 */
export async function list(
  api: Api,
  path: string,
  {
    limit = String(ROWS_DEFAULT),
    filter,
    pageSize = PAGE_SIZE_MAX,
  }: { limit?: string | undefined; filter?: string | undefined; pageSize?: number | 'own' } = {},
): Promise<Listed> {
  if (!/^[1-9][0-9]{0,8}$/.test(limit))
    throw new UsageError(`--limit is a number, not "${limit}".`);
  const most = Number(limit);
  const query = new URLSearchParams({
    ...(pageSize === 'own' ? {} : { limit: String(Math.min(most, pageSize)) }),
    ...(filter === undefined ? {} : { filter }),
  });
  const rows: Body[] = [];
  let next: string | undefined = `${path}?${query}`;
  let body: Body;
  let name = '';
  while (next !== undefined && rows.length < most) {
    body = await api.get(next);
    name = Object.keys(body._embedded)[0] ?? '';
    const page: Body[] = body._embedded[name];
    if (page.length === 0) break;
    rows.push(...page);
    const href: string | undefined = body._links.next?.href;
    // Its path below a public URL is not ours; what follows `/v1/` is the same everywhere.
    next = href?.slice(href.indexOf('/v1/'));
  }
  rows.length = Math.min(rows.length, most);
  const { count } = body;
  return { rows, count, body: { ...body, _embedded: { [name]: rows }, size: rows.length } };
}
