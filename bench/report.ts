/** What the bench writes: the numbers as a page. Pure. */
import type { FlowKind } from './load.ts';

export interface Measurement {
  store: string;
  kind: FlowKind;
  connections: number;
  subject: 'countersign' | 'limit';
  flows: number;
  errors: number;
  flowsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** CPU of the server's process, in microseconds per flow. */
  cpuUsPerFlow: number;
  residentMiB: number;
}

export interface StartMeasurement {
  store: string;
  /** On an empty store, and again on the store that it left. */
  firstReadyMs: number;
  laterReadyMs: number;
  restingMiB: number;
}

export interface Report {
  date: string;
  machine: string;
  command: string;
  repetitions: number;
  starts: StartMeasurement[];
  measurements: Measurement[];
}

/** The middle value; of an even number the lower one. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

const NUMBERS = ['flowsPerSecond', 'p50Ms', 'p99Ms', 'cpuUsPerFlow', 'residentMiB'] as const;

/** One measurement of several of the same thing: each number is the median of its own. */
export function mergeRepetitions(same: readonly Measurement[]): Measurement {
  const [first] = same;
  if (!first) throw new Error('Nothing was measured.');
  const sum = (key: 'flows' | 'errors') => same.reduce((total, one) => total + one[key], 0);
  const medians = NUMBERS.map((key) => [key, median(same.map((one) => one[key]))]);
  return {
    ...first,
    ...(Object.fromEntries(medians) as Pick<Measurement, (typeof NUMBERS)[number]>),
    flows: sum('flows'),
    errors: sum('errors'),
  };
}

const KINDS: Record<FlowKind, string> = {
  otp: 'e-mail OTP, test device',
  totp: 'TOTP',
  email: 'e-mail OTP, delivered',
};

const whole = (value: number) => Math.round(value).toLocaleString('en');

/** `bench/RESULTS.md`. */
export function renderReport({ measurements, starts, ...head }: Report): string {
  const stores = [...new Set(measurements.map(({ store }) => store))];
  return [
    '# Results',
    '',
    `Written by \`${head.command}\` on ${head.date}; what is measured and how: [README](README.md).`,
    '',
    `- Machine: ${head.machine}; the server, the database and the driver share it.`,
    `- Each number is the median of ${head.repetitions} interleaved runs. A flow is a start and a check.`,
    '- Ratio: flows/s of Countersign to those of the limit.',
    '',
    ...stores.flatMap((store) => storeSection(store, measurements, starts)),
    '',
  ]
    .join('\n')
    .replace(/\n+$/, '\n');
}

function storeSection(
  store: string,
  measurements: readonly Measurement[],
  starts: readonly StartMeasurement[],
): string[] {
  const rows = measurements
    .filter((one) => one.store === store && one.subject === 'countersign')
    .map((one) => row(one, limitOf(one, measurements)));
  const start = starts.find((one) => one.store === store);
  return [
    `## ${store}`,
    '',
    '| flow | connections | flows/s | limit | ratio | p50 ms | p99 ms | limit p99 ms | CPU µs/flow | limit | RSS MiB | errors |',
    `|${' --- |'.repeat(12)}`,
    ...rows,
    '',
    ...(start
      ? [
          `Start to ready: ${whole(start.firstReadyMs)} ms on an empty store, ` +
            `${whole(start.laterReadyMs)} ms later. ` +
            `At rest: ${whole(start.restingMiB)} MiB resident.`,
          '',
        ]
      : []),
  ];
}

/** A delivered code has no limit of its own: it stands beside the one that delivers nothing. */
function limitOf(one: Measurement, all: readonly Measurement[]): Measurement | undefined {
  const kind = one.kind === 'email' ? 'otp' : one.kind;
  return all.find(
    (other) =>
      other.subject === 'limit' &&
      other.store === one.store &&
      other.kind === kind &&
      other.connections === one.connections,
  );
}

function row(one: Measurement, limit: Measurement | undefined): string {
  const cells = [
    KINDS[one.kind],
    one.connections,
    whole(one.flowsPerSecond),
    limit ? whole(limit.flowsPerSecond) : '–',
    limit ? (one.flowsPerSecond / limit.flowsPerSecond).toFixed(2) : '–',
    one.p50Ms.toFixed(1),
    one.p99Ms.toFixed(1),
    limit ? limit.p99Ms.toFixed(1) : '–',
    whole(one.cpuUsPerFlow),
    limit ? whole(limit.cpuUsPerFlow) : '–',
    whole(one.residentMiB),
    one.errors,
  ];
  return `| ${cells.join(' | ')} |`;
}
