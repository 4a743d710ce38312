import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { ACTIVITIES_DELETED_MAX } from '../config/limits.ts';
import { activityId } from '../model/activity-id.ts';
import type { Activity } from '../model/documents.ts';
import type { Write } from '../storage/store.ts';
import { sweepActivities } from './activity-retention.ts';
import { openOutbox } from './testing/outbox.ts';

const DAY = 24 * 3_600_000;

function activity(environmentId: string, at: number, action: string, more: object = {}): Write {
  const doc: Activity = {
    action,
    recordedAt: at,
    actor: { type: 'SYSTEM' },
    resource: { type: 'X', id: randomUUID() },
    result: 'SUCCESS',
    ...more,
  };
  return {
    op: 'insert',
    table: 'activities',
    environmentId,
    id: activityId(at, randomUUID()),
    doc,
  };
}

describe('the retention of activities', () => {
  test('keeps those of the configuration longer than those of users', async () => {
    await using outbox = await openOutbox();
    const { store, clock, environmentId } = outbox;
    const days = { users: 90, configuration: 730 };
    const at = (daysAgo: number) => clock.now() - daysAgo * DAY;
    const add = (daysAgo: number, action: string, more?: object) =>
      activity(environmentId, at(daysAgo), action, more);
    clock.advance(1_000 * DAY);
    await store.commit([
      add(91, 'DEVICE.CREATED', { userId: 'u' }),
      add(91, 'AUTHENTICATION.CREATED'),
      add(91, 'NOTIFICATION_POLICY.CREATED'),
      add(731, 'POPULATION.CREATED'),
      add(729, 'POPULATION.DELETED'),
      add(89, 'USER.CREATED', { userId: 'u' }),
    ]);
    assert.equal(await sweepActivities({ store, clock, days }), false);
    const left = await store.list('activities', environmentId, { limit: 10 });
    assert.deepEqual(
      left.map(({ doc }) => doc.action),
      ['POPULATION.DELETED', 'NOTIFICATION_POLICY.CREATED', 'USER.CREATED'],
    );
  });

  test('goes on until nothing old is left', async () => {
    await using outbox = await openOutbox();
    const { store, clock, environmentId } = outbox;
    clock.advance(1_000 * DAY);
    const old = () => activity(environmentId, clock.now() - 200 * DAY, 'OTP.CHECK_SUCCESS');
    for (const count of [ACTIVITIES_DELETED_MAX, 5]) {
      await store.commit(Array.from({ length: count }, old));
    }
    await sweepActivities({ store, clock, days: { users: 14, configuration: 14 } });
    assert.equal(await store.count('activities', environmentId), 0);
  });
});
