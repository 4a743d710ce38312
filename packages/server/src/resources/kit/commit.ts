import { COMMIT_TRIES_MAX } from '../../config/limits.ts';
import { ApiError } from '../../errors/api-error.ts';
import type { Table } from '../../model/documents.ts';
import type { Store, Write } from '../../storage/store.ts';

export interface Decision<R> {
  writes: readonly Write[];
  result: R;
}

/**
 * Reads, decides and commits; after a lost race it reads and decides again, so that no update is
 * lost and each parallel attempt is decided on what the one before it left. `decide` must read
 * what it writes inside itself. A decision without writes ends at once.
 *
 * Throws what `decide` throws, `onUnique`'s error for a broken unique index, and `CONFLICT` when
 * the race was lost too often.
 */
export async function commitOrRetry<R>(
  store: Pick<Store, 'commit'>,
  decide: () => Promise<Decision<R>>,
  onUnique?: (table: Table) => ApiError,
): Promise<R> {
  for (let tries = 0; tries < COMMIT_TRIES_MAX; tries++) {
    const { writes, result } = await decide();
    if (writes.length === 0) return result;
    const outcome = await store.commit(writes);
    if (outcome.committed) return result;
    if (outcome.conflict === 'UNIQUE') {
      throw onUnique?.(outcome.table) ?? new ApiError('UNIQUENESS_VIOLATION');
    }
  }
  throw new ApiError('CONFLICT');
}
