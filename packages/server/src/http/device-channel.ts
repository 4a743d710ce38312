/**
 * `wss://…/{envID}/device/v1/channel`: connected phones, each told when it should look. What they
 * are told is never more than that; docs/device-protocol.md, "Waking a device".
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  DEVICE_CLONE_CHECK_MS,
  DEVICE_HANDSHAKE_MS,
  DEVICE_KEEPALIVE_MS,
  DEVICE_REQUEST_LENGTH_MAX,
  DEVICE_SOCKETS_MAX,
} from '../config/limits.ts';
import { ApiError } from '../errors/api-error.ts';
import type { Clock } from '../model/instant.ts';
import type { Parts } from '../parts.ts';
import { blockCopiedDevice } from '../resources/native-devices/block-copied-device.ts';
import {
  assertUnblocked,
  type NativeParts,
  readDeviceText,
  useRequest,
} from '../resources/native-devices/native-parts.ts';

export interface DeviceChannel {
  /** Sockets that are open now. */
  size(): number;
  /** Ends them all, and waits for what is being done for them. */
  close(): Promise<void>;
}

export type DeviceChannelParts = NativeParts &
  Pick<Parts, 'keyring' | 'configurations'> & { clock: Clock; log: Logger };

const PATH = /^\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/device\/v1\/channel$/;
const READY = '{"v":1,"ready":true}';
const WAKE = '{"v":1,"wake":true}';
const STILL_HERE = '{"v":1}';
/** The close code of a refusal; the reason is the code of the error. */
const REFUSED = 4_001;

interface Connection {
  socket: WebSocket;
  /** It has answered the last ping. */
  isAlive: boolean;
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const codeOf = (error: unknown) =>
  error instanceof ApiError ? (error.details[0]?.code ?? error.code) : 'UNEXPECTED_ERROR';

/** Takes the sockets of devices on this HTTP server. */
export function openDeviceChannel(server: Server, parts: DeviceChannelParts): DeviceChannel {
  const { clock, log, deviceWakes } = parts;
  const connections = new Map<string, Connection>();
  const sockets = new Set<WebSocket>();
  const underWay = new Set<Promise<void>>();
  const upgrades = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: DEVICE_REQUEST_LENGTH_MAX,
    // Its buffers would cost more memory than all of the rest.
    perMessageDeflate: false,
  });
  let closed = false;

  function onUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const environmentId = PATH.exec(request.url ?? '')?.[1];
    if (closed || sockets.size >= DEVICE_SOCKETS_MAX) {
      refuseUpgrade(socket, '503 Service Unavailable');
    } else if (environmentId === undefined) refuseUpgrade(socket, '404 Not Found');
    else upgrades.handleUpgrade(request, socket, head, (open) => greet(open, environmentId));
  }

  /** The first frame says who it is, soon. */
  function greet(socket: WebSocket, environmentId: string): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.terminate());
    const timer = setTimeout(() => socket.terminate(), DEVICE_HANDSHAKE_MS);
    socket.once('close', () => clearTimeout(timer));
    socket.once('message', (data) => {
      const work = admit(socket, environmentId, String(data))
        .then(() => clearTimeout(timer))
        .catch((error: unknown) => {
          if (!(error instanceof ApiError)) log.error({ err: error }, 'device channel');
          socket.close(REFUSED, codeOf(error));
        })
        .finally(() => underWay.delete(work));
      underWay.add(work);
    });
  }

  async function admit(socket: WebSocket, environmentId: string, text: string): Promise<void> {
    const configuration = await parts.configurations.get(environmentId);
    if (!configuration?.hasMfa) throw new ApiError('NOT_FOUND');
    await parts.keyring.load(environmentId);
    const now = clock.now();
    const read = await readDeviceText(parts, environmentId, requestOf(text), 'channel', now);
    await useRequest(parts, read, now);
    assertUnblocked(read.device);
    const deviceId = read.device.id;
    const key = `${environmentId}/${deviceId}`;
    const former = connections.get(key);
    if (former && (await answersPing(former))) {
      // Two that live at the same time are two devices with one key.
      await blockCopiedDevice(parts, environmentId, deviceId, clock.now());
      former.socket.close(REFUSED, 'DEVICE_BLOCKED');
      socket.close(REFUSED, 'DEVICE_BLOCKED');
      return;
    }
    former?.socket.terminate();
    if (socket.readyState === socket.OPEN) hold(socket, key, environmentId, deviceId);
  }

  function hold(socket: WebSocket, key: string, environmentId: string, deviceId: string): void {
    const connection: Connection = { socket, isAlive: true };
    connections.set(key, connection);
    const deafen = deviceWakes.listen(environmentId, deviceId, () => socket.send(WAKE));
    socket.on('pong', () => {
      connection.isAlive = true;
    });
    // It has nothing more to say.
    socket.on('message', () => socket.terminate());
    socket.on('close', () => {
      deafen();
      if (connections.get(key) === connection) connections.delete(key);
    });
    socket.send(READY);
  }

  server.on('upgrade', onUpgrade);
  const keepalive = setInterval(() => {
    for (const connection of connections.values()) {
      const { socket, isAlive } = connection;
      if (!isAlive) socket.terminate();
      else {
        connection.isAlive = false;
        socket.ping();
        // What runs in a page sees no pings.
        socket.send(STILL_HERE);
      }
    }
  }, DEVICE_KEEPALIVE_MS).unref();

  return {
    size: () => sockets.size,
    async close() {
      closed = true;
      clearInterval(keepalive);
      server.off('upgrade', onUpgrade);
      for (const socket of sockets) socket.terminate();
      await Promise.all(underWay);
    },
  };
}

/** The signed text of the first frame: `{"request":"…"}`. */
function requestOf(text: string): string {
  try {
    const { request }: { request?: unknown } = JSON.parse(text);
    if (typeof request === 'string') return request;
  } catch {
    // Said below.
  }
  throw new ApiError('INVALID_REQUEST');
}

/** Whether the other end is there. */
function answersPing({ socket }: Connection): Promise<boolean> {
  if (socket.readyState !== socket.OPEN) return Promise.resolve(false);
  return new Promise((resolve) => {
    const end = (answer: boolean) => () => {
      clearTimeout(timer);
      socket.off('pong', pong);
      socket.off('close', gone);
      resolve(answer);
    };
    const [pong, gone] = [end(true), end(false)];
    const timer = setTimeout(gone, DEVICE_CLONE_CHECK_MS);
    socket.on('pong', pong);
    socket.on('close', gone);
    socket.ping();
  });
}
