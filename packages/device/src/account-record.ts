/** What is kept of an account, and how it changes: read, changed and written in one turn. */
import type { JWK } from 'jose';
import { DeviceError } from './errors.ts';
import type { KeptKey, PublicJwk } from './keys.ts';
import type { PasscodeForm } from './passcode.ts';
import { type DeviceStorage, exclusively } from './storage.ts';

export interface KeptSigningKey {
  publicJwk: PublicJwk;
  signingKey: KeptKey;
}

export interface AccountRecord extends KeptSigningKey {
  deviceId: string;
  origin: string;
  environment: { id: string; name: string };
  application: { id: string; name: string };
  user: { id: string; username: string };
  /** What the user calls this device, as it was told the server last. */
  nickname?: string;
  /** The one key whose messages are believed; pinned while pairing. */
  serverKey: JWK;
  /** The other one of a replacement whose outcome isn't known. */
  spareKey?: KeptSigningKey;
  passcodeKey: KeptKey;
  passcode: PasscodeForm;
  /** Of the last answer that was signed; never goes back. */
  sequence: number;
  /** What to add to this device's clock to have the server's. */
  clockOffsetMs: number;
  webPushKey?: string;
  /** Whether the server can wake the device, as it said last. */
  push?: PushResult;
  status: 'PENDING' | 'ACTIVE';
  /** Its user is removing it: that the server has done so is no news then. */
  isLeaving?: true;
}

/** Whether the server can wake the device, and if not, why; contract §7. */
export interface PushResult {
  status: 'ENABLED' | 'DISABLED';
  error?: { code: string };
}

const PREFIX = 'account:';
export const recordKey = (deviceId: string) => PREFIX + deviceId;

/** All that there are. */
export async function keptRecords(storage: DeviceStorage): Promise<AccountRecord[]> {
  const names = (await storage.keys()).filter((name) => name.startsWith(PREFIX));
  const records = await Promise.all(names.map((name) => storage.get(name)));
  return records.filter((record) => record !== undefined) as AccountRecord[];
}

/** Throws `NOT_PAIRED`, also where another page has removed the account. */
export async function readRecord(storage: DeviceStorage, deviceId: string): Promise<AccountRecord> {
  const record = (await storage.get(recordKey(deviceId))) as AccountRecord | undefined;
  if (!record) throw new DeviceError('NOT_PAIRED', 'The account is not on this device any more.');
  return record;
}

/** What `edit` makes of the record as it is kept now, whoever has changed it meanwhile. */
export function changeRecord(
  storage: DeviceStorage,
  deviceId: string,
  edit: (record: AccountRecord) => AccountRecord,
): Promise<AccountRecord> {
  const name = recordKey(deviceId);
  return exclusively(storage, name, async () => {
    const next = edit(await readRecord(storage, deviceId));
    await storage.set(name, next);
    return next;
  });
}
