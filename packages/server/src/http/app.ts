/**
 * The HTTP server: Fastify routes and keeps connections, `run-operation.ts` serves the request.
 * It opens no port: `main.ts` listens.
 */
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import {
  CLOSE_GRACE_MS,
  HEADER_BYTES_MAX,
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  REQUEST_TIMEOUT_MS,
} from '../config/limits.ts';
import type { Operation } from '../resources/kit/operation.ts';
import { createClientErrorHandler } from './client-errors.ts';
import { isShared, SHARED_HEADERS } from './cors.ts';
import { createEndpoints } from './endpoints.ts';
import { type Answer, createAnswer, type ExchangeParts, type Incoming } from './exchange.ts';
import { serveExtraRoutes } from './extra-routes.ts';
import { wantsPage } from './negotiation.ts';
import { outboxPage } from './pages/outbox-page.ts';
import { type PlatformParts, platformRoutes, type ServerInfo } from './platform-routes.ts';
import { createResponder } from './respond.ts';
import { type OperationParts, runOperation } from './run-operation.ts';
import { createUnmatched } from './unmatched.ts';
import { createValidators } from './validators.ts';

/** What the server needs of `Parts`. */
export type HttpParts = OperationParts & ExchangeParts & PlatformParts;

export interface HttpOptions {
  operations: readonly Operation[];
  parts: HttpParts;
  /** PEM texts; with them the server speaks HTTPS. */
  https?: { cert: string | Buffer; key: string | Buffer };
  /** Addresses of proxies whose `X-Forwarded-For` is believed; absent: none. */
  trustProxy?: string[];
  /** What the OpenAPI document says of the server. */
  info?: Partial<ServerInfo>;
  /** Routes of web applications and development tools. Fastify parses no body for them. */
  extraRoutes?: (app: FastifyInstance) => void | Promise<void>;
  /** How long a slow client is waited for, and how often that is looked at; tests shorten them. */
  timeouts?: { headersMs: number; requestMs: number; checkMs: number };
}

type ErrorHandlers = {
  clientErrorHandler: (error: Error & { code?: string }, socket: Socket) => void;
  frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => void;
};

/** Operations that show themselves to a browser, by path. */
const PAGES: Readonly<Record<string, typeof outboxPage>> = { '/dev/outbox': outboxPage };
const { version: VERSION } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
);
const TIMEOUTS = { headersMs: HEADERS_TIMEOUT_MS, requestMs: REQUEST_TIMEOUT_MS, checkMs: 2_000 };
const INFO: ServerInfo = { title: 'Countersign API', version: VERSION };

function createServer(options: HttpOptions, handlers: ErrorHandlers): FastifyInstance {
  const { https, trustProxy, timeouts = TIMEOUTS } = options;
  const listener = {
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: timeouts.headersMs,
    connectionsCheckingInterval: timeouts.checkMs,
    // RFC 9110 §7.8: another protocol is not refused but ignored. Java's own client asks for HTTP/2.
    shouldUpgradeCallback: ({ headers }: IncomingMessage) =>
      /^websocket$/i.test(headers.upgrade ?? '') && app.server.listenerCount('upgrade') > 0,
  };
  const common = {
    ...handlers,
    requestTimeout: timeouts.requestMs,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
    exposeHeadRoutes: false,
    // While it stops, the server still answers on the connections that it has.
    return503OnClosing: false,
    ...(trustProxy ? { trustProxy } : {}),
  };
  const app: FastifyInstance = https
    ? // The two calls differ in nothing but the type of the server that they make.
      (fastify({ ...common, https: { ...listener, ...https } }) as unknown as FastifyInstance)
    : fastify({ ...common, http: listener });
  // Bodies are ours to read, after the caller is known: for Fastify no method has one.
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']) {
    app.addHttpMethod(method, { hasBody: false, overrideExisting: true });
  }
  return app;
}

/** On closing, what is under way may finish; connections that would keep it open are ended. */
function closeGracefully(app: FastifyInstance, onClosing: () => void): void {
  const sockets = new Set<Socket>();
  app.server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  app.addHook('preClose', (done) => {
    onClosing();
    // A connection that has not sent anything counts as busy for Node.
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
    const timer = globalThis.setTimeout(() => app.server.closeAllConnections(), CLOSE_GRACE_MS);
    timer.unref();
    app.server.once('close', () => clearTimeout(timer));
    done();
  });
}

/** From here on the answer is ours to write, not Fastify's. */
function takeOver(request: FastifyRequest, reply: FastifyReply, route: string): Incoming {
  reply.hijack();
  return {
    request: request.raw,
    response: reply.raw,
    // The router makes one text of each `{name}` in the path.
    params: request.params as Record<string, string>,
    remoteAddress: request.ip,
    route,
  };
}

/** Knows which answers are being made, whether or not anybody still waits for them. */
function countAnswers(answer: Answer): { answer: Answer; idle(): Promise<void> } {
  const underWay = new Set<Promise<void>>();
  return {
    answer(...args) {
      const work = answer(...args);
      underWay.add(work);
      const end = () => void underWay.delete(work);
      work.then(end, end);
      return work;
    },
    async idle() {
      const ended = Promise.allSettled(underWay);
      const late = setTimeout(CLOSE_GRACE_MS, undefined, { ref: false });
      await Promise.race([ended, late]);
    },
  };
}

/** Makes the server of the operations. Throws when two of them can't be told apart. */
export async function createHttpApp(options: HttpOptions): Promise<FastifyInstance> {
  const { operations, parts, extraRoutes } = options;
  let isClosing = false;
  const responder = createResponder({
    isHttps: options.https !== undefined,
    isClosing: () => isClosing,
  });
  const { answer, idle } = countAnswers(createAnswer(parts, responder));
  const app = createServer(options, {
    clientErrorHandler: createClientErrorHandler(parts, responder.commonHeaders),
    frameworkErrors: (error, request, reply) =>
      void answer(takeOver(request, reply, ''), () => Promise.reject(error)),
  });
  closeGracefully(app, () => {
    isClosing = true;
  });
  // What was begun for a client that has gone meanwhile still uses the store.
  app.addHook('onClose', idle);

  const add = (path: string, method: string, handle: (incoming: Incoming) => Promise<void>) =>
    app.route({
      url: path.replaceAll(/\{(\w+)\}/g, ':$1'),
      method: method === 'GET' ? ['GET', 'HEAD'] : method,
      handler: (request, reply) => void handle(takeOver(request, reply, path)),
    });
  const sharedPaths = new Set(operations.filter(isShared).map(({ path }) => path));
  const endpoints = createEndpoints(operations, createValidators());
  for (const endpoint of endpoints) {
    const page = PAGES[endpoint.path];
    const headers = new Map(Object.entries(sharedPaths.has(endpoint.path) ? SHARED_HEADERS : {}));
    add(endpoint.path, endpoint.method, (incoming) =>
      answer(incoming, async (exchange) => {
        incoming.response.setHeaders(headers);
        const reply = await runOperation(endpoint, exchange, parts);
        if (!page || !wantsPage(incoming.request)) return reply;
        return page(reply, incoming.request.url ?? '');
      }),
    );
  }
  const platform = platformRoutes(operations, parts, { ...INFO, ...options.info });
  for (const [path, produce] of Object.entries(platform)) {
    add(path, 'GET', (incoming) => answer(incoming, produce, 'debug'));
  }
  const unmatched = createUnmatched([
    ...endpoints.map(({ path, method }) => ({ path, method, shared: sharedPaths.has(path) })),
    ...Object.keys(platform).map((path) => ({ path, method: 'GET', shared: false })),
  ]);
  app.setNotFoundHandler((request, reply) => void answer(takeOver(request, reply, ''), unmatched));
  if (extraRoutes) await serveExtraRoutes(app, { parts, responder, add: extraRoutes });
  await app.ready();
  return app;
}
