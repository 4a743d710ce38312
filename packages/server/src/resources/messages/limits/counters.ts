/** The rows in which messages are counted: their ids, and what they become. Pure. */
import type { Documents } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { CounterGroup, MessageCounter } from '../../../model/messages.ts';
import type { Write } from '../../../storage/store.ts';
import { insertRow, type Row, updateRow } from '../../kit/rows.ts';

const DAY_MS = 24 * 3_600_000;
/** Clocks of nodes differ: who is a little behind still counts on the day that has ended. */
const KEPT_MS = 3_600_000;

/** A row that may not be there yet. */
export interface CounterPlace {
  environmentId: string;
  id: string;
}

/** The counter of this day (UTC); without a user the environment's. */
export const counterId = (group: CounterGroup, now: Instant, userId?: string): string =>
  `${userId ?? 'environment'}:${group}:${new Date(now).toISOString().slice(0, 10)}`;

/** The end of the counter's own day, which its id says. */
const endOf = ({ id }: CounterPlace) => Date.parse(id.slice(-10)) + DAY_MS;

/** The counter with this total, and some more whose code was used. */
export function counterAfter(
  row: Row<'message_counters'> | undefined,
  { total, claims = 0 }: { total: number; claims?: number },
  place: CounterPlace,
  now: Instant,
): MessageCounter {
  const { claimed = 0, createdAt = now } = row?.doc ?? {};
  const expiresAt = endOf(place) + KEPT_MS;
  return { total, claimed: claimed + claims, expiresAt, createdAt, updatedAt: now };
}

/** Makes the row, or replaces what was read of it. */
export const putRow = <T extends 'message_counters' | 'message_cooldowns'>(
  table: T,
  place: CounterPlace,
  row: Row<T> | undefined,
  doc: Documents[T],
): Write => (row ? updateRow(table, row, doc) : insertRow(table, { ...place, doc }));
