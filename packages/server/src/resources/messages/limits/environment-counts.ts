/**
 * Counts the messages of an environment. Its counter is one row that every start would write, so a
 * node writes it once for all who wait at the moment, and where there is room takes some more, which
 * it hands out of memory: docs/decisions/0048.
 */
import { LRUCache } from 'lru-cache';
import {
  COUNTER_SPARE_MAX,
  COUNTER_SPARE_SHARE,
  COUNTERS_CACHED_MAX,
} from '../../../config/limits.ts';
import type { Instant } from '../../../model/instant.ts';
import { type QuotaNumbers, reachedOf, roomOf } from '../../../policy/notification-limits.ts';
import type { Store } from '../../../storage/store.ts';
import { commitWithin } from '../../kit/commit.ts';
import { type CounterPlace, counterAfter, putRow } from './counters.ts';

/** Whoever wants to send one more. */
interface Asking {
  quota: QuotaNumbers;
  /** Undefined: one is theirs. Else the number that is reached. */
  answer(reached: number | undefined): void;
  fail(error: unknown): void;
}

interface Claiming {
  done(): void;
  fail(error: unknown): void;
}

interface Counter {
  /** Counted in the row, and not handed out yet. */
  spare: number;
  asking: Asking[];
  claiming: Claiming[];
  isBusy: boolean;
}

export interface EnvironmentCounts {
  /** Counts one more. Answers the number of the quota where that is reached; then none is counted. */
  take(
    place: CounterPlace,
    quota: QuotaNumbers | undefined,
    now: Instant,
  ): Promise<number | undefined>;
  /** One that was taken isn't sent. */
  giveBack(place: CounterPlace): void;
  /** The code of one was used. */
  claim(place: CounterPlace, now: Instant): Promise<void>;
}

const NO_QUOTA: QuotaNumbers = {};

/** How many more to take than are wanted: a small part of what is left, so none at the end. */
function spareOf(asking: readonly Asking[], counted: { total: number; claimed: number }): number {
  // Where used ones count apart, each is counted when it goes; without a quota nobody would wait.
  const rooms = asking.map(({ quota }) => (quota.total === undefined ? 0 : roomOf(quota, counted)));
  const room = rooms.length === 0 ? 0 : Math.min(...rooms);
  return Math.min(COUNTER_SPARE_MAX, Math.floor(room / COUNTER_SPARE_SHARE));
}

export function createEnvironmentCounts(store: Pick<Store, 'get' | 'commit'>): EnvironmentCounts {
  const counters = new LRUCache<string, Counter>({ max: COUNTERS_CACHED_MAX });

  function counterOf({ environmentId, id }: CounterPlace): Counter {
    const key = `${environmentId}/${id}`;
    const counter = counters.get(key) ?? { spare: 0, asking: [], claiming: [], isBusy: false };
    counters.set(key, counter);
    return counter;
  }

  /** Writes the row for all of these, who use up what is spare first. Answers what each one gets. */
  function write(
    place: CounterPlace,
    asking: readonly Asking[],
    { claims, spare, now }: { claims: number; spare: number; now: Instant },
  ): Promise<{ answers: (number | undefined)[]; spare: number }> {
    return commitWithin(store, async () => {
      const row = await store.get('message_counters', place.environmentId, place.id);
      const { total = 0, claimed = 0 } = row?.doc ?? {};
      const sent = { total: total - spare, claimed };
      const answers = asking.map(({ quota }) => {
        const reached = reachedOf(quota, sent);
        if (reached === undefined) sent.total += 1;
        return reached;
      });
      const more = spareOf(asking, { total: Math.max(total, sent.total), claimed });
      const after = Math.max(total, sent.total + more);
      const doc = counterAfter(row, { total: after, claims }, place, now);
      const isSame = after === total && claims === 0;
      const writes = isSame ? [] : [putRow('message_counters', place, row, doc)];
      return { writes, result: { answers, spare: after - sent.total } };
    });
  }

  /** One write at a time: those who come meanwhile share the next one. */
  async function serve(place: CounterPlace, counter: Counter, now: Instant): Promise<void> {
    if (counter.isBusy) return;
    counter.isBusy = true;
    while (counter.asking.length > 0 || counter.claiming.length > 0) {
      const asking = counter.asking.splice(0);
      const claiming = counter.claiming.splice(0);
      const { spare } = counter;
      // Nobody else takes of it meanwhile.
      counter.spare = 0;
      try {
        const written = await write(place, asking, { claims: claiming.length, spare, now });
        const { answers } = written;
        counter.spare += written.spare;
        for (const [index, { answer }] of asking.entries()) answer(answers[index]);
        for (const { done } of claiming) done();
      } catch (error) {
        for (const { fail } of [...asking, ...claiming]) fail(error);
      }
    }
    counter.isBusy = false;
  }

  return {
    take(place, quota = NO_QUOTA, now) {
      const counter = counterOf(place);
      if (quota.total !== undefined && counter.spare > 0) {
        counter.spare -= 1;
        return Promise.resolve(undefined);
      }
      return new Promise((answer, fail) => {
        counter.asking.push({ quota, answer, fail });
        void serve(place, counter, now);
      });
    },
    giveBack(place) {
      counterOf(place).spare += 1;
    },
    claim: (place, now) =>
      new Promise((done, fail) => {
        const counter = counterOf(place);
        counter.claiming.push({ done, fail });
        void serve(place, counter, now);
      }),
  };
}
