/** Commits what may send a message: takes its place in the environment's count, and says why it may not. */
import { randomUUIDv7 } from 'node:crypto';
import type { ApiError } from '../../../errors/api-error.ts';
import { defined } from '../../../model/defined.ts';
import type { Table } from '../../../model/documents.ts';
import type { CounterGroup } from '../../../model/messages.ts';
import { notificationRecord, type RejectionReason } from '../../../model/notification-record.ts';
import { LimitError, type QuotaNumbers } from '../../../policy/notification-limits.ts';
import { requestRecord } from '../../kit/activity.ts';
import { commitOrRetry, type Decision } from '../../kit/commit.ts';
import { environmentOf, type OperationRequest } from '../../kit/operation.ts';
import { counterId } from './counters.ts';
import type { LimitParts } from './subject.ts';

/** What a request has taken of the environment's count, however often it is decided. */
export interface Ticket {
  /** Takes one, once. Answers the number of the quota that is reached; undefined: one is there. */
  take(group: CounterGroup, quota: QuotaNumbers | undefined): Promise<number | undefined>;
  /** The one that was taken is used by what is committed now. */
  spend(group: CounterGroup): void;
  /** What is to be done once the message is committed. */
  whenSent(note: () => void): void;
}

/** What is recorded of a message that was kept back. Pure but its id. */
export const rejection = (
  kind: string,
  { channel, reason }: { channel: string; reason: RejectionReason },
  user: { id: string; populationId: string } | undefined,
) => {
  const { id: userId, populationId } = user ?? {};
  const message = { kind, channel, ...defined({ userId, populationId }) };
  return notificationRecord(randomUUIDv7(), message, { status: 'REJECTED', reason });
};

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
  const notes: (() => void)[] = [];
  const placeOf = (group: CounterGroup) => ({ environmentId, id: counterId(group, request.now) });
  const ticket: Ticket = {
    async take(group, quota) {
      if (taken.has(group)) return undefined;
      const reached = await environmentCounts.take(placeOf(group), quota, request.now);
      if (reached === undefined) taken.add(group);
      return reached;
    },
    spend: (group) => void spent.add(group),
    whenSent: (note) => void notes.push(note),
  };
  const tryOnce = () => {
    spent.clear();
    notes.length = 0;
    return decide(ticket);
  };
  try {
    const result = await commitOrRetry(store, tryOnce, onUnique);
    for (const note of notes) note();
    return result;
  } catch (error) {
    if (error instanceof LimitError) {
      const record = rejection(kind, error.limit, request.concerned);
      await store.commit([requestRecord(request, record)]);
    }
    throw error;
  } finally {
    // What may have gone stays counted, also where nobody knows whether it was committed.
    for (const group of taken) if (!spent.has(group)) environmentCounts.giveBack(placeOf(group));
  }
}
