/** The events that a subscription is to get next, in their order, as one request has them. */
import { WEBHOOK_SCAN, WEBHOOK_SCANS_MAX } from '../../config/limits.ts';
import type { Activity, EventDelivery, Subscription } from '../../model/documents.ts';
import type { Instant } from '../../model/instant.ts';
import { isTooOld, wantsEvent } from '../../model/subscription.ts';
import { type EventBody, eventBody } from '../../notifications/channels/webhook/event-body.ts';
import type { Condition, Store, Stored } from '../../storage/store.ts';

/** An event as it is shown, with the population of whom it concerns. */
export interface RenderedEvent {
  record: { recordedAt: string };
  populationId?: string | undefined;
}

export interface BatchParts {
  store: Pick<Store, 'get' | 'list'>;
  render(rows: readonly Stored<Activity>[]): Promise<RenderedEvent[]>;
  /** What the server is called, for those who ask where an event is from. */
  host(): string;
}

export interface Batch {
  body?: EventBody;
  /** Where the delivery stands once the batch is taken. */
  after: Pick<EventDelivery, 'position' | 'replay'>;
  /** Where the batch ends, while it isn't. */
  end: Pick<EventDelivery, 'batchEnd' | 'replay'>;
  dropped: number;
  hasMore: boolean;
}

const inOrderOfNumbers = (one: Stored<Activity>, other: Stored<Activity>) =>
  (one.doc.position ?? 0) - (other.doc.position ?? 0);

/** Numbers follow each other, so a range of them is at most so many rows. */
async function numberedAfter(
  { store }: BatchParts,
  environmentId: string,
  position: number,
  through: number,
): Promise<Stored<Activity>[]> {
  const rows = await store.list('activities', environmentId, {
    where: {
      all: [
        { column: 'position', is: 'gt', value: position },
        { column: 'position', is: 'le', value: through },
      ],
    },
    limit: WEBHOOK_SCAN,
  });
  return rows.sort(inOrderOfNumbers);
}

interface Asked {
  subscription: Stored<Subscription>;
  delivery: EventDelivery;
  now: Instant;
}

/** What is wanted of a slice, as one request has it; `taken`: how many rows that deals with. */
async function composed(
  parts: BatchParts,
  { subscription, delivery, now }: Asked,
  rows: readonly Stored<Activity>[],
  isReplay: boolean,
) {
  const { doc } = subscription;
  const candidates = rows.filter(({ doc: { action } }) =>
    doc.filterOptions.includedActionTypes.includes(action),
  );
  const rendered = await parts.render(candidates);
  const wanted = candidates.flatMap((row, index) => {
    const { record, populationId } = rendered[index] ?? {};
    const facts = { activity: row.doc, populationId };
    return record && wantsEvent(doc, facts, isReplay) ? [{ row, record }] : [];
  });
  const fresh = wanted.filter(({ row }) => isReplay || !isTooOld(doc, delivery, row.doc, now));
  const events = fresh.map(({ row, record }) => ({ record, source: row.doc.source }));
  const dropped = wanted.length - fresh.length;
  if (events.length === 0) return { dropped, taken: rows.length };
  const body = eventBody(doc, events, parts.host());
  // What is behind the last event of a full request is left for the next one.
  const last = body.count < events.length ? fresh[body.count - 1]?.row : undefined;
  const taken = last ? rows.indexOf(last) + 1 : rows.length;
  const left = new Set(rows.slice(taken));
  const droppedHere = wanted.filter((one) => !fresh.includes(one) && !left.has(one.row)).length;
  return { body, dropped: droppedHere, taken };
}

/** Events of before, by the order of their ids: they were committed long ago. */
async function replayed(
  parts: BatchParts,
  asked: Asked,
  replay: NonNullable<EventDelivery['replay']>,
): Promise<Batch> {
  const { subscription, delivery } = asked;
  const { environmentId, doc } = subscription;
  const { position } = delivery;
  const end: Condition = replay.batchEndId
    ? { column: 'id', is: 'le', value: replay.batchEndId }
    : { column: 'id', is: 'lt', value: replay.untilId };
  const rows = await parts.store.list('activities', environmentId, {
    where: {
      all: [
        end,
        {
          any: doc.filterOptions.includedActionTypes.map(
            (value) => ({ column: 'action', is: 'eq', value }) as const,
          ),
        },
      ],
    },
    afterId: replay.afterId,
    limit: WEBHOOK_SCAN,
  });
  const { body, taken } = await composed(parts, asked, rows, true);
  const { afterId, untilId } = replay;
  const last = rows[taken - 1]?.id;
  const isOver = taken === rows.length && rows.length < WEBHOOK_SCAN && !replay.batchEndId;
  return {
    ...(body ? { body } : {}),
    after: { position, ...(isOver ? {} : { replay: { afterId: last ?? afterId, untilId } }) },
    end: {
      ...(delivery.batchEnd === undefined ? {} : { batchEnd: delivery.batchEnd }),
      replay: { afterId, untilId, ...(last === undefined ? {} : { batchEndId: last }) },
    },
    dropped: 0,
    hasMore: true,
  };
}

/** What comes next; undefined: nothing is left. */
export async function nextBatch(parts: BatchParts, asked: Asked): Promise<Batch | undefined> {
  const { subscription, delivery } = asked;
  const { environmentId } = subscription;
  if (delivery.replay) return replayed(parts, asked, delivery.replay);
  const counter = await parts.store.get('event_counters', environmentId, environmentId);
  const last = counter?.doc.last ?? 0;
  let { position } = delivery;
  if (position >= last) return undefined;
  let dropped = 0;
  for (let scans = 0; scans < WEBHOOK_SCANS_MAX && position < last; scans++) {
    const through = Math.min(position + WEBHOOK_SCAN, delivery.batchEnd ?? last, last);
    const rows = await numberedAfter(parts, environmentId, position, through);
    const made = await composed(parts, asked, rows, false);
    dropped += made.dropped;
    const end =
      made.taken < rows.length ? (rows[made.taken - 1]?.doc.position ?? through) : through;
    if (made.body) {
      return {
        body: made.body,
        after: { position: end },
        end: { batchEnd: end },
        dropped,
        hasMore: end < last,
      };
    }
    position = through;
  }
  return { after: { position }, end: {}, dropped, hasMore: position < last };
}
