/** Commits what may send a message: takes its place in the environment's count, and says why it may not. */
import { randomUUIDv7 } from 'node:crypto';
import type { ApiError } from '../../../errors/api-error.ts';
import type { Table } from '../../../model/documents.ts';
import type { CounterGroup } from '../../../model/messages.ts';
import { LimitError, type QuotaNumbers } from '../../../policy/notification-limits.ts';
import type { Write } from '../../../storage/store.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry, type Decision } from '../../kit/commit.ts';
import { environmentOf, type OperationRequest } from '../../kit/operation.ts';
import { counterId } from './counters.ts';
import type { LimitParts } from './limits.ts';

/** What a request has taken of the environment's count, however often it is decided. */
export interface Ticket {
  /** Takes one, once. Answers the number of the quota that is reached; undefined: one is there. */
  take(group: CounterGroup, quota: QuotaNumbers | undefined): Promise<number | undefined>;
  /** The one that was taken is used by what is committed now. */
  spend(group: CounterGroup): void;
}

/** What is recorded of a message that didn't go: neither its code nor its address. */
export const rejection = (kind: string, { channel, reason }: LimitError['limit']) => ({
  kind,
  channel,
  reason,
});

function rejectedRecord(request: OperationRequest, kind: string, { limit }: LimitError): Write {
  const { concerned } = request;
  return requestRecord(request, {
    action: 'NOTIFICATION.REJECTED',
    resource: { type: 'NOTIFICATION', id: randomUUIDv7() },
    result: 'FAILED',
    ...(concerned ? { userId: concerned.id } : {}),
    data: rejection(kind, limit),
  });
}

/**
 * `commitOrRetry` of a decision that may send one message of this kind. Throws what `decide` throws; a
 * message that was refused is recorded before that.
 */
export async function sendWithinLimits<R>(
  { store, environmentCounts }: Pick<LimitParts, 'store' | 'environmentCounts'>,
  request: OperationRequest,
  kind: string,
  decide: (ticket: Ticket) => Promise<Decision<R>>,
  onUnique?: (table: Table) => ApiError,
): Promise<R> {
  const environmentId = environmentOf(request);
  const taken = new Set<CounterGroup>();
  const spent = new Set<CounterGroup>();
  const placeOf = (group: CounterGroup) => ({ environmentId, id: counterId(group, request.now) });
  const ticket: Ticket = {
    async take(group, quota) {
      if (taken.has(group)) return undefined;
      const reached = await environmentCounts.take(placeOf(group), quota, request.now);
      if (reached === undefined) taken.add(group);
      return reached;
    },
    spend: (group) => void spent.add(group),
  };
  const tryOnce = () => {
    spent.clear();
    return decide(ticket);
  };
  try {
    return await commitOrRetry(store, tryOnce, onUnique);
  } catch (error) {
    if (error instanceof LimitError) {
      await store.commit([rejectedRecord(request, kind, error)]);
    }
    throw error;
  } finally {
    // What may have gone stays counted, also where nobody knows whether it was committed.
    for (const group of taken) if (!spent.has(group)) environmentCounts.giveBack(placeOf(group));
  }
}
