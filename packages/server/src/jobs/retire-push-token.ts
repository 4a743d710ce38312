/** A push provider says that a token is dead: the device isn't woken by it any more. */
import { randomUUID } from 'node:crypto';
import type { Vault, VaultLoader } from '../crypto/vault.ts';
import { activityId } from '../model/activity-id.ts';
import type { Clock, Instant } from '../model/instant.ts';
import { type NativeCredential, pushTokenIdentity } from '../model/mobile.ts';
import type { Store, Write } from '../storage/store.ts';

const TRIES_MAX = 5;

/** What a provider has said of a token. */
export interface DeadToken {
  environmentId: string;
  deviceId: string;
  /** The one that was used. The device may have told of another one meanwhile. */
  token: string;
  /** The provider's word. */
  reason: string;
}

/** For administrators, who wonder why the device isn't pushed any more. */
function recordOf({ environmentId, deviceId, reason }: DeadToken, userId: string, now: Instant) {
  const record: Write = {
    op: 'insert',
    table: 'activities',
    environmentId,
    id: activityId(now, randomUUID()),
    doc: {
      action: 'DEVICE.UPDATED',
      recordedAt: now,
      actor: { type: 'SYSTEM' },
      resource: { type: 'DEVICE', id: deviceId },
      userId,
      result: 'SUCCESS',
      data: { push: 'DISABLED', reason },
    },
  };
  return record;
}

/** Marks the token as disabled, with the provider's word; the device sees it and gets a new one. */
export function makeRetire(
  store: Pick<Store, 'get' | 'commit'>,
  vault: Pick<Vault, 'open'> & VaultLoader,
  clock: Clock,
) {
  return async (dead: DeadToken): Promise<void> => {
    const { environmentId, deviceId, token, reason } = dead;
    await vault.load(environmentId);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const device = await store.get('devices', environmentId, deviceId);
      const push = device?.doc.credential.push as NativeCredential['push'];
      if (!device || push?.status !== 'ENABLED') return;
      const present = vault.open(environmentId, pushTokenIdentity(deviceId), push.sealedToken);
      if (present.toString('utf8') !== token) return;
      const { id, version, doc } = device;
      const disabled = { ...push, status: 'DISABLED', error: reason };
      const credential = { ...doc.credential, push: disabled };
      const now = clock.now();
      const next = { ...doc, credential, updatedAt: now };
      const outcome = await store.commit([
        { op: 'update', table: 'devices', environmentId, id, version, doc: next },
        recordOf(dead, doc.userId, now),
      ]);
      if (outcome.committed) return;
    }
  };
}
