/**
 * `npm run bench -- lists [--users=100000] [--store=sqlite|postgres] [--filters-only]`: what a page of a long list
 * costs, the first, the middle and the last one, and what each filter costs. The rows are written
 * into the store of a stopped server, the pages are asked for over HTTP.
 */
import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type ApiClient, apiClient } from '../e2e/api-client.ts';
import { startServer } from '../e2e/server.ts';
import { readSettings } from '../packages/server/src/config/settings.ts';
import { activityId } from '../packages/server/src/model/activity-id.ts';
import { openStore } from '../packages/server/src/storage/open.ts';
import type { Write } from '../packages/server/src/storage/store.ts';
import { startPostgres } from './postgres-cluster.ts';

const { values: options } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    store: { type: 'string', default: 'sqlite' },
    'filters-only': { type: 'boolean', default: false },
  },
  allowPositionals: true,
});
const USERS = Number(options.users);
const USERS_AT_ONCE = 500;
const REPETITIONS = 5;
const ACTIONS = ['AUTHENTICATION.CREATED', 'OTP.CHECK_SUCCESS', 'AUTHENTICATION.UPDATED'];
/** One user in so many is disabled, locked, in the small population. */
const ONE_IN = 10_000;

const dataDirectory = mkdtempSync(join(tmpdir(), 'countersign-lists-'));
const cluster = options.store === 'postgres' ? await startPostgres() : undefined;
const environmentId = randomUUID();
const place = {
  COUNTERSIGN_DATA_DIR: dataDirectory,
  COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: environmentId,
  COUNTERSIGN_BOOTSTRAP_CLIENT_ID: randomUUID(),
  COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: 'a-client-secret-of-the-bench',
  COUNTERSIGN_LOG_LEVEL: 'warn',
  ...(cluster ? { DATABASE_URL: await cluster.createDatabase('lists') } : {}),
};

/** A user, their device and one activity of them. */
function rowsOf(n: number, populationId: string, begunAt: number): Write[] {
  const at = begunAt + n;
  const dates = { createdAt: at, updatedAt: at };
  const [userId, deviceId] = [randomUUIDv7(), randomUUIDv7()];
  const isRare = n % ONE_IN === 0;
  const username = `user-${String(n).padStart(6, '0')}`;
  const email = `${username}@bench.example`;
  return [
    {
      op: 'insert',
      table: 'users',
      environmentId,
      id: userId,
      doc: {
        populationId,
        username,
        email,
        externalId: `x-${n}`,
        name: { given: `Given${n % 100}`, family: `Family${n % 5_000}` },
        address: { streetAddress: '1 Bench Street', locality: 'Espoo', countryCode: 'FI' },
        enabled: !isRare,
        mfaEnabled: !isRare,
        mfaFailures: 0,
        ...(isRare ? { lock: { lockedAt: at } } : {}),
        ...dates,
      },
    },
    {
      op: 'insert',
      table: 'devices',
      environmentId,
      id: deviceId,
      doc: {
        userId,
        type: 'EMAIL',
        status: 'ACTIVE',
        credential: { email },
        failures: 0,
        ...dates,
      },
    },
    {
      op: 'insert',
      table: 'activities',
      environmentId,
      id: activityId(at, randomUUID()),
      doc: {
        action: isRare ? 'USER.LOCKED' : (ACTIONS[n % ACTIONS.length] ?? ''),
        recordedAt: at,
        actor: { type: 'USER', id: userId },
        resource: { type: 'DEVICE', id: deviceId },
        userId,
        correlationId: `order-${n}`,
        result: 'SUCCESS',
      },
    },
  ];
}

async function setUp(): Promise<{ populationId: string; begunAt: number }> {
  const server = await startServer(place, { dropOutput: true });
  const api = await apiClient(server);
  const { population } = await api.get(`/users/${(await api.user()).id}`);
  await server.stop({ keepData: true });
  const store = await openStore(readSettings(place));
  const begunAt = Date.now() - USERS;
  for (let at = 0; at < USERS; at += USERS_AT_ONCE) {
    const numbers = Array.from({ length: Math.min(USERS_AT_ONCE, USERS - at) }, (_, n) => at + n);
    const writes = numbers.flatMap((n) => rowsOf(n, population.id, begunAt));
    const outcome = await store.commit(writes);
    if (!outcome.committed) throw new Error('The rows could not be made.');
  }
  await store.close();
  return { populationId: population.id, begunAt };
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((one, other) => one - other)[numbers.length >> 1] ?? 0;

/** The answer, and the median of the milliseconds until it was there. */
async function timed(api: ApiClient, path: string) {
  const times: number[] = [];
  let page = await api.get(path);
  for (let n = 0; n < REPETITIONS; n++) {
    const startedAt = performance.now();
    page = await api.get(path);
    times.push(performance.now() - startedAt);
  }
  return { page, ms: median(times) };
}

const pathOf = ({ href }: { href: string }) => {
  const { pathname, search } = new URL(href);
  return pathname.replace(`/v1/environments/${environmentId}`, '') + search;
};

/** Walks a list to its end; the times of its first, its middle and its last page. */
async function walk(api: ApiClient, path: string) {
  const paths = [path];
  let seen = 0;
  for (;;) {
    const page = await api.get(paths.at(-1) ?? '');
    seen += page.size;
    if (!page._links.next) break;
    paths.push(pathOf(page._links.next));
  }
  const times: number[] = [];
  for (const one of [paths[0], paths[paths.length >> 1], paths.at(-1)]) {
    times.push((await timed(api, one ?? '')).ms);
  }
  return { seen, pages: paths.length, times };
}

const cell = (text: string | number, width: number) => String(text).padStart(width);
const inMs = (ms: number) => `${ms.toFixed(1)} ms`;

try {
  const { populationId, begunAt } = await setUp();
  const server = await startServer(place, { dropOutput: true });
  try {
    const api = await apiClient(server);
    const at = (n: number) => new Date(begunAt + n).toISOString();
    const half = USERS >> 1;
    const name = `user-${String(half).padStart(6, '0')}`;
    const whole = [
      '/users?limit=200',
      '/users?limit=200&order=-createdAt',
      ...['username', '-username'].map((order) => `/users?limit=200&order=${order}`),
      `/users?limit=200&filter=${encodeURIComponent(`population.id eq "${populationId}"`)}`,
      `/users?limit=200&filter=${encodeURIComponent('username sw "user-"')}`,
      `/users?limit=200&filter=${encodeURIComponent('email co "bench"')}`,
      '/activities?limit=1000',
      `/activities?limit=1000&filter=${encodeURIComponent(`recordedAt ge "${at(0)}" and recordedAt le "${at(half)}"`)}`,
      `/activities?limit=1000&filter=${encodeURIComponent(`recordedAt ge "${at(0)}" and recordedAt le "${at(USERS)}" and action.type eq "OTP.CHECK_SUCCESS"`)}`,
    ];
    console.log(`| list | rows | pages | first | middle | last |`);
    for (const path of options['filters-only'] ? [] : whole) {
      const { seen, pages, times } = await walk(api, path);
      const cells = times.map((ms) => cell(inMs(ms), 9));
      console.log(
        `| ${decodeURIComponent(path).replace(populationId, '…')} | ${seen} | ${pages} | ${cells.join(' | ')} |`,
      );
    }
    const one = (await api.get(`/users?filter=${encodeURIComponent(`username eq "${name}"`)}`))
      ._embedded.users[0];
    const [device] = (await api.get(`/users/${one.id}/devices`))._embedded.devices;
    const inAll = `recordedAt ge "${at(0)}" and recordedAt le "${at(USERS)}"`;
    const filters: [string, string][] = [
      ...[
        `id eq "${one.id}"`,
        `username eq "${name}"`,
        `username sw "${name.slice(0, -1)}"`,
        `username co "${name.slice(-5)}"`,
        `email eq "${one.email}"`,
        `email sw "${name}"`,
        `email co "${name}"`,
        `email ew "${name}@bench.example"`,
        `externalId eq "x-${half}"`,
        `externalId sw "x-${half}"`,
        `name.given eq "Given7"`,
        `name.family eq "Family7"`,
        `name.family sw "Family77"`,
        `name.given eq "Given7" and name.family eq "Family7"`,
        `username eq "${name}" or email eq "user-000001@bench.example"`,
        `not (enabled eq true)`,
        'enabled eq false',
        'enabled eq true',
        'mfaEnabled eq false',
        'account.canAuthenticate eq false',
        `population.id eq "${randomUUID()}"`,
        `population.id eq "${populationId}" and enabled eq false`,
        `createdAt ge "${at(USERS - 10)}"`,
      ].map((filter): [string, string] => ['users', filter]),
      ...[
        `${inAll} and user.id eq "${one.id}"`,
        `${inAll} and resources.id eq "${device.id}"`,
        `${inAll} and correlationId eq "order-${half}"`,
        `${inAll} and action.type eq "USER.LOCKED"`,
        `recordedAt ge "${at(half)}" and recordedAt lt "${at(half + 10)}"`,
        `recordedAt ge "${at(half)}" and recordedAt lt "${at(half + 1000)}" and action.type eq "OTP.CHECK_SUCCESS"`,
      ].map((filter): [string, string] => ['activities', filter]),
    ];
    console.log(`| list | filter | found | time |`);
    for (const [list, filter] of filters) {
      const path = `/${list}?limit=200&filter=${encodeURIComponent(filter)}`;
      const { page, ms } = await timed(api, path);
      const text = filter.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…');
      console.log(`| ${list} | ${text} | ${page.count ?? 'many'} | ${inMs(ms)} |`);
    }
  } finally {
    await server.stop({ keepData: true });
  }
} finally {
  await cluster?.stop();
  rmSync(dataDirectory, { recursive: true, force: true });
}
