/** What both adapters do with a change before they run it. */
import type { Write } from './store.ts';

const ORDER = { guard: 0, delete: 1, update: 2, insert: 3 } as const;

/** Names the row of a write among all rows of all tables. */
export function rowOf({ table, environmentId, id }: Write): string {
  return `${table}/${environmentId}/${id}`;
}

/** Whether the write leaves its row as it is. */
export const isGuard = ({ op }: Write) => op === 'guard';

/**
 * The writes in the order in which every adapter runs them: what is deleted or renamed makes room
 * in a unique index for what is inserted. Pure. Throws where two writes are of one row: at most one
 * of them could hold, so it is a mistake of the caller and no race.
 */
export function inOrder(writes: readonly Write[]): readonly Write[] {
  if (writes.length < 2) return writes;
  // They are few, and nearly all ids differ.
  const isTwice = writes.some((one, index) =>
    writes.some((other, at) => at < index && one.id === other.id && rowOf(one) === rowOf(other)),
  );
  if (isTwice) throw new Error('A change writes one row twice.');
  return writes.toSorted((one, other) => ORDER[one.op] - ORDER[other.op]);
}
