/** Killed again and again while it sends: each message arrives, and none is lost. */
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { until } from '../packages/server/src/testing/until.ts';
import { startMailSink } from './mail-sink.ts';
import { queueMails, statusesOf } from './outbox-rows.ts';
import { type RunningServer, startServer } from './server.ts';

const MESSAGES = 500;
const KILLS = 5;

test('each of 500 messages arrives though the worker is killed five times', async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'countersign-delivery-'));
  const sink = await startMailSink(5);
  const env = {
    COUNTERSIGN_DATA_DIR: dataDirectory,
    COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: randomUUID(),
    COUNTERSIGN_BOOTSTRAP_CLIENT_ID: randomUUID(),
    COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: randomBytes(24).toString('base64url'),
    COUNTERSIGN_SMTP_URL: sink.url,
    COUNTERSIGN_MAIL_FROM: 'no-reply@shop.example',
  };
  let running: RunningServer | undefined;
  try {
    running = await startServer(env);
    assert.equal(await running.stop({ keepData: true }), 0);
    const ids = await queueMails({ dataDirectory }, running.environmentId, MESSAGES);
    for (let kill = 1; kill <= KILLS; kill++) {
      running = await startServer(env);
      const wanted = Math.floor(((kill - Math.random()) * MESSAGES) / (KILLS + 1));
      await until(() => sink.counts.size >= wanted);
      running.process.kill('SIGKILL');
      await until(() => running?.process.exitCode !== null || running.process.signalCode !== null);
    }
    running = await startServer(env);
    await until(() => sink.counts.size >= MESSAGES);
    assert.deepEqual([...sink.counts.keys()].sort(), ids.sort());
    assert.equal(await running.stop({ keepData: true }), 0);
    const { SENT, PENDING, DEAD, KEPT } = await statusesOf({ dataDirectory });
    assert.deepEqual(
      { SENT, PENDING, DEAD, KEPT },
      { SENT: MESSAGES, PENDING: 0, DEAD: 0, KEPT: 0 },
    );
    // Those that were just taken when it was killed may arrive a second time.
    const twice = sink.arrivals.length - MESSAGES;
    assert.ok(twice <= KILLS * 10, `${twice} arrived twice`);
  } finally {
    running?.process.kill('SIGKILL');
    await sink.close();
    rmSync(dataDirectory, { recursive: true, force: true });
  }
});
