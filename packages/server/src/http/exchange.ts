/** One request and its answer: timing, errors, metrics and the line in the log. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { Metrics } from '../observability/metrics.ts';
import { CleanFields, maskText } from '../observability/redact.ts';
import type { Actor, OperationReply } from '../resources/kit/operation.ts';
import { type Correlation, correlate, correlationText } from './correlation.ts';
import { errorReply, type Failure } from './error-reply.ts';
import { wantsPage } from './negotiation.ts';
import { errorPage } from './pages/error-page.ts';
import type { Responder } from './respond.ts';

/** A request as the router hands it over. */
export interface Incoming {
  request: IncomingMessage;
  response: ServerResponse;
  params: Readonly<Record<string, string>>;
  remoteAddress: string;
  /** The path's template: the path itself, with its ids and its query, is not logged. */
  route: string;
}

/** A request under way, and what becomes known of it. */
export interface Exchange extends Incoming {
  correlation: Correlation;
  startedAt: number;
  operation?: string;
  environmentId?: string;
  actor?: Actor;
}

export interface ExchangeParts {
  log: Logger;
  metrics: Pick<Metrics, 'requestServed'>;
}

export type Answer = (
  incoming: Incoming,
  produce: (exchange: Exchange) => Promise<OperationReply>,
  level?: 'info' | 'debug',
) => Promise<void>;

function actorOf({ actor }: Exchange) {
  if (!actor) return undefined;
  return { type: actor.type, id: actor.type === 'USER' ? actor.userId : actor.applicationId };
}

/** Counts an exchange that has ended and writes its line; a mistake of ours has its stack there. */
export function recordExchange(
  { log, metrics }: ExchangeParts,
  exchange: Exchange,
  outcome: { status: number; failure?: Failure; level: 'info' | 'debug' },
): void {
  const { status, failure, level } = outcome;
  const ms = performance.now() - exchange.startedAt;
  metrics.requestServed(exchange.operation ?? 'none', status, ms / 1000);
  if (failure?.cause === undefined && !log.isLevelEnabled(level)) return;
  const line = {
    operation: exchange.operation,
    method: exchange.request.method,
    route: exchange.route,
    status,
    ms: Math.round(ms * 100) / 100,
    environmentId: exchange.environmentId,
    actor: actorOf(exchange),
    correlationId: maskText(correlationText(exchange.correlation)),
  };
  if (!failure) {
    log[level](new CleanFields(line), 'request');
    return;
  }
  const { cause, ...error } = failure;
  if (cause === undefined) log[level]({ ...line, error }, 'request refused');
  else log.error({ ...line, error, err: cause }, 'request failed');
}

/** Makes the function that answers a request with what `produce` returns or throws. */
export function createAnswer(parts: ExchangeParts, responder: Responder): Answer {
  return async (incoming, produce, level = 'info') => {
    const { request, response } = incoming;
    const correlation = correlate(request.headers);
    const exchange: Exchange = { ...incoming, correlation, startedAt: performance.now() };
    let outcome: { status: number; failure?: Failure };
    try {
      const reply = await produce(exchange);
      responder.respond(request, response, correlation, reply);
      outcome = { status: reply.status };
    } catch (error) {
      const { reply, failure } = errorReply(error);
      const shown = wantsPage(request) ? errorPage(reply, request.url ?? '') : reply;
      responder.respond(request, response, correlation, shown);
      outcome = { status: reply.status, failure };
    }
    recordExchange(parts, exchange, { ...outcome, level });
  };
}
