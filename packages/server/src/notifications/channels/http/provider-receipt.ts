/** What the answers of providers mean. Pure. */
import type { CallAnswer } from '../../../outgoing/public-call.ts';
import { CallError } from '../../../outgoing/public-call.ts';
import type { DeliveryReceipt } from '../channel.ts';
import { retryAfterMs } from '../retry-after.ts';
import { AccessTokenError } from './access-token.ts';

/** Judges an answer, also one of 2xx: some providers say in its body what went wrong. */
export type Judge = (answer: CallAnswer) => DeliveryReceipt;

export const isTaken = ({ status }: CallAnswer) => status >= 200 && status <= 299;

/** The body as JSON; undefined: it is none. */
export function jsonOf({ text }: CallAnswer): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What is safe to keep of a provider's own word: `21211`, `invalid_number`. */
const safeWord = (word: unknown) =>
  typeof word === 'number' || (typeof word === 'string' && /^[\w.-]{1,60}$/.test(word))
    ? ` ${word}`
    : '';

/** It won't be taken, whatever the status says. */
export const refusedBy = ({ status }: CallAnswer, word?: unknown) => ({
  outcome: 'REFUSED' as const,
  reason: `HTTP ${status}${safeWord(word)}`,
});

/** What a provider answers that hasn't begun with the message. */
export const BUSY: readonly number[] = [429, 502, 503, 504];

/**
 * By the status alone, with a word of the provider. 429 and 5xx may go later; everything else is
 * final: a redirect, a wrong account, a message that the provider doesn't want.
 */
export function receiptOf(answer: CallAnswer, word?: unknown): DeliveryReceipt {
  if (isTaken(answer)) return { outcome: 'DELIVERED' };
  const { status, headers } = answer;
  const refused = refusedBy(answer, word);
  if (status !== 429 && status < 500) return refused;
  const wait = retryAfterMs(headers['retry-after']);
  return {
    outcome: 'LATER',
    reason: refused.reason,
    providerFailed: status !== 429,
    ...(wait === undefined ? {} : { retryAfterMs: wait }),
    ...(status >= 500 && !BUSY.includes(status) ? { maySent: true } : {}),
  };
}

/** Taken is what is answered by any 2xx, whatever its body; contract messages §9. */
export const takenByStatus: Judge = (answer) => receiptOf(answer);

/** Why there is no answer. Throws what isn't a failure of a call. */
export function receiptOfFailure(error: unknown): DeliveryReceipt {
  if (error instanceof AccessTokenError) {
    const receipt = receiptOf(error.answer);
    if (receipt.outcome === 'DELIVERED') return { outcome: 'REFUSED', reason: 'TOKEN INVALID' };
    const reason = receipt.reason.replace('HTTP', 'TOKEN');
    if (receipt.outcome === 'REFUSED') return { ...receipt, reason };
    // The message itself hasn't been handed over.
    const { maySent: _, ...later } = receipt;
    return { ...later, reason };
  }
  const isAborted = error instanceof Error && /^(?:Abort|Timeout)Error$/.test(error.name);
  if (!(error instanceof CallError) && !isAborted) throw error;
  const fault = error instanceof CallError ? error.fault : 'TIMEOUT';
  // What an administrator has written, and only they can mend.
  if (fault === 'INVALID_URL' || fault === 'PRIVATE_ADDRESS') {
    return { outcome: 'REFUSED', reason: fault };
  }
  // No answer in time: it may have sent, and few providers know a repetition.
  const maySent = fault === 'TIMEOUT' ? { maySent: true as const } : {};
  return { outcome: 'LATER', reason: fault, providerFailed: true, ...maySent };
}
