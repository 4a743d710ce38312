/**
 * What the push providers of the tests have in common. They are real servers that speak their
 * documented protocols and refuse what the real ones do: authentication, addresses, payload. The
 * tokens of devices are words here, and say what becomes of a push.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Http2SecureServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { selfSignedCertificate } from '../http/testing-certificate.ts';

/** Of all of them: authorities of one name could not be told apart. */
export const CERTIFICATE = selfSignedCertificate();

/** A push as it arrived. */
export interface Arrived {
  token: string;
  payload: unknown;
  headers: Record<string, unknown>;
}

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

const bearerOf = ({ headers }: IncomingMessage) =>
  /^bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];

/** The form that a token endpoint is sent; RFC 6749 §4.4.2. */
function formOf({ method, headers }: IncomingMessage, body: Buffer): URLSearchParams {
  const isForm = /^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '');
  return new URLSearchParams(method === 'POST' && isForm ? body.toString() : '');
}

/** Undefined: it is no JSON. */
export function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** How a token endpoint misbehaves, request after request; then it does what it should. */
export type TokenTrouble = 'busy' | 'down' | 'forbidden' | 'silent';

const TROUBLES = { busy: 429, down: 503, forbidden: 403 };

/** A token endpoint's troubles, and how often it was asked. */
function tokenTroubles() {
  const next: TokenTrouble[] = [];
  const asked = { count: 0 };
  return {
    next,
    asked,
    /** Whether the request has come to nothing. */
    handle(response: ServerResponse): boolean {
      asked.count++;
      const trouble = next.shift();
      if (trouble === undefined) return false;
      if (trouble !== 'silent') response.writeHead(TROUBLES[trouble]).end('<p>No.</p>');
      return true;
    },
  };
}

/** What a push comes with. */
export interface PushRequest {
  /** `POST /v1/…`. */
  line: string;
  bearer: string;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

/** An HTTP status, a body, and headers. */
export type PushAnswer = [status: number, body: object, headers?: Record<string, string>];

/** A provider that is asked for access tokens at one path, and for pushes at the others. */
export async function startTokenProvider({
  tokenPath,
  tokenFor,
  push,
}: {
  tokenPath: string;
  tokenFor(form: URLSearchParams): PushAnswer | Promise<PushAnswer>;
  push(request: PushRequest): { answer: PushAnswer; taken?: Omit<Arrived, 'headers'> };
}) {
  const troubles = tokenTroubles();
  const arrived: Arrived[] = [];
  function pushed(request: PushRequest): PushAnswer {
    const { answer, taken } = push(request);
    if (taken) arrived.push({ ...taken, headers: request.headers });
    return answer;
  }
  const server = createServer(async (request, response) => {
    const { url, method, headers } = request;
    const body = await bodyOf(request);
    const isToken = url === tokenPath;
    if (isToken && troubles.handle(response)) return;
    const [status, answer, more] = isToken
      ? await tokenFor(formOf(request, body))
      : pushed({ line: `${method} ${url}`, bearer: bearerOf(request) ?? '', headers, body });
    response
      .writeHead(status, { 'content-type': 'application/json', ...more })
      .end(JSON.stringify(answer));
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return { url, tokenUrl: url + tokenPath, troubles, arrived, close: () => shut(server) };
}
