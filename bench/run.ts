/**
 * The benchmark: Countersign beside the bare limit, on SQLite and on PostgreSQL. See `README.md`.
 * `run.ts [--quick] [--store=sqlite|postgres] [--no-write]`
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cpuMsOf, type Driver, residentMiBOf, startDriver, startLimit } from './child.ts';
import { setUp, startCountersign } from './countersign.ts';
import type { FlowKind, Run } from './load.ts';
import { startPostgres } from './postgres-cluster.ts';
import {
  type Measurement,
  mergeRepetitions,
  renderReport,
  type StartMeasurement,
} from './report.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    store: { type: 'string' },
    'no-write': { type: 'boolean', default: false },
  },
});

interface Size {
  repetitions: number;
  connections: number[];
  /** Flows of one run, by connections. */
  flowsMax(kind: FlowKind, connections: number): number;
  secondsMax: number;
  users: Record<FlowKind, number>;
}

const FULL: Size = {
  repetitions: 3,
  connections: [1, 16, 64, 256],
  flowsMax: (kind, connections) =>
    connections === 1 ? 500 : { otp: 8_000, totp: 3_000, email: 2_000 }[kind],
  secondsMax: 6,
  // So many that none meets the bound on messages to one address.
  users: { otp: 2_000, totp: 4_000, email: 1_000 },
};

const QUICK: Size = {
  repetitions: 1,
  connections: [16, 64],
  flowsMax: (kind) => ({ otp: 3_000, totp: 1_000, email: 500 })[kind],
  secondsMax: 3,
  users: { otp: 500, totp: 1_000, email: 500 },
};

/** A server that runs and is known to the driver. */
interface Competitor {
  subject: Measurement['subject'];
  pid: number;
  kinds: readonly FlowKind[];
}

async function measure(
  driver: Driver,
  store: string,
  { subject, pid }: Competitor,
  run: Run,
): Promise<Measurement> {
  const cpuBeforeMs = cpuMsOf(pid);
  const result = await driver.run(`${store} ${subject}`, run);
  const cpuMs = cpuMsOf(pid) - cpuBeforeMs;
  if (result.firstError !== undefined) {
    console.error(`${store} ${subject} ${run.kind}: ${result.errors}× ${result.firstError}`);
  }
  const { flows, errors, p50Ms, p99Ms } = result;
  const flowsPerSecond = (flows / result.elapsedMs) * 1000;
  console.error(
    `${store} ${subject} ${run.kind} at ${run.connections}: ${Math.round(flowsPerSecond)} flows/s`,
  );
  return {
    store,
    subject,
    kind: run.kind,
    connections: run.connections,
    flows,
    errors,
    flowsPerSecond,
    p50Ms,
    p99Ms,
    cpuUsPerFlow: (cpuMs * 1000) / Math.max(1, flows),
    residentMiB: residentMiBOf(pid),
  };
}

const WARM_UP = { connections: 16, flowsMax: 1_000, secondsMax: 5 };

/** Untimed: a server that has just started is still being compiled by its run-time. */
async function warmUp(driver: Driver, store: string, competitors: readonly Competitor[]) {
  for (const { subject, kinds } of competitors) {
    for (const kind of kinds) await driver.run(`${store} ${subject}`, { kind, ...WARM_UP });
  }
}

/** Competitors take turns within each setting, so that what the machine does else hits both. */
async function measureAll(
  driver: Driver,
  store: string,
  competitors: readonly Competitor[],
  size: Size,
): Promise<Measurement[]> {
  const byRun = new Map<string, Measurement[]>();
  for (let repetition = 0; repetition < size.repetitions; repetition++) {
    for (const kind of ['otp', 'totp', 'email'] as const) {
      for (const connections of size.connections) {
        const run = {
          kind,
          connections,
          flowsMax: size.flowsMax(kind, connections),
          secondsMax: size.secondsMax,
        };
        for (const competitor of competitors.filter(({ kinds }) => kinds.includes(kind))) {
          const key = `${competitor.subject} ${kind} ${connections}`;
          const measurement = await measure(driver, store, competitor, run);
          byRun.set(key, [...(byRun.get(key) ?? []), measurement]);
        }
      }
    }
  }
  return [...byRun.values()].map(mergeRepetitions);
}

const RESTING_AFTER_MS = 3_000;

/** Start times, and memory at rest, of a server that has served nothing yet. */
async function measureStart(store: string, databaseUrl?: string): Promise<StartMeasurement> {
  const place = databaseUrl === undefined ? {} : { databaseUrl };
  const first = await startCountersign(place);
  await first.stop({ keepData: true });
  const later = await startCountersign({ ...place, dataDirectory: first.dataDirectory });
  try {
    await new Promise((resolve) => setTimeout(resolve, RESTING_AFTER_MS));
    return {
      store,
      firstReadyMs: first.readyAfterMs,
      laterReadyMs: later.readyAfterMs,
      restingMiB: residentMiBOf(later.pid),
    };
  } finally {
    await later.stop();
  }
}

interface Places {
  name: string;
  kind: 'sqlite' | 'postgres';
  /** A new, empty database; undefined: SQLite makes its own file in the data directory. */
  database(name: string): Promise<string | undefined>;
}

async function benchStore(driver: Driver, places: Places, size: Size, scratch: string) {
  const { name, kind, database } = places;
  const start = await measureStart(name, await database('resting'));
  const databaseUrl = await database('countersign');
  const countersign = await startCountersign(databaseUrl === undefined ? {} : { databaseUrl });
  const limitPlace = (await database('bare_limit')) ?? join(scratch, 'limit.sqlite');
  const limit = await startLimit(kind, limitPlace, 2 * Math.max(...Object.values(size.users)));
  try {
    await driver.add(`${name} limit`, limit.subject);
    await driver.add(`${name} countersign`, await setUp(countersign, size.users));
    const competitors: Competitor[] = [
      { subject: 'limit', pid: limit.pid, kinds: ['otp', 'totp'] },
      { subject: 'countersign', pid: countersign.pid, kinds: ['otp', 'totp', 'email'] },
    ];
    await warmUp(driver, name, competitors);
    return { start, measurements: await measureAll(driver, name, competitors, size) };
  } finally {
    await countersign.stop();
    await limit.stop();
  }
}

async function main(): Promise<void> {
  const size = options.quick ? QUICK : FULL;
  const scratch = mkdtempSync(join(tmpdir(), 'countersign-bench-'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rmSync(scratch, { recursive: true, force: true }));
  const driver = startDriver();
  cleanUp.defer(driver.stop);

  const stores: Places[] = [];
  if (options.store !== 'postgres') {
    stores.push({ name: 'SQLite', kind: 'sqlite', database: async () => undefined });
  }
  if (options.store !== 'sqlite') {
    const cluster = await startPostgres();
    cleanUp.defer(cluster.stop);
    stores.push({ name: 'PostgreSQL', kind: 'postgres', database: cluster.createDatabase });
  }
  const starts: StartMeasurement[] = [];
  const measurements: Measurement[] = [];
  for (const store of stores) {
    const measured = await benchStore(driver, store, size, scratch);
    starts.push(measured.start);
    measurements.push(...measured.measurements);
  }
  const page = renderReport({
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus().length} cores, Node.js ${process.versions.node}`,
    command: ['npm run bench', ...(process.argv[2] ? ['--'] : []), ...process.argv.slice(2)].join(
      ' ',
    ),
    repetitions: size.repetitions,
    starts,
    measurements,
  });
  console.log(page);
  if (!options['no-write'] && !options.quick) {
    writeFileSync(fileURLToPath(new URL('RESULTS.md', import.meta.url)), page);
  }
}

await main();
