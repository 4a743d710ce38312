/** Routes that Fastify serves itself (web applications), with the same headers, errors and log. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { correlate } from './correlation.ts';
import { JSON_MEDIA_TYPE } from './endpoints.ts';
import { errorReply, type Failure } from './error-reply.ts';
import { type Exchange, type ExchangeParts, recordExchange } from './exchange.ts';
import { wantsPage } from './negotiation.ts';
import { errorPage } from './pages/error-page.ts';
import { correlationHeaders, type Responder } from './respond.ts';

export interface ExtraRoutes {
  parts: ExchangeParts;
  responder: Responder;
  add: (app: FastifyInstance) => void | Promise<void>;
}

/** Adds the routes in a scope of their own. */
export async function serveExtraRoutes(
  app: FastifyInstance,
  { parts, responder, add }: ExtraRoutes,
): Promise<void> {
  const exchanges = new WeakMap<FastifyRequest, { exchange: Exchange; failure?: Failure }>();
  await app.register(async (scope) => {
    scope.addHook('onRequest', (request, reply, done) => {
      const exchange: Exchange = {
        request: request.raw,
        response: reply.raw,
        params: {},
        remoteAddress: request.ip,
        route: request.routeOptions.url ?? '',
        operation: 'web',
        correlation: correlate(request.headers),
        startedAt: performance.now(),
      };
      exchanges.set(request, { exchange });
      reply.headers({ ...responder.commonHeaders, ...correlationHeaders(exchange.correlation) });
      done();
    });
    scope.addHook('onResponse', (request, reply, done) => {
      const known = exchanges.get(request);
      if (known) {
        const { exchange, failure } = known;
        const { statusCode: status } = reply;
        recordExchange(parts, exchange, { status, level: 'info', ...(failure ? { failure } : {}) });
      }
      done();
    });
    scope.setErrorHandler((error, request: FastifyRequest, reply: FastifyReply) => {
      const answer = errorReply(error);
      const known = exchanges.get(request);
      if (known) known.failure = answer.failure;
      if (wantsPage(request.raw)) {
        const page = errorPage(answer.reply, request.url);
        return reply
          .code(page.status)
          .headers(page.headers ?? {})
          .send(page.body);
      }
      return reply
        .code(answer.reply.status)
        .headers({ ...answer.reply.headers, 'content-type': JSON_MEDIA_TYPE })
        .send(JSON.stringify(answer.reply.body));
    });
    await add(scope);
  });
}
