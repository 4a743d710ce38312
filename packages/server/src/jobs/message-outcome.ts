/** What becomes of a message after a try: the writes, as data. Pure but the ids of activities. */
import { randomUUID } from 'node:crypto';
import {
  DEAD_MESSAGE_LIFETIME_MS,
  OUTBOX_ATTEMPTS_MAX,
  OUTBOX_RETRY_FACTOR,
  OUTBOX_RETRY_MAX_MS,
  OUTBOX_RETRY_MS,
} from '../config/limits.ts';
import { activityId } from '../model/activity-id.ts';
import type { Message } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import type { DeliveryReceipt } from '../notifications/channels/channel.ts';
import type { Stored, Write } from '../storage/store.ts';

/**
 * - `SENT`: a provider has taken it.
 * - `KEPT`: it lies in the development outbox.
 * - `RETRY`: the try failed; another one follows.
 * - `DEFER`: it was not tried (open circuit, no time left in the lease); doesn't count.
 * - `DEAD`: it is given up; the console shows it.
 */
export type MessageOutcome = 'SENT' | 'KEPT' | 'RETRY' | 'DEFER' | 'DEAD';

export interface MessageDecision {
  message: Stored<Message>;
  outcome: MessageOutcome;
  /** Why, where it wasn't sent: holds neither a code nor an address. */
  reason?: string;
  /** What else the log may show. */
  shown?: { to: string; template: string };
  writes: Write[];
}

/** The guarded update: it is refused when another worker has claimed the message meanwhile. */
export function updateOf({ environmentId, id, version }: Stored<Message>, doc: Message): Write {
  return { op: 'update', table: 'messages', environmentId, id, version, doc };
}

/** What the message said is erased in the same update that ends it. */
function withoutPayload({ sealedPayload: _, ...rest }: Message): Message {
  return rest;
}

export function sent(message: Stored<Message>, now: Instant): MessageDecision {
  const doc: Message = { ...withoutPayload(message.doc), status: 'SENT', updatedAt: now };
  return { message, outcome: 'SENT', writes: [updateOf(message, doc)] };
}

/** Gives the message up, and tells the audit log. */
export function dead(message: Stored<Message>, reason: string, now: Instant): MessageDecision {
  const { environmentId, id, doc } = message;
  const ended: Message = {
    ...withoutPayload(doc),
    status: 'DEAD',
    lastError: reason,
    expiresAt: now + DEAD_MESSAGE_LIFETIME_MS,
    updatedAt: now,
  };
  const activity: Write = {
    op: 'insert',
    table: 'activities',
    environmentId,
    id: activityId(now, randomUUID()),
    doc: {
      action: 'NOTIFICATION.REJECTED',
      recordedAt: now,
      actor: { type: 'SYSTEM' },
      resource: { type: 'NOTIFICATION', id },
      result: 'FAILED',
      data: { kind: doc.kind, channel: doc.channel, reason },
    },
  };
  return { message, outcome: 'DEAD', reason, writes: [updateOf(message, ended), activity] };
}

/** Puts the message back without a try; the claim's count is taken back. */
export function deferred(
  message: Stored<Message>,
  reason: string,
  availableAt: Instant,
  now: Instant,
): MessageDecision {
  const { doc } = message;
  const waiting: Message = {
    ...doc,
    attempts: Math.max(0, doc.attempts - 1),
    availableAt,
    updatedAt: now,
  };
  return { message, outcome: 'DEFER', reason, writes: [updateOf(message, waiting)] };
}

/** The pause after the n-th try: it grows by a factor, and varies so that tries spread out. */
export function retryDelayMs(attempts: number, random: number): number {
  const delay = OUTBOX_RETRY_MS * OUTBOX_RETRY_FACTOR ** (attempts - 1);
  return Math.round(Math.min(delay, OUTBOX_RETRY_MAX_MS) * (0.75 + random / 2));
}

/** Another try later, or none when all were made or the message is worthless by then. */
function retried(
  message: Stored<Message>,
  { reason, retryAfterMs = 0 }: { reason: string; retryAfterMs?: number },
  now: Instant,
  random: number,
): MessageDecision {
  const { doc } = message;
  const wanted = Math.min(retryAfterMs, OUTBOX_RETRY_MAX_MS);
  const availableAt = now + Math.max(wanted, retryDelayMs(doc.attempts, random));
  if (doc.attempts >= OUTBOX_ATTEMPTS_MAX || availableAt >= doc.expiresAt) {
    return dead(message, reason, now);
  }
  const waiting: Message = { ...doc, availableAt, lastError: reason, updatedAt: now };
  return { message, outcome: 'RETRY', reason, writes: [updateOf(message, waiting)] };
}

/** `random`: from 0 to 1, spreads the retries. */
export function decideReceipt(
  message: Stored<Message>,
  receipt: DeliveryReceipt,
  now: Instant,
  random: number,
): MessageDecision {
  switch (receipt.outcome) {
    case 'DELIVERED':
      return sent(message, now);
    case 'REFUSED':
      return dead(message, receipt.reason, now);
    case 'LATER':
      return retried(message, receipt, now, random);
  }
}
