/** Writes answers: the one place where a status, headers and a body go onto a connection. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BODY_BYTES_MAX } from '../config/limits.ts';
import type { OperationReply } from '../resources/kit/operation.ts';
import type { Correlation } from './correlation.ts';
import { JSON_MEDIA_TYPE } from './endpoints.ts';
import { hasLongRest } from './read-body.ts';

// An answer of the API is data for the caller alone: not to be kept, and not to be shown. `expires`,
// `pragma` and `x-frame-options` say it to what is older; the platform's "API responses".
const API_HEADERS = {
  'cache-control': 'no-store',
  expires: '0',
  pragma: 'no-cache',
  'x-frame-options': 'DENY',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
} as const;

/** The headers that carry the request's ids back. */
export function correlationHeaders(correlation: Correlation) {
  return {
    'correlation-id': correlation.correlationId,
    'x-ping-external-transaction-id': correlation.transactionId,
    'x-ping-external-session-id': correlation.sessionId,
  };
}

export interface Responder {
  /** Security headers of every answer, pages too. */
  readonly commonHeaders: Readonly<Record<string, string>>;
  respond(
    request: IncomingMessage,
    response: ServerResponse,
    correlation: Correlation,
    reply: OperationReply,
  ): void;
}

function payloadOf({ status, body }: OperationReply): string | Buffer | undefined {
  if (body === undefined || status === 204 || status === 304) return undefined;
  // Text and bytes go out as they are: metrics, pages. Everything else is JSON.
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
}

/** `isClosing`: whether the server stops; connections are then closed after their answer. */
export function createResponder(options: { isHttps: boolean; isClosing(): boolean }): Responder {
  const commonHeaders: Readonly<Record<string, string>> = {
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    ...(options.isHttps ? { 'strict-transport-security': 'max-age=31536000' } : {}),
  };
  const apiHeaders = { ...commonHeaders, ...API_HEADERS };
  return {
    commonHeaders,
    respond(request, response, correlation, reply) {
      if (response.headersSent || response.destroyed) return;
      if (reply.body instanceof Readable) {
        response.writeHead(reply.status, {
          ...apiHeaders,
          ...correlationHeaders(correlation),
          ...reply.headers,
        });
        // What can't be read to its end breaks off: the head is sent, and a short file must not pass.
        pipeline(reply.body, response).catch(() => response.destroy());
        return;
      }
      const payload = payloadOf(reply);
      // The rest of a refused body is not waited for.
      const isLast = options.isClosing() || hasLongRest(request, BODY_BYTES_MAX);
      response.writeHead(reply.status, {
        ...apiHeaders,
        ...correlationHeaders(correlation),
        ...(payload === undefined ? {} : { 'content-type': JSON_MEDIA_TYPE }),
        ...(reply.status === 204 || reply.status === 304
          ? {}
          : { 'content-length': payload === undefined ? 0 : Buffer.byteLength(payload) }),
        ...(isLast ? { connection: 'close' } : {}),
        ...reply.headers,
      });
      // Node writes a text together with the head, as UTF-8, which would encode the ids once more.
      const isText = typeof payload === 'string' && !correlation.isPlain;
      response.end(isText ? Buffer.from(payload) : payload);
    },
  };
}
