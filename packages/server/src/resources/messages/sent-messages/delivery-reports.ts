/**
 * `…/notifications/callbacks/{sender}/{callbackKey}`: a provider says what became of messages that
 * it took. Without a token of ours: the key in the path can't be guessed, and the provider's own
 * signature says that it is the provider; docs/decisions/0051.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Type } from 'typebox';
import { CALLBACK_BYTES_MAX, CALLBACK_WAIT_MS } from '../../../config/limits.ts';
import { ApiError, notFound } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Message } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import { notificationRecord } from '../../../model/notification-record.ts';
import {
  callbackPath,
  type DeliveryReport,
  isCallbackKey,
} from '../../../notifications/delivery-callbacks.ts';
import { senderIdOf } from '../../../notifications/providers/account.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored } from '../../../storage/store.ts';
import { activityWrite, SYSTEM_ORIGIN } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import {
  environmentOf,
  type Handler,
  type Operation,
  type OperationRequest,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { findBy, updateRow } from '../../kit/rows.ts';

export type DeliveryReportParts = Pick<Parts, 'store' | 'links' | 'keyring' | 'deliveryCallbacks'>;

/** The sender of the path. Throws `NOT_FOUND` where the key isn't its. */
function senderOf({ keyring }: DeliveryReportParts, { params }: OperationRequest) {
  const { envID: environmentId = '', sender: senderId = '', callbackKey = '' } = params;
  if (!isCallbackKey(keyring, environmentId, senderId, callbackKey)) throw notFound();
  return { environmentId, senderId };
}

/** The message that the sender's provider calls so. It may say more before we have noted that. */
async function messageOf(
  parts: DeliveryReportParts,
  environmentId: string,
  senderId: string,
  { providerMessageId }: DeliveryReport,
): Promise<Stored<Message> | undefined> {
  const find = () =>
    findBy(parts, 'messages', environmentId, 'provider_message_id', providerMessageId);
  let message = await find();
  if (!message) {
    await sleep(CALLBACK_WAIT_MS);
    message = await find();
  }
  return message?.doc.sender?.id === senderIdOf({ environmentId, id: senderId })
    ? message
    : undefined;
}

/** The first word counts: what a provider says again, or otherwise, changes nothing. */
async function note(
  parts: DeliveryReportParts,
  { environmentId, senderId }: { environmentId: string; senderId: string },
  report: DeliveryReport,
  now: Instant,
): Promise<void> {
  await commitOrRetry(parts.store, async () => {
    const message = await messageOf(parts, environmentId, senderId, report);
    if (!message || message.doc.delivery) return { writes: [], result: undefined };
    const status = report.status === 'delivered' ? 'DELIVERED' : 'FAILED';
    const { reason } = report;
    const delivery = { status, at: now, ...defined({ reason }) } as const;
    const doc: Message = { ...message.doc, delivery, updatedAt: now };
    const told = notificationRecord(message.id, doc, {
      status: status === 'DELIVERED' ? 'SENT' : 'FAILED',
      delivery: status,
      ...(status === 'FAILED' ? { reason: 'PROVIDER' } : {}),
      ...defined({ detail: reason, provider: doc.sender?.name }),
    });
    const record = activityWrite(environmentId, { ...SYSTEM_ORIGIN, ...told }, now);
    return { writes: [updateRow('messages', message, doc), record], result: undefined };
  });
}

const take: Handler<DeliveryReportParts> = async (parts, request) => {
  const sender = senderOf(parts, request);
  const { environmentId, senderId } = sender;
  const reports = await parts.deliveryCallbacks.reportsOf(environmentId, senderId, {
    url: parts.links.api(environmentId, callbackPath(parts.keyring, environmentId, senderId)).href,
    headers: request.headers,
    body: (request.body as Buffer).toString('utf8'),
  });
  if (!reports) throw new ApiError('ACCESS_FAILED');
  for (const report of reports) await note(parts, sender, report, request.now);
  return { status: 204 };
};

const answer: Handler<DeliveryReportParts> = async (parts, request) => {
  const { environmentId, senderId } = senderOf(parts, request);
  const { href } = parts.links.api(
    environmentId,
    callbackPath(parts.keyring, environmentId, senderId),
  );
  const query = new URLSearchParams(request.query);
  const challenge = await parts.deliveryCallbacks.challengeOf(
    environmentOf(request),
    senderId,
    `${href}?${query}`,
  );
  if (challenge === undefined) throw new ApiError('ACCESS_FAILED');
  return { status: 200, body: challenge, headers: { 'content-type': 'text/plain' } };
};

const Word = Type.Optional(Type.String({ maxLength: 1_024 }));
const ChallengeQuery = Type.Object({
  'hub.mode': Word,
  'hub.verify_token': Word,
  'hub.challenge': Word,
});

const TAKEN = 'What the provider says is kept once; a message that isn’t known changes nothing.';

export function deliveryReportOperations(parts: DeliveryReportParts): Operation[] {
  const said = {
    summary: 'Say what became of messages',
    description: `Called by a sender’s provider, signed as that provider signs. ${TAKEN}`,
    bytes: true,
    bodyBytesMax: CALLBACK_BYTES_MAX,
    handle: take,
  } as const;
  return actionsOf(
    parts,
    {
      tag: 'Sent messages',
      path: `${ENVIRONMENT}/notifications/callbacks/{sender}/{callbackKey}`,
      permission: 'PUBLIC',
      responses: { 204: null },
      needsMfa: false,
    },
    {
      reportDeliveryByForm: { ...said, mediaType: 'application/x-www-form-urlencoded' },
      reportDelivery: said,
      answerCallbackChallenge: {
        method: 'GET',
        summary: 'Answer a provider that tries the address',
        description: 'WhatsApp asks once, with the token that was agreed on.',
        query: ChallengeQuery,
        responses: { 200: Type.String() },
        handle: answer,
      },
    },
  );
}
