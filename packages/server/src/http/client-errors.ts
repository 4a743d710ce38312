/** Requests that HTTP itself refuses: they never become a request that a route could answer. */
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { ApiError } from '../errors/api-error.ts';
import type { Metrics } from '../observability/metrics.ts';
import { makeCorrelation } from './correlation.ts';
import { JSON_MEDIA_TYPE } from './endpoints.ts';
import { errorReply } from './error-reply.ts';
import { correlationHeaders } from './respond.ts';

function toApiError(code: string | undefined): ApiError {
  if (code === 'HPE_HEADER_OVERFLOW') return new ApiError('HEADERS_TOO_LARGE');
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new ApiError('REQUEST_TIMED_OUT');
  return new ApiError('INVALID_REQUEST', [], { message: 'The request is not well-formed HTTP.' });
}

/** Whether an answer is on its way on this connection, which a second one would garble. */
function isAnswering(socket: Socket): boolean {
  // Node keeps the present answer there, and its own handler of these errors looks there too.
  const answer: unknown = Reflect.get(socket, '_httpMessage');
  return Object(answer).headersSent === true;
}

/** Answers with an error of the catalogue where it still can, and ends the connection. */
export function createClientErrorHandler(
  { log, metrics }: { log: Logger; metrics: Pick<Metrics, 'requestServed'> },
  headers: Readonly<Record<string, string>>,
) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable || isAnswering(socket)) {
      socket.destroy();
      return;
    }
    const { reply, failure } = errorReply(toApiError(error.code));
    const correlation = makeCorrelation();
    const body = JSON.stringify(reply.body);
    const lines = Object.entries({
      ...headers,
      ...correlationHeaders(correlation),
      'content-type': JSON_MEDIA_TYPE,
      'content-length': Buffer.byteLength(body),
      connection: 'close',
    }).map(([name, value]) => `${name}: ${value}\r\n`);
    const head = `HTTP/1.1 ${reply.status} ${STATUS_CODES[reply.status]}\r\n${lines.join('')}\r\n`;
    socket.end(head + body, () => socket.destroy());
    metrics.requestServed('none', reply.status, 0);
    // Anybody can make these, as many as he likes: they are kept out of the ordinary log.
    log.debug({
      correlationId: correlation.correlationId,
      status: reply.status,
      reason: error.code,
      error: failure,
    });
  };
}
