/**
 * `npm run bench -- sockets`: many devices wait on one node's sockets. What they cost in memory, and
 * how long it takes from the start of a flow until its device is woken, beside a server with one.
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import WebSocket from 'ws';
import { apiClient } from '../e2e/api-client.ts';
import { freePort, startServer } from '../e2e/server.ts';
import { newSigningKeys } from '../packages/device/src/keys.ts';
import { signText } from '../packages/device/src/protocol.ts';
import { readSettings } from '../packages/server/src/config/settings.ts';
import { openStore } from '../packages/server/src/storage/open.ts';
import { residentMiBOf } from './child.ts';

const { values: options } = parseArgs({
  options: {
    devices: { type: 'string', default: '10000' },
    wakes: { type: 'string', default: '200' },
  },
  allowPositionals: true,
});
const DEVICES = Number(options.devices);
const WAKES = Number(options.wakes);
const AT_ONCE = 100;
const ROWS_AT_ONCE = 500;
const SETTLE_MS = 5_000;

interface Person {
  userId: string;
  deviceId: string;
}

async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
) {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

const median = (numbers: readonly number[]) =>
  [...numbers].sort((a, b) => a - b)[numbers.length >> 1] ?? 0;

const dataDirectory = mkdtempSync(join(tmpdir(), 'countersign-sockets-'));
const port = String(await freePort());
const environmentId = randomUUID();
const clientId = randomUUID();
const place = {
  PORT: port,
  COUNTERSIGN_DATA_DIR: dataDirectory,
  COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: environmentId,
  COUNTERSIGN_BOOTSTRAP_CLIENT_ID: clientId,
  COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: 'a-client-secret-of-the-bench',
  COUNTERSIGN_LOG_LEVEL: 'warn',
};

/** Every device has the same key: what differs is the id. */
const keys = await newSigningKeys(false);

/** An application, a policy; then users and devices straight into the store of a stopped server. */
async function setUp(): Promise<Person[]> {
  const server = await startServer(place, { dropOutput: true });
  const api = await apiClient(server);
  const applicationId = await api.nativeApplication('Phones');
  await api.allowPhones({ id: applicationId, push: { enabled: true } });
  const { population } = await api.get(`/users/${(await api.user()).id}`);
  await server.stop({ keepData: true });

  const store = await openStore(readSettings(place));
  // The first ones are woken while they are alone, and leave again.
  const people = Array.from({ length: DEVICES + WAKES }, () => ({
    userId: randomUUID(),
    deviceId: randomUUID(),
  }));
  const now = Date.now();
  const dates = { createdAt: now, updatedAt: now };
  for (let at = 0; at < people.length; at += ROWS_AT_ONCE) {
    const outcome = await store.commit(
      people.slice(at, at + ROWS_AT_ONCE).flatMap(({ userId, deviceId }) => [
        {
          op: 'insert',
          table: 'users',
          environmentId,
          id: userId,
          doc: {
            populationId: population.id,
            username: userId,
            enabled: true,
            mfaEnabled: true,
            mfaFailures: 0,
            deviceOrder: [deviceId],
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
            type: 'MOBILE',
            status: 'ACTIVE',
            credential: {
              version: 1,
              applicationId,
              publicJwk: keys.publicJwk,
              sealedSecret: 'none',
              passcodePeriodSeconds: 30,
              lastTimeStep: 0,
              sequence: 0,
              about: {},
              integrity: { compromised: 'UNKNOWN', timestamp: now },
            },
            failures: 0,
            ...dates,
          },
        },
      ]),
    );
    if (!outcome.committed) throw new Error('The devices could not be made.');
  }
  await store.close();
  return people;
}

const people = await setUp();
const server = await startServer(place, { dropOutput: true });
const api = await apiClient(server);
const url = `${server.origin}/${environmentId}/device/v1/channel`;

/** A device's socket once it is ready; `woken` is called for each wake-up. */
function connect({ deviceId }: Person, woken: () => void): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false });
    socket.on('open', async () => {
      const request = await signText(
        { deviceId, privateKey: keys.privateKey },
        'cs-request+jwt',
        { aud: environmentId, htu: url },
        Date.now(),
      );
      socket.send(JSON.stringify({ request }));
    });
    socket.on('message', (data) => {
      const { ready, wake } = JSON.parse(String(data));
      if (ready) resolve(socket);
      if (wake) woken();
    });
    socket.on('close', (_code, reason) => reject(new Error(String(reason))));
    socket.on('error', reject);
  });
}

/** Milliseconds from the request that starts a flow to the frame that wakes its device. */
async function wakeTime(
  { userId }: Person,
  onWake: (listener: () => void) => void,
): Promise<number> {
  const woken = new Promise<number>((resolve) => onWake(() => resolve(performance.now())));
  const startedAt = performance.now();
  const flow = await api.auth('/deviceAuthentications', { user: { id: userId } });
  if (flow.status !== 'PUSH_CONFIRMATION_REQUIRED')
    throw new Error(`${flow.status} ${flow.error?.code}`);
  return (await woken) - startedAt;
}

try {
  const listeners = new Map<string, () => void>();
  const wakeOf = (person: Person) => () => listeners.get(person.deviceId)?.();
  const hear = (person: Person) => (listener: () => void) => {
    listeners.set(person.deviceId, listener);
  };

  const alone: number[] = [];
  for (const person of people.slice(0, WAKES)) {
    const socket = await connect(person, wakeOf(person));
    alone.push(await wakeTime(person, hear(person)));
    socket.terminate();
  }
  const before = residentMiBOf(server.pid);

  const startedAt = performance.now();
  await inParallel(people.slice(WAKES), AT_ONCE, async (person) => {
    await connect(person, wakeOf(person));
  });
  const connectedMs = performance.now() - startedAt;
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const resident = residentMiBOf(server.pid);

  const crowded: number[] = [];
  for (const person of people.slice(-WAKES)) crowded.push(await wakeTime(person, hear(person)));

  const sockets = people.length - WAKES;
  console.log(`sockets                 ${sockets}`);
  console.log(`connected within        ${(connectedMs / 1_000).toFixed(1)} s`);
  console.log(
    `resident memory         ${resident.toFixed(0)} MiB (${before.toFixed(0)} MiB before)`,
  );
  console.log(`woken, one socket       ${median(alone).toFixed(1)} ms (median of ${WAKES})`);
  console.log(`woken, all sockets      ${median(crowded).toFixed(1)} ms (median of ${WAKES})`);
} finally {
  await server.stop();
  rmSync(dataDirectory, { recursive: true, force: true });
  process.exit();
}
