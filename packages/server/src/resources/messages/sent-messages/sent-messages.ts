/**
 * What became of messages, and a way to have one sent again that was given up: ours, the vendor's API
 * has neither; docs/decisions/0051. Never the code, the text or the whole address.
 */
import { Type } from 'typebox';
import { ApiError, errorDetail } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Message } from '../../../model/documents.ts';
import { momentsOf, toTimestamp } from '../../../model/instant.ts';
import { type NotificationStatus, notificationRecord } from '../../../model/notification-record.ts';
import type { Parts } from '../../../parts.ts';
import type { Condition, Stored } from '../../../storage/store.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import type { FilterAttribute } from '../../kit/filter.ts';
import { headOf } from '../../kit/links.ts';
import { listReply } from '../../kit/list.ts';
import {
  environmentOf,
  type Handler,
  type Operation,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT, resourceOperations } from '../../kit/resource.ts';
import { found, updateRow } from '../../kit/rows.ts';
import { oneOf, Reference, resourceOf, Timestamp } from '../../kit/schemas.ts';

export type SentMessageParts = Pick<Parts, 'store' | 'links' | 'wakeOutbox'>;

const Text = Type.Optional(Type.String());

const SentMessage = resourceOf({
  status: oneOf('QUEUED', 'SENT', 'FAILED', 'REJECTED'),
  channel: Type.String({ description: 'How it leaves: `EMAIL`, or of a push its service.' }),
  kind: Type.String({ description: 'What it is about.' }),
  template: Type.Optional(Type.Object({ name: Type.String(), variant: Text, locale: Text })),
  user: Type.Optional(Reference),
  address: Type.Optional(Type.String({ description: 'Masked; of a push there is none.' })),
  attempts: Type.Integer({ description: 'How often it was tried.' }),
  reason: Type.Optional(Type.String({ description: 'Why the last try failed.' })),
  sender: Type.Optional(
    Type.Object({ id: Type.String(), name: Type.String() }, { description: 'Who took it.' }),
  ),
  delivery: Type.Optional(
    Type.Object(
      { status: oneOf('DELIVERED', 'FAILED'), at: Timestamp, reason: Text },
      { description: 'What its provider has said of it later.' },
    ),
  ),
  nextTryAt: Type.Optional(Timestamp),
  replayableUntil: Type.Optional(Timestamp),
});

const DEVELOPMENT = { id: 'development', name: 'Development outbox' };

/** The server's own reasons that nobody was asked to send it for. */
const REJECTIONS: readonly string[] = ['NO_PROVIDER', 'UNRENDERABLE'];

function statusOf(doc: Message): NotificationStatus {
  if (doc.status === 'PENDING') return 'QUEUED';
  if (doc.status === 'DEAD') {
    return REJECTIONS.includes(doc.lastError ?? '') ? 'REJECTED' : 'FAILED';
  }
  return doc.delivery?.status === 'FAILED' ? 'FAILED' : 'SENT';
}

const moment = (at: number | undefined) => (at === undefined ? undefined : toTimestamp(at));

const pathOf = (id: string) => `/notifications/${id}`;

function view({ links }: SentMessageParts, { environmentId, id, doc }: Stored<Message>) {
  const { channel, kind, template, variant, locale, userId, attempts, delivery, status } = doc;
  return {
    ...headOf(links, { environmentId, id }, pathOf(id)),
    status: statusOf(doc),
    channel,
    kind,
    ...(template === undefined
      ? {}
      : { template: { name: template, ...defined({ variant, locale }) } }),
    ...(userId === undefined ? {} : { user: { id: userId } }),
    attempts,
    ...defined({
      address: doc.maskedAddress,
      reason: doc.lastError,
      sender: status === 'KEPT' ? DEVELOPMENT : doc.sender,
      delivery: delivery && { ...delivery, at: toTimestamp(delivery.at) },
      nextTryAt: moment(status === 'PENDING' ? doc.availableAt : undefined),
      replayableUntil: moment(doc.usableUntil),
    }),
    ...momentsOf(doc),
  };
}

const is = (column: string, value: string): Condition => ({ column, is: 'eq', value });
const GIVEN_UP = is('status', 'DEAD');
const REJECTED: Condition = {
  all: [GIVEN_UP, { column: 'last_error', is: 'in', values: REJECTIONS }],
};
const NOT_DELIVERED = is('delivery_status', 'FAILED');
const STATUSES: Readonly<Record<string, Condition>> = {
  QUEUED: is('status', 'PENDING'),
  SENT: { all: [{ any: [is('status', 'SENT'), is('status', 'KEPT')] }, { not: NOT_DELIVERED }] },
  FAILED: { any: [{ all: [GIVEN_UP, { not: REJECTED }] }, NOT_DELIVERED] },
  REJECTED,
};

const ATTRIBUTES: Readonly<Record<string, FilterAttribute>> = {
  status: {
    type: 'string',
    operators: ['eq'],
    condition: (_, value) => STATUSES[String(value).toUpperCase()] ?? { any: [] },
  },
  channel: { type: 'string', column: 'channel', keyOf: (text) => text.toUpperCase() },
};

const readAll: Handler<SentMessageParts> = async (parts, request) => {
  const environmentId = environmentOf(request);
  return listReply({
    store: parts.store,
    table: 'messages',
    environmentId,
    request,
    self: parts.links.api(environmentId, '/notifications').href,
    name: 'notifications',
    attributes: ATTRIBUTES,
    render: (row) => view(parts, row),
  });
};

const rowOf = async ({ store }: SentMessageParts, request: OperationRequest) =>
  found(await store.get('messages', environmentOf(request), request.params.notificationID ?? ''));

const read: Handler<SentMessageParts> = async (parts, request) =>
  ok(view(parts, await rowOf(parts, request)));

const notReplayable = () =>
  new ApiError('REQUEST_FAILED', [
    errorDetail('CONSTRAINT_VIOLATION', 'status', {
      message: 'Only a message that was given up is sent again, while what it says is still good.',
    }),
  ]);

/** With all its tries, by every sender: an administrator has put right what was wrong. */
const replay: Handler<SentMessageParts> = async (parts, request) => {
  const row = await commitOrRetry(parts.store, async () => {
    const before = await rowOf(parts, request);
    const { usableUntil, spentSenders: _, sender: __, lastError: ___, ...kept } = before.doc;
    const { now } = request;
    if (kept.status !== 'DEAD' || kept.sealedPayload === undefined) throw notReplayable();
    if (usableUntil === undefined || now >= usableUntil) throw notReplayable();
    const doc: Message = {
      ...kept,
      status: 'PENDING',
      attempts: 0,
      availableAt: now,
      expiresAt: usableUntil,
      updatedAt: now,
    };
    const told = notificationRecord(before.id, doc, { status: 'QUEUED', again: true });
    const writes = [updateRow('messages', before, doc), requestRecord(request, told)];
    return { writes, result: { ...before, doc } };
  });
  parts.wakeOutbox();
  return ok(view(parts, row));
};

export function sentMessageOperations(parts: SentMessageParts): Operation[] {
  const path = `${ENVIRONMENT}/notifications`;
  const resource = {
    path,
    name: 'Notification',
    tag: 'Sent messages',
    permission: 'notification',
    schemas: { body: SentMessage, one: SentMessage },
  } as const;
  const { tag } = resource;
  return [
    ...resourceOperations(
      parts,
      resource,
      { list: readAll, read },
      {
        list: {
          summary: 'Read what became of messages',
          description:
            'In order of creation. `filter` takes `status eq` and `channel`. One that was sent is shown for as long as its code lives, a day where its provider tells of its delivery; one that was given up for a week.',
        },
        read: {
          summary: 'Read what became of a message',
          description:
            'Never its code, its text or its whole address. `delivery` is there once a provider has told how it ended.',
        },
      },
    ),
    ...actionsOf(
      parts,
      {
        tag,
        path: `${path}/{notificationID}`,
        permission: 'update:notification',
        responses: { 200: SentMessage },
      },
      {
        replayNotification: {
          summary: 'Send a message again that was given up',
          mediaType: 'application/vnd.countersign.notification.replay+json',
          description:
            'It waits for its senders anew, with all its tries. Only while what it says is good (`replayableUntil`): a code that has expired is sent to nobody.',
          handle: replay,
        },
      },
    ),
  ];
}
