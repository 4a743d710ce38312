/** Jobs that make or revoke many OATH tokens; contract settings §4.4. */
import { randomUUIDv7 } from 'node:crypto';
import {
  OATH_JOB_BYTES_MAX,
  OATH_JOB_KEPT_MS,
  OATH_JOB_LEASE_MS,
  OATH_JOB_PART_ROWS,
} from '../../../config/limits.ts';
import { ApiError, notFound } from '../../../errors/api-error.ts';
import { momentsOf } from '../../../model/instant.ts';
import { type OathJob, type OathJobResult, partId } from '../../../model/oath.ts';
import type { Parts } from '../../../parts.ts';
import { originOf } from '../../kit/activity.ts';
import { headOf, type Links } from '../../kit/links.ts';
import {
  environmentOf,
  type Handler,
  type Operation,
  type OperationRequest,
  ok,
} from '../../kit/operation.ts';
import { actionsOf, ENVIRONMENT } from '../../kit/resource.ts';
import { found, insertRow } from '../../kit/rows.ts';
import { sealPart } from './job-part.ts';
import { CreateOathTokens, OathJobSchema, RevokeOathTokens } from './oath-jobs.schema.ts';
import { type JobParts, type OathJobRow, stepOathJob } from './step-oath-job.ts';

export type OathJobParts = JobParts & Pick<Parts, 'links' | 'clock' | 'wakeJobs'>;

function resultView({ created, revoked, duplicates = [], errors = [] }: OathJobResult) {
  return {
    ...(created === undefined ? {} : { created }),
    ...(revoked === undefined ? {} : { revoked }),
    ...(duplicates.length === 0
      ? {}
      : {
          duplicates: {
            count: duplicates.length,
            serialNumbers: duplicates.map(({ serialNumber }) => serialNumber),
            rows: duplicates,
          },
        }),
    ...(errors.length === 0 ? {} : { errors }),
  };
}

function jobView(links: Links, row: OathJobRow) {
  const { type, status, reason, result } = row.doc;
  return {
    ...headOf(links, row, `/oathJobs/${row.id}`),
    type,
    status,
    ...(reason === undefined ? {} : { reason }),
    result: resultView(result),
    ...momentsOf(row.doc),
  };
}

/** Keeps the job with its rows. One that is waited for belongs to the request from the beginning. */
async function keepJob(
  { store, keyring }: OathJobParts,
  request: OperationRequest,
  {
    rows,
    isAwaited,
    ...kind
  }: Pick<OathJob, 'type' | 'result' | 'forceUnpair'> & {
    rows: readonly unknown[];
    isAwaited: boolean;
  },
): Promise<OathJobRow> {
  const { now } = request;
  const { request: _itself, ...origin } = originOf(request);
  const environmentId = environmentOf(request);
  const id = randomUUIDv7();
  const numbered = rows.map((value, index) => ({ place: index + 1, value }));
  const parts = Math.ceil(rows.length / OATH_JOB_PART_ROWS);
  const expiresAt = now + OATH_JOB_KEPT_MS;
  const doc: OathJob = {
    ...kind,
    status: isAwaited ? 'IN_PROGRESS' : 'PENDING',
    rows: rows.length,
    parts,
    partsDone: 0,
    attempts: isAwaited ? 1 : 0,
    availableAt: isAwaited ? now + OATH_JOB_LEASE_MS : now,
    origin,
    expiresAt,
    createdAt: now,
    updatedAt: now,
  };
  const job = { environmentId, id, version: 1, doc };
  const partRows = Array.from({ length: parts }, (_, part) => {
    const own = numbered.slice(part * OATH_JOB_PART_ROWS, (part + 1) * OATH_JOB_PART_ROWS);
    const ofPart = partId(id, part);
    const sealed = sealPart(keyring, environmentId, ofPart, own, expiresAt);
    return insertRow('oath_job_parts', { environmentId, id: ofPart, doc: sealed });
  });
  const outcome = await store.commit([insertRow('oath_jobs', job), ...partRows]);
  if (!outcome.committed) throw new ApiError('CONFLICT');
  return job;
}

/** Does the whole job now; as far as no other node has it. */
async function finishJob(parts: OathJobParts, job: OathJobRow): Promise<OathJobRow> {
  let present: OathJobRow | undefined = job;
  while (present && present.doc.availableAt !== undefined) {
    present = await stepOathJob(parts, present, parts.clock.now());
  }
  return present ?? found(await parts.store.get('oath_jobs', job.environmentId, job.id));
}

async function submit(
  parts: OathJobParts,
  request: OperationRequest,
  kind: Pick<OathJob, 'type' | 'result' | 'forceUnpair'>,
  rows: readonly unknown[],
) {
  const isAwaited = String(request.body.async ?? true) === 'false';
  const job = await keepJob(parts, request, { ...kind, rows, isAwaited });
  if (!isAwaited) parts.wakeJobs();
  const shown = isAwaited ? await finishJob(parts, job) : job;
  return { status: 201, body: jobView(parts.links, shown) };
}

const createTokens: Handler<OathJobParts> = (parts, request) =>
  submit(
    parts,
    request,
    { type: 'CREATE_OATH_TOKENS', result: { created: 0 } },
    request.body.tokens,
  );

const revokeTokens: Handler<OathJobParts> = (parts, request) => {
  const { forceUnpair, tokenIds } = request.body;
  const forced = forceUnpair ? { forceUnpair } : {};
  const kind = { type: 'REVOKE_OATH_TOKENS', result: { revoked: 0 }, ...forced } as const;
  return submit(parts, request, kind, tokenIds);
};

const readJob: Handler<OathJobParts> = async ({ store, links }, request) => {
  const id = request.params.oathJobID ?? '';
  const job = found(await store.get('oath_jobs', environmentOf(request), id));
  if (request.now >= job.doc.expiresAt) throw notFound();
  return ok(jobView(links, job));
};

/** Jobs of OATH tokens. There is no list of them. */
export function oathJobOperations(parts: OathJobParts): Operation[] {
  const path = `${ENVIRONMENT}/oathJobs`;
  const created = { 201: OathJobSchema };
  const common = {
    tag: 'OATH tokens',
    path,
    permission: 'create:oathToken',
    responses: created,
    bodyBytesMax: OATH_JOB_BYTES_MAX,
  } as const;
  return actionsOf(parts, common, {
    createOathTokens: {
      action: 'job.oathtokens.create',
      summary: 'Create many OATH tokens',
      description:
        'Takes up to 1,000 tokens and makes them in the background; `async: false` waits for the end. Read the job until it is `DONE`: `result.created` counts the new ones, `result.duplicates` names those that were there already, `result.errors` the rows with mistakes.',
      example: {
        type: 'CREATE_OATH_TOKENS',
        tokens: [
          {
            serialNumber: '7710034125',
            secret: '3132333435363738393031323334353637383930',
            type: 'HOTP',
            otpLength: 6,
            rowNumber: 1,
          },
        ],
      },
      body: CreateOathTokens,
      handle: createTokens,
    },
    revokeOathTokens: {
      action: 'job.oathtokens.revoke',
      summary: 'Revoke many OATH tokens',
      description:
        'Takes up to 1,000 ids. A token that is paired is left and reported, unless `forceUnpair` says that its device goes, too.',
      example: {
        type: 'REVOKE_OATH_TOKENS',
        async: true,
        forceUnpair: false,
        tokenIds: ['05e84ab4-2a23-43ae-947e-e90fdbe1bbdf'],
      },
      permission: 'delete:oathToken',
      body: RevokeOathTokens,
      handle: revokeTokens,
    },
    readOathJob: {
      method: 'GET',
      path: `${path}/{oathJobID}`,
      summary: 'Read a job of OATH tokens',
      description: 'With its result so far. A job that has ended can be read for a day.',
      permission: 'read:oathToken',
      responses: { 200: OathJobSchema },
      handle: readJob,
    },
  });
}
