/** What the runner reads, and when; on a real store. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { EVENTS_LOOK_MAX, EVENTS_LOOK_MS } from '../../config/limits.ts';
import { createLog } from '../../observability/log.ts';
import type { Store } from '../../storage/store.ts';
import { dates, insert } from '../../storage/testing-documents.ts';
import { freshSqliteStore } from '../../testing/sqlite.ts';
import { aDeliveryRow, aSubscription } from '../testing/events.ts';
import { testClock } from '../testing/outbox.ts';
import { createDueDeliveries, type DueDeliveries } from './due-deliveries.ts';
import { type KnownSubscriptions, knowSubscriptions } from './known-subscriptions.ts';

describe('deliveries that are due', () => {
  const clock = testClock();
  let opened: Awaited<ReturnType<typeof freshSqliteStore>>;
  let known: KnownSubscriptions;
  let due: DueDeliveries;
  let reads: string[];
  let backlog: number | undefined;
  let elapsed: number;

  before(async () => {
    opened = await freshSqliteStore();
    const log = createLog({ level: 'silent' });
    known = knowSubscriptions({ store: opened.store, log, whenChanged: () => {} });
  });
  after(async () => {
    known?.close();
    await opened?.close();
  });
  beforeEach(() => {
    elapsed = 0;
    reads = [];
    backlog = undefined;
    const { store } = opened;
    /** The store itself; what is asked of it is written down. */
    const watched: Pick<Store, 'get' | 'list'> = {
      get: (table, environmentId, id) => {
        reads.push(table);
        return store.get(table, environmentId, id);
      },
      list: (table, environmentId, query) => {
        reads.push(table);
        return store.list(table, environmentId, query);
      },
    };
    due = createDueDeliveries({
      store: watched,
      known,
      clock,
      elapsed: () => elapsed,
      metrics: {
        setEventBacklog(events) {
          backlog = events;
        },
      },
    });
  });

  /** An environment with a subscription that has something to deliver. */
  async function behind({ enabled = true, last = 3, position = 1, availableAt = 0 } = {}) {
    const environmentId = randomUUID();
    const id = randomUUID();
    const now = clock.now();
    await opened.store.commit([
      insert('subscriptions', environmentId, id, aSubscription(now, { enabled })),
      insert('event_deliveries', environmentId, id, aDeliveryRow(now, { position, availableAt })),
      insert('event_counters', environmentId, environmentId, { last, ...dates }),
    ]);
    await known.refresh(environmentId);
    return { environmentId, id };
  }
  const ids = async () => (await due.look()).map(({ id }) => id).sort();

  test('are not read at all where nobody has subscribed, or all are disabled', async () => {
    due.ask(randomUUID());
    assert.deepEqual([await ids(), reads, due.isAsked(), backlog], [[], [], false, 0]);
    await behind({ enabled: false });
    assert.deepEqual([await ids(), reads], [[], []]);
  });

  test('are read all at first, and then only where something was numbered', async () => {
    const one = await behind();
    const other = await behind();
    await behind({ enabled: false });
    await behind({ position: 3 });
    assert.deepEqual(await ids(), [one.id, other.id].sort());
    assert.equal(backlog, 4);
    reads = [];
    assert.deepEqual([await ids(), reads], [[], []]);
    due.ask(one.environmentId);
    assert.ok(due.isAsked());
    assert.deepEqual(await ids(), [one.id]);
    assert.deepEqual(reads, ['event_counters', 'event_deliveries']);
    assert.ok(!due.isAsked());
    // Where nobody has subscribed, nothing is read, whoever asks.
    reads = [];
    due.ask(randomUUID());
    assert.deepEqual([await ids(), reads, due.isAsked()], [[], [], false]);
    elapsed = EVENTS_LOOK_MS - 1;
    assert.deepEqual([await ids(), reads], [[], []]);
    elapsed = EVENTS_LOOK_MS;
    assert.deepEqual(await ids(), [one.id, other.id].sort());
    due.askAll();
    assert.deepEqual(await ids(), [one.id, other.id].sort());
  });

  test('that failed are read again when they may go, and no sooner', async () => {
    await due.look();
    const failed = await behind({ availableAt: clock.now() + 5_000 });
    due.ask(failed.environmentId);
    assert.deepEqual(await ids(), []);
    clock.advance(4_999);
    reads = [];
    assert.deepEqual([await ids(), reads], [[], []]);
    clock.advance(1);
    assert.deepEqual(await ids(), [failed.id]);
  });

  test('of many environments at once are read as all', async () => {
    await due.look();
    const many = [];
    for (let count = 0; count <= EVENTS_LOOK_MAX; count++) many.push(await behind());
    for (const { environmentId } of many) due.ask(environmentId);
    reads = [];
    const found = await ids();
    for (const { id } of many) assert.ok(found.includes(id));
    assert.deepEqual(reads, ['event_counters', 'event_deliveries']);
  });

  test('are read all again after a look that failed', async () => {
    const one = await behind();
    await due.look();
    due.ask(one.environmentId);
    const { get } = opened.store;
    opened.store.get = () => Promise.reject(new Error('down'));
    await assert.rejects(due.look());
    opened.store.get = get;
    assert.ok((await ids()).includes(one.id));
  });
});
