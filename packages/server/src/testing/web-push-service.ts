/**
 * A browser with a subscription, and its push service as a real server: RFC 8030, VAPID (RFC 8292),
 * encryption (RFC 8188, RFC 8291). What it answers depends on the subscription; some services are
 * not what they should be.
 */
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { setImmediate as turn } from 'node:timers/promises';
import { jwtVerify } from 'jose';
import { bodyOf, CERTIFICATE, listen, shut } from './http-provider.ts';
import type { Arrived } from './push-providers.ts';

/** What is said at the most where there should be no end: the test must end, too. */
export const ENDLESS_BYTES = 32 * 1024 * 1024;
const CHUNK = Buffer.alloc(1 << 16, 'a');

const VAPID_SECONDS_MAX = 24 * 3_600;
const BODY_BYTES_MAX = 4_096;
/** Of a header of RFC 8188 before the sender's key: salt, record size, length of the key. */
const HEADER_BYTES = 21;
const RECORD_BYTES_MIN = 18;
const URGENCIES = ['very-low', 'low', 'normal', 'high'];

/** RFC 8292 §2.1: whom to turn to, where somebody could be; some services refuse `localhost`. */
function isContact(subject: unknown): boolean {
  const { protocol, hostname, pathname } = URL.parse(String(subject)) ?? {};
  const host = protocol === 'mailto:' ? pathname?.split('@')[1] : hostname;
  const isKnown = protocol === 'mailto:' || protocol === 'https:';
  return isKnown && host?.includes('.') === true;
}

/** What a push service answers to headers and a body that are wrong; RFC 8030 §5, RFC 8188 §2. */
function refusalOf(headers: IncomingHttpHeaders, body: Buffer): number | undefined {
  const { ttl, urgency = 'normal', topic = 'a' } = headers;
  const isWhole = /^[0-9]+$/.test(String(ttl));
  const isTopic = /^[A-Za-z0-9_-]{1,32}$/.test(String(topic));
  if (!isWhole || !URGENCIES.includes(String(urgency)) || !isTopic) return 400;
  if (headers['content-encoding'] !== 'aes128gcm') return 415;
  if (body.length > BODY_BYTES_MAX) return 413;
  if (body.length < HEADER_BYTES) return 400;
  const recordBytes = body.readUInt32BE(16);
  const record = body.length - HEADER_BYTES - (body[20] ?? 0);
  return recordBytes < RECORD_BYTES_MIN || record > recordBytes ? 400 : undefined;
}

/** Says so many bytes, or as many as are taken. Returns how many were. */
async function talk(response: ServerResponse, bytes: number): Promise<number> {
  let said = 0;
  response.writeHead(201);
  while (said < bytes && !response.destroyed) {
    said += CHUNK.length;
    if (!response.write(CHUNK)) {
      await new Promise<void>((resolve) => {
        response.once('drain', resolve);
        response.once('close', resolve);
      });
    }
    await turn();
  }
  response.end();
  return said;
}

export async function startWebPush() {
  const arrived: Arrived[] = [];
  /** Requests that came, whatever became of them. */
  const asked: string[] = [];
  /** Bytes that were said where there was no end. */
  const said: Promise<number>[] = [];
  /** Answers that nobody waits for any more. */
  const hungUp: string[] = [];
  /** Answers that come when the test wants them to. */
  const pending: (() => void)[] = [];
  const browser = createECDH('prime256v1');
  browser.generateKeys();
  const auth = randomBytes(16);
  /** Of the environment that the subscription was made for; set by the test. */
  let vapidKey: KeyObject | undefined;
  let vapidText = '';

  /** RFC 8188 and RFC 8291 §3.4. */
  function decrypt(body: Buffer): string {
    const salt = body.subarray(0, 16);
    const idLength = body[20] ?? 0;
    const senderKey = body.subarray(21, 21 + idLength);
    const secret = browser.computeSecret(senderKey);
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), browser.getPublicKey(), senderKey]);
    const keying = Buffer.from(hkdfSync('sha256', secret, auth, info, 32));
    const derive = (label: string, length: number) =>
      Buffer.from(hkdfSync('sha256', keying, salt, Buffer.from(`${label}\0`), length));
    const record = body.subarray(21 + idLength);
    const decipher = createDecipheriv(
      'aes-128-gcm',
      derive('Content-Encoding: aes128gcm', 16),
      derive('Content-Encoding: nonce', 12),
    );
    decipher.setAuthTag(record.subarray(-16));
    const plain = Buffer.concat([decipher.update(record.subarray(0, -16)), decipher.final()]);
    return plain.subarray(0, plain.lastIndexOf(2)).toString();
  }

  const server = createHttpsServer(CERTIFICATE, async (request, response) => {
    const token = (request.url ?? '').slice(1);
    asked.push(token);
    response.on('close', () => {
      if (!response.writableFinished) hungUp.push(token);
    });
    const body = await bodyOf(request);
    const answer = (status: number, headers = {}) => response.writeHead(status, headers).end();
    const [, jwt = '', sent = ''] =
      /^vapid t=([^,]+), k=(.+)$/.exec(request.headers.authorization ?? '') ?? [];
    try {
      if (!vapidKey || sent !== vapidText) throw new Error('Another key.');
      const audience = `https://${request.headers.host}`;
      const { payload } = await jwtVerify(jwt, vapidKey, {
        algorithms: ['ES256'],
        audience,
        requiredClaims: ['exp'],
      });
      const lifeSeconds = (payload.exp ?? 0) - Date.now() / 1_000;
      if (lifeSeconds > VAPID_SECONDS_MAX) throw new Error('It is valid for too long.');
      if (!isContact(payload.sub)) throw new Error('Nobody to turn to.');
    } catch {
      return void answer(403);
    }
    const wrong = request.method === 'POST' ? refusalOf(request.headers, body) : 405;
    if (wrong !== undefined) return void answer(wrong);
    const status = { dead: 410, unknown: 404, busy: 429, down: 503 }[token];
    if (status !== undefined) return void answer(status);
    if (token === 'patience') return void answer(429, { 'retry-after': '17' });
    if (token === 'moved') return void answer(307, { location: '/good' });
    if (token === 'endless') return void said.push(talk(response, ENDLESS_BYTES));
    if (token === 'silent') return;
    if (token === 'pending') return void pending.push(() => answer(410));
    // An answer that begins and never ends.
    if (token === 'slow') return void response.writeHead(201).write('a');
    arrived.push({ token, payload: JSON.parse(decrypt(body)), headers: request.headers });
    answer(201);
  });
  const port = await listen(server);
  return {
    ca: CERTIFICATE.cert,
    arrived,
    asked,
    said,
    hungUp,
    pending,
    /** As `PushManager.subscribe` does with the application server's key. */
    trust(publicKey: string) {
      const point = Buffer.from(publicKey, 'base64url');
      const [x, y] = [point.subarray(1, 33), point.subarray(33)];
      vapidText = publicKey;
      vapidKey = createPublicKey({
        format: 'jwk',
        key: {
          kty: 'EC',
          crv: 'P-256',
          x: x.toString('base64url'),
          y: y.toString('base64url'),
        },
      });
    },
    subscription: (token: string) =>
      JSON.stringify({
        endpoint: `https://127.0.0.1:${port}/${token}`,
        keys: {
          p256dh: browser.getPublicKey('base64url'),
          auth: auth.toString('base64url'),
        },
      }),
    close: () => shut(server),
  };
}
