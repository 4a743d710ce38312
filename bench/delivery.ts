/**
 * `npm run bench -- delivery`: what the outbox promises, with real servers and a real mail server, as a
 * table for each store. `--store=sqlite,postgres`, `--messages`, `--kills`, `--queued`, `--pushes`,
 * `--probes`; what is 0 is left out. `--answer`: after how many milliseconds the mail server answers.
 *
 * 1. Killed at random moments while it sends: whether each message arrives, and how many twice.
 * 2. How long a code takes beside a hundred pushes to hosts that take a connection and say nothing.
 * 3. How long a code of one environment takes beside the long queue of another.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type MailSink, startMailSink } from '../e2e/mail-sink.ts';
import { queueMails, queuePushes, statusesOf } from '../e2e/outbox-rows.ts';
import { freePort, type RunningServer, startServer } from '../e2e/server.ts';
import { cpuMsOf } from './child.ts';
import { setUp } from './countersign.ts';
import type { Subject } from './load.ts';
import { startPostgres } from './postgres-cluster.ts';

const { values: options } = parseArgs({
  options: {
    messages: { type: 'string', default: '10000' },
    kills: { type: 'string', default: '20' },
    queued: { type: 'string', default: '100000' },
    pushes: { type: 'string', default: '100' },
    probes: { type: 'string', default: '50' },
    answer: { type: 'string', default: '20' },
    store: { type: 'string', default: 'sqlite,postgres' },
  },
  allowPositionals: true,
});
const [MESSAGES, KILLS, QUEUED, PUSHES, PROBES] = [
  options.messages,
  options.kills,
  options.queued,
  options.pushes,
  options.probes,
].map(Number) as [number, number, number, number, number];
const STORES = options.store.split(',');
/** How long the mail server thinks; one that isn't on this machine takes a while. */
const ANSWER_AFTER_MS = Number(options.answer);
const HANGING_HOSTS = 10;
/** Codes that are asked for before those that are measured. */
const WARM_UP = 10;
const PROBE_PAUSE_MS = 100;
const SETTLE_MS = 1_000;

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const sorted = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b);
const median = (numbers: readonly number[]) => sorted(numbers)[numbers.length >> 1] ?? 0;
const at95 = (numbers: readonly number[]) =>
  sorted(numbers)[Math.floor(numbers.length * 0.95)] ?? 0;

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await pause(2);
}

await using cleanUp = new AsyncDisposableStack();
const cluster = STORES.includes('postgres') ? await startPostgres() : undefined;
if (cluster) cleanUp.defer(cluster.stop);

/** A figure of the table, and what it is allowed to be. */
type Row = [what: string, measured: string, allowed: string];

/** A store with its data directory and a mail server, and how a server on it is started. */
async function aPlace(store: string, name: string) {
  const sink = await startMailSink(ANSWER_AFTER_MS);
  cleanUp.defer(sink.close);
  const dataDirectory = mkdtempSync(join(tmpdir(), `countersign-delivery-${name}-`));
  cleanUp.defer(() => rmSync(dataDirectory, { recursive: true, force: true }));
  const databaseUrl = store === 'postgres' ? await cluster?.createDatabase(name) : undefined;
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
  return { place, sink, start: () => startServer(env, { dropOutput: true }) };
}

async function kills(store: string): Promise<Row[]> {
  const { place, sink, start } = await aPlace(store, 'kills');
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
  // What was taken and not noted comes last: until the outbox is empty.
  await until(() => sink.counts.size >= MESSAGES);
  await pause(SETTLE_MS);
  const seconds = (performance.now() - startedAt - SETTLE_MS) / 1_000;
  cpuMs += cpuMsOf(server.pid);
  await server.stop({ keepData: true });
  const lost = ids.filter((id) => !sink.counts.has(id)).length;
  const twice = sink.arrivals.length - sink.counts.size;
  const { PENDING, DEAD } = await statusesOf(place);
  const percent = ((100 * twice) / MESSAGES).toFixed(2);
  const cpu = (cpuMs / (MESSAGES + twice)).toFixed(2);
  return [
    [`lost of ${MESSAGES}, killed ${KILLS} times`, String(lost), '0'],
    ['  waiting, given up', `${PENDING}, ${DEAD}`, '0, 0'],
    ['  arrived twice', `${percent} % (${twice})`, '0.1 %'],
    ['  sent; CPU a message with starts', `in ${seconds.toFixed(0)} s; ${cpu} ms`, ''],
  ];
}

/** From the request for a code to its arrival, again and again. */
async function measureCodes(
  server: RunningServer,
  { arrivals }: MailSink,
  { authorization = '', users }: Subject,
): Promise<number[]> {
  const times: number[] = [];
  for (const { userId, email = '' } of [...users.email.slice(0, WARM_UP), ...users.email]) {
    const known = arrivals.length;
    const askedAt = performance.now();
    const url = `${server.origin}/${server.environmentId}/deviceAuthentications`;
    const reply = await fetch(url, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ user: { id: userId } }),
    });
    if (!reply.ok) throw new Error(`${reply.status} ${await reply.text()}`);
    const arrival = () => arrivals.slice(known).find(({ to }) => to === email);
    await until(() => arrival() !== undefined);
    times.push((arrival()?.at ?? 0) - askedAt);
    await pause(Math.random() * PROBE_PAUSE_MS);
  }
  return times.slice(WARM_UP);
}

const shown = (times: readonly number[]) =>
  `${median(times).toFixed(0)} ms (95 %: ${at95(times).toFixed(0)} ms)`;

async function addEnvironment({ origin }: RunningServer, { authorization = '' }: Subject) {
  const body = { name: 'Busy', billOfMaterials: { products: [{ type: 'PING_ONE_MFA' }] } };
  const made = await fetch(`${origin}/v1/environments`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!made.ok) throw new Error(await made.text());
  const { id } = (await made.json()) as { id: string };
  return id;
}

/** Hosts that take a connection and say nothing; how many have been called. */
async function hangingHosts(count: number) {
  const sockets = new Set<Socket>();
  const servers: Server[] = [];
  const endpoints: string[] = [];
  for (let host = 0; host < count; host++) {
    const server = createServer((socket) => void sockets.add(socket.on('error', () => {})));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    endpoints.push(`https://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  }
  const close = () => {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { endpoints, called: () => sockets.size, close };
}

async function neighbours(store: string): Promise<Row[]> {
  const { place, sink, start } = await aPlace(store, 'neighbours');
  let server = await start();
  const subject = await setUp(server, { otp: 0, totp: 0, email: PROBES });
  const alone = await measureCodes(server, sink, subject);
  const busy = await addEnvironment(server, subject);
  await server.stop({ keepData: true });
  const rows: Row[] = [['a code alone: median', shown(alone), '']];
  if (PUSHES > 0) {
    const hosts = await hangingHosts(HANGING_HOSTS);
    const each = Array.from(
      { length: PUSHES },
      (_, index) => `${hosts.endpoints[index % HANGING_HOSTS]}`,
    );
    await queuePushes(place, server.environmentId, each);
    server = await start();
    await until(() => hosts.called() >= Math.min(PUSHES, HANGING_HOSTS));
    const times = await measureCodes(server, sink, subject);
    const more = `${(median(times) - median(alone)).toFixed(0)} ms more`;
    rows.push([`beside ${PUSHES} pushes that hang`, shown(times), '']);
    rows.push([`  ${hosts.called()} connections hung`, more, '100 ms']);
    await server.stop({ keepData: true });
    hosts.close();
  }
  if (QUEUED > 0) {
    await queueMails(place, busy, QUEUED);
    server = await start();
    const before = sink.arrivals.length;
    await until(() => sink.arrivals.length > before + 100);
    const times = await measureCodes(server, sink, subject);
    await server.stop({ keepData: true });
    const { PENDING } = await statusesOf(place);
    rows.push([`beside a queue of ${QUEUED}`, shown(times), '']);
    const ratio = `${(median(times) / median(alone)).toFixed(2)} times`;
    rows.push([`  ${PENDING} still waited`, ratio, '1.5 times']);
  }
  return rows;
}

console.log(`The mail server answers after ${ANSWER_AFTER_MS} ms.`);
for (const store of STORES) {
  const rows: Row[] = [[store, 'measured', 'allowed']];
  if (KILLS > 0) rows.push(...(await kills(store)));
  if (QUEUED > 0 || PUSHES > 0) rows.push(...(await neighbours(store)));
  for (const [what, measured, allowed] of rows) {
    console.log(`${what.padEnd(36)}${measured.padEnd(28)}${allowed}`);
  }
}
process.exit(0);
