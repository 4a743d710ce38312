/**
 * Sockets that haven't said yet whose they are. Where there are too many, the oldest gives way: an
 * honest one speaks at once, so a flood drives out itself.
 */
import { DEVICE_GREETINGS_MAX, DEVICE_GREETINGS_PER_ADDRESS_MAX } from '../config/limits.ts';
import { networkOf } from '../model/network.ts';

export interface Greetings<Socket> {
  add(socket: Socket, address: string): void;
  /** It has said it, or has gone. */
  remove(socket: Socket): void;
}

export function createGreetings<Socket extends { terminate(): void }>(): Greetings<Socket> {
  // Both keep the order in which sockets came.
  const networks = new Map<Socket, string>();
  const sockets = new Map<string, Set<Socket>>();

  function remove(socket: Socket): void {
    const network = networks.get(socket);
    if (network === undefined) return;
    networks.delete(socket);
    const own = sockets.get(network);
    own?.delete(socket);
    if (own?.size === 0) sockets.delete(network);
  }

  function tooOld(network: string): Socket | undefined {
    const own = sockets.get(network);
    if (own && own.size >= DEVICE_GREETINGS_PER_ADDRESS_MAX) return own.values().next().value;
    return networks.size >= DEVICE_GREETINGS_MAX ? networks.keys().next().value : undefined;
  }

  return {
    add(socket, address) {
      const network = networkOf(address);
      const oldest = tooOld(network);
      if (oldest) {
        remove(oldest);
        oldest.terminate();
      }
      networks.set(socket, network);
      sockets.set(network, (sockets.get(network) ?? new Set()).add(socket));
    },
    remove,
  };
}
