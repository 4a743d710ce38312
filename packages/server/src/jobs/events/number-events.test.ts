/** How events get their numbers, and in which batches they are read; on real stores. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { EVENTS_NUMBERED_MAX, WEBHOOK_SCAN } from '../../config/limits.ts';
import type { EventDelivery, Subscription } from '../../model/documents.ts';
import { toTimestamp } from '../../model/instant.ts';
import { freshSqliteStore } from '../../testing/sqlite.ts';
import { activityWrite, aDeliveryRow, aSubscription } from '../testing/events.ts';
import { testClock } from '../testing/outbox.ts';
import { type BatchParts, nextBatch } from './next-batch.ts';
import { numberWaiting } from './number-events.ts';

describe('events that were committed', () => {
  const clock = testClock();
  const now = clock.now();
  let opened: Awaited<ReturnType<typeof freshSqliteStore>>;
  before(async () => {
    opened = await freshSqliteStore();
  });
  after(() => opened?.close());

  const numbering = () => ({ store: opened.store, clock, whenNumbered: () => {} });
  async function commit(environmentId: string, count: number, more = {}): Promise<string[]> {
    const writes = Array.from({ length: count }, () =>
      activityWrite(environmentId, now, { waiting: true, ...more }),
    );
    await opened.store.commit(writes);
    return writes.map(({ id }) => id);
  }
  async function positionsOf(environmentId: string): Promise<(number | undefined)[]> {
    const rows = await opened.store.list('activities', environmentId, { limit: 1_000 });
    return rows.map(({ doc }) => doc.position);
  }

  test('get numbers without holes, each environment its own', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    await commit(one, 3);
    await commit(other, 2);
    assert.equal(await numberWaiting(numbering()), false);
    await commit(one, 1);
    await numberWaiting(numbering());
    assert.deepEqual(await positionsOf(one), [1, 2, 3, 4]);
    assert.deepEqual(await positionsOf(other), [1, 2]);
    const counter = await opened.store.get('event_counters', one, one);
    assert.equal(counter?.doc.last, 4);
  });

  test('get one number each, also from two that number at the same time', async () => {
    const environmentId = randomUUID();
    await commit(environmentId, EVENTS_NUMBERED_MAX + 1);
    const all = () => numberWaiting(numbering());
    const hasMore = await Promise.all([all(), all(), all()]);
    assert.ok(hasMore.includes(true));
    while (await all());
    const positions = (await positionsOf(environmentId)).sort((a, b) => Number(a) - Number(b));
    assert.deepEqual(
      positions,
      Array.from({ length: EVENTS_NUMBERED_MAX + 1 }, (_, index) => index + 1),
    );
  });

  const parts = (): BatchParts => ({
    store: opened.store,
    host: () => 'mfa.shop.example',
    async render(rows) {
      return rows.map(({ id, doc }) => ({
        record: { recordedAt: toTimestamp(doc.recordedAt), id },
      }));
    },
  });
  const batchOf = (
    environmentId: string,
    delivery: Partial<EventDelivery>,
    more: Partial<Subscription> = {},
  ) => {
    const subscription = { environmentId, id: 's', version: 1, doc: aSubscription(now, more) };
    return nextBatch(parts(), { subscription, delivery: aDeliveryRow(now, delivery), now });
  };

  test('are read in the order of their numbers, as many as one request may have', async () => {
    const environmentId = randomUUID();
    const ids = await commit(environmentId, 3);
    await commit(environmentId, 1, { action: 'USER.DELETED' });
    await numberWaiting(numbering());
    const whole = await batchOf(environmentId, {});
    assert.deepEqual(
      JSON.parse(whole?.body?.text ?? '').map(({ id }: { id: string }) => id),
      ids,
    );
    assert.deepEqual(
      [whole?.after, whole?.end, whole?.hasMore],
      [{ position: 4 }, { batchEnd: 4 }, false],
    );
    const limited = {
      payloadOptions: { maximumPayloadLimit: { type: 'EVENTS_PER_PAYLOAD', size: 2 } },
    } as const;
    const first = await batchOf(environmentId, {}, limited);
    assert.deepEqual([first?.body?.count, first?.after.position, first?.hasMore], [2, 2, true]);
    // What wasn't taken goes again as it was: what came later is not in it.
    const again = await batchOf(environmentId, { batchEnd: 2 });
    assert.equal(again?.body?.count, 2);
    assert.equal(await batchOf(environmentId, { position: 4 }), undefined);
  });

  test('of which none is wanted are gone through, far at once', async () => {
    const environmentId = randomUUID();
    await commit(environmentId, WEBHOOK_SCAN + 1, { action: 'USER.DELETED' });
    await commit(environmentId, 1);
    while (await numberWaiting(numbering()));
    const batch = await batchOf(environmentId, {});
    assert.deepEqual([batch?.body?.count, batch?.after.position], [1, WEBHOOK_SCAN + 2]);
    const none = await batchOf(
      environmentId,
      {},
      {
        filterOptions: {
          includedActionTypes: [],
          ipAddressExposed: false,
          userAgentExposed: false,
        },
      },
    );
    assert.deepEqual(
      [none?.body, none?.after.position, none?.hasMore],
      [undefined, WEBHOOK_SCAN + 2, false],
    );
  });

  test('that have waited too long are counted, and not sent', async () => {
    const environmentId = randomUUID();
    await commit(environmentId, 2);
    const day = 24 * 3_600_000;
    await numberWaiting(numbering());
    const batch = await batchOf(environmentId, {}, { enabledAt: now + 15 * day });
    assert.deepEqual([batch?.body, batch?.dropped, batch?.after.position], [undefined, 2, 2]);
  });
});
