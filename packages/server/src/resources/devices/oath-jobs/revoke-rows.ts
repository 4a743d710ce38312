/** Rows of a job that name tokens to be revoked. */
import { errorDetail } from '../../../errors/api-error.ts';
import type { ErrorDetailCode } from '../../../errors/catalogue.ts';
import type { Instant } from '../../../model/instant.ts';
import type { OathJob, OathJobResult, OathRowError } from '../../../model/oath.ts';
import type { Write } from '../../../storage/store.ts';
import { type PairedParts, pairedDevices, revokeWrites } from '../oath-tokens/paired-devices.ts';
import type { JobRow } from './job-part.ts';

/** Tokens with devices that one commit revokes: it relies on their users, who may be at work. */
const PAIRED_AT_ONCE = 10;

function rowError(
  { place, value }: JobRow,
  code: ErrorDetailCode,
  message: string,
  serialNumber?: string,
): OathRowError {
  const target = `tokenIds[${place - 1}]`;
  return {
    rowNumber: place,
    ...(serialNumber === undefined ? { id: String(value) } : { id: String(value), serialNumber }),
    ...errorDetail(code, target, { message }),
  };
}

/** What is written to revoke them; those that must wait for another commit are `left`. */
export async function revokeRows(
  parts: PairedParts,
  environmentId: string,
  { forceUnpair, origin }: OathJob,
  rows: readonly JobRow[],
  now: Instant,
): Promise<{ writes: Write[]; result: OathJobResult; left: readonly JobRow[] }> {
  const ids = rows.map(({ value }) => String(value));
  const found = await parts.store.list('oath_tokens', environmentId, {
    where: { column: 'id', is: 'in', values: ids },
    limit: Math.max(1, ids.length),
  });
  const tokens = new Map(found.map((token) => [token.id, token]));
  const devices = await pairedDevices(parts, environmentId, [...tokens.keys()]);
  const writes: Write[] = [];
  const errors: OathRowError[] = [];
  const left: JobRow[] = [];
  const users = new Set<string>();
  let revoked = 0;
  for (const row of rows) {
    const id = String(row.value);
    const token = tokens.get(id);
    const device = devices.get(id);
    if (!token) {
      errors.push(rowError(row, 'NOT_FOUND', 'There is no such token.'));
      continue;
    }
    if (device && !forceUnpair) {
      const { serialNumber } = token.doc;
      errors.push(rowError(row, 'CONSTRAINT_VIOLATION', 'The token is paired.', serialNumber));
      continue;
    }
    if (device && (users.has(device.doc.userId) || users.size >= PAIRED_AT_ONCE)) {
      left.push(row);
      continue;
    }
    if (device) users.add(device.doc.userId);
    // Named twice it is revoked once, and then it isn't there.
    tokens.delete(id);
    writes.push(...(await revokeWrites(parts, token, device, origin, now)));
    revoked += 1;
  }
  return { writes, result: { revoked, errors }, left };
}
