/** The rows of a job that wait, sealed: they hold secrets. */
import type { Vault } from '../../../crypto/vault.ts';
import type { Instant } from '../../../model/instant.ts';
import { type OathJobPart, partIdentity } from '../../../model/oath.ts';
import type { Row } from '../../kit/rows.ts';

/** One row of a request with its place there, from 1. */
export interface JobRow {
  place: number;
  value: unknown;
}

/** What a part did, and what of it is still to be done. */
export interface PartOutcome<Result> {
  result: Result;
  left: readonly JobRow[];
}

export function sealPart(
  vault: Pick<Vault, 'seal'>,
  environmentId: string,
  id: string,
  rows: readonly JobRow[],
  expiresAt: Instant,
): OathJobPart {
  return {
    sealed: vault.seal(environmentId, partIdentity(id), JSON.stringify(rows)),
    expiresAt,
  };
}

export function openPart(
  vault: Pick<Vault, 'open'>,
  { environmentId, id, doc }: Row<'oath_job_parts'>,
): JobRow[] {
  return JSON.parse(vault.open(environmentId, partIdentity(id), doc.sealed).toString('utf8'));
}
