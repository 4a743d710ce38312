/** The bench's own parts work: a few flows through each limit. No time is asserted. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { startDriver, startLimit } from './child.ts';
import { readReply } from './http-connection.ts';
import { startPostgres } from './postgres-cluster.ts';
import { fromBase32, totpAt } from './totp.ts';

async function driveLimit(store: 'sqlite' | 'postgres', place: string): Promise<void> {
  await using cleanUp = new AsyncDisposableStack();
  const limit = await startLimit(store, place, 20);
  cleanUp.defer(limit.stop);
  const driver = startDriver();
  cleanUp.defer(driver.stop);
  await driver.add('limit', limit.subject);
  for (const [kind, flowsMax] of [
    ['otp', 40],
    ['totp', 10],
  ] as const) {
    const result = await driver.run('limit', { kind, connections: 4, flowsMax, secondsMax: 10 });
    assert.deepEqual(
      { flows: result.flows, errors: result.errors, firstError: result.firstError },
      { flows: flowsMax, errors: 0, firstError: undefined },
    );
    assert.ok(result.p50Ms > 0 && result.p99Ms >= result.p50Ms);
  }
}

describe('the driver completes flows of both kinds', () => {
  test('through the limit on SQLite', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
    try {
      await driveLimit('sqlite', join(directory, 'limit.sqlite'));
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  });

  test('through the limit on PostgreSQL', async () => {
    const cluster = await startPostgres();
    try {
      await driveLimit('postgres', await cluster.createDatabase('limit_smoke'));
    } finally {
      await cluster.stop();
    }
  });
});

test('the driver’s codes are those of RFC 6238, appendix B', () => {
  const key = Buffer.from('12345678901234567890');
  assert.equal(totpAt(key, 1), '287082');
  assert.equal(totpAt(key, Math.floor(1_111_111_109 / 30)), '081804');
  assert.deepEqual(fromBase32('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'), key);
});

test('the driver waits for a whole reply', () => {
  const reply = Buffer.from('HTTP/1.1 201 Created\r\nContent-Length: 10\r\n\r\n{"id":"a"}');
  assert.equal(readReply(reply.subarray(0, 30)), undefined);
  assert.equal(readReply(reply.subarray(0, reply.length - 1)), undefined);
  assert.deepEqual(readReply(reply), { status: 201, body: { id: 'a' } });
});
