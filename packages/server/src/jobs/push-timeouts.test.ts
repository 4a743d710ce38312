import assert from 'node:assert/strict';
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { test } from 'node:test';
import { PUSH_TIMEOUTS_MAX } from '../config/limits.ts';
import type { Flow } from '../model/documents.ts';
import { createLog } from '../observability/log.ts';
import { endLatePushes } from './push-timeouts.ts';
import { openOutbox } from './testing/outbox.ts';

test('a round goes past the pushes that can’t be ended, and they stay', async () => {
  await using outbox = await openOutbox();
  const { store, clock, environmentId } = outbox;
  const now = clock.now();
  const doc: Flow = {
    status: 'PUSH_CONFIRMATION_REQUIRED',
    policyId: randomUUID(),
    selectedDeviceId: randomUUID(),
    challenge: { expiresAt: now, state: {} },
    createdAt: now,
    updatedAt: now,
    expiresAt: now + 1,
  };
  const ids = Array.from({ length: 2 * PUSH_TIMEOUTS_MAX + 1 }, () => randomUUIDv7()).toSorted();
  await store.commit(
    ids.map((id) => ({ op: 'insert', table: 'flows', environmentId, id, doc }) as const),
  );
  const tried: string[] = [];
  await endLatePushes({
    store,
    clock,
    log: createLog({ level: 'silent' }),
    async expire(_environmentId, flowId) {
      tried.push(flowId);
      throw new Error('It fails.');
    },
  });
  assert.deepEqual(tried, ids);
  assert.equal(await store.count('flows', environmentId), ids.length);
});
