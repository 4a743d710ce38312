/** Messages in the outbox of a server that doesn't run, as if it had been asked for them. */
import { createECDH, randomBytes, randomUUIDv7 } from 'node:crypto';
import { openKeyring } from '../packages/server/src/crypto/keyring.ts';
import { loadMasterKey } from '../packages/server/src/crypto/master-key.ts';
import type { Message } from '../packages/server/src/model/documents.ts';
import type { Delivery } from '../packages/server/src/notifications/message.ts';
import { messageWrite } from '../packages/server/src/notifications/outbox.ts';
import { openStore } from '../packages/server/src/storage/open.ts';
import { ANY_ENVIRONMENT, type Store, type Write } from '../packages/server/src/storage/store.ts';

export interface OutboxPlace {
  dataDirectory: string;
  databaseUrl?: string;
}

const CHUNK = 500;
const LIFETIME_MS = 60 * 60_000;

/** Opens the store beside no server, or on PostgreSQL beside any. */
export async function withOutbox<R>(
  place: OutboxPlace,
  work: (store: Store, write: (environmentId: string, delivery: Delivery) => Write) => Promise<R>,
  environmentIds: readonly string[],
): Promise<R> {
  const store = await openStore(place);
  const clock = { now: () => Date.now() };
  const masterKey = await loadMasterKey({ ...place, production: false });
  const vault = await openKeyring({ store, masterKey, clock });
  try {
    for (const environmentId of environmentIds) await vault.load(environmentId);
    return await work(store, (environmentId, delivery) =>
      messageWrite({
        vault,
        environmentId,
        delivery,
        kind: 'DEVICE_AUTHENTICATION',
        now: Date.now(),
      }),
    );
  } finally {
    vault.close();
    await store.close();
  }
}

async function commitAll(store: Store, writes: readonly Write[]): Promise<void> {
  for (let first = 0; first < writes.length; first += CHUNK) {
    const outcome = await store.commit(writes.slice(first, first + CHUNK));
    if (!outcome.committed) throw new Error('The messages could not be queued.');
  }
}

/** E-mails with a code, all due. Returns their ids. */
export const queueMails = (
  place: OutboxPlace,
  environmentId: string,
  count: number,
): Promise<string[]> =>
  withOutbox(
    place,
    async (store, write) => {
      const writes = Array.from({ length: count }, (_, index) =>
        write(environmentId, {
          channel: 'EMAIL',
          expiresAt: Date.now() + LIFETIME_MS,
          payload: {
            to: { address: `queued-${index}@bench.example` },
            template: 'strong_authentication',
            variables: { otp: '482913', 'user.username': 'kaisa', 'environment.name': 'Bench' },
          },
        }),
      );
      await commitAll(store, writes);
      return writes.map(({ id }) => id);
    },
    [environmentId],
  );

/** Pushes to these endpoints, for a request that waits for its device. */
export const queuePushes = (
  place: OutboxPlace,
  environmentId: string,
  endpoints: readonly string[],
): Promise<void> =>
  withOutbox(
    place,
    async (store, write) => {
      const now = Date.now();
      const [flowId, deviceId] = [randomUUIDv7(), randomUUIDv7()];
      const key = createECDH('prime256v1').generateKeys('base64url');
      const keys = { p256dh: key, auth: randomBytes(16).toString('base64url') };
      const flow: Write = {
        op: 'insert',
        table: 'flows',
        environmentId,
        id: flowId,
        doc: {
          status: 'PUSH_CONFIRMATION_REQUIRED',
          policyId: 'bench',
          selectedDeviceId: deviceId,
          expiresAt: now + LIFETIME_MS,
          createdAt: now,
          updatedAt: now,
        },
      };
      const pushes = endpoints.map((endpoint) =>
        write(environmentId, {
          channel: 'WEB_PUSH',
          expiresAt: now + LIFETIME_MS,
          payload: {
            to: { address: JSON.stringify({ endpoint, keys }) },
            template: 'strong_authentication',
            variables: { id: flowId, 'user.username': 'kaisa', 'environment.name': 'Bench' },
            push: { applicationId: randomUUIDv7(), deviceId },
          },
        }),
      );
      await commitAll(store, [flow, ...pushes]);
    },
    [environmentId],
  );

/** How many messages of the outbox have each status. */
export const statusesOf = (place: OutboxPlace): Promise<Record<Message['status'], number>> =>
  withOutbox(
    place,
    async (store) => {
      const count = (status: Message['status']) =>
        store.count('messages', ANY_ENVIRONMENT, { column: 'status', is: 'eq', value: status });
      return {
        PENDING: await count('PENDING'),
        SENT: await count('SENT'),
        KEPT: await count('KEPT'),
        DEAD: await count('DEAD'),
      };
    },
    [],
  );
