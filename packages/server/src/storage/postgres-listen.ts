/** Hears through LISTEN what any node changed of a configuration, and reconnects when it must. */
import pg from 'pg';
import { createListeners, type Listeners } from './listeners.ts';
import { connectionOf } from './postgres-pool.ts';

export const CHANNEL = 'countersign_configuration';
const RECONNECT_MS = 1_000;

export interface Listening {
  listeners: Listeners;
  /** Resolves when it listens, or when the first try has failed and the next one is due. */
  started: Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts to listen in the background. What is missed while the connection is down is made up for by
 * the life of what the caches hold (`configuration.ts`).
 */
export function listenForChanges(databaseUrl: string): Listening {
  const listeners = createListeners();
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  async function connect(): Promise<void> {
    const next = new pg.Client(connectionOf(databaseUrl));
    client = next;
    next.on('notification', ({ payload }) => {
      if (payload) listeners.tell(payload);
    });
    next.on('error', () => again(next));
    next.on('end', () => again(next));
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}`);
    } catch {
      again(next);
    }
  }

  function again(from: pg.Client): void {
    if (closed || client !== from) return;
    client = undefined;
    from.end().catch(() => {});
    retry = setTimeout(() => {
      connecting = connect();
    }, RECONNECT_MS);
    retry.unref();
  }

  let connecting = connect();
  return {
    listeners,
    started: connecting,
    async close() {
      closed = true;
      clearTimeout(retry);
      await connecting;
      await client?.end();
    },
  };
}
