/**
 * A push that is sent at once, by an application's own credentials, to see what its provider says;
 * contract messages §13. No outbox, no second try, and no quota counts it.
 */
import { randomUUIDv7 } from 'node:crypto';
import { type Static, Type } from 'typebox';
import { PUSH_TIMEOUT_MS } from '../../../config/limits.ts';
import { ApiError, errorDetail, invalidData } from '../../../errors/api-error.ts';
import { momentsOf } from '../../../model/instant.ts';
import { notificationRecord } from '../../../model/notification-record.ts';
import type { DeliveryReceipt } from '../../../notifications/channels/channel.ts';
import type { Parts } from '../../../parts.ts';
import { requestRecord } from '../../kit/activity.ts';
import { headOf } from '../../kit/links.ts';
import { expansionsOf } from '../../kit/list.ts';
import { findDefault } from '../../kit/one-default.ts';
import {
  environmentOf,
  type Operation,
  type OperationReply,
  type OperationRequest,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { closed, line, Reference, resourceOf } from '../../kit/schemas.ts';
import { spelled } from '../spelling.ts';

const PATH = '/notifications';
const SECONDS_LEFT = 60;

/** By `deliveryMethod`: the channel, and what the answer calls the service. */
const SERVICES = {
  GOOGLE: { channel: 'FCM', vendor: 'FCM_HTTP_V1' },
  HUAWEI: { channel: 'HMS', vendor: 'HMS' },
  IOS: { channel: 'APNS', vendor: 'APNS' },
} as const;

const TestPush = closed({
  application: Reference,
  pushToken: line(4_096),
  title: line(200),
  body: Type.String({ minLength: 1, maxLength: 400 }),
  deliveryMethod: line(16),
  data: closed({ type: line(16) }),
});
type TestPushBody = Static<typeof TestPush>;

const TestPushReply = resourceOf({
  status: Type.Literal('SENT'),
  vendor: Type.Enum(Object.values(SERVICES).map(({ vendor }) => vendor)),
  policy: Type.Optional(Reference),
});

type TestPushParts = Pick<Parts, 'store' | 'links' | 'channels'>;

/** What only some words can say. Throws what can't be sent. */
function serviceOf({ deliveryMethod, data }: TestPushBody, { query }: OperationRequest) {
  if (query.sync === undefined) throw invalidData('REQUIRED_VALUE', 'sync');
  spelled(query.sync, ['true'], 'sync');
  spelled(data.type, ['DRY'], 'data.type');
  expansionsOf(query.expand, ['attributes']);
  const methods = Object.keys(SERVICES) as (keyof typeof SERVICES)[];
  return SERVICES[spelled(deliveryMethod, methods, 'deliveryMethod')];
}

/** `400 REQUEST_FAILED` with the cause as the service puts it. */
function failureOf({ reason }: Exclude<DeliveryReceipt, { outcome: 'DELIVERED' }>): ApiError {
  return new ApiError('REQUEST_FAILED', [
    errorDetail('INVALID_VALUE', 'pushToken', { message: reason }),
  ]);
}

async function sendTestPush(
  { store, links, channels }: TestPushParts,
  request: OperationRequest,
): Promise<OperationReply> {
  const environmentId = environmentOf(request);
  const { now, body }: { now: number; body: TestPushBody } = request;
  const applicationId = body.application.id;
  const application = await store.get('applications', environmentId, applicationId);
  if (!application) throw invalidData('INVALID_VALUE', 'application.id');
  const service = serviceOf(body, request);
  const channel = channels.find(({ name }) => name === service.channel);
  if (!channel) throw new Error(`There is no channel ${service.channel}.`);
  const id = randomUUIDv7();
  const receipt = await channel.send(
    {
      id,
      locale: 'en',
      to: { address: body.pushToken },
      subject: body.title,
      text: body.body,
      wake: {
        ...{ environmentId, applicationId, requestId: id, deviceId: id },
        sandbox: false,
        secondsLeft: SECONDS_LEFT,
      },
    },
    AbortSignal.timeout(PUSH_TIMEOUT_MS),
  );
  const isSent = receipt.outcome === 'DELIVERED';
  const told = { kind: 'TEST_PUSH', channel: service.channel };
  const news = isSent
    ? ({ status: 'SENT' } as const)
    : ({ status: 'FAILED', reason: 'PROVIDER', detail: receipt.reason } as const);
  const record = notificationRecord(id, told, news);
  await store.commit([requestRecord(request, { ...record, action: 'NOTIFICATION.CREATED' })]);
  if (!isSent) throw failureOf(receipt);
  const policy = await findDefault(store, 'notification_policies', environmentId);
  return {
    status: 201,
    body: {
      ...headOf(links, { environmentId, id }, `${PATH}/${id}`),
      status: 'SENT',
      vendor: service.vendor,
      ...(policy ? { policy: { id: policy.id } } : {}),
      ...momentsOf({ createdAt: now, updatedAt: now }),
    },
  };
}

export function testPushOperations(parts: TestPushParts): Operation[] {
  return actionsOf(
    parts,
    {
      tag: 'Notifications',
      path: `${ENVIRONMENT}${PATH}`,
      permission: 'create:notification',
      responses: { 201: TestPushReply },
    },
    {
      sendTestPush: {
        summary: 'Send a test push',
        description:
          'With `?sync=true`. Sends at once, by the push credentials of the application, and answers with the service’s own cause where it doesn’t take it: `FCM 404 UNREGISTERED`. `deliveryMethod` is `GOOGLE`, `HUAWEI` or `IOS`.',
        example: {
          application: { id: '3d9b8d7f-87d9-4fe2-9c6e-0c3d7e1c5a44' },
          pushToken: 'the-token-of-a-phone',
          title: 'Test',
          body: 'It works.',
          deliveryMethod: 'GOOGLE',
          data: { type: 'DRY' },
        },
        query: Type.Object({
          sync: Type.Optional(Type.String({ description: '`true`: nothing else is offered.' })),
          expand: Type.Optional(Type.String({ description: '`attributes`: adds nothing here.' })),
        }),
        body: TestPush,
        handle: sendTestPush,
      },
    },
  );
}
