/**
 * `npm run bench -- oath-import`: many OATH tokens are imported by jobs of a thousand, one row of a
 * hundred broken, while flows go on. How long that takes, what the flows keep of their usual rate,
 * and how fast the tokens are found and listed afterwards.
 */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { cpuMsOf, residentMiBOf, startDriver } from './child.ts';
import { setUp, startCountersign } from './countersign.ts';
import { startPostgres } from './postgres-cluster.ts';

const { values: options } = parseArgs({
  options: {
    tokens: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '16' },
    seconds: { type: 'string', default: '10' },
    store: { type: 'string', default: 'sqlite' },
  },
  allowPositionals: true,
});
const TOKENS = Number(options.tokens);
const CONNECTIONS = Number(options.connections);
const SECONDS = Number(options.seconds);
const ROWS = 1_000;
const BROKEN_EACH = 100;
const SLICE_SECONDS = 2;
const POLL_MS = 200;
const FINDS = 200;

const isBroken = (row: number) => row % BROKEN_EACH === 0;

/** One row of the import, counted from 1. */
const rowOf = (row: number) => ({
  serialNumber: isBroken(row) ? `no ${row}` : `OATH${String(row).padStart(8, '0')}`,
  secret: randomBytes(20).toString('hex'),
  rowNumber: row,
  otpLength: 6,
  ...(row % 2 ? { type: 'HOTP' } : { type: 'TOTP', totp: { timeStep: 30 } }),
});

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const median = (numbers: readonly number[]) =>
  numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

await using cleanUp = new AsyncDisposableStack();
const cluster = options.store === 'postgres' ? await startPostgres() : undefined;
if (cluster) cleanUp.defer(cluster.stop);
const server = await startCountersign(
  cluster ? { databaseUrl: await cluster.createDatabase('import') } : {},
);
cleanUp.defer(async () => void (await server.stop()));
const driver = startDriver();
cleanUp.defer(driver.stop);
const subject = await setUp(server, { otp: 500, totp: 0, email: 0 });
await driver.add('countersign', subject);
const { authorization = '' } = subject;

// biome-ignore lint/suspicious/noExplicitAny: replies of the API, read where they are used.
async function call(path: string, body?: object): Promise<any> {
  const response = await fetch(`${server.origin}/v1/environments/${server.environmentId}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      authorization,
      ...(body
        ? { 'content-type': 'application/vnd.pingidentity.job.oathtokens.create+json' }
        : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const reply = await response.json();
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(reply)}`);
  return reply;
}

/** Flows per second over some time. */
async function flowRate(secondsMax: number, goesOn = () => false) {
  let flows = 0;
  let elapsedMs = 0;
  let slowest = 0;
  do {
    const run = { kind: 'otp', connections: CONNECTIONS, flowsMax: 200_000, secondsMax } as const;
    const result = await driver.run('countersign', run);
    if (result.errors > 0) throw new Error(result.firstError);
    flows += result.flows;
    elapsedMs += result.elapsedMs;
    slowest = Math.max(slowest, result.p99Ms);
  } while (goesOn());
  return { perSecond: (flows / elapsedMs) * 1_000, slowest };
}

/** Hands in every job, one after the other, and waits for the end of all. */
async function importAll() {
  const jobs: { id: string; first: number }[] = [];
  for (let first = 1; first <= TOKENS; first += ROWS) {
    const count = Math.min(ROWS, TOKENS - first + 1);
    const tokens = Array.from({ length: count }, (_, row) => rowOf(first + row));
    const { id } = await call('/oathJobs', { type: 'CREATE_OATH_TOKENS', tokens });
    jobs.push({ id, first });
  }
  let created = 0;
  for (const { id, first } of jobs) {
    let job = await call(`/oathJobs/${id}`);
    while (job.status !== 'DONE') {
      if (job.status === 'FAILED') throw new Error(job.reason);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      job = await call(`/oathJobs/${id}`);
    }
    created += job.result.created;
    const told = (job.result.errors ?? []).map(({ rowNumber }: { rowNumber: number }) => rowNumber);
    const broken = Array.from({ length: ROWS }, (_, row) => first + row).filter(
      (row) => row <= TOKENS && isBroken(row),
    );
    if (String(told) !== String(broken)) throw new Error(`Rows ${told} were told, not ${broken}.`);
  }
  return created;
}

/** Every page of a thousand. Returns how many tokens there were, and the slowest page. */
async function walk() {
  const seen = new Set<string>();
  let slowest = 0;
  let path: string | undefined = '/oathTokens?limit=1000';
  while (path !== undefined) {
    const startedAt = performance.now();
    const page = await call(path);
    slowest = Math.max(slowest, performance.now() - startedAt);
    for (const { id } of page._embedded.oathTokens) seen.add(id);
    path = page._links.next?.href.split(server.environmentId)[1];
  }
  return { count: seen.size, slowest };
}

async function find(filterOf: (row: number) => string) {
  const times: number[] = [];
  for (let turn = 1; turn <= FINDS; turn++) {
    const row = 1 + ((turn * 7_919) % TOKENS);
    const filter = encodeURIComponent(filterOf(isBroken(row) ? row + 1 : row));
    const startedAt = performance.now();
    const { count } = await call(`/oathTokens?filter=${filter}`);
    times.push(performance.now() - startedAt);
    if (count === 0) throw new Error(`Nothing was found by ${filterOf(row)}.`);
  }
  return median(times);
}

await flowRate(SECONDS);
const before = await flowRate(SECONDS);
const cpuBeforeMs = cpuMsOf(server.pid);
const startedAt = performance.now();
let isDone = false;
const importing = importAll().finally(() => {
  isDone = true;
});
const [created, meanwhile, tookMs] = await Promise.all([
  importing,
  flowRate(SLICE_SECONDS, () => !isDone),
  importing.then(() => performance.now() - startedAt),
]);
const cpuMs = cpuMsOf(server.pid) - cpuBeforeMs;
// The machine may have become faster or slower meanwhile.
const after = await flowRate(SECONDS);
const usual = {
  perSecond: (before.perSecond + after.perSecond) / 2,
  slowest: Math.max(before.slowest, after.slowest),
};
const { count, slowest } = await walk();
if (count !== created) throw new Error(`${created} were created, ${count} are listed.`);

console.log(`store                   ${options.store}`);
console.log(`tokens                  ${created} of ${TOKENS} rows, the others reported by row`);
console.log(`imported in             ${seconds(tookMs)} (${seconds(cpuMs)} CPU with the flows)`);
console.log(
  `flows/s, usual          ${usual.perSecond.toFixed(0)} (p99 ${usual.slowest.toFixed(0)} ms)`,
);
console.log(
  `flows/s, meanwhile      ${meanwhile.perSecond.toFixed(0)} (p99 ${meanwhile.slowest.toFixed(0)} ms)`,
);
console.log(
  `kept of the rate        ${((100 * meanwhile.perSecond) / usual.perSecond).toFixed(0)} %`,
);
console.log(`slowest page of 1,000   ${slowest.toFixed(0)} ms`);
const numberOf = (row: number) => `OATH${String(row).padStart(8, '0')}`;
console.log(
  `found by eq             ${(await find((row) => `serialNumber eq "${numberOf(row)}"`)).toFixed(1)} ms`,
);
console.log(
  `found by sw             ${(await find((row) => `serialNumber sw "${numberOf(row).slice(0, 10)}"`)).toFixed(1)} ms`,
);
console.log(`resident memory         ${residentMiBOf(server.pid).toFixed(0)} MiB`);
