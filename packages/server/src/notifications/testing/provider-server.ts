/** A real HTTP server on loopback as a provider of messages: it answers, or fails as it is told to. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface ProviderRequest {
  method: string;
  /** Path and query, as they came. */
  path: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  body: string;
  /** The first one is 1. */
  count: number;
}

/**
 * - `SILENCE`: no answer.
 * - `CUT`: the connection ends before the answer.
 * - `HALF`: the head of a good answer and a part of its body; then the connection ends.
 */
export type ProviderAnswer =
  | { status?: number; headers?: Record<string, string>; body?: string | object }
  | 'SILENCE'
  | 'CUT'
  | 'HALF';

export interface ProviderServer {
  url: string;
  port: number;
  received: ProviderRequest[];
  /** How it answers from now on; the first answer is 200. */
  answer(by: (request: ProviderRequest) => ProviderAnswer): void;
  connections: number;
  close(): Promise<void>;
}

function reply(response: ServerResponse, answer: ProviderAnswer): void {
  if (answer === 'SILENCE') return;
  if (answer === 'CUT') return void response.destroy();
  if (answer === 'HALF') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 100 });
    return void response.write('{"id":', () => response.destroy());
  }
  const { status = 200, headers = {}, body = '' } = answer;
  const isText = typeof body === 'string';
  response.writeHead(status, {
    ...(isText ? {} : { 'content-type': 'application/json' }),
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body));
}

export async function startProvider(tls?: { cert: string; key: string }): Promise<ProviderServer> {
  let answerBy: (request: ProviderRequest) => ProviderAnswer = () => ({});
  const received: ProviderRequest[] = [];

  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const taken = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
      count: received.length + 1,
    };
    received.push(taken);
    reply(response, answerBy(taken));
  }

  const listener = (request: IncomingMessage, response: ServerResponse) =>
    void take(request, response).catch(() => response.destroy());
  const server = tls ? createHttpsServer(tls, listener) : createServer(listener);
  server.on('connection', () => {
    provider.connections += 1;
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const provider: ProviderServer = {
    url: `${tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    received,
    connections: 0,
    answer(by) {
      answerBy = by;
    },
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return provider;
}
