import type { Instant } from '../../../model/instant.ts';
import type { Parts } from '../../../parts.ts';
import { activityWrite, SYSTEM_ORIGIN } from '../../kit/activity.ts';
import { commitWrites } from '../../kit/commit.ts';
import { updateRow } from '../../kit/rows.ts';

/** Blocks a device of which there is a copy: neither is believed until somebody looks into it. */
export async function blockCopiedDevice(
  { store, wakeDevices }: Pick<Parts, 'store' | 'wakeDevices'>,
  environmentId: string,
  deviceId: string,
  now: Instant,
): Promise<void> {
  await commitWrites(store, async () => {
    const device = await store.get('devices', environmentId, deviceId);
    if (!device || device.doc.block) return [];
    const { id } = device;
    const doc = { ...device.doc, block: { blockedAt: now }, updatedAt: now };
    const record = {
      ...SYSTEM_ORIGIN,
      action: 'DEVICE.BLOCKED',
      resource: { type: 'DEVICE', id },
      userId: doc.userId,
      data: { reason: 'COPIED' },
    };
    return [updateRow('devices', device, doc), activityWrite(environmentId, record, now)];
  });
  // Whatever node it is connected to ends that.
  wakeDevices(environmentId, [deviceId]);
}
