/** Notification policies that a test sends under. */
import assert from 'node:assert/strict';
import { found } from './scenario.ts';
import type { TestServer } from './server.ts';

/** Makes these the limits of the environment's default notification policy; without any: none. */
export async function limitMessages(test: TestServer, settings: object = {}): Promise<string> {
  const path = '/notificationsPolicies';
  const { body } = await test.api(path);
  const all: { id: string; name: string; default: boolean }[] =
    body._embedded.notificationsPolicies;
  const policy = all.find((one) => one.default);
  assert.ok(policy);
  const reply = await test.api(`${path}/${policy.id}`, {
    method: 'PUT',
    body: { name: policy.name, default: true, quotas: [], ...settings },
  });
  assert.equal(reply.status, 200, reply.text);
  return policy.id;
}

export const countMessages = (test: Pick<TestServer, 'server' | 'environmentId'>) =>
  test.server.parts.store.count('messages', test.environmentId);

/** Why messages to a user were refused, as the audit log says. */
export async function rejections(test: TestServer, userId: string): Promise<string[]> {
  const filter = `action.type eq "NOTIFICATION.REJECTED" and user.id eq "${userId}"`;
  const where = { column: 'user_id', is: 'eq', value: userId } as const;
  const rows = await test.server.parts.store.list('activities', test.environmentId, {
    where,
    limit: 1_000,
  });
  const recorded = rows.filter(({ doc }) => doc.action === 'NOTIFICATION.REJECTED');
  for (const { doc } of recorded) {
    assert.equal(doc.result, 'FAILED');
    assert.equal(doc.resource.type, 'NOTIFICATION');
    const said = ['channel', 'kind', 'reason', 'status'];
    assert.deepEqual(Object.keys(doc.data ?? {}).sort(), said, 'no address, no code');
  }
  assert.equal((await found(test, 'activities', filter)).length, recorded.length);
  return recorded.map(({ doc }) => String(doc.data?.reason));
}
