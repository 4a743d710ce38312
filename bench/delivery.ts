/**
 * `npm run bench -- delivery`: what the outbox promises, with real servers and a real mail server.
 * `--store=sqlite|postgres`, `--messages`, `--kills`, `--queued`, `--probes`.
 *
 * 1. Killed at random moments while it sends: whether each message arrives, and how many twice.
 * 2. How long a code of one environment takes beside the long queue of another.
 * 3. How long it takes beside a hundred pushes to hosts that take a connection and say nothing.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startMailSink } from '../e2e/mail-sink.ts';
import { queueMails, queuePushes, statusesOf } from '../e2e/outbox-rows.ts';
import { freePort, type RunningServer, startServer } from '../e2e/server.ts';
import { cpuMsOf } from './child.ts';
import { setUp } from './countersign.ts';
import { startPostgres } from './postgres-cluster.ts';

const { values: options } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '20' },
    queued: { type: 'string', default: '100000' },
    probes: { type: 'string', default: '100' },
    store: { type: 'string', default: 'sqlite' },
  },
  allowPositionals: true,
});
const [MESSAGES, KILLS, QUEUED, PROBES] = [
  options.messages,
  options.kills,
  options.queued,
  options.probes,
].map(Number) as [number, number, number, number];
/** How long the mail server thinks, as one that isn't on this machine does. */
const ANSWER_AFTER_MS = 20;
const HANGING_HOSTS = 10;
const PUSHES = 100;
const PROBE_PAUSE_MS = 100;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const median = (numbers: readonly number[]) => sorted(numbers)[numbers.length >> 1] ?? 0;
const at95 = (numbers: readonly number[]) =>
  sorted(numbers)[Math.floor(numbers.length * 0.95)] ?? 0;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(2);
}

await using cleanUp = new AsyncDisposableStack();
const cluster = options.store === 'postgres' ? await startPostgres() : undefined;
if (cluster) cleanUp.defer(cluster.stop);
const sink = await startMailSink(ANSWER_AFTER_MS);
cleanUp.defer(sink.close);

/** A store with its data directory, and how a server on it is started. */
async function aPlace(name: string) {
  const dataDirectory = mkdtempSync(join(tmpdir(), `countersign-delivery-${name}-`));
  cleanUp.defer(() => rmSync(dataDirectory, { recursive: true, force: true }));
  const databaseUrl = await cluster?.createDatabase(name);
  const place = { dataDirectory, ...(databaseUrl === undefined ? {} : { databaseUrl }) };
  const env = {
    // Tokens name the server by it.
    PORT: String(await freePort()),
    COUNTERSIGN_DATA_DIR: dataDirectory,
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: randomUUID(),
    COUNTERSIGN_BOOTSTRAP_CLIENT_ID: randomUUID(),
    COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: randomBytes(24).toString('base64url'),
    COUNTERSIGN_SMTP_URL: sink.url,
    COUNTERSIGN_MAIL_FROM: 'no-reply@bench.example',
    COUNTERSIGN_WEB_PUSH_PRIVATE: 'true',
    COUNTERSIGN_LOG_LEVEL: 'warn',
  };
  return { place, start: () => startServer(env, { dropOutput: true }) };
}

async function kills(): Promise<void> {
  const { place, start } = await aPlace('kills');
  let server = await start();
  await server.stop({ keepData: true });
  const ids = await queueMails(place, server.environmentId, MESSAGES);
  const moments = sorted(Array.from({ length: KILLS }, () => Math.random() * MESSAGES));
  const startedAt = performance.now();
  let cpuMs = 0;
  for (const moment of moments) {
    server = await start();
    await until(() => sink.counts.size >= moment);
    // Not in step with what arrives.
    await pause(Math.random() * 50);
    cpuMs += cpuMsOf(server.pid);
    const exited = once(server.process, 'exit');
    server.process.kill('SIGKILL');
    await exited;
  }
  server = await start();
  await until(() => sink.counts.size >= MESSAGES);
  const tookMs = performance.now() - startedAt;
  cpuMs += cpuMsOf(server.pid);
  await server.stop({ keepData: true });
  const lost = ids.filter((id) => !sink.counts.has(id)).length;
  const twice = sink.arrivals.length - sink.counts.size;
  const { PENDING, DEAD } = await statusesOf(place);
  console.log(
    `killed ${KILLS} times     ${ids.length} messages in ${(tookMs / 1_000).toFixed(0)} s`,
  );
  console.log(`  lost              ${lost}; waiting ${PENDING}, given up ${DEAD}`);
  console.log(
    `  arrived twice     ${twice} (${((100 * twice) / MESSAGES).toFixed(2)} %), under the same Message-ID`,
  );
  console.log(
    `  CPU a message     ${(cpuMs / (MESSAGES + twice)).toFixed(2)} ms, ${KILLS + 1} starts included`,
  );
}

/** From the answer to a request for a code to its arrival. */
async function measureCodes(server: RunningServer, made?: Awaited<ReturnType<typeof setUp>>) {
  const subject = made ?? (await setUp(server, { otp: 0, totp: 0, email: PROBES }));
  const { authorization = '' } = subject;
  const times: number[] = [];
  for (const { userId, email = '' } of subject.users.email) {
    const known = sink.arrivals.length;
    const askedAt = performance.now();
    const url = `${server.origin}/${server.environmentId}/deviceAuthentications`;
    const reply = await fetch(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ user: { id: userId } }),
    });
    if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
    const arrived = () => sink.arrivals.slice(known).find(({ to }) => to === email);
    await until(() => arrived() !== undefined);
    times.push((arrived()?.at ?? 0) - askedAt);
    await pause(Math.random() * PROBE_PAUSE_MS);
  }
  return { subject, times };
}

const shown = (times: readonly number[]) =>
  `median ${median(times).toFixed(0)} ms, 95 % ${at95(times).toFixed(0)} ms`;

async function neighbours(): Promise<void> {
  const { place, start } = await aPlace('neighbours');
  let server = await start();
  const { subject } = await measureCodes(server);
  const { times: alone } = await measureCodes(server, subject);
  const { authorization = '' } = subject;
  const body = { name: 'Busy', billOfMaterials: { products: [{ type: 'PING_ONE_MFA' }] } };
  const made = await fetch(`${server.origin}/v1/environments`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!made.ok) throw new Error(await made.text());
  const { id: busy } = (await made.json()) as { id: string };
  await server.stop({ keepData: true });
  await queueMails(place, busy, QUEUED);
  server = await start();
  const arrivedBefore = sink.arrivals.length;
  await until(() => sink.arrivals.length > arrivedBefore + 100);
  const startedAt = performance.now();
  const { times } = await measureCodes(server, subject);
  const seconds = (performance.now() - startedAt) / 1_000;
  const rate = (sink.arrivals.length - arrivedBefore - 100 - times.length) / seconds;
  const { count } = await waiting(server);
  await server.stop();
  console.log(`a code alone        ${shown(alone)}`);
  console.log(
    `beside a queue      ${shown(times)}; ${count} of ${QUEUED} still waited, ${rate.toFixed(0)}/s left`,
  );
  console.log(`  median            ${(median(times) / median(alone)).toFixed(2)} times`);
}

async function waiting(server: RunningServer) {
  const text = await (await fetch(`${server.origin}/metrics`)).text();
  const [, count = '?'] = /outbox_waiting\{channel="EMAIL"\} (\d+)/.exec(text) ?? [];
  return { count };
}

/** Hosts that take a connection and say nothing; how many have been called. */
async function hangingHosts(count: number) {
  const sockets = new Set<Socket>();
  const endpoints: string[] = [];
  for (let host = 0; host < count; host++) {
    const server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanUp.defer(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    endpoints.push(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  }
  return { endpoints, called: () => sockets.size };
}

async function hanging(): Promise<void> {
  const { place, start } = await aPlace('hanging');
  let server = await start();
  const { subject } = await measureCodes(server);
  const { times: alone } = await measureCodes(server, subject);
  await server.stop({ keepData: true });
  const { endpoints, called } = await hangingHosts(HANGING_HOSTS);
  const each = Array.from({ length: PUSHES }, (_, index) => `${endpoints[index % HANGING_HOSTS]}`);
  await queuePushes(place, server.environmentId, each);
  server = await start();
  await until(() => called() > HANGING_HOSTS);
  const { times } = await measureCodes(server, subject);
  await server.stop();
  console.log(`a code alone        ${shown(alone)}`);
  console.log(`beside the pushes   ${shown(times)}; ${called()} connections hung`);
  console.log(`  median            ${(median(times) - median(alone)).toFixed(0)} ms more`);
}

console.log(
  `store               ${options.store}, mail server answers after ${ANSWER_AFTER_MS} ms`,
);
if (KILLS > 0) await kills();
if (QUEUED > 0) await neighbours();
await hanging();
process.exit(0);
