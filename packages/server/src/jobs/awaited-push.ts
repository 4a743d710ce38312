/** Whether a push is still to be sent: its request may have been answered or ended meanwhile. */
import type { Wake } from '../notifications/channels/channel.ts';
import type { Store } from '../storage/store.ts';

export function makeIsAwaited(store: Pick<Store, 'get'>) {
  return async ({ environmentId, requestId, deviceId }: Wake): Promise<boolean> => {
    const flow = await store.get('flows', environmentId, requestId);
    const { status, selectedDeviceId } = flow?.doc ?? {};
    return status === 'PUSH_CONFIRMATION_REQUIRED' && selectedDeviceId === deviceId;
  };
}
