import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { ApiError } from '../errors/api-error.ts';

/** Whether the request has a body, as RFC 9112 §6.3 tells it. */
export function hasBody(headers: IncomingHttpHeaders): boolean {
  if (headers['transfer-encoding'] !== undefined) return true;
  const length = headers['content-length'];
  return length !== undefined && length !== '0';
}

/** Whether so much of the body may still come that it is better not to wait for its end. */
export function hasLongRest(request: IncomingMessage, bytesMax: number): boolean {
  if (request.complete) return false;
  const { headers } = request;
  return (
    headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > bytesMax
  );
}

/**
 * The request's whole body. Throws `REQUEST_TOO_LARGE` before or as soon as it is longer than
 * `bytesMax`, and `INVALID_REQUEST` when the connection ends before the body.
 */
export function readBody(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) {
      reject(new ApiError('REQUEST_TOO_LARGE'));
      return;
    }
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    const settle = () => {
      request.off('data', take).off('end', end).off('error', fail).off('close', fail);
    };
    const take = (chunk: Buffer) => {
      sizeBytes += chunk.length;
      chunks.push(chunk);
      if (sizeBytes <= bytesMax) return;
      settle();
      reject(new ApiError('REQUEST_TOO_LARGE'));
    };
    const end = () => {
      settle();
      const [first] = chunks;
      resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks, sizeBytes));
    };
    // The connection broke, or was ended by a time limit.
    const fail = (cause?: unknown) => {
      settle();
      reject(new ApiError('INVALID_REQUEST', [], { cause }));
    };
    request.on('data', take).on('end', end).on('error', fail).on('close', fail);
  });
}
