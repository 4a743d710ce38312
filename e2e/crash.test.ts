/**
 * Killed at any moment under load and started again: whatever was answered is there, no passcode
 * works twice, no message is lost.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Reply, send } from '../packages/server/src/testing/client.ts';
import { until } from '../packages/server/src/testing/until.ts';
import { type RunningServer, startServer } from './server.ts';

const ROUNDS = 4;
const USERS = 8;
const LOAD_MS_MAX = 700;

interface Started {
  id: string;
  email: string;
  startedAt: string;
}

/** What the server has answered before it was killed. */
interface Answered {
  started: Started[];
  completed: { id: string; otp: string }[];
  users: string[];
}

async function tokenOf(server: RunningServer): Promise<string> {
  const basic = Buffer.from(`${server.clientId}:${server.clientSecret}`).toString('base64');
  const reply = await send(`${server.origin}/${server.environmentId}/as/token`, {
    type: 'application/x-www-form-urlencoded',
    headers: { authorization: `Basic ${basic}` },
    body: 'grant_type=client_credentials',
  });
  assert.equal(reply.status, 200, reply.text);
  return reply.body.access_token;
}

/** Goes on until the server is gone; what was answered by then is noted. */
async function load(server: RunningServer, token: string, user: number, answered: Answered) {
  const api = `${server.origin}/v1/environments/${server.environmentId}`;
  const flows = `${server.origin}/${server.environmentId}/deviceAuthentications`;
  const email = `user${user}-${Date.now()}@shop.example`;
  const ok = (reply: Reply) => {
    assert.ok(reply.status < 300, reply.text);
    return reply.body;
  };
  try {
    const body = { username: email, email, mfaEnabled: true };
    const { id: userId } = ok(await send(`${api}/users`, { token, body }));
    answered.users.push(userId);
    ok(await send(`${api}/users/${userId}/devices`, { token, body: { type: 'EMAIL', email } }));
    for (;;) {
      const flow = ok(await send(flows, { token, body: { user: { id: userId } } }));
      answered.started.push({ id: flow.id, email, startedAt: flow.createdAt });
      const outbox = ok(await send(`${server.origin}/dev/outbox?to=${email}&limit=1`));
      const { otp } = outbox.messages[0];
      const checked = await send(`${flows}/${flow.id}`, {
        token,
        type: 'otp.check',
        body: { otp },
      });
      if (checked.status === 200) answered.completed.push({ id: flow.id, otp });
    }
  } catch (error) {
    // The connection went with the server; anything else is a failure.
    if (error instanceof assert.AssertionError) throw error;
  }
}

async function verify(server: RunningServer, token: string, answered: Answered): Promise<void> {
  const api = `${server.origin}/v1/environments/${server.environmentId}`;
  const flows = `${server.origin}/${server.environmentId}/deviceAuthentications`;
  for (const id of answered.users) {
    assert.equal((await send(`${api}/users/${id}`, { token })).status, 200, 'a user is lost');
  }
  for (const { id } of answered.started) {
    assert.equal((await send(`${flows}/${id}`, { token })).status, 200, 'a flow is lost');
  }
  for (const { id, otp } of answered.completed) {
    const read = await send(`${flows}/${id}`, { token });
    assert.equal(read.body.status, 'COMPLETED', 'a completion is lost');
    const again = await send(`${flows}/${id}`, { token, type: 'otp.check', body: { otp } });
    assert.equal(again.status, 400, 'a passcode works twice');
  }
  const counts = new Map<string, number>();
  for (const { email } of answered.started) counts.set(email, (counts.get(email) ?? 0) + 1);
  for (const [email, count] of counts) {
    const outbox = await send(`${server.origin}/dev/outbox?to=${email}&limit=1000`);
    const codes = outbox.body.messages.filter(({ otp }: { otp?: string }) => otp);
    assert.ok(codes.length >= count, `${count} flows, ${codes.length} messages`);
  }
}

test('killed under load and started again, it has lost nothing that it had answered', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'countersign-crash-'));
  const answered: Answered = { started: [], completed: [], users: [] };
  let identity: Record<string, string> = {};
  let running: RunningServer | undefined;
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const server = await startServer({ COUNTERSIGN_DATA_DIR: directory, ...identity });
      running = server;
      identity = {
        COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: server.environmentId,
        COUNTERSIGN_BOOTSTRAP_CLIENT_ID: server.clientId,
        COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: server.clientSecret,
      };
      const token = await tokenOf(server);
      await verify(server, token, answered);
      const loads = Array.from({ length: USERS }, (_, user) => load(server, token, user, answered));
      // However slow the machine is, it is killed under load.
      const { length } = answered.completed;
      await until(() => answered.completed.length > length);
      const afterMs = Math.random() * LOAD_MS_MAX;
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      server.process.kill('SIGKILL');
      await Promise.all(loads);
    }
    assert.ok(answered.completed.length > 0, 'The load has completed no flow.');
    const server = await startServer({ COUNTERSIGN_DATA_DIR: directory, ...identity });
    running = server;
    await verify(server, await tokenOf(server), answered);
    assert.equal(await server.stop({ keepData: true }), 0);
  } finally {
    running?.process.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  }
});
