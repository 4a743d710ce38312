/**
 * The bare limit: a `node:http` server that does the two requests of a flow, start and check, with
 * their durable writes, and nothing else. No tokens, no validation, no policy, no audit, no
 * messages. What Countersign is compared with; never a product.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  randomInt,
  randomUUID,
  timingSafeEqual,
} from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { STEP_MS, totpAt } from '../totp.ts';

export interface LimitDevice {
  id: string;
  userId: string;
  /** AES-256-GCM of the TOTP key; absent: the code is made here and told in the reply. */
  sealedSecret?: string;
  lastTimeStep: number;
}

export interface LimitFlow {
  id: string;
  status: 'OTP_REQUIRED' | 'COMPLETED';
  userId: string;
  deviceId: string;
  mac?: string;
  expiresAt: number;
}

/** The reads and durable writes of a flow; the promises of writes resolve after the commit. */
export interface LimitStore {
  deviceOfUser(userId: string): Promise<LimitDevice | undefined>;
  flowWithDevice(flowId: string): Promise<{ flow: LimitFlow; device: LimitDevice } | undefined>;
  insertFlow(flow: LimitFlow): Promise<void>;
  /** Guarded: false when the flow was finished already, or the time step is used. */
  finishFlow(flow: LimitFlow, device?: LimitDevice): Promise<boolean>;
  close(): Promise<void>;
}

/** What the driver needs to know of a user. */
export interface LimitUser {
  userId: string;
  /** Base64url key of a TOTP device. */
  totpKey?: string;
}

const KEY = randomBytes(32);
const OTP_LIFETIME_MS = 30 * 60_000;
const WINDOW_STEPS = 2;

function seal(plain: Uint8Array): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', KEY, iv);
  const text = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url');
}

function open(sealed: string): Buffer {
  const bytes = Buffer.from(sealed, 'base64url');
  const decipher = createDecipheriv('aes-256-gcm', KEY, bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]);
}

const mac = (flowId: string, otp: string) =>
  createHmac('sha256', KEY).update(flowId).update(otp).digest();

/** `count` users with one device each, half of them with TOTP, and what the driver needs of them. */
export function makeUsers(count: number): { devices: LimitDevice[]; users: LimitUser[] } {
  const devices: LimitDevice[] = [];
  const users: LimitUser[] = [];
  for (let index = 0; index < count; index++) {
    const userId = randomUUID();
    const device = { id: randomUUID(), userId, lastTimeStep: 0 };
    if (index % 2 === 0) {
      devices.push(device);
      users.push({ userId });
    } else {
      const key = randomBytes(20);
      devices.push({ ...device, sealedSecret: seal(key) });
      users.push({ userId, totpKey: key.toString('base64url') });
    }
  }
  return { devices, users };
}

interface Reply {
  status: number;
  body: object;
}

async function start(store: LimitStore, userId: string): Promise<Reply> {
  const device = await store.deviceOfUser(userId);
  if (!device) return { status: 404, body: {} };
  const id = randomUUID();
  const expiresAt = Date.now() + OTP_LIFETIME_MS;
  const flow: LimitFlow = { id, status: 'OTP_REQUIRED', userId, deviceId: device.id, expiresAt };
  if (device.sealedSecret !== undefined) {
    await store.insertFlow(flow);
    return { status: 201, body: { id, status: flow.status } };
  }
  const otp = randomInt(1_000_000).toString().padStart(6, '0');
  await store.insertFlow({ ...flow, mac: mac(id, otp).toString('base64url') });
  return { status: 201, body: { id, status: flow.status, test: { otp } } };
}

async function check(store: LimitStore, flowId: string, otp: string): Promise<Reply> {
  const facts = await store.flowWithDevice(flowId);
  if (!facts) return { status: 404, body: {} };
  const { flow, device } = facts;
  const now = Date.now();
  if (flow.status !== 'OTP_REQUIRED' || now > flow.expiresAt) return { status: 400, body: {} };
  const completed: LimitFlow = { ...flow, status: 'COMPLETED' };
  const verified =
    device.sealedSecret === undefined
      ? flow.mac !== undefined &&
        timingSafeEqual(mac(flowId, otp), Buffer.from(flow.mac, 'base64url')) &&
        (await store.finishFlow(completed))
      : await checkTotp(store, completed, device, otp);
  return verified
    ? { status: 200, body: { id: flowId, status: completed.status } }
    : { status: 400, body: {} };
}

async function checkTotp(
  store: LimitStore,
  completed: LimitFlow,
  device: LimitDevice,
  otp: string,
) {
  const key = open(device.sealedSecret ?? '');
  const present = Math.floor(Date.now() / STEP_MS);
  let found: number | undefined;
  for (let step = present - WINDOW_STEPS; step <= present + WINDOW_STEPS; step++) {
    if (timingSafeEqual(Buffer.from(totpAt(key, step)), Buffer.from(otp))) found ??= step;
  }
  if (found === undefined || found <= device.lastTimeStep) return false;
  return store.finishFlow(completed, { ...device, lastTimeStep: found });
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function answer(store: LimitStore, request: IncomingMessage): Promise<Reply> {
  // `/{environment}/deviceAuthentications` and `/{environment}/deviceAuthentications/{flow}`
  const flowId = request.url?.split('/')[3];
  const body = await readJson(request);
  if (flowId !== undefined) return check(store, flowId, String(body.otp));
  return start(store, String((body.user as { id?: unknown } | undefined)?.id));
}

/**
 * Serves the store on a free port of 127.0.0.1, tells the parent process the port and the users,
 * and ends with SIGTERM.
 */
export function serveLimit(store: LimitStore, users: readonly LimitUser[]): void {
  const server = createServer((request, response) => {
    answer(store, request)
      .catch(() => ({ status: 500, body: {} }))
      .then(({ status, body }) => {
        const text = JSON.stringify(body);
        response.writeHead(status, {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(text),
        });
        response.end(text);
      });
  });
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('No port.');
    process.send?.({ origin: `http://127.0.0.1:${address.port}`, users });
  });
  process.on('SIGTERM', () => {
    server.closeAllConnections();
    server.close(() => {
      store.close().then(() => process.exit(0));
    });
  });
}
