/**
 * Gives committed events their numbers. A number is given after the event was committed, by one node
 * at a time, in one change with the environment's counter: so whoever has read up to a number has
 * missed nothing, however late an event was committed; docs/decisions/0040.
 */
import { EVENTS_NUMBERED_MAX, PAGE_SIZE_MAX } from '../../config/limits.ts';
import { firstActivityId } from '../../model/activity-id.ts';
import type { Activity, Subscription } from '../../model/documents.ts';
import type { Clock } from '../../model/instant.ts';
import { ANY_ENVIRONMENT, type Store, type Stored, type Write } from '../../storage/store.ts';

export interface NumberingParts {
  store: Pick<Store, 'get' | 'list' | 'commit'>;
  clock: Clock;
  /** Called for each environment whose counter has grown. */
  whenNumbered(environmentId: string): void;
}

type Event = Stored<Activity>;

function numbered({ environmentId, id, version, doc }: Event, position: number): Write {
  const { waiting: _waiting, ...rest } = doc;
  return {
    op: 'update',
    table: 'activities',
    environmentId,
    id,
    version,
    doc: { ...rest, position },
  };
}

/** Returns whether it was done; another node may have been faster. */
async function numberSome(
  { store, clock, whenNumbered }: NumberingParts,
  environmentId: string,
  events: readonly Event[],
): Promise<boolean> {
  const counter = await store.get('event_counters', environmentId, environmentId);
  const last = counter?.doc.last ?? 0;
  const now = clock.now();
  const doc = {
    last: last + events.length,
    createdAt: counter?.doc.createdAt ?? now,
    updatedAt: now,
  };
  const key = { table: 'event_counters', environmentId, id: environmentId } as const;
  const outcome = await store.commit([
    counter
      ? { op: 'update', ...key, version: counter.version, doc }
      : { op: 'insert', ...key, doc },
    ...events.map((event, index) => numbered(event, last + 1 + index)),
  ]);
  if (outcome.committed) whenNumbered(environmentId);
  return outcome.committed;
}

/** One round. Returns whether there is more to do at once. */
export async function numberWaiting(parts: NumberingParts): Promise<boolean> {
  const waiting = await parts.store.list('activities', ANY_ENVIRONMENT, {
    where: { column: 'waiting', is: 'eq', value: 1 },
    limit: EVENTS_NUMBERED_MAX,
  });
  for (const [environmentId, events] of Map.groupBy(waiting, (event) => event.environmentId)) {
    await numberSome(parts, environmentId, events);
  }
  return waiting.length === EVENTS_NUMBERED_MAX;
}

/** How long after a subscription was changed another node may still have marked by the one before. */
const CATCH_UPS_MS = [65_000, 130_000];
/** What is older was caught up with by whoever was there. */
const AGE_MAX_MS = 3_600_000;

/**
 * Finds the events that were committed by a node which had not heard of a subscription yet. Called
 * for each at once, and again while such a node may exist.
 */
export function createCatchUp(parts: NumberingParts) {
  /** When each was looked at, by version: the number of looks. */
  const looked = new Map<string, number>();

  /** Returns whether all was found; others may number, too, and be faster. */
  async function look({ environmentId, doc }: Stored<Subscription>): Promise<boolean> {
    let afterId = firstActivityId(doc.updatedAt);
    for (;;) {
      const missed = await parts.store.list('activities', environmentId, {
        where: {
          all: [
            { not: { column: 'waiting', is: 'present' } },
            { not: { column: 'position', is: 'present' } },
            {
              any: doc.filterOptions.includedActionTypes.map(
                (value) => ({ column: 'action', is: 'eq', value }) as const,
              ),
            },
          ],
        },
        afterId,
        limit: EVENTS_NUMBERED_MAX,
      });
      if (missed.length > 0 && !(await numberSome(parts, environmentId, missed))) return false;
      if (missed.length < EVENTS_NUMBERED_MAX) return true;
      afterId = missed.at(-1)?.id ?? afterId;
    }
  }

  return async (subscriptions: readonly Stored<Subscription>[]): Promise<void> => {
    const now = parts.clock.now();
    if (looked.size > PAGE_SIZE_MAX) looked.clear();
    for (const subscription of subscriptions) {
      const age = now - subscription.doc.updatedAt;
      if (age > AGE_MAX_MS) continue;
      const key = `${subscription.id}@${subscription.version}`;
      const due = 1 + CATCH_UPS_MS.filter((at) => age >= at).length;
      if ((looked.get(key) ?? 0) >= due) continue;
      if (await look(subscription)) looked.set(key, due);
    }
  };
}
