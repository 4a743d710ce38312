import { randomUUIDv7 } from 'node:crypto';
import { defined } from '../../model/defined.ts';
import type { Activity } from '../../model/documents.ts';
import type { Instant } from '../../model/instant.ts';
import type { Write } from '../../storage/store.ts';
import { environmentOf, type OperationRequest } from './operation.ts';

/** What a caller of `activityWrite` says; the moment and the id come with the write. */
export type ActivityRecord = Omit<Activity, 'recordedAt' | 'result'> & {
  result?: Activity['result'];
};

/** The audit row that goes into the same transaction as the change it tells of. Pure but its id. */
export function activityWrite(environmentId: string, record: ActivityRecord, now: Instant): Write {
  return {
    op: 'insert',
    table: 'activities',
    environmentId,
    id: randomUUIDv7(),
    doc: { result: 'SUCCESS', ...record, recordedAt: now },
  };
}

/** Who is named as the actor of what this request changes. */
export function actorOf({ actor }: OperationRequest): Activity['actor'] {
  return actor.type === 'USER'
    ? { type: 'USER', id: actor.userId }
    : { type: 'APPLICATION', id: actor.applicationId };
}

/** The audit row of what a request has done. */
export function requestRecord(
  request: OperationRequest,
  record: Omit<ActivityRecord, 'actor' | 'correlationId'>,
): Write {
  const { correlationId, now } = request;
  const origin = { actor: actorOf(request), correlationId };
  return activityWrite(environmentOf(request), { ...record, ...origin }, now);
}

/** The audit row of what a user's device did: its user is who did it. */
export function deviceRecord(
  { now, correlationId }: Pick<OperationRequest, 'now' | 'correlationId'>,
  { environmentId, userId }: { environmentId: string; userId: string },
  record: Omit<ActivityRecord, 'actor' | 'userId' | 'correlationId'>,
): Write {
  const actor = { type: 'USER', id: userId } as const;
  return activityWrite(environmentId, { ...record, actor, userId, correlationId }, now);
}

export type ChangeVerb = 'CREATED' | 'UPDATED' | 'DELETED';

/** What a change is called; two words where the platform has another one for the resource. */
export type AuditType = string | { action: string; resource: string };

/** The audit row of a resource that a request has changed: `POPULATION.CREATED`. */
export function changeRecord(
  request: OperationRequest,
  auditType: AuditType,
  verb: ChangeVerb,
  id: string,
  data?: ActivityRecord['data'],
): Write {
  const { action, resource: type } =
    typeof auditType === 'string' ? { action: auditType, resource: auditType } : auditType;
  const resource = { type, id };
  return requestRecord(request, { action: `${action}.${verb}`, resource, ...defined({ data }) });
}

/** Who asked for a change, and in which request: for the records of what follows from it. */
export interface RecordOrigin {
  actor: Activity['actor'];
  correlationId?: string;
}

/** Where a request came from, for whoever is asked to approve what it started. */
export interface RequestOrigin extends RecordOrigin {
  address?: string;
  /** Stands for the request itself: the same however often it is decided again. */
  request?: object;
}

export function originOf(request: OperationRequest): RequestOrigin {
  const { correlationId, remoteAddress } = request;
  return { actor: actorOf(request), correlationId, address: remoteAddress, request };
}

/** What the server does by itself: a deadline that was reached. */
export const SYSTEM_ORIGIN: RecordOrigin = { actor: { type: 'SYSTEM' } };
