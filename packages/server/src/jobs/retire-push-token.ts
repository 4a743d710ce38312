/** A push provider says that a token is dead: the device isn't woken by it any more. */

import type { Clock } from '../model/instant.ts';
import type { NativeCredential } from '../model/mobile.ts';
import type { Store } from '../storage/store.ts';

const TRIES_MAX = 5;

/** Marks the token as disabled, with the provider's word; the device sees it and gets a new one. */
export function makeRetire(store: Pick<Store, 'get' | 'commit'>, clock: Clock) {
  return async (environmentId: string, deviceId: string, reason: string): Promise<void> => {
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      const device = await store.get('devices', environmentId, deviceId);
      const push = device?.doc.credential.push as NativeCredential['push'];
      if (!device || push?.status !== 'ENABLED') return;
      const { id, version, doc } = device;
      const disabled = { ...push, status: 'DISABLED', error: reason };
      const credential = { ...doc.credential, push: disabled };
      const next = { ...doc, credential, updatedAt: clock.now() };
      const outcome = await store.commit([
        { op: 'update', table: 'devices', environmentId, id, version, doc: next },
      ]);
      if (outcome.committed) return;
    }
  };
}
