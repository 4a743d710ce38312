/**
 * Who waits on this node for something to happen to a device: its socket, or a request of it that
 * is held open. What is told is only that it should look; nothing is lost when nobody hears it.
 */

export interface Wait {
  ended: Promise<void>;
  /** Ends it now. */
  end(): void;
}

export interface DeviceWakes {
  /** Calls back whenever the device should look, until the returned function is called. */
  listen(environmentId: string, deviceId: string, listener: () => void): () => void;
  /** Ends when the device should look, when the time is over, or when the server closes. */
  wait(environmentId: string, deviceId: string, ms: number): Wait;
  /** To those on this node. */
  tell(environmentId: string, deviceId: string): void;
  /** Ends every wait. */
  close(): void;
}

export function createDeviceWakes(): DeviceWakes {
  const listeners = new Map<string, Set<() => void>>();
  const waiting = new Set<() => void>();
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
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const end = () => {
        clearTimeout(timer);
        waiting.delete(end);
        stop();
        resolve();
      };
      const timer = setTimeout(end, closed ? 0 : ms);
      const stop = listen(environmentId, deviceId, end);
      waiting.add(end);
      return { ended, end };
    },
    tell(environmentId, deviceId) {
      const present = listeners.get(keyOf(environmentId, deviceId));
      for (const listener of [...(present ?? [])]) listener();
    },
    close() {
      closed = true;
      for (const end of [...waiting]) end();
    },
  };
}
