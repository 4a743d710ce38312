import assert from 'node:assert/strict';
import { randomUUIDv7 } from 'node:crypto';
import { describe, test } from 'node:test';
import { MESSAGE_GRACE_MS, SWEEP_ROWS_MAX } from '../config/limits.ts';
import type { Flow } from '../model/documents.ts';
import { createLog } from '../observability/log.ts';
import type { Write } from '../storage/store.ts';
import { TABLE_NAMES } from '../storage/tables.ts';
import { startSweeper, sweepDeleted, sweepExpired } from './sweeper.ts';
import { aDelivery, openOutbox } from './testing/outbox.ts';

const log = createLog({ level: 'silent' });

function flowExpiring(environmentId: string, expiresAt: number): Write {
  const doc: Flow = {
    status: 'FAILED',
    policyId: randomUUIDv7(),
    expiresAt,
    createdAt: 0,
    updatedAt: 0,
  };
  return { op: 'insert', table: 'flows', environmentId, id: randomUUIDv7(), doc };
}

describe('the sweeper', () => {
  test('deletes what has expired, and nothing else', async () => {
    await using outbox = await openOutbox();
    const { store, clock, environmentId } = outbox;
    const now = clock.now();
    const [past, future] = [flowExpiring(environmentId, now), flowExpiring(environmentId, now + 1)];
    await store.commit([past, future]);
    assert.equal(await sweepExpired({ store, clock, log }), false);
    const left = await store.list('flows', environmentId, { limit: 10 });
    assert.deepEqual(
      left.map(({ id }) => id),
      [future.id],
    );
  });

  test('leaves an expired message to its worker for some time', async () => {
    await using outbox = await openOutbox();
    const { store, clock } = outbox;
    const id = await outbox.add(aDelivery({ lifetimeMs: 0 }));
    await sweepExpired({ store, clock, log });
    assert.equal((await outbox.read(id)).status, 'PENDING');
    clock.advance(MESSAGE_GRACE_MS);
    await sweepExpired({ store, clock, log });
    await assert.rejects(outbox.read(id));
  });

  test('deletes a bounded number at once, and says that there is more', async () => {
    await using outbox = await openOutbox();
    const { store, clock, environmentId } = outbox;
    const count = SWEEP_ROWS_MAX + 1;
    await store.commit(Array.from({ length: count }, () => flowExpiring(environmentId, 0)));
    assert.equal(await sweepExpired({ store, clock, log }), true);
    assert.equal(await store.count('flows', environmentId), 1);
    assert.equal(await sweepExpired({ store, clock, log }), false);
    assert.equal(await store.count('flows', environmentId), 0);
  });

  test('deletes what a deleted environment has left, in every table', async () => {
    await using outbox = await openOutbox();
    const { store, clock, environmentId } = outbox;
    await outbox.add(aDelivery());
    await store.commit([flowExpiring(environmentId, clock.now() + 1)]);
    assert.equal(await sweepDeleted({ store, clock, log }), false);
    const environment = await store.get('environments', environmentId, environmentId);
    assert.ok(environment);
    const { id, version } = environment;
    await store.commit([{ op: 'delete', table: 'environments', environmentId, id, version }]);
    assert.equal(await sweepDeleted({ store, clock, log }), true);
    assert.equal(await sweepDeleted({ store, clock, log }), false);
    for (const table of TABLE_NAMES)
      assert.equal(await store.count(table, environmentId), 0, table);
  });

  test('goes on after a failure, by itself, until it is stopped', async (context) => {
    context.mock.timers.enable({ apis: ['setTimeout'] });
    let sweeps = 0;
    const sweeper = startSweeper({
      store: {
        async sweep() {
          sweeps++;
          throw new Error('The database is away.');
        },
        sweepDeleted: async () => 0,
      },
      clock: { now: () => 0 },
      log,
      random: () => 0.5,
    });
    for (let minutes = 1; minutes <= 3; minutes++) {
      context.mock.timers.tick(60_000);
      await new Promise(setImmediate);
      assert.equal(sweeps, minutes);
    }
    await sweeper.stop();
    context.mock.timers.tick(600_000);
    await new Promise(setImmediate);
    assert.equal(sweeps, 3);
  });
});
