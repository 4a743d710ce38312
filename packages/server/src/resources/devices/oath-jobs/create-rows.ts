/** Rows of a job that become tokens: each for itself, as if it had come alone. */
import { randomUUIDv7 } from 'node:crypto';
import { ApiError } from '../../../errors/api-error.ts';
import type { Instant } from '../../../model/instant.ts';
import type { OathJobResult, OathRowError } from '../../../model/oath.ts';
import type { Parts } from '../../../parts.ts';
import type { Write } from '../../../storage/store.ts';
import { insertRow } from '../../kit/rows.ts';
import { assertConsistentToken, newOathToken } from '../oath-tokens/new-oath-token.ts';
import { CreateOathToken, type CreateOathTokenBody } from '../oath-tokens/oath-tokens.schema.ts';
import type { JobRow } from './job-part.ts';

export type CreateRowsParts = Pick<Parts, 'store' | 'keyring' | 'validator'>;

interface SortedRows {
  fresh: CreateOathTokenBody[];
  duplicates: NonNullable<OathJobResult['duplicates']>;
  errors: OathRowError[];
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

/** What the row calls itself, or its place in the request. */
function numberOf({ place, value }: JobRow): number {
  const rowNumber = memberOf(value, 'rowNumber');
  return Number.isSafeInteger(rowNumber) ? Number(rowNumber) : place;
}

function rowError(row: JobRow, error: unknown): OathRowError {
  const [detail] = error instanceof ApiError ? error.details : [];
  if (!detail) throw error;
  const { code, target, message } = detail;
  const serialNumber = memberOf(row.value, 'serialNumber');
  return {
    rowNumber: numberOf(row),
    ...(typeof serialNumber === 'string' ? { serialNumber: serialNumber.slice(0, 100) } : {}),
    code,
    ...(target ? { target } : {}),
    message,
  };
}

/** Which rows are new tokens, which are there already, and which are none at all. */
export async function sortRows(
  { store, validator }: Pick<CreateRowsParts, 'store' | 'validator'>,
  environmentId: string,
  rows: readonly JobRow[],
): Promise<SortedRows> {
  const validate = validator(CreateOathToken);
  const errors: OathRowError[] = [];
  const valid = rows.filter((row) => {
    try {
      validate(row.value, 0);
      assertConsistentToken(row.value as CreateOathTokenBody);
      return true;
    } catch (error) {
      errors.push(rowError(row, error));
      return false;
    }
  });
  const bodyOf = ({ value }: JobRow) => value as CreateOathTokenBody;
  const values = valid.map((row) => bodyOf(row).serialNumber);
  const present = await store.list('oath_tokens', environmentId, {
    where: { column: 'serial_number', is: 'in', values },
    limit: Math.max(1, values.length),
  });
  const taken = new Set(present.map(({ doc }) => doc.serialNumber));
  const sorted: SortedRows = { fresh: [], duplicates: [], errors };
  for (const row of valid) {
    const { serialNumber } = bodyOf(row);
    if (taken.has(serialNumber)) sorted.duplicates.push({ rowNumber: numberOf(row), serialNumber });
    else sorted.fresh.push(bodyOf(row));
    taken.add(serialNumber);
  }
  return sorted;
}

/** The tokens that the rows make, and what is told of the others. */
export async function createRows(
  parts: CreateRowsParts,
  environmentId: string,
  rows: readonly JobRow[],
  now: Instant,
): Promise<{ writes: Write[]; result: OathJobResult; left: readonly JobRow[] }> {
  const { fresh, duplicates, errors } = await sortRows(parts, environmentId, rows);
  const writes = fresh.map((body) => {
    const id = randomUUIDv7();
    const doc = newOathToken(parts.keyring, environmentId, id, body);
    return insertRow('oath_tokens', {
      environmentId,
      id,
      doc: { ...doc, createdAt: now, updatedAt: now },
    });
  });
  return { writes, result: { created: fresh.length, duplicates, errors }, left: [] };
}
