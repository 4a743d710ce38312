/** What a client would like to get: the representation and the compression; RFC 9110 §12.5. */
import type { IncomingMessage } from 'node:http';
import Negotiator from 'negotiator';

export type Encoding = 'br' | 'gzip' | 'identity';

/**
 * Whether a person's browser asks, and not a program. A program that says nothing of the kind, or
 * that brings a token, gets JSON as ever; so does whatever isn't a plain look at an address.
 */
export function wantsPage({ method, headers }: IncomingMessage): boolean {
  if (headers.authorization !== undefined || (method !== 'GET' && method !== 'HEAD')) return false;
  if (!/text\/html/i.test(headers.accept ?? '')) return false;
  const [first] = new Negotiator({ headers }).mediaTypes(['application/json', 'text/html']);
  return first === 'text/html';
}

/** The smallest compression that both sides know. */
export function encodingFor({ headers }: IncomingMessage): Encoding {
  const known: Encoding[] = ['br', 'gzip', 'identity'];
  const accepted = new Negotiator({ headers }).encodings(known);
  return known.find((encoding) => accepted.includes(encoding)) ?? 'identity';
}

/** Whether the client has this version already; RFC 9110 §13.1.2. */
export function hasVersion({ headers }: IncomingMessage, etag: string): boolean {
  const known = headers['if-none-match'];
  if (known === undefined) return false;
  return known.split(',').some((one) => one.trim().replace(/^W\//, '') === etag || one === '*');
}
