/**
 * Posts events to a receiver that an administrator has named; what it answers is not listened to,
 * but for its status.
 */
import { WEBHOOK_ANSWER_BYTES_MAX, WEBHOOK_IDLE_MS } from '../../../config/limits.ts';
import type { Settings } from '../../../config/settings.ts';
import { authorities } from '../../../outgoing/authorities.ts';
import { CallError, openCaller } from '../../../outgoing/public-call.ts';

export interface Posting {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  verifyTlsCertificates: boolean;
}

/** Delivered, or a word for why not; neither an address nor what the receiver says. */
export type PostOutcome = { delivered: true } | { delivered: false; reason: string };

export interface EventPoster {
  /** Resolves at the latest when the signal says so. */
  post(posting: Posting, signal: AbortSignal): Promise<PostOutcome>;
  close(): void;
}

const failed = (reason: string): PostOutcome => ({ delivered: false, reason });

/** Throws where the file of authorities can't be read. */
export function openEventPoster({ allowPrivate, caFile }: Settings['webhooks']): EventPoster {
  const callerWith = (verifyTlsCertificates: boolean) =>
    openCaller({
      allowPrivate,
      verifyTlsCertificates,
      idleMs: WEBHOOK_IDLE_MS,
      answerBytesMax: WEBHOOK_ANSWER_BYTES_MAX,
      ...authorities(caFile),
    });
  // Apart: a connection that was made without a look at the certificate serves nobody else.
  const callers = { strict: callerWith(true), lax: callerWith(false) };

  return {
    async post({ url, headers, body, verifyTlsCertificates }, signal) {
      const caller = verifyTlsCertificates ? callers.strict : callers.lax;
      try {
        const { status } = await caller.call({ method: 'POST', url, headers, body }, signal);
        return status >= 200 && status < 300 ? { delivered: true } : failed(`HTTP_${status}`);
      } catch (error) {
        return failed(error instanceof CallError ? error.fault : 'UNREACHABLE');
      }
    },
    close() {
      callers.strict.close();
      callers.lax.close();
    },
  };
}
