/** An outbox for tests: a real store with one environment, its real keys, a clock, and workers. */
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { type Keyring, openKeyring } from '../../crypto/keyring.ts';
import type { Activity, Environment, Message } from '../../model/documents.ts';
import type { Clock, Instant } from '../../model/instant.ts';
import { channelSenders } from '../../notifications/channel-senders.ts';
import type { Channel } from '../../notifications/channels/channel.ts';
import type { ChannelName, Delivery } from '../../notifications/message.ts';
import { messageWrite } from '../../notifications/outbox.ts';
import { createMetrics, type Metrics } from '../../observability/metrics.ts';
import type { Store } from '../../storage/store.ts';
import { freshSqliteStore } from '../../testing/sqlite.ts';
import { type OutboxWorker, type OutboxWorkerParts, startOutboxWorker } from '../outbox-worker.ts';

export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(now: Instant = Date.parse('2026-01-01T00:00:00Z')): TestClock {
  let present = now;
  return {
    now: () => present,
    advance(ms) {
      present += ms;
    },
  };
}

/** What a delivery is about; the code is always 482913, which no output may hold. */
export interface DeliveryTraits {
  channel?: ChannelName;
  to?: string;
  template?: string;
  variables?: Record<string, string>;
  lifetimeMs?: number;
}

export function aDelivery({
  channel = 'EMAIL',
  to = 'kaisa@shop.example',
  template = 'strong_authentication',
  variables = {},
  lifetimeMs = 30 * 60_000,
}: DeliveryTraits = {}): (now: Instant) => Delivery {
  return (now) => ({
    channel,
    expiresAt: now + lifetimeMs,
    payload: {
      to: { address: to },
      template,
      variables: {
        otp: '482913',
        'user.username': 'kaisa',
        'environment.name': 'Shop',
        ...variables,
      },
    },
  });
}

export interface Outbox extends AsyncDisposable {
  store: Store;
  vault: Keyring;
  environmentId: string;
  clock: TestClock;
  metrics: Metrics;
  /** Another one, with its keys. */
  addEnvironment(): Promise<string>;
  /** Commits a message and returns its id. */
  add(delivery: (now: Instant) => Delivery, environmentId?: string): Promise<string>;
  read(id: string): Promise<Message>;
  readOf(environmentId: string, id: string): Promise<Message>;
  activities(): Promise<Activity[]>;
  /** Gives the second message the payload of the first. */
  swapPayload(from: string, to: string): Promise<void>;
  /** `channels`: who sends; others by `senders`. */
  startWorker(parts: Partial<OutboxWorkerParts> & { channels?: readonly Channel[] }): OutboxWorker;
  wake(): void;
  /** Every worker has seen what is due. */
  idle(): Promise<void>;
  stopWorkers(): Promise<void>;
  logText(): string;
  logLines(): Record<string, unknown>[];
}

/** A new environment with its keys, loaded. */
async function addEnvironment(store: Store, vault: Keyring, now: Instant): Promise<string> {
  const id = randomUUIDv7();
  const doc: Environment = {
    name: 'Shop',
    type: 'SANDBOX',
    region: 'EU',
    products: [],
    billOfMaterialsUpdatedAt: now,
    createdAt: now,
    updatedAt: now,
  };
  await store.commit([
    { op: 'insert', table: 'environments', environmentId: id, id, doc },
    ...(await vault.createKeys(id, now)),
  ]);
  await vault.load(id);
  return id;
}

export async function openOutbox(open = freshSqliteStore): Promise<Outbox> {
  const { store, close } = await open();
  const clock = testClock();
  const vault = await openKeyring({ store, masterKey: randomBytes(32), clock });
  const environmentId = await addEnvironment(store, vault, clock.now());
  const metrics = createMetrics();
  const workers: OutboxWorker[] = [];
  let logged = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  // Not the server's own log: what that censors must not have come to it.
  const log = pino({ level: 'trace' }, stream);

  async function stored(id: string, of = environmentId) {
    const message = await store.get('messages', of, id);
    if (!message) throw new Error('There is no such message.');
    return message;
  }

  return {
    store,
    vault,
    environmentId,
    clock,
    metrics,
    addEnvironment: () => addEnvironment(store, vault, clock.now()),
    async add(delivery, of = environmentId) {
      const now = clock.now();
      const kind = 'DEVICE_AUTHENTICATION';
      const message = { vault, environmentId: of, delivery: delivery(now), kind, now };
      const write = messageWrite(message);
      await store.commit([write]);
      return write.id;
    },
    read: async (id) => (await stored(id)).doc,
    readOf: async (of, id) => (await stored(id, of)).doc,
    async activities() {
      const rows = await store.list('activities', environmentId, { limit: 1_000 });
      return rows.map(({ doc }) => doc);
    },
    async swapPayload(from, to) {
      const [source, target] = [await stored(from), await stored(to)];
      const { sealedPayload } = source.doc;
      if (sealedPayload === undefined) throw new Error('There is no payload.');
      const doc = { ...target.doc, sealedPayload };
      const { id, version } = target;
      await store.commit([{ op: 'update', table: 'messages', environmentId, id, version, doc }]);
    },
    startWorker({ channels = [], ...parts }) {
      const settings = { production: false };
      const worker = startOutboxWorker({
        isAwaited: async () => true,
        retire: async () => {},
        store,
        vault,
        senders: channelSenders(channels),
        clock,
        log,
        metrics,
        settings,
        random: () => 0.5,
        ...parts,
      });
      workers.push(worker);
      return worker;
    },
    wake: () => workers.forEach((worker) => void worker.wake()),
    idle: async () => void (await Promise.all(workers.map((worker) => worker.idle()))),
    stopWorkers: async () => void (await Promise.all(workers.map((worker) => worker.stop()))),
    logText: () => logged,
    logLines: () =>
      logged
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line)),
    async [Symbol.asyncDispose]() {
      await Promise.all(workers.map((worker) => worker.stop()));
      vault.close();
      await close();
    },
  };
}
