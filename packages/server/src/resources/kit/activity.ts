import { randomUUID } from 'node:crypto';
import { USER_AGENT_MAX } from '../../config/limits.ts';
import { activityId } from '../../model/activity-id.ts';
import { defined } from '../../model/defined.ts';
import type { Activity, ActivitySource } from '../../model/documents.ts';
import type { Instant } from '../../model/instant.ts';
import type { Write } from '../../storage/store.ts';
import { environmentOf, type OperationRequest } from './operation.ts';

/** Who asked for a change, and in which request: for the records of what follows from it. */
export type RecordOrigin = Pick<Activity, 'actor' | 'correlationId' | 'externalCorrelation'>;

/** What a caller of `activityWrite` says; the moment and the id come with the write. */
export type ActivityRecord = Omit<Activity, 'recordedAt' | 'result' | 'source'> & {
  result?: Activity['result'];
};

/** What a record says beside whose request it is of. */
type Told = Omit<ActivityRecord, keyof RecordOrigin>;

/**
 * The audit row that goes into the same transaction as the change it tells of. Pure but its id.
 * `source` is kept only where somebody has asked for it.
 */
export function activityWrite(
  environmentId: string,
  record: ActivityRecord,
  now: Instant,
  source?: ActivitySource,
): Write {
  return {
    op: 'insert',
    table: 'activities',
    environmentId,
    id: activityId(now, randomUUID()),
    doc: { result: 'SUCCESS', ...record, recordedAt: now },
    ...(source ? { source } : {}),
  };
}

/** Who is named as the actor of what this request changes. */
export function actorOf(request: OperationRequest): Activity['actor'] {
  const { actor } = request;
  if (actor.type === 'USER') {
    const { userId: id, applicationId } = actor;
    return { type: 'USER', id, ...(applicationId === undefined ? {} : { applicationId }) };
  }
  const { applicationId: id, environmentId } = actor;
  const isOwn = environmentId === environmentOf(request);
  return { type: 'APPLICATION', id, ...(isOwn ? {} : { environmentId }) };
}

export function recordOriginOf(request: OperationRequest): RecordOrigin {
  const { correlationId, externalCorrelation } = request;
  return {
    actor: actorOf(request),
    correlationId,
    ...(externalCorrelation ? { externalCorrelation } : {}),
  };
}

export function sourceOf({ remoteAddress, headers }: OperationRequest): ActivitySource {
  const userAgent = headers['user-agent'];
  return {
    ipAddress: remoteAddress,
    ...(typeof userAgent === 'string' ? { userAgent: userAgent.slice(0, USER_AGENT_MAX) } : {}),
  };
}

/** The population of the record's user, where the request has loaded them. */
function populationOf({ concerned }: OperationRequest, { userId }: Told) {
  return concerned && concerned.id === userId ? { populationId: concerned.populationId } : {};
}

/** The audit row of what a request has done. */
export function requestRecord(request: OperationRequest, record: Told): Write {
  const whole = { ...populationOf(request, record), ...record, ...recordOriginOf(request) };
  return activityWrite(environmentOf(request), whole, request.now, sourceOf(request));
}

/** The audit row of what a user's device did: its user is who did it. */
export function deviceRecord(
  request: OperationRequest,
  { environmentId, userId }: { environmentId: string; userId: string },
  record: Omit<Told, 'userId'>,
): Write {
  const actor = { type: 'USER', id: userId } as const;
  const whole = { ...record, ...recordOriginOf(request), actor, userId };
  return activityWrite(environmentId, whole, request.now, sourceOf(request));
}

export type ChangeVerb = 'CREATED' | 'UPDATED' | 'DELETED';

/** What a change is called; two words where the platform has another one for the resource. */
export type AuditType = string | { action: string; resource: string };

/** The audit row of a resource that a request has changed: `POPULATION.CREATED`. */
export function changeRecord(
  request: OperationRequest,
  auditType: AuditType,
  verb: ChangeVerb,
  about: string | { id: string; name?: string | undefined },
  data?: ActivityRecord['data'],
): Write {
  const { action, resource: type } =
    typeof auditType === 'string' ? { action: auditType, resource: auditType } : auditType;
  const { id, name } = typeof about === 'string' ? { id: about } : about;
  const resource = { type, id, ...defined({ name }) };
  // Whoever has a role is an administrator.
  const tags = action === 'ROLE_ASSIGNMENT' ? ['adminIdentityEvent'] : undefined;
  const told = { action: `${action}.${verb}`, resource, ...defined({ data, tags }) };
  return requestRecord(request, told);
}

/** Where a request came from, for whoever is asked to approve what it started. */
export interface RequestOrigin extends RecordOrigin {
  source?: ActivitySource;
  /** Stands for the request itself: the same however often it is decided again. */
  request?: object;
}

export const originOf = (request: OperationRequest): RequestOrigin => ({
  ...recordOriginOf(request),
  source: sourceOf(request),
  request,
});

/** What the server does by itself: a deadline that was reached. */
export const SYSTEM_ORIGIN: RecordOrigin = { actor: { type: 'SYSTEM' } };
