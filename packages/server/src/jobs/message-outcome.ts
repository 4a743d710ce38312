/** What becomes of a message after a try: the writes, as data. Pure but the ids of activities. */
import { randomUUID } from 'node:crypto';
import {
  DEAD_MESSAGE_LIFETIME_MS,
  DELIVERY_REPORT_WAIT_MS,
  OUTBOX_ATTEMPTS_MAX,
  OUTBOX_RETRY_FACTOR,
  OUTBOX_RETRY_MAX_MS,
  OUTBOX_RETRY_MS,
} from '../config/limits.ts';
import { activityId } from '../model/activity-id.ts';
import { defined } from '../model/defined.ts';
import type { Message } from '../model/documents.ts';
import type { Instant } from '../model/instant.ts';
import {
  type NotificationNews,
  notificationRecord,
  type RejectionReason,
} from '../model/notification-record.ts';
import type { DeliveryReceipt } from '../notifications/channels/channel.ts';
import type { Stored, Write } from '../storage/store.ts';

/**
 * - `SENT`: a provider has taken it.
 * - `KEPT`: it lies in the development outbox.
 * - `RETRY`: the try failed; another one follows.
 * - `DEFER`: it was not tried (open circuit, no time left in the lease); doesn't count.
 * - `DEAD`: it is given up; administrators find it, and may have it sent again while it is good.
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

/** What a try has shown of the senders. */
export interface Tried {
  /** Who answered last; absent: nobody was asked. */
  sender?: { id: string; name: string };
  /** Names of those that didn't take it before. */
  failedOver?: readonly string[];
  /** Ids of those that aren't asked again. */
  spent?: readonly string[];
}

/** Why a message is never sent by itself again: nothing that a provider has said. */
const OWN_REASONS = {
  NO_PROVIDER: 'NO_SENDER',
  UNRENDERABLE: 'NO_CONTENT',
  // By WhatsApp there are templates of an administrator's and nothing else.
  NO_CONTENT: 'NO_CONTENT',
} as const satisfies Record<string, RejectionReason>;

/** Another try can change nothing about these: what they said is erased at once. */
const HOPELESS: ReadonlySet<string> = new Set([
  'EXPIRED',
  'UNREADABLE',
  'UNRENDERABLE',
  'REQUEST_ENDED',
]);

const isOwnReason = (reason: string): reason is keyof typeof OWN_REASONS =>
  Object.hasOwn(OWN_REASONS, reason);

/** The guarded update: it is refused when another worker has claimed the message meanwhile. */
export function updateOf({ environmentId, id, version }: Stored<Message>, doc: Message): Write {
  return { op: 'update', table: 'messages', environmentId, id, version, doc };
}

/** The record of what has become of a message, for the commit that it is told of. */
function told(
  { environmentId, id }: Stored<Message>,
  doc: Message,
  news: NotificationNews,
  now: Instant,
): Write {
  return {
    op: 'insert',
    table: 'activities',
    environmentId,
    id: activityId(now, randomUUID()),
    doc: { ...notificationRecord(id, doc, news), actor: { type: 'SYSTEM' }, recordedAt: now },
  };
}

/** What the message said is erased in the same update that ends it. */
function withoutPayload({ sealedPayload: _, ...rest }: Message): Message {
  return rest;
}

export function sent(
  message: Stored<Message>,
  now: Instant,
  { sender, failedOver }: Tried = {},
  providerMessageId?: string,
): MessageDecision {
  const { doc } = message;
  const ended: Message = {
    ...withoutPayload(doc),
    ...defined({ sender, providerMessageId }),
    status: 'SENT',
    // What the provider says of it later is to find it.
    ...(providerMessageId === undefined ? {} : { expiresAt: now + DELIVERY_REPORT_WAIT_MS }),
    updatedAt: now,
  };
  const news = defined({ provider: sender?.name, failedOver });
  return {
    message,
    outcome: 'SENT',
    writes: [updateOf(message, ended), told(message, ended, { status: 'SENT', ...news }, now)],
  };
}

/** Gives the message up, and tells the audit log. What may yet be sent keeps what it says till then. */
export function dead(
  message: Stored<Message>,
  reason: string,
  now: Instant,
  { sender, spent }: Tried = {},
): MessageDecision {
  const { doc } = message;
  const isUsable = !HOPELESS.has(reason) && now < doc.expiresAt;
  const ended: Message = {
    ...(isUsable ? { ...doc, usableUntil: doc.expiresAt } : withoutPayload(doc)),
    ...defined({ sender, spentSenders: spent && [...spent] }),
    status: 'DEAD',
    lastError: reason,
    expiresAt: now + DEAD_MESSAGE_LIFETIME_MS,
    updatedAt: now,
  };
  const why: NotificationNews = isOwnReason(reason)
    ? { status: 'REJECTED', reason: OWN_REASONS[reason] }
    : sender
      ? { status: 'FAILED', reason: 'PROVIDER', detail: reason, provider: sender.name }
      : { status: 'FAILED', reason };
  return {
    message,
    outcome: 'DEAD',
    reason,
    writes: [updateOf(message, ended), told(message, ended, why, now)],
  };
}

/** Puts the message back without a try; the claim's count is taken back. */
export function deferred(
  message: Stored<Message>,
  reason: string,
  availableAt: Instant,
  now: Instant,
  { spent }: Tried = {},
): MessageDecision {
  const { doc } = message;
  const waiting: Message = {
    ...doc,
    ...defined({ spentSenders: spent && [...spent] }),
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
  tried: Tried,
): MessageDecision {
  const { doc } = message;
  const wanted = Math.min(retryAfterMs, OUTBOX_RETRY_MAX_MS);
  const availableAt = now + Math.max(wanted, retryDelayMs(doc.attempts, random));
  if (doc.attempts >= OUTBOX_ATTEMPTS_MAX || availableAt >= doc.expiresAt) {
    return dead(message, reason, now, tried);
  }
  const { spent } = tried;
  const spentSenders = spent && [...spent];
  const waiting: Message = {
    ...doc,
    ...defined({ spentSenders }),
    availableAt,
    lastError: reason,
    updatedAt: now,
  };
  return { message, outcome: 'RETRY', reason, writes: [updateOf(message, waiting)] };
}

/** `random`: from 0 to 1, spreads the retries. */
export function decideReceipt(
  message: Stored<Message>,
  receipt: DeliveryReceipt,
  now: Instant,
  random: number,
  tried: Tried = {},
): MessageDecision {
  switch (receipt.outcome) {
    case 'DELIVERED':
      return sent(message, now, tried, receipt.providerMessageId);
    case 'REFUSED':
      return dead(message, receipt.reason, now, tried);
    case 'LATER':
      return retried(message, receipt, now, random, tried);
  }
}
