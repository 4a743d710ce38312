/** The order of a user's devices: pure functions over `user.deviceOrder`; contract §3.4. */
import type { Device, User } from '../../../model/documents.ts';
import type { Stored } from '../../../storage/store.ts';

/** What its user authenticates with. */
export const isAuthenticator = ({ doc }: Pick<Stored<Device>, 'doc'>) =>
  doc.status === 'ACTIVE' && !doc.remembers;

/** In the user's order, the default first; those without a place after them; pending ones last. */
export function inOrder(user: User, devices: readonly Stored<Device>[]): Stored<Device>[] {
  const places = new Map(user.deviceOrder?.map((id, place) => [id, place]));
  const placeOf = ({ id, doc }: Stored<Device>) =>
    isAuthenticator({ doc }) ? (places.get(id) ?? places.size) : places.size + 1;
  // The sort is stable: devices without a place keep the order of their creation.
  return devices.toSorted((one, other) => placeOf(one) - placeOf(other));
}

/** The user after a device became active: it goes last. Without an order there is none to join. */
export function withDeviceAdded(user: User, deviceId: string, activeBefore: number): User {
  if (user.deviceOrder === undefined && activeBefore > 0) return user;
  return { ...user, deviceOrder: [...(user.deviceOrder ?? []), deviceId] };
}

/** The user after a device is gone. Who falls to one device or none has an order again. */
export function withDeviceRemoved(
  user: User,
  deviceId: string,
  activeLeft: readonly string[],
): User {
  if (user.deviceOrder === undefined) {
    return activeLeft.length > 1 ? user : { ...user, deviceOrder: [...activeLeft] };
  }
  return { ...user, deviceOrder: user.deviceOrder.filter((id) => id !== deviceId) };
}
