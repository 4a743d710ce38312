/**
 * How the events of a subscription are delivered, and a way to deliver them again: ours, the vendor's
 * API has neither; docs/decisions/0040.
 */
import { type Static, Type } from 'typebox';
import { invalidData } from '../../../errors/api-error.ts';
import { firstActivityId } from '../../../model/activity-id.ts';
import { defined } from '../../../model/defined.ts';
import type { EventDelivery, Subscription } from '../../../model/documents.ts';
import { toTimestamp } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Condition, Stored } from '../../../storage/store.ts';
import { type Collection, findRow } from '../../kit/collection.ts';
import { commitOrRetry } from '../../kit/commit.ts';
import { type Handler, type Operation, type OperationRequest, ok } from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { found, updateRow } from '../../kit/rows.ts';
import { HalLinks, Timestamp } from '../../kit/schemas.ts';

type DeliveryParts = Pick<Parts, 'store' | 'links'>;
type Subscriptions = Collection<'subscriptions', never>;

const Moment = Type.Optional(Timestamp);

const DeliveryReply = Type.Object(
  {
    _links: HalLinks,
    status: Type.Enum(['DELIVERING', 'FAILING', 'DISABLED']),
    waiting: Type.Integer({ description: 'Events of the wanted types that are yet to go.' }),
    delivered: Type.Integer(),
    dropped: Type.Integer({ description: 'Given up, because they have waited too long.' }),
    replaying: Type.Boolean(),
    lastSuccessAt: Moment,
    lastFailureAt: Moment,
    lastFailureReason: Type.Optional(Type.String()),
    failingSince: Moment,
    nextTryAt: Moment,
  },
  { title: 'SubscriptionDelivery' },
);

const Replay = Type.Object({
  from: Type.String({
    format: 'date-time',
    description: 'Events that were recorded since this moment are delivered again, before others.',
  }),
});

const ofTypes = ({ filterOptions }: Subscription): Condition => ({
  any: filterOptions.includedActionTypes.map(
    (value) => ({ column: 'action', is: 'eq', value }) as const,
  ),
});

/** By their types: what else the filter says isn't counted. */
async function countWaiting(
  { store }: DeliveryParts,
  { environmentId, doc }: Stored<Subscription>,
  { position, replay }: EventDelivery,
): Promise<number> {
  const count = (...conditions: Condition[]) =>
    store.count('activities', environmentId, { all: [...conditions, ofTypes(doc)] });
  const counts = await Promise.all([
    count({ column: 'position', is: 'gt', value: position }),
    count({ column: 'waiting', is: 'eq', value: 1 }),
    replay
      ? count(
          { column: 'id', is: 'gt', value: replay.afterId },
          { column: 'id', is: 'lt', value: replay.untilId },
        )
      : 0,
  ]);
  return counts.reduce((sum, one) => sum + one, 0);
}

async function deliveryView(
  parts: DeliveryParts,
  subscription: Stored<Subscription>,
  { doc }: Stored<EventDelivery>,
) {
  const { environmentId, id } = subscription;
  const { attempts, availableAt, failingSince, lastSuccessAt, lastFailure, replay } = doc;
  const path = `/subscriptions/${id}`;
  const isFailing = failingSince !== undefined;
  const enabledStatus = isFailing ? 'FAILING' : 'DELIVERING';
  const at = (moment: number | undefined) =>
    moment === undefined ? undefined : toTimestamp(moment);
  return {
    _links: {
      self: parts.links.api(environmentId, `${path}/delivery`),
      subscription: parts.links.api(environmentId, path),
    },
    status: subscription.doc.enabled ? enabledStatus : 'DISABLED',
    waiting: await countWaiting(parts, subscription, doc),
    delivered: doc.delivered,
    dropped: doc.dropped,
    replaying: replay !== undefined,
    ...defined({
      lastSuccessAt: at(lastSuccessAt),
      lastFailureAt: at(lastFailure?.at),
      lastFailureReason: lastFailure?.reason,
      failingSince: at(failingSince),
      nextTryAt: at(attempts > 0 ? availableAt : undefined),
    }),
  };
}

export function deliveryOperations(
  parts: DeliveryParts,
  // biome-ignore lint/suspicious/noExplicitAny: the body is nothing to these operations.
  collection: Collection<'subscriptions', any>,
): Operation[] {
  const { store } = parts;

  async function readBoth(request: OperationRequest) {
    const subscription = await findRow(collection as Subscriptions, request);
    const { environmentId, id } = subscription;
    const delivery = found(await store.get('event_deliveries', environmentId, id));
    return { subscription, delivery };
  }

  const readDelivery: Handler<DeliveryParts> = async (_parts, request) => {
    const { subscription, delivery } = await readBoth(request);
    return ok(await deliveryView(parts, subscription, delivery));
  };

  const replay: Handler<DeliveryParts> = async (_parts, request) => {
    const { from }: Static<typeof Replay> = request.body;
    const moment = Date.parse(from);
    if (moment > request.now) {
      throw invalidData('INVALID_VALUE', 'from', { message: 'The moment has not come yet.' });
    }
    return commitOrRetry(store, async () => {
      const { subscription, delivery } = await readBoth(request);
      const range = {
        afterId: firstActivityId(moment),
        untilId: firstActivityId(request.now + 1),
      };
      const doc = { ...delivery.doc, replay: range, updatedAt: request.now };
      const changed = { ...delivery, version: delivery.version + 1, doc };
      return {
        writes: [updateRow('event_deliveries', delivery, doc)],
        result: ok(await deliveryView(parts, subscription, changed)),
      };
    });
  };

  return actionsOf(
    parts,
    {
      tag: 'Subscriptions',
      path: `${ENVIRONMENT}/subscriptions/{subscriptionID}`,
      permission: 'update:subscription',
      responses: { 200: DeliveryReply },
    },
    {
      readSubscriptionDelivery: {
        method: 'GET',
        path: `${ENVIRONMENT}/subscriptions/{subscriptionID}/delivery`,
        permission: 'read:subscription',
        summary: 'Read how events are delivered',
        description: 'The last success, the last failure, and what waits. Ours.',
        handle: readDelivery,
      },
      replaySubscription: {
        mediaType: 'application/vnd.countersign.subscription.replay+json',
        summary: 'Deliver events again',
        description:
          'Those that match and are still in the audit log, from a moment on, in their order. Receivers get some events twice. Ours.',
        example: { from: '2026-03-04T00:00:00.000Z' },
        body: Replay,
        handle: replay,
      },
    },
  );
}
