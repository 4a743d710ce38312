/**
 * What the providers of the tests have in common. They are real servers that speak their documented
 * protocols and refuse what the real ones do: authentication, addresses, bodies. They fail as they
 * are told to.
 */
import {
  createServer as createHttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { selfSignedCertificate } from '../http/testing-certificate.ts';

/** Of all of them: authorities of one name could not be told apart. */
export const CERTIFICATE = selfSignedCertificate();

export async function listen(server: Server | Http2SecureServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Ends it with what hangs on it. */
export function shut(server: Server): void {
  server.closeAllConnections();
  server.close();
}

export async function bodyOf(request: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Undefined: it is no JSON. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** What a provider is asked. */
export interface ProviderRequest {
  /** `POST /v1/…`, without the query. */
  line: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Of `Authorization: Bearer`; empty: there is none. */
  bearer: string;
  /** Of `Authorization: Basic`: `user:password`; empty: there is none. */
  basic: string;
  body: Buffer;
  /** Of a body that is a form, and says so. */
  form: URLSearchParams;
  /** Of a body that is JSON, and says so. */
  json: unknown;
}

/** An HTTP status, a body, and headers; no body where that is undefined. */
export type ProviderAnswer = [
  status: number,
  body: object | undefined,
  headers?: Record<string, string>,
];

/**
 * How it misbehaves, request after request, before it does again what it should: an answer of its
 * own; `silent`: none; `broken`: the connection ends; `half`: the answer never does; `cut`: that one
 * ends in the middle.
 */
export type Trouble =
  | 'busy'
  | 'down'
  | 'forbidden'
  | 'silent'
  | 'broken'
  | 'half'
  | 'cut'
  | ProviderAnswer;

const STATUSES = { busy: 429, down: 503, forbidden: 403 };

function misbehave(trouble: Trouble, response: ServerResponse): void {
  if (trouble === 'silent') return;
  if (trouble === 'broken') return void response.socket?.destroy();
  if (trouble === 'half' || trouble === 'cut') {
    response.writeHead(200, { 'content-length': 1_000 });
    response.write('{', () => trouble === 'cut' && response.socket?.destroy());
    return;
  }
  if (typeof trouble === 'string') response.writeHead(STATUSES[trouble]).end('<p>No.</p>');
  else answerWith(response, trouble);
}

function answerWith(response: ServerResponse, [status, body, headers]: ProviderAnswer): void {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { ...type, ...headers });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

const hasType = ({ headers }: IncomingMessage, type: string) =>
  headers['content-type']?.split(';')[0]?.trim() === type;

function readRequest(request: IncomingMessage, body: Buffer): ProviderRequest {
  const { method, headers } = request;
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://provider.example');
  const [, scheme = '', credentials = ''] = /^(\w+) (.+)$/.exec(headers.authorization ?? '') ?? [];
  const ofScheme = (name: string) => (scheme.toLowerCase() === name ? credentials : '');
  const isForm = method === 'POST' && hasType(request, 'application/x-www-form-urlencoded');
  return {
    line: `${method} ${pathname}`,
    query: searchParams,
    headers,
    bearer: ofScheme('bearer'),
    basic: Buffer.from(ofScheme('basic'), 'base64').toString(),
    body,
    form: new URLSearchParams(isForm ? body.toString() : ''),
    json: hasType(request, 'application/json') ? jsonOf(body) : undefined,
  };
}

export interface HttpProviderOptions {
  answer(request: ProviderRequest): ProviderAnswer | Promise<ProviderAnswer>;
  /** Which requests can meet troubles, and are counted; default all. */
  isTroubled?(request: ProviderRequest): boolean;
  /** It speaks HTTPS by this. */
  certificate?: { cert: string; key: string };
}

/** Starts it on a port of its own. */
export async function startHttpProvider(options: HttpProviderOptions) {
  const { answer, isTroubled = () => true, certificate } = options;
  const next: Trouble[] = [];
  const asked = { count: 0 };
  const requests: ProviderRequest[] = [];
  const serve: RequestListener = async (incoming, response) => {
    const request = readRequest(incoming, await bodyOf(incoming));
    requests.push(request);
    if (isTroubled(request)) {
      asked.count++;
      const trouble = next.shift();
      if (trouble !== undefined) return misbehave(trouble, response);
    }
    answerWith(response, await answer(request));
  };
  const server = certificate ? createHttpsServer(certificate, serve) : createHttpServer(serve);
  const scheme = certificate ? 'https' : 'http';
  return {
    url: `${scheme}://127.0.0.1:${await listen(server)}`,
    /** What goes wrong with the next requests, and how many there were. */
    troubles: { next, asked },
    /** All of them, as they arrived. */
    requests,
    close: () => shut(server),
  };
}
