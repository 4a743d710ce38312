/** OATH tokens, and the jobs that make and revoke many of them with what these still have to do. */
import type { Kysely } from 'kysely';
import type { Engine } from './0001-first.ts';
import { makeIndexes, makeTables } from './new-table.ts';

const TABLES = {
  oath_tokens: { serial_number: 'text!' },
  oath_jobs: { available_at: 'integer', expires_at: 'integer!' },
  oath_job_parts: { expires_at: 'integer!' },
} as const;

const INDEXES = [
  'create unique index oath_tokens_serial on oath_tokens (environment_id, serial_number)',
  'create index oath_jobs_available on oath_jobs (available_at) where available_at is not null',
  'create index oath_jobs_expiry on oath_jobs (expires_at)',
  'create index oath_job_parts_expiry on oath_job_parts (expires_at)',
];

/** Makes the new tables and their indexes. */
export async function up(db: Kysely<unknown>, engine: Engine): Promise<void> {
  await makeTables(db, engine, TABLES);
  await makeIndexes(db, INDEXES);
}
