/**
 * `wss://…/{envID}/device/v1/channel`: connected phones, each told when it should look. What they
 * are told is never more than that; docs/device-protocol.md, "Waking a device".
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import proxyAddr from '@fastify/proxy-addr';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import {
  DEVICE_ADMISSIONS_MAX,
  DEVICE_CLONE_CHECK_MS,
  DEVICE_HANDSHAKE_MS,
  DEVICE_KEEPALIVE_MS,
  DEVICE_REQUEST_LENGTH_MAX,
  DEVICE_SOCKETS_MAX,
} from '../config/limits.ts';
import { ApiError, requestLimited } from '../errors/api-error.ts';
import { UnavailableError } from '../errors/unavailable-error.ts';
import type { Clock } from '../model/instant.ts';
import type { Parts } from '../parts.ts';
import { blockCopiedDevice } from '../resources/authentication/native-devices/block-copied-device.ts';
import {
  assertUnblocked,
  type NativeParts,
  type ReadDevice,
  readDeviceText,
  useRequest,
} from '../resources/authentication/native-devices/native-parts.ts';
import { isGone } from '../resources/devices/devices/devices.parts.ts';
import { createGreetings } from './greetings.ts';
import { createHeldSockets, type HeldSocket } from './held-sockets.ts';
import { createTurns } from './turns.ts';

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
/** The close code of a refusal; the reason is the code of the error. */
const REFUSED = 4_001;

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

const codeOf = (error: unknown) =>
  error instanceof ApiError ? (error.details[0]?.code ?? error.code) : 'UNEXPECTED_ERROR';

/** Takes the sockets of devices on this HTTP server. */
export function openDeviceChannel(server: Server, parts: DeviceChannelParts): DeviceChannel {
  const { clock, log, deviceWakes, settings } = parts;
  const sockets = new Set<WebSocket>();
  const greetings = createGreetings<WebSocket>();
  const admissions = createTurns(DEVICE_ADMISSIONS_MAX);
  const held = createHeldSockets();
  const underWay = new Set<Promise<void>>();
  const isProxy = proxyAddr.compile(settings.trustProxy ?? []);
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
    else {
      // Without an address it has gone already.
      const address = proxyAddr(request, isProxy) ?? '';
      upgrades.handleUpgrade(request, socket, head, (open) => greet(open, environmentId, address));
    }
  }

  /** Does it, and ends the socket with the reason where it is refused. */
  function run(socket: WebSocket, work: Promise<void>): void {
    const all = work
      .catch((error: unknown) => {
        if (!(error instanceof ApiError || error instanceof UnavailableError))
          log.error({ err: error }, 'device channel');
        socket.close(REFUSED, codeOf(error));
      })
      .finally(() => underWay.delete(all));
    underWay.add(all);
  }

  /** The first frame says who it is, soon. */
  function greet(socket: WebSocket, environmentId: string, address: string): void {
    sockets.add(socket);
    greetings.add(socket, address);
    const timer = setTimeout(() => socket.terminate(), DEVICE_HANDSHAKE_MS);
    socket.once('close', () => {
      sockets.delete(socket);
      greetings.remove(socket);
      clearTimeout(timer);
    });
    socket.on('error', () => socket.terminate());
    socket.once('message', (data) => {
      greetings.remove(socket);
      const admitted = admit(socket, environmentId, String(data)).then(
        () => clearTimeout(timer),
        (error: unknown) => {
          // Until it is closed, it is as good as one that says nothing.
          if (socket.readyState === socket.OPEN) greetings.add(socket, address);
          throw error;
        },
      );
      run(socket, admitted);
    });
  }

  async function admit(socket: WebSocket, environmentId: string, text: string): Promise<void> {
    const configuration = await parts.configurations.get(environmentId);
    if (!configuration?.hasMfa) throw new ApiError('NOT_FOUND');
    await parts.keyring.load(environmentId);
    const now = clock.now();
    const read = await readDeviceText(parts, environmentId, requestOf(text), 'channel', now);
    // One after the other: each is to see the one before it.
    const turn = admissions.take(`${environmentId}/${read.device.id}`, async () => {
      if (socket.readyState === socket.OPEN) await takePlace(socket, read);
    });
    if (!turn) throw requestLimited('request', 'The device opens too many sockets.');
    await turn;
  }

  async function takePlace(socket: WebSocket, read: ReadDevice): Promise<void> {
    const { environmentId, id } = read.device;
    await useRequest(parts, environmentId, read.claims, clock.now());
    const former = held.get(environmentId, id);
    if (former && (await answersPing(former))) {
      // Two that live at the same time are two devices with one key.
      await blockCopiedDevice(parts, environmentId, id, clock.now());
      former.socket.close(REFUSED, 'DEVICE_BLOCKED');
    } else former?.socket.terminate();
    former?.release();
    if (socket.readyState === socket.OPEN) await hold(socket, environmentId, id);
  }

  async function hold(socket: WebSocket, environmentId: string, deviceId: string): Promise<void> {
    const own = held.add(environmentId, deviceId, socket);
    const look = () => run(socket, tell(own, environmentId, deviceId, WAKE));
    socket.once('close', deviceWakes.listen(environmentId, deviceId, look));
    // It has nothing more to say.
    socket.on('message', () => socket.terminate());
    await tell(own, environmentId, deviceId, READY);
  }

  /** Throws where the device may not be connected any more: it was blocked or removed meanwhile. */
  async function tell(own: HeldSocket, environmentId: string, deviceId: string, frame: string) {
    const device = await parts.store.get('devices', environmentId, deviceId);
    if (!device || isGone(device.doc, clock.now())) throw new ApiError('DEVICE_REMOVED');
    assertUnblocked(device);
    own.socket.send(frame);
  }

  server.on('upgrade', onUpgrade);
  const keepalive = setInterval(held.ping, DEVICE_KEEPALIVE_MS).unref();

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
function answersPing({ socket }: HeldSocket): Promise<boolean> {
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
