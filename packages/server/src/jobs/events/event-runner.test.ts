import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { WEBHOOK_RETRY_MAX_MS } from '../../config/limits.ts';
import { toTimestamp } from '../../model/instant.ts';
import { openEventPoster } from '../../notifications/channels/webhook/post-events.ts';
import { createLog } from '../../observability/log.ts';
import { createMetrics } from '../../observability/metrics.ts';
import { insert } from '../../storage/testing-documents.ts';
import { startEventReceiver } from '../../testing/event-receiver.ts';
import { freshSqliteStore } from '../../testing/sqlite.ts';
import { until } from '../../testing/until.ts';
import { activityWrite, aDeliveryRow, aSubscription } from '../testing/events.ts';
import { testClock } from '../testing/outbox.ts';
import { startEventRunner } from './event-runner.ts';
import { knowSubscriptions, markEvents } from './known-subscriptions.ts';

test('an event that is committed is delivered, and tried again, without a look at all deliveries', async (context) => {
  const { store, close } = await freshSqliteStore();
  const receiver = await startEventReceiver();
  const poster = openEventPoster({ allowPrivate: true });
  const clock = testClock();
  const log = createLog({ level: 'silent' });
  const known = knowSubscriptions({ store, log, whenChanged: () => {} });
  const environmentId = randomUUID();
  const now = clock.now();
  const to = { url: receiver.url, verifyTlsCertificates: false };
  await store.commit([
    insert('subscriptions', environmentId, 's', aSubscription(now, to)),
    insert('event_deliveries', environmentId, 's', aDeliveryRow(now)),
  ]);
  await known.refresh();
  const runner = startEventRunner({
    store,
    known,
    clock,
    log,
    poster,
    metrics: createMetrics(),
    vault: { load: async () => {}, open: () => Buffer.alloc(0) },
    host: () => 'mfa.shop.example',
    render: async (rows) =>
      rows.map(({ id, doc }) => ({ record: { recordedAt: toTimestamp(doc.recordedAt), id } })),
    // The time for another look at all never comes.
    elapsed: () => 0,
  });
  context.after(async () => {
    await runner.stop();
    poster.close();
    known.close();
    await receiver.close();
    await close();
  });
  await runner.idle();
  const node = markEvents(store, known, runner.wake);
  await node.commit([activityWrite(environmentId, now)]);
  await until(() => receiver.events().length === 1);
  receiver.answer = 503;
  await node.commit([activityWrite(environmentId, now)]);
  await until(() => receiver.arrived.length === 2);
  receiver.answer = 200;
  await until(() => {
    clock.advance(WEBHOOK_RETRY_MAX_MS);
    return receiver.events().length === 2;
  });
  assert.equal(receiver.arrived[1]?.text, receiver.arrived[2]?.text);
});
