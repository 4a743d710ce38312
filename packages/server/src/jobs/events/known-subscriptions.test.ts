/** What a node knows of subscriptions, and what it does as long as it doesn't; on real stores. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { SUBSCRIPTIONS_FRESH_MS } from '../../config/limits.ts';
import { createLog } from '../../observability/log.ts';
import { openStore } from '../../storage/open.ts';
import type { Store, Write } from '../../storage/store.ts';
import { insert } from '../../storage/testing-documents.ts';
import { DIALECTS, postgresOfSuite } from '../../testing/postgres.ts';
import { freshDataDirectory } from '../../testing/sqlite.ts';
import { activityWrite, aSubscription } from '../testing/events.ts';
import { testClock } from '../testing/outbox.ts';
import { type KnownParts, knowSubscriptions, markEvents } from './known-subscriptions.ts';
import { createCatchUp, numberWaiting } from './number-events.ts';

const log = createLog({ level: 'silent' });

/** A node on the store. `deaf`: no notice reaches it, as while its connection is broken. */
function aNode(store: Store, { deaf = false, ...more }: Partial<KnownParts> & { deaf?: boolean }) {
  const known = knowSubscriptions({
    store: deaf ? { list: store.list, onConfigurationChange: () => () => {} } : store,
    log,
    whenChanged: () => {},
    ...more,
  });
  return { known, ...markEvents(store, known, () => {}), close: known.close };
}

for (const dialect of DIALECTS) {
  describe(`a node that has not heard of a subscription (${dialect})`, () => {
    const postgres = dialect === 'postgres' ? postgresOfSuite() : undefined;
    let directory: Awaited<ReturnType<typeof freshDataDirectory>>;
    let store: Store;
    before(async () => {
      directory = await freshDataDirectory();
      const databaseUrl = await postgres?.freshDatabase();
      store = await openStore({
        dataDirectory: directory.path,
        ...(databaseUrl === undefined ? {} : { databaseUrl }),
      });
    });
    after(async () => {
      await store?.close();
      await directory?.remove();
    });

    const positionOf = async ({ environmentId, id }: { environmentId: string; id: string }) =>
      (await store.get('activities', environmentId, id))?.doc.position;
    const isMarked = async ({ environmentId, id }: { environmentId: string; id: string }) =>
      (await store.get('activities', environmentId, id))?.doc.waiting === true;

    test('loses none of its events: they are found again until it must have heard', async () => {
      const clock = testClock();
      const environmentId = randomUUID();
      const numbered: string[] = [];
      const parts = { store, clock, whenNumbered: (id: string) => void numbered.push(id) };
      const heard = aNode(store, {});
      const deaf = aNode(store, { deaf: true });
      await Promise.all([heard.known.refresh(), deaf.known.refresh()]);

      const event = (more = {}) => activityWrite(environmentId, clock.now(), more);
      const before = event();
      await deaf.commit([before]);
      clock.advance(1);
      await heard.commit([insert('subscriptions', environmentId, 's', aSubscription(clock.now()))]);
      const late = event();
      const other = event({ action: 'USER.DELETED' });
      await deaf.commit([late, other]);
      const prompt = event();
      await heard.commit([prompt]);
      assert.deepEqual([await isMarked(late), await isMarked(prompt)], [false, true]);

      const catchUp = createCatchUp(parts);
      await catchUp(heard.known.all());
      await numberWaiting(parts);
      assert.deepEqual([await positionOf(late), await positionOf(prompt)], [1, 2]);
      assert.deepEqual(numbered, [environmentId, environmentId]);

      // It is deaf for another minute: what it commits is found when the time is over.
      const later = event();
      await deaf.commit([later]);
      clock.advance(64_000);
      await catchUp(heard.known.all());
      assert.equal(await positionOf(later), undefined);
      clock.advance(1_000);
      const last = event();
      await deaf.commit([last]);
      await catchUp(heard.known.all());
      assert.deepEqual([await positionOf(later), await positionOf(last)], [3, 4]);
      // Neither what was there before the subscription, nor what it doesn't name.
      assert.deepEqual([await positionOf(before), await positionOf(other)], [undefined, undefined]);

      // Then it reads them by itself, and marks.
      await deaf.known.refresh();
      const known = event();
      await deaf.commit([known]);
      assert.ok(await isMarked(known));
      heard.close();
      deaf.close();
    });

    test('marks everything once what it knows is old, and what is named once it isn’t', async () => {
      const environmentId = randomUUID();
      let elapsed = 0;
      let fails = false;
      const node = aNode(store, {
        elapsed: () => elapsed,
        store: {
          onConfigurationChange: store.onConfigurationChange,
          // As a database that doesn't answer.
          list: (...asked) => (fails ? Promise.reject(new Error('down')) : store.list(...asked)),
        },
      });
      await node.known.refresh();
      const write = async (more = {}): Promise<Write> => {
        const one = activityWrite(environmentId, 1_000, more);
        await node.commit([one]);
        return one;
      };
      const marks = async (more = {}) => {
        const one = await write(more);
        return isMarked(one as { environmentId: string; id: string });
      };
      assert.equal(await marks(), false);
      elapsed = SUBSCRIPTIONS_FRESH_MS;
      assert.equal(await marks(), false);
      fails = true;
      await assert.rejects(node.known.refresh());
      elapsed += 1;
      assert.equal(await marks(), true);
      assert.equal(await marks({ action: 'USER.DELETED' }), true);
      fails = false;
      await node.known.refresh();
      assert.equal(await marks(), false);
      node.close();
    });
  });
}
