/** The devices of tokens, and what is written when a token is revoked. */
import { PAGE_SIZE_MAX } from '../../../config/limits.ts';
import type { Device } from '../../../model/documents.ts';
import type { Instant } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import type { Stored, Write } from '../../../storage/store.ts';
import { activityWrite, type RequestOrigin } from '../../kit/activity.ts';
import { deleteRow } from '../../kit/rows.ts';
import { tokenMethod } from '../../kit/token-method.ts';
import { removeDevice } from '../devices/change-device.ts';
import { pairedKey, type TokenRow } from '../devices/device-token.ts';

export type PairedParts = Pick<Parts, 'store' | 'methods'>;

/** The active devices of these tokens, at most a page of them, by the token's id. */
export async function pairedDevices(
  parts: PairedParts,
  environmentId: string,
  tokenIds: readonly string[],
): Promise<Map<string, Stored<Device>>> {
  if (tokenIds.length === 0) return new Map();
  const method = tokenMethod(parts);
  const values = tokenIds.map((id) => pairedKey(method, id));
  const devices = await parts.store.list('devices', environmentId, {
    where: { column: 'environment_key', is: 'in', values },
    limit: PAGE_SIZE_MAX,
  });
  return new Map(devices.map((device) => [device.doc.tokenId ?? '', device]));
}

/** The token is gone, and so is its device; contract settings §4.5. */
export async function revokeWrites(
  { store }: PairedParts,
  token: TokenRow,
  device: Stored<Device> | undefined,
  { source, request: _itself, ...origin }: RequestOrigin,
  now: Instant,
): Promise<Write[]> {
  const { environmentId, id } = token;
  const record = (action: string, resource: { type: string; id: string }, more = {}) =>
    activityWrite(environmentId, { ...origin, action, resource, ...more }, now, source);
  const writes = [
    deleteRow('oath_tokens', token),
    record('OATH_TOKEN.DELETED', { type: 'OATH_TOKEN', id }),
  ];
  const userId = device?.doc.userId;
  const facts = userId && (await store.readUserFacts(environmentId, userId));
  if (!device || !facts) return writes;
  const unpaired = { type: 'DEVICE', id: device.id };
  return [
    ...writes,
    ...removeDevice(facts, device),
    record('DEVICE.DELETED', unpaired, { userId }),
  ];
}
