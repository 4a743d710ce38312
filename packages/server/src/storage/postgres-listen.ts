/**
 * Hears through LISTEN what any node changed of a configuration and which devices to wake, and
 * reconnects when it must.
 */
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { createListeners, type Listeners } from './listeners.ts';
import { connectionOf } from './postgres-pool.ts';
import { WAKE_CHANNEL } from './postgres-wake.ts';
import { ANY_ENVIRONMENT } from './store.ts';

export const CHANNEL = 'countersign_configuration';
const RECONNECT_MS = 1_000;

export interface Listening {
  listeners: Listeners<string | typeof ANY_ENVIRONMENT>;
  /** Those who wait for devices to be woken. */
  wakes: Listeners;
  /** What this node's own notices begin with. */
  nodeId: string;
  /** Resolves when it listens, or when the first try has failed and the next one is due. */
  started: Promise<void>;
  /** Listens on a new connection. */
  renew(): void;
  close(): Promise<void>;
}

/**
 * Starts to listen in the background. What may have been missed while the connection was down is
 * made up for when it is back: then everything counts as changed.
 */
export function listenForChanges(databaseUrl: string): Listening {
  const listeners = createListeners<string | typeof ANY_ENVIRONMENT>();
  const wakes = createListeners();
  const nodeId = randomUUID();
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let closed = false;

  async function connect(): Promise<void> {
    const next = new pg.Client(connectionOf(databaseUrl));
    client = next;
    next.on('notification', ({ channel, payload }) => {
      if (!payload) return;
      if (channel === CHANNEL) listeners.tell(payload);
      else if (!payload.startsWith(nodeId)) wakes.tell(payload.slice(nodeId.length + 1));
    });
    next.on('error', () => again(next));
    next.on('end', () => again(next));
    try {
      await next.connect();
      await next.query(`listen ${CHANNEL}; listen ${WAKE_CHANNEL}`);
      listeners.tell(ANY_ENVIRONMENT);
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
    wakes,
    nodeId,
    started: connecting,
    renew: () => void (client && again(client)),
    async close() {
      closed = true;
      clearTimeout(retry);
      await connecting;
      await client?.end();
    },
  };
}
