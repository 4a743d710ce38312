/**
 * What the push providers of the tests have in common. They are real servers that speak their
 * documented protocols and refuse what the real ones do: authentication, addresses, payload. The
 * tokens of devices are words here, and say what becomes of a push.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
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

export async function bodyOf(request: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export const bearerOf = ({ headers }: IncomingMessage) =>
  /^bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];

/** The form that a token endpoint is sent; RFC 6749 §4.4.2. */
export function formOf({ method, headers }: IncomingMessage, body: Buffer): URLSearchParams {
  const isForm = /^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '');
  return new URLSearchParams(method === 'POST' && isForm ? body.toString() : '');
}

export const answerJson = (response: ServerResponse) => (status: number, body: object) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

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
export function tokenTroubles() {
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
