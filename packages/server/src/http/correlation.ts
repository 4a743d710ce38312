/** The ids by which a caller finds its request again; contract §1.3. */
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { defined } from '../model/defined.ts';
import type { ExternalCorrelation } from '../model/documents.ts';

/** As they stand in the headers of the answer: UTF-8 bytes, one per character. */
export interface Correlation {
  correlationId: string;
  transactionId: string;
  sessionId: string;
  /** Whether all three are ASCII. */
  isPlain: boolean;
  /** Those that the caller's own headers brought, as text. */
  externalCorrelation?: ExternalCorrelation;
}

const LENGTH_MAX = 100;
const PLAIN = /^[A-Za-z0-9._\-/@=#+]{1,100}$/;
const NOT_ALLOWED = /[^\p{L}\p{M}\p{Nd}._\-/@=#+]/gu;

/** The header's value with every other character replaced by `_`; undefined when there is none. */
function readId(header: string | string[] | undefined): string | undefined {
  if (header === undefined || header === '') return undefined;
  const bytes = typeof header === 'string' ? header : header.join('_');
  if (PLAIN.test(bytes)) return bytes;
  // Node gives a header's bytes as Latin-1; the ids may hold any letter.
  const text = Buffer.from(bytes, 'latin1').toString('utf8');
  const clean = [...text].slice(0, LENGTH_MAX).join('').replaceAll(NOT_ALLOWED, '_');
  return Buffer.from(clean, 'utf8').toString('latin1');
}

/** Ids for a request that isn't known well enough to have brought any. */
export function makeCorrelation(): Correlation {
  const id = randomUUID();
  return { correlationId: id, transactionId: id, sessionId: id, isPlain: true };
}

/** The ids of a request; those that it doesn't bring are made. */
export function correlate(headers: IncomingHttpHeaders): Correlation {
  const transaction = readId(headers['x-ping-external-transaction-id']);
  const session = readId(headers['x-ping-external-session-id']);
  const given = readId(headers['correlation-id']) ?? transaction;
  if (given === undefined && session === undefined) return makeCorrelation();
  const correlationId = given ?? randomUUID();
  const ids = {
    correlationId,
    transactionId: transaction ?? correlationId,
    sessionId: session ?? correlationId,
  };
  return {
    ...ids,
    isPlain: Object.values(ids).every((id) => PLAIN.test(id)),
    ...(transaction === undefined && session === undefined
      ? {}
      : {
          externalCorrelation: defined({
            transactionId: transaction && textOf(transaction),
            sessionId: session && textOf(session),
          }),
        }),
  };
}

const textOf = (bytes: string) => Buffer.from(bytes, 'latin1').toString('utf8');

/** The correlation id as text, for the log and for activities. */
export function correlationText({ correlationId, isPlain }: Correlation): string {
  return isPlain ? correlationId : textOf(correlationId);
}
