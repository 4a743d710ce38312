/** The client: one function for each method, with the types of the OpenAPI document. */
import createFetchClient from 'openapi-fetch';
import type {
  Action,
  ActionRequest,
  Common,
  Given,
  ListPath,
  Method,
  PathWith,
  Reply,
  Request as RequestTo,
  RowOf,
} from './contract.ts';
import { clientCredentials, givenToken } from './token.ts';
import { createTransport } from './transport.ts';

const TIMEOUT_MS = 10_000;
const TRIES = 3;

export interface ClientOptions {
  /** Where the server is: `https://mfa.example.org`. */
  url: string;
  /** Where `/{envID}/…` is, if that is another host. */
  authUrl?: string;
  /** The environment of all requests that name none. */
  environmentId: string;
  /** A worker application's; or `accessToken`. */
  clientId?: string;
  clientSecret?: string;
  /** A token that the caller has, a user's own for example. It isn't renewed. */
  accessToken?: string;
  /** For one try, in milliseconds; default 10,000. */
  timeoutMs?: number;
  /** How often a request is tried that may be sent again; default 3. */
  tries?: number;
  /** Default: the platform's. */
  fetch?: typeof fetch;
}

export interface Client {
  get<P extends PathWith<'get'>>(
    path: P,
    ...request: Given<RequestTo<P, 'get'>>
  ): Promise<Reply<P, 'get'>>;
  post<P extends PathWith<'post'>>(
    path: P,
    ...request: Given<RequestTo<P, 'post'>>
  ): Promise<Reply<P, 'post'>>;
  put<P extends PathWith<'put'>>(
    path: P,
    ...request: Given<RequestTo<P, 'put'>>
  ): Promise<Reply<P, 'put'>>;
  patch<P extends PathWith<'patch'>>(
    path: P,
    ...request: Given<RequestTo<P, 'patch'>>
  ): Promise<Reply<P, 'patch'>>;
  delete<P extends PathWith<'delete'>>(
    path: P,
    ...request: Given<RequestTo<P, 'delete'>>
  ): Promise<Reply<P, 'delete'>>;
  /** A POST whose media type says what is done: `action(path, 'otp.check', { path: …, body: { otp } })`. */
  action<P extends PathWith<'post'>, A extends Action<P>>(
    path: P,
    action: A,
    ...request: Given<ActionRequest<P, A>>
  ): Promise<Reply<P, 'post'>>;
  /** The pages of a list, each when it is asked for. */
  pages<P extends ListPath>(
    path: P,
    ...request: Given<RequestTo<P, 'get'>>
  ): AsyncGenerator<Reply<P, 'get'>>;
  /** The rows of a list, of all its pages. */
  all<P extends ListPath>(
    path: P,
    ...request: Given<RequestTo<P, 'get'>>
  ): AsyncGenerator<RowOf<P>>;
}

interface Loose extends Common {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
}

interface Page {
  _links?: { next?: { href: string } };
  _embedded?: Record<string, unknown[]>;
}

function tokenOf(options: ClientOptions, send: typeof fetch, timeoutMs: number) {
  const { url, authUrl = url, environmentId, clientId, clientSecret, accessToken } = options;
  if (accessToken !== undefined) return givenToken(accessToken);
  if (clientId === undefined || clientSecret === undefined) {
    throw new TypeError('Give clientId and clientSecret, or accessToken.');
  }
  const endpoint = `${authUrl}/${environmentId}/as/token`;
  return clientCredentials({ endpoint, clientId, clientSecret, fetch: send, timeoutMs });
}

/** A client of one environment. Throws `CountersignError` for each answer outside of 2xx. */
export function createClient(given: ClientOptions): Client {
  const options = { ...given, url: given.url.replace(/\/$/, '') };
  const { url, authUrl = url, environmentId, timeoutMs = TIMEOUT_MS, tries = TRIES } = options;
  // Looked up at each request: a test may put another in its place.
  const send: typeof fetch = options.fetch ?? ((...args) => globalThis.fetch(...args));
  const transport = createTransport({
    token: tokenOf(options, send, timeoutMs),
    fetch: send,
    timeoutMs,
    tries,
  });
  const wire = createFetchClient<object>({ fetch: transport });

  async function call(method: Method, path: string, request: Loose = {}, mediaType?: string) {
    const { path: parameters, query, body, headers, signal } = request;
    const { data } = await wire.request(
      method as never,
      path as never,
      {
        baseUrl: path.startsWith('/{envID}/') ? authUrl : url,
        params: { path: { envID: environmentId, ...parameters }, ...(query && { query }) },
        headers: { ...(mediaType && { 'content-type': mediaType }), ...headers },
        ...(body === undefined ? {} : { body }),
        ...(signal && { signal }),
      } as never,
    );
    return data as unknown;
  }

  async function* pages(path: string, request: Loose = {}): AsyncGenerator<Page> {
    let query = request.query;
    for (;;) {
      const page = (await call('get', path, { ...request, ...(query && { query }) })) as Page;
      yield page;
      const next = page._links?.next?.href;
      if (next === undefined) return;
      // The link says the whole query; only the path is ours already.
      query = Object.fromEntries(new URL(next).searchParams);
    }
  }

  async function* all(path: string, request?: Loose) {
    for await (const page of pages(path, request)) {
      for (const rows of Object.values(page._embedded ?? {})) yield* rows;
    }
  }

  // The types above say what goes in and out; here it is only passed on.
  return {
    get: (path: string, request?: Loose) => call('get', path, request),
    post: (path: string, request?: Loose) => call('post', path, request),
    put: (path: string, request?: Loose) => call('put', path, request),
    patch: (path: string, request?: Loose) => call('patch', path, request),
    delete: (path: string, request?: Loose) => call('delete', path, request),
    action: (path: string, action: string, request?: Loose) =>
      call('post', path, { body: {}, ...request }, `application/vnd.pingidentity.${action}+json`),
    pages,
    all,
  } as unknown as Client;
}
