/** How much of each lane a claim takes, and how much waits. Pure. */
import type { Documents } from '../model/documents.ts';
import type { Stored, WaitingMessages } from './store.ts';

/** As much of each of the lanes, one at the least. */
export const shareOf = (limit: number, lanes: number): number =>
  Math.max(1, Math.floor(limit / Math.max(1, lanes)));

/** Whether one of the lanes gave as much as it may. */
export function hasMore(
  messages: readonly Stored<Documents['messages']>[],
  share: number,
): boolean {
  const taken = new Map<string, number>();
  for (const { environmentId, doc } of messages) {
    const lane = `${environmentId}/${doc.channel}`;
    taken.set(lane, (taken.get(lane) ?? 0) + 1);
  }
  return Math.max(0, ...taken.values()) >= share;
}

/** Read from the lanes' index alone. */
export const WAITING = `select channel, count(*) as count, min(available_at) as since
  from messages where status = 'PENDING' group by channel order by channel`;

export const waitingOf = ({ channel, count, since }: Record<string, unknown>): WaitingMessages => ({
  channel: String(channel),
  count: Number(count),
  dueSince: Number(since),
});
