/**
 * One message by one sender, at once, to see what its provider says: past the outbox, the policies and
 * the quotas. What is shown was cleaned of what the provider knows us by (`Observer`).
 */
import { randomUUIDv7 } from 'node:crypto';
import { Type } from 'typebox';
import { OUTBOX_SEND_TIMEOUT_MS } from '../../../config/limits.ts';
import { defined } from '../../../model/defined.ts';
import { notificationRecord } from '../../../model/notification-record.ts';
import type { RenderedMessage } from '../../../notifications/channels/channel.ts';
import type { Observer } from '../../../notifications/channels/http/account.ts';
import type { ChannelName } from '../../../notifications/message.ts';
import type { Sender } from '../../../notifications/senders.ts';
import type { CallAnswer } from '../../../outgoing/public-call.ts';
import type { Parts } from '../../../parts.ts';
import { requestRecord } from '../../kit/activity.ts';
import {
  environmentOf,
  type OperationReply,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import type { Action } from '../../kit/resource.ts';
import { found, type Row } from '../../kit/rows.ts';

/** What every test may say of its message. */
export const TEST_MESSAGE = {
  to: Type.String({ minLength: 1, maxLength: 254 }),
  message: Type.Optional(Type.String({ minLength: 1, maxLength: 1_000 })),
};

const TEXT = 'This is a test of Countersign. Your passcode would be 123456.';

/** A provider that words the message itself is given the code alone. */
const VARIABLES = { otp: '123456' };

/** What tests of senders have in common. */
export const TEST_ACTION = {
  mediaType: 'application/vnd.countersign.sender.test+json',
  permission: 'update:notification',
  responses: {
    200: Type.Object({
      taken: Type.Boolean({ description: 'The provider has taken the message.' }),
      reason: Type.Optional(Type.String({ description: 'Why not, as the log has it.' })),
      status: Type.Optional(Type.Integer({ description: 'Of the provider’s answer.' })),
      answer: Type.Optional(
        Type.String({ description: 'Its body as it came, without what the provider knows us by.' }),
      ),
    }),
  },
} as const satisfies Partial<Action<never>>;

export type TryParts = Pick<Parts, 'store' | 'keyring' | 'reach' | 'sendBounds'>;

/** The sender with this id, if it is of this kind. Loads the keys of its environment. Throws `NOT_FOUND`. */
export async function findSender(
  { store, keyring }: Pick<TryParts, 'store' | 'keyring'>,
  request: OperationRequest,
  kind: Row<'message_senders'>['doc']['kind'],
  id: string,
): Promise<Row<'message_senders'>> {
  const environmentId = environmentOf(request);
  const row = await store.get('message_senders', environmentId, id);
  await keyring.load(environmentId);
  return found(row?.doc.kind === kind ? row : undefined);
}

export interface Trial {
  /** Of the sender's resource. */
  senderId: string;
  channel: ChannelName;
  to: string;
  message: Partial<RenderedMessage>;
  /** The sender, which shows its provider's answers. Throws where it has none for this. */
  open(observe: Observer): Sender;
}

/** Sends, and answers with what the provider has said. Throws `LIMIT_EXCEEDED`. */
export async function trySender(
  { store, sendBounds }: Pick<TryParts, 'store' | 'sendBounds'>,
  request: OperationRequest,
  { senderId, channel, to, message, open }: Trial,
): Promise<OperationReply> {
  const environmentId = environmentOf(request);
  let seen: CallAnswer | undefined;
  const sender = open((answer) => {
    seen = answer;
  });
  sendBounds.count({
    ...{ request, environmentId, userId: senderId, channel, address: to, now: request.now },
    target: 'to',
  });
  const id = randomUUIDv7();
  const receipt = await sender.send(
    { id, to: { address: to }, locale: 'en', text: TEXT, variables: VARIABLES, ...message },
    AbortSignal.timeout(OUTBOX_SEND_TIMEOUT_MS),
  );
  const taken = receipt.outcome === 'DELIVERED';
  const reason = taken ? undefined : receipt.reason;
  const news = taken
    ? ({ status: 'SENT' } as const)
    : ({ status: 'FAILED', reason: 'PROVIDER', detail: receipt.reason } as const);
  const told = notificationRecord(
    id,
    { kind: 'SENDER_TEST', channel },
    { ...news, provider: sender.name },
  );
  await store.commit([requestRecord(request, { ...told, action: 'NOTIFICATION.CREATED' })]);
  return ok({ taken, ...defined({ reason, status: seen?.status, answer: seen?.text }) });
}
