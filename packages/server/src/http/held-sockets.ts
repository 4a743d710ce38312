/** Sockets of devices that have said whose they are: one of each device, and a share of each environment. */
import type { WebSocket } from 'ws';
import { DEVICE_SOCKETS_PER_ENVIRONMENT_MAX } from '../config/limits.ts';
import { requestLimited } from '../errors/api-error.ts';

const STILL_HERE = '{"v":1}';

export interface HeldSocket {
  socket: WebSocket;
  /** It has answered the last ping. */
  isAlive: boolean;
  /** It is nobody's any more; to be called once it is closed, or to be. */
  release(): void;
}

export interface HeldSockets {
  get(environmentId: string, deviceId: string): HeldSocket | undefined;
  /** Throws `LIMIT_EXCEEDED`. The device must have none. */
  add(environmentId: string, deviceId: string, socket: WebSocket): HeldSocket;
  /** Ends those that haven't answered the last ping, and pings the others. */
  ping(): void;
}

export function createHeldSockets(): HeldSockets {
  const held = new Map<string, HeldSocket>();
  const counts = new Map<string, number>();
  const keyOf = (environmentId: string, deviceId: string) => `${environmentId}/${deviceId}`;

  return {
    get: (environmentId, deviceId) => held.get(keyOf(environmentId, deviceId)),
    add(environmentId, deviceId, socket) {
      const count = counts.get(environmentId) ?? 0;
      if (count >= DEVICE_SOCKETS_PER_ENVIRONMENT_MAX) {
        throw requestLimited('request', 'The environment has the maximum of sockets.');
      }
      const key = keyOf(environmentId, deviceId);
      const own: HeldSocket = {
        socket,
        isAlive: true,
        release() {
          if (held.get(key) !== own) return;
          held.delete(key);
          const left = (counts.get(environmentId) ?? 1) - 1;
          if (left > 0) counts.set(environmentId, left);
          else counts.delete(environmentId);
        },
      };
      held.set(key, own);
      counts.set(environmentId, count + 1);
      socket.on('pong', () => {
        own.isAlive = true;
      });
      socket.once('close', own.release);
      return own;
    },
    ping() {
      for (const own of held.values()) {
        if (!own.isAlive) own.socket.terminate();
        else {
          own.isAlive = false;
          own.socket.ping();
          // What runs in a page sees no pings.
          own.socket.send(STILL_HERE);
        }
      }
    },
  };
}
