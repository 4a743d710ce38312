/** Pushes that nobody answers, where rows of others can't be ended. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, test } from 'node:test';
import { PUSH_TIMEOUTS_MAX } from '../src/config/limits.ts';
import { endLatePushes } from '../src/jobs/push-timeouts.ts';
import type { Flow } from '../src/model/documents.ts';
import { expirePush } from '../src/resources/authentication/device-authentications/settle-push.ts';
import type { Write } from '../src/storage/store.ts';
import { aPhone } from '../src/testing/native.ts';
import { describeNative } from '../src/testing/native-suite.ts';
import { aFlow, aUser } from '../src/testing/scenario.ts';
import type { TestServer } from '../src/testing/server.ts';

describeNative('late pushes', (world) => {
  let server: TestServer;
  let applicationId: string;
  before(() => {
    ({ server, applicationId } = world);
  });

  let made = 0;
  /** Older than everything else, so that it comes first. */
  const anOlderFlow = (environmentId: string): Extract<Write, { op: 'insert' }> => {
    made += 1;
    const id = `00000000-0000-7000-8000-${String(made).padStart(12, '0')}`;
    const now = server.now();
    const doc: Flow = {
      status: 'PUSH_CONFIRMATION_REQUIRED',
      userId: randomUUID(),
      policyId: randomUUID(),
      selectedDeviceId: randomUUID(),
      challenge: { expiresAt: now, state: {} },
      createdAt: now,
      updatedAt: now,
      expiresAt: now + 900_000,
    };
    return { op: 'insert', table: 'flows', environmentId, id, doc };
  };
  const older = (environmentId: string) =>
    Array.from({ length: PUSH_TIMEOUTS_MAX }, () => anOlderFlow(environmentId));

  async function aLateFlow(): Promise<string> {
    const user = await aUser(server);
    await aPhone(server, user, applicationId);
    return (await aFlow(server, user)).id;
  }

  const statusOf = async (id: string) =>
    (await server.server.parts.store.get('flows', server.environmentId, id))?.doc.status;

  test('are ended behind any number of those of nobody, which go', async () => {
    const { parts } = server.server;
    const orphans = [...older(randomUUID()), ...older(server.environmentId)];
    await parts.store.commit(orphans);
    const id = await aLateFlow();
    server.advance(60_000);
    await endLatePushes({
      store: parts.store,
      clock: { now: server.now },
      log: parts.log,
      expire: (environmentId, flowId, now) => expirePush(parts, environmentId, flowId, now),
    });
    assert.equal(await statusOf(id), 'PUSH_CONFIRMATION_TIMED_OUT');
    for (const orphan of [orphans[0], orphans.at(-1)]) {
      assert.ok(orphan);
      assert.equal(await parts.store.get('flows', orphan.environmentId, orphan.id), undefined);
    }
  });
});
