/**
 * Who waits on this node for something to happen to a device: its socket, or a request of it that
 * is held open. What is told is only that it should look; nothing is lost when nobody hears it.
 */
import { DEVICE_WAITS_MAX } from './config/limits.ts';

export interface Wait {
  /** `REPLACED`: newer ones of the same device have taken its place. */
  ended: Promise<'OVER' | 'REPLACED'>;
  /** Ends it now. */
  end(): void;
}

export interface DeviceWakes {
  /** Calls back whenever the device should look, until the returned function is called. */
  listen(environmentId: string, deviceId: string, listener: () => void): () => void;
  /**
   * Ends when the device should look, when the time is over, or when the server closes. The oldest
   * ends, too, where a device has more than `DEVICE_WAITS_MAX`.
   */
  wait(environmentId: string, deviceId: string, ms: number): Wait;
  /** To those on this node. */
  tell(environmentId: string, deviceId: string): void;
  /** To everybody on this node: something may have been missed. */
  tellAll(): void;
  /** Ends every wait. */
  close(): void;
}

export function createDeviceWakes(): DeviceWakes {
  const listeners = new Map<string, Set<() => void>>();
  const waits = new Map<string, Set<(how?: 'OVER' | 'REPLACED') => void>>();
  let closed = false;
  const keyOf = (environmentId: string, deviceId: string) => `${environmentId}/${deviceId}`;

  function listen(environmentId: string, deviceId: string, listener: () => void): () => void {
    const key = keyOf(environmentId, deviceId);
    const present = listeners.get(key) ?? new Set();
    listeners.set(key, present.add(listener));
    return () => {
      present.delete(listener);
      if (present.size === 0 && listeners.get(key) === present) listeners.delete(key);
    };
  }

  return {
    listen,
    wait(environmentId, deviceId, ms) {
      const key = keyOf(environmentId, deviceId);
      const own = waits.get(key) ?? new Set();
      const { promise: ended, resolve } = Promise.withResolvers<'OVER' | 'REPLACED'>();
      const end = (how: 'OVER' | 'REPLACED' = 'OVER') => {
        clearTimeout(timer);
        stop();
        own.delete(end);
        if (own.size === 0 && waits.get(key) === own) waits.delete(key);
        resolve(how);
      };
      const timer = setTimeout(end, closed ? 0 : ms, 'OVER');
      const stop = listen(environmentId, deviceId, end);
      // A set keeps its order: the first is the oldest.
      const [oldest] = own;
      if (own.size >= DEVICE_WAITS_MAX) oldest?.('REPLACED');
      waits.set(key, own.add(end));
      return { ended, end: () => end() };
    },
    tell(environmentId, deviceId) {
      const present = listeners.get(keyOf(environmentId, deviceId));
      for (const listener of [...(present ?? [])]) listener();
    },
    tellAll() {
      for (const own of [...listeners.values()]) for (const listener of [...own]) listener();
    },
    close() {
      closed = true;
      for (const own of [...waits.values()]) for (const end of [...own]) end();
    },
  };
}
