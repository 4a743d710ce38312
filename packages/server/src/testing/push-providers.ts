/**
 * Push providers as real servers that speak their documented protocols and check what they are
 * sent: authentication, addresses, payload. What they answer depends on the device's token.
 */
import {
  createDecipheriv,
  createECDH,
  createPublicKey,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import {
  createServer as createHttp2Server,
  type Http2Server,
  type ServerHttp2Stream,
} from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { jwtVerify } from 'jose';
import { selfSignedCertificate } from '../http/testing-certificate.ts';

/** A push as it arrived. */
export interface Arrived {
  token: string;
  payload: unknown;
  headers: Record<string, unknown>;
}

async function listen(server: Server | Http2Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

async function bodyOf(request: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const bearerOf = ({ headers }: IncomingMessage) =>
  /^bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];

/** FCM HTTP v1 and Google's token endpoint. */
export async function startFcm() {
  const account = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const email = 'push@shop-1.iam.example';
  const accessToken = randomBytes(16).toString('hex');
  const arrived: Arrived[] = [];
  const errors: Record<string, [number, string]> = {
    dead: [404, 'UNREGISTERED'],
    busy: [429, 'QUOTA_EXCEEDED'],
    down: [503, 'UNAVAILABLE'],
  };
  const server = createHttpServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const body = await bodyOf(request);
    if (request.url === '/token') {
      const assertion = new URLSearchParams(body.toString()).get('assertion') ?? '';
      try {
        const { payload } = await jwtVerify(assertion, account.publicKey, {
          algorithms: ['RS256'],
          issuer: email,
          audience: 'https://oauth2.googleapis.com/token',
        });
        if (payload.scope !== 'https://www.googleapis.com/auth/firebase.messaging') throw payload;
        answer(200, { access_token: accessToken, expires_in: 3_600, token_type: 'Bearer' });
      } catch {
        answer(400, { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' });
      }
      return;
    }
    const isSend = request.url === '/v1/projects/shop-1/messages:send' && request.method === 'POST';
    if (!isSend) return void answer(404, { error: { status: 'NOT_FOUND' } });
    if (bearerOf(request) !== accessToken) {
      return void answer(401, { error: { status: 'UNAUTHENTICATED' } });
    }
    const { message } = JSON.parse(body.toString());
    const error = errors[message.token];
    if (error) {
      const [status, errorCode] = error;
      const type = 'type.googleapis.com/google.firebase.fcm.v1.FcmError';
      answer(status, { error: { code: status, details: [{ '@type': type, errorCode }] } });
    } else {
      arrived.push({ token: message.token, payload: message, headers: request.headers });
      answer(200, { name: 'projects/shop-1/messages/1' });
    }
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  return {
    url,
    tokenUrl: `${url}/token`,
    arrived,
    credentials: JSON.stringify({
      type: 'service_account',
      project_id: 'shop-1',
      client_email: email,
      private_key: account.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    }),
    close: () => server.close(),
  };
}

/** APNs: HTTP/2, a provider token that is signed by the team's key. */
export async function startApns() {
  const team = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const arrived: Arrived[] = [];
  const errors: Record<string, [number, string]> = {
    dead: [410, 'Unregistered'],
    bad: [400, 'BadDeviceToken'],
    busy: [429, 'TooManyRequests'],
    down: [503, 'ServiceUnavailable'],
  };
  const server = createHttp2Server();
  server.on('stream', async (stream: ServerHttp2Stream, headers) => {
    const body = await bodyOf(stream);
    const answer = (status: number, reason?: string) => {
      stream.respond({ ':status': status, 'apns-id': String(headers['apns-id']) });
      stream.end(reason === undefined ? '' : JSON.stringify({ reason }));
    };
    const token = /^\/3\/device\/([^/]+)$/.exec(String(headers[':path']))?.[1];
    if (headers[':method'] !== 'POST' || !token) return answer(404, 'BadPath');
    try {
      const jwt = /^bearer (.+)$/.exec(String(headers.authorization))?.[1] ?? '';
      const { protectedHeader } = await jwtVerify(jwt, team.publicKey, {
        algorithms: ['ES256'],
        issuer: 'TEAM123456',
        maxTokenAge: 3_600,
      });
      if (protectedHeader.kid !== 'KEY1234567') throw new Error('Another key.');
    } catch {
      return answer(403, 'InvalidProviderToken');
    }
    if (headers['apns-topic'] !== 'example.shop') return answer(400, 'TopicDisallowed');
    if (headers['apns-push-type'] !== 'alert') return answer(400, 'InvalidPushType');
    if (body.length > 4_096) return answer(413, 'PayloadTooLarge');
    const error = errors[token];
    if (error) return answer(...error);
    arrived.push({ token, payload: JSON.parse(body.toString()), headers });
    answer(200);
  });
  const port = await listen(server);
  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    credentials: {
      key: 'KEY1234567',
      teamId: 'TEAM123456',
      token: team.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    },
    close: () => server.close(),
  };
}

/** Huawei Push Kit. */
export async function startHms() {
  const credentials = { clientId: '1001', clientSecret: randomBytes(16).toString('hex') };
  const accessToken = randomBytes(16).toString('hex');
  const arrived: Arrived[] = [];
  const codes: Record<string, [number, string]> = {
    dead: [200, '80300007'],
    busy: [503, '80300010'],
    down: [503, '81000001'],
  };
  const server = createHttpServer(async (request, response) => {
    const answer = (status: number, body: object) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    const body = (await bodyOf(request)).toString();
    if (request.url === '/oauth2/v3/token') {
      const form = new URLSearchParams(body);
      const isRight =
        form.get('grant_type') === 'client_credentials' &&
        form.get('client_id') === credentials.clientId &&
        form.get('client_secret') === credentials.clientSecret;
      if (isRight) answer(200, { access_token: accessToken, expires_in: 3_600 });
      else answer(400, { error: 1_101, sub_error: 20_044, error_description: 'invalid client' });
      return;
    }
    if (request.url !== `/v1/${credentials.clientId}/messages:send`) {
      return void answer(404, { code: '80100003' });
    }
    if (bearerOf(request) !== accessToken) return void answer(401, { code: '80200001' });
    const { message } = JSON.parse(body);
    const [token] = message.token;
    const [status, code] = codes[token] ?? [200, '80000000'];
    if (code === '80000000') arrived.push({ token, payload: message, headers: request.headers });
    answer(status, { code, msg: '', requestId: '1' });
  });
  const url = `http://127.0.0.1:${await listen(server)}`;
  const tokenUrl = `${url}/oauth2/v3/token`;
  return { url, tokenUrl, arrived, credentials, close: () => server.close() };
}

/** A browser with a subscription, and its push service (HTTPS, VAPID, RFC 8291). */
export async function startWebPush() {
  const { cert, key } = selfSignedCertificate();
  const arrived: Arrived[] = [];
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

  const server = createHttpsServer({ cert, key }, async (request, response) => {
    const body = await bodyOf(request);
    const answer = (status: number) => response.writeHead(status).end();
    const token = (request.url ?? '').slice(1);
    const [, jwt = '', sent = ''] =
      /^vapid t=([^,]+), k=(.+)$/.exec(request.headers.authorization ?? '') ?? [];
    try {
      if (!vapidKey || sent !== vapidText) throw new Error('Another key.');
      const audience = `https://${request.headers.host}`;
      await jwtVerify(jwt, vapidKey, { algorithms: ['ES256'], audience });
    } catch {
      return void answer(403);
    }
    const status = { dead: 410, unknown: 404, busy: 429, down: 503 }[token];
    if (status !== undefined) return void answer(status);
    if (request.headers['content-encoding'] !== 'aes128gcm' || !request.headers.ttl) {
      return void answer(400);
    }
    arrived.push({ token, payload: JSON.parse(decrypt(body)), headers: request.headers });
    answer(201);
  });
  const port = await listen(server);
  return {
    ca: cert,
    arrived,
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
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
