import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Api, Refused } from '../src/api.ts';
import { patient } from '../src/import/again.ts';

const refusal = (status: number, headers: Record<string, string> = {}) =>
  new Refused({ code: 'X', message: 'x' }, new Response('', { status, headers }));

/** An API that fails so often before it answers, and the waits of the one that is patient with it. */
function world(errors: Error[]) {
  const waits: number[] = [];
  let calls = 0;
  const get = async () => {
    const error = errors[calls++];
    if (error) throw error;
    return 'answer';
  };
  const api = patient({ get, post: get } as unknown as Api, async (ms) => waits.push(ms));
  return { api, waits, calls: () => calls };
}

test('an import waits as the server says, or ever longer, where it is busy', async () => {
  const errors = [refusal(503), refusal(429, { 'retry-after': '7' }), refusal(503)];
  const { api, waits } = world(errors);
  assert.equal(await api.get('/users'), 'answer');
  assert.deepEqual(waits, [250, 7_000, 1_000]);
  const other = world([refusal(429)]);
  assert.equal(await other.api.post('/users', {}), 'answer');
});

test('an import gives up in the end, and at once where waiting helps nothing', async () => {
  const busy = world(Array.from({ length: 20 }, () => refusal(503, { 'retry-after': '3600' })));
  await assert.rejects(busy.api.get('/users'), { status: 503 });
  assert.equal(busy.calls(), 6);
  assert.ok(busy.waits.every((ms) => ms <= 30_000));
  for (const error of [refusal(400), refusal(500), new Error('Nobody answers')]) {
    const { api, waits } = world([error]);
    await assert.rejects(api.get('/users'), error);
    assert.deepEqual(waits, []);
  }
});
