/**
 * A job is done part after part. Each is one commit: what it makes or revokes, the end of the part,
 * and the job with its result so far, guarded by its version. So nothing is done twice, whoever goes
 * on with a job whose node has died; and between the parts others are served.
 */
import {
  COMMIT_TRIES_MAX,
  OATH_JOB_KEPT_MS,
  OATH_JOB_LEASE_MS,
  OATH_TOKENS_MAX,
} from '../../../config/limits.ts';
import { ApiError } from '../../../errors/api-error.ts';
import type { Instant } from '../../../model/instant.ts';
import { type OathJob, type OathJobResult, partId } from '../../../model/oath.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';
import { activityWrite } from '../../kit/activity.ts';
import { deleteRow, type Row, updateRow } from '../../kit/rows.ts';
import { createRows, sortRows } from './create-rows.ts';
import { openPart, sealPart } from './job-part.ts';
import { revokeRows } from './revoke-rows.ts';

export type JobParts = Pick<Parts, 'store' | 'keyring' | 'methods' | 'validator'>;
export type OathJobRow = Row<'oath_jobs'>;

const partOf = ({ store }: JobParts, { environmentId, id }: OathJobRow, part: number) =>
  store.get('oath_job_parts', environmentId, partId(id, part));

/** Whether the tokens of the job are more than the environment may have. */
async function isTooMany(parts: JobParts, job: OathJobRow): Promise<boolean> {
  const { environmentId, doc } = job;
  const room = OATH_TOKENS_MAX - (await parts.store.count('oath_tokens', environmentId));
  if (doc.rows <= room) return false;
  let fresh = 0;
  for (let part = 0; part < doc.parts; part++) {
    const row = await partOf(parts, job, part);
    const rows = row ? openPart(parts.keyring, row) : [];
    fresh += (await sortRows(parts, environmentId, rows)).fresh.length;
  }
  return fresh > room;
}

const together = (one: OathJobResult, other: OathJobResult): OathJobResult => {
  const sum = (name: 'created' | 'revoked') =>
    one[name] === undefined ? {} : { [name]: (one[name] ?? 0) + (other[name] ?? 0) };
  return {
    ...sum('created'),
    ...sum('revoked'),
    duplicates: [...(one.duplicates ?? []), ...(other.duplicates ?? [])],
    errors: [...(one.errors ?? []), ...(other.errors ?? [])],
  };
};

/** A job that has ended, in whatever way: nobody takes it any more, and it can be read for a while. */
export function endedJob(
  doc: OathJob,
  end: Pick<OathJob, 'status' | 'reason'>,
  now: Instant,
): OathJob {
  const { availableAt: _lease, ...rest } = doc;
  return { ...rest, ...end, updatedAt: now, expiresAt: now + OATH_JOB_KEPT_MS };
}

/** One record for all the tokens that a job has made; those that are revoked have their own. */
function recordOf({ environmentId, id }: OathJobRow, doc: OathJob, now: Instant): Write[] {
  if (doc.type !== 'CREATE_OATH_TOKENS') return [];
  const { status, reason, result } = doc;
  const { source, ...origin } = doc.origin;
  const record = {
    ...origin,
    action: 'OATH_TOKEN.CREATED',
    resource: { type: 'OATH_JOB', id },
    result: status === 'DONE' ? 'SUCCESS' : 'FAILED',
    data: {
      created: result.created ?? 0,
      duplicates: result.duplicates?.length ?? 0,
      errors: result.errors?.length ?? 0,
      ...(reason === undefined ? {} : { reason }),
    },
  } as const;
  return [activityWrite(environmentId, record, now, source)];
}

interface Step {
  doc: OathJob;
  writes: Write[];
}

async function refusedStep(parts: JobParts, job: OathJobRow, now: Instant): Promise<Step> {
  const reason = `The environment can have ${OATH_TOKENS_MAX} OATH tokens: nothing was created.`;
  const doc = endedJob(job.doc, { status: 'FAILED', reason }, now);
  const numbers = Array.from({ length: job.doc.parts }, (_, part) => part);
  const rows = await Promise.all(numbers.map((part) => partOf(parts, job, part)));
  return { doc, writes: rows.flatMap((row) => (row ? [deleteRow('oath_job_parts', row)] : [])) };
}

/** What the next part does; undefined: it is done already, by whoever has the job now. */
async function nextStep(parts: JobParts, job: OathJobRow, now: Instant): Promise<Step | undefined> {
  const { environmentId, doc } = job;
  const isCreating = doc.type === 'CREATE_OATH_TOKENS';
  if (isCreating && doc.partsDone === 0 && (await isTooMany(parts, job))) {
    return refusedStep(parts, job, now);
  }
  const part = await partOf(parts, job, doc.partsDone);
  if (!part) return undefined;
  const rows = openPart(parts.keyring, part);
  const { writes, result, left } = isCreating
    ? await createRows(parts, environmentId, rows, now)
    : await revokeRows(parts, environmentId, doc, rows, now);
  const partsDone = doc.partsDone + (left.length > 0 ? 0 : 1);
  const after = {
    ...doc,
    partsDone,
    result: together(doc.result, result),
    updatedAt: now,
    availableAt: now + OATH_JOB_LEASE_MS,
  };
  const sealed = () => sealPart(parts.keyring, environmentId, part.id, left, part.doc.expiresAt);
  return {
    doc: partsDone < doc.parts ? after : endedJob(after, { status: 'DONE' }, now),
    writes: [
      ...writes,
      left.length > 0
        ? updateRow('oath_job_parts', part, sealed())
        : deleteRow('oath_job_parts', part),
    ],
  };
}

/**
 * Does the next part of a job that this node has. Answers the job after it; undefined: it is another
 * node's now.
 */
export async function stepOathJob(
  parts: JobParts,
  job: OathJobRow,
  now: Instant,
): Promise<OathJobRow | undefined> {
  const { environmentId, id } = job;
  await parts.keyring.load(environmentId);
  for (let tries = 0; tries < COMMIT_TRIES_MAX; tries++) {
    const next = await nextStep(parts, job, now);
    if (!next) return undefined;
    const { doc, writes } = next;
    const outcome = await parts.store.commit([
      ...writes,
      updateRow('oath_jobs', job, doc),
      ...(doc.availableAt === undefined ? recordOf(job, doc, now) : []),
    ]);
    if (outcome.committed) return { ...job, version: job.version + 1, doc };
    // Somebody was faster with a token or a user of it, unless it was with the job itself.
    const present = await parts.store.get('oath_jobs', environmentId, id);
    if (present?.version !== job.version) return undefined;
  }
  throw new ApiError('CONFLICT');
}
