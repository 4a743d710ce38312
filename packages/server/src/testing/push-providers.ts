/**
 * Push providers as real servers that speak their documented protocols and check what they are
 * sent: authentication, addresses, payload. What they answer depends on the device's token.
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import {
  createSecureServer as createHttp2Server,
  type Http2SecureServer,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { decodeJwt, jwtVerify } from 'jose';
import { selfSignedCertificate } from '../http/testing-certificate.ts';

/** Of all of them: authorities of one name could not be told apart. */
export const CERTIFICATE = selfSignedCertificate();

/** A push as it arrived. */
export interface Arrived {
  token: string;
  payload: unknown;
  headers: Record<string, unknown>;
}

export async function listen(server: Server | Http2SecureServer): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

export async function bodyOf(request: AsyncIterable<Uint8Array>): Promise<Buffer> {
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
    patience: [503, 'UNAVAILABLE'],
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
      if (message.token === 'patience') response.setHeader('retry-after', '17');
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

/** An account with Apple: a team, and a key of it. */
function anAppleTeam(teamId: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const token = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { publicKey, credentials: { key: `KEY${teamId.slice(-7)}`, teamId, token } };
}

/** APNs: HTTP/2, a provider token that is signed by a team's key; one team on a connection. */
export async function startApns() {
  const teams = [anAppleTeam('TEAM123456'), anAppleTeam('TEAM654321')] as const;
  const teamOf = new WeakMap<object, string>();
  const arrived: Arrived[] = [];
  const errors: Record<string, [number, string]> = {
    dead: [410, 'Unregistered'],
    bad: [400, 'BadDeviceToken'],
    busy: [429, 'TooManyRequests'],
    down: [503, 'ServiceUnavailable'],
    broken: [500, 'InternalServerError'],
    late: [403, 'ExpiredProviderToken'],
  };
  const server = createHttp2Server(CERTIFICATE);
  server.on('stream', async (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {});
    const body = await bodyOf(stream);
    const answer = (status: number, reason?: string) => {
      stream.respond({ ':status': status, 'apns-id': String(headers['apns-id']) });
      stream.end(reason === undefined ? '' : JSON.stringify({ reason }));
    };
    const token = /^\/3\/device\/([^/]+)$/.exec(String(headers[':path']))?.[1];
    if (headers[':method'] !== 'POST' || !token) return answer(404, 'BadPath');
    try {
      const jwt = /^bearer (.+)$/.exec(String(headers.authorization))?.[1] ?? '';
      const { iss } = decodeJwt(jwt);
      const team = teams.find(({ credentials }) => credentials.teamId === iss);
      const session = stream.session;
      if (!team || !session) throw new Error('No team.');
      const { protectedHeader } = await jwtVerify(jwt, team.publicKey, {
        algorithms: ['ES256'],
        maxTokenAge: 3_600,
      });
      if (protectedHeader.kid !== team.credentials.key) throw new Error('Another key.');
      const { teamId } = team.credentials;
      if ((teamOf.get(session) ?? teamId) !== teamId) throw new Error('Another team.');
      teamOf.set(session, teamId);
    } catch {
      return answer(403, 'InvalidProviderToken');
    }
    if (headers['apns-topic'] !== 'example.shop') return answer(400, 'TopicDisallowed');
    if (headers['apns-push-type'] !== 'alert') return answer(400, 'InvalidPushType');
    if (body.length > 4_096) return answer(413, 'PayloadTooLarge');
    const error = errors[token];
    if (error) return answer(...error);
    if (token === 'cut') return void stream.session?.destroy();
    arrived.push({ token, payload: JSON.parse(body.toString()), headers });
    answer(200);
  });
  const port = await listen(server);
  const [one, other] = teams;
  return {
    url: `https://127.0.0.1:${port}`,
    ca: CERTIFICATE.cert,
    arrived,
    credentials: one.credentials,
    /** Of another team. */
    others: other.credentials,
    close: () => server.close(),
  };
}

/** Huawei Push Kit. */
export async function startHms() {
  const credentials = { clientId: '1001', clientSecret: randomBytes(16).toString('hex') };
  const accessToken = randomBytes(16).toString('hex');
  const arrived: Arrived[] = [];
  const tokensAsked = { count: 0 };
  const codes: Record<string, [number, string]> = {
    dead: [200, '80300007'],
    busy: [503, ''],
    late: [401, '80200003'],
    down: [500, '81000001'],
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
      tokensAsked.count++;
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
  return { url, tokenUrl, arrived, tokensAsked, credentials, close: () => server.close() };
}
