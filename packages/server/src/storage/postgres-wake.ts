/** Tells the other nodes of devices to wake: those of one turn of the event loop at once. */
import type pg from 'pg';

export const WAKE_CHANNEL = 'countersign_wakes';

/** `nodeId` goes before each text, so that a node leaves out what it has told itself. */
export function createWaker(pool: pg.Pool, nodeId: string): (text: string) => void {
  let gathered: string[] = [];

  function send(): void {
    const texts = gathered.map((text) => `${nodeId} ${text}`);
    gathered = [];
    // Lost with the connection: the device finds its question when it asks.
    pool
      .query('select pg_notify($1, text) from unnest($2::text[]) as text', [WAKE_CHANNEL, texts])
      .catch(() => {});
  }

  return (text) => {
    if (gathered.length === 0) setImmediate(send);
    gathered.push(text);
  };
}
