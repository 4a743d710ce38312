/**
 * APNs: HTTP/2, a provider token that is signed by a team's key; one team on a connection. Source:
 * Apple, "Sending notification requests to APNs", "Establishing a token-based connection to APNs",
 * "Handling notification responses from APNs".
 */
import { generateKeyPairSync } from 'node:crypto';
import {
  createSecureServer,
  type Http2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from 'node:http2';
import { decodeJwt, jwtVerify } from 'jose';
import { bodyOf, CERTIFICATE, jsonOf, listen } from './http-provider.ts';
import type { Arrived } from './push-providers.ts';

const TOKEN_SECONDS_MAX = 3_600;
const CLOCK_SKEW_SECONDS = 60;
const TOKEN_KEPT_MS = 20 * 60_000;
const PAYLOAD_BYTES_MAX = 4_096;
const COLLAPSE_ID_BYTES_MAX = 64;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const PUSH_TYPES = ['alert', 'background', 'location', 'voip', 'complication', 'fileprovider'];
/** The bundle ids of the teams. */
const TOPIC = /^example\.shop(\.|$)/;

type Refusal = [number, string];

/** What becomes of a push by the device's token. */
const OUTCOMES: Readonly<Record<string, Refusal>> = {
  dead: [410, 'Unregistered'],
  old: [410, 'ExpiredToken'],
  bad: [400, 'BadDeviceToken'],
  foreign: [400, 'DeviceTokenNotForTopic'],
  busy: [429, 'TooManyRequests'],
  down: [503, 'ServiceUnavailable'],
  broken: [500, 'InternalServerError'],
};

/** An account with Apple: a team, and a key of it. */
function anAppleTeam(teamId: string) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const token = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { publicKey, credentials: { key: `KEY${teamId.slice(-7)}`, teamId, token } };
}

const whole = (value: unknown) => (/^[0-9]+$/.test(String(value)) ? Number(value) : undefined);

/** What is wrong with the headers of a push. */
function headerRefusal(headers: IncomingHttpHeaders): Refusal | undefined {
  const { 'apns-topic': topic, 'apns-id': id, 'apns-push-type': type } = headers;
  const { 'apns-priority': priority = '10', 'apns-expiration': expiration = '0' } = headers;
  const collapseId = String(headers['apns-collapse-id'] ?? '');
  if (topic === undefined) return [400, 'MissingTopic'];
  if (!TOPIC.test(String(topic))) return [400, 'TopicDisallowed'];
  if (id !== undefined && !UUID.test(String(id))) return [400, 'BadMessageId'];
  if (!PUSH_TYPES.includes(String(type))) return [400, 'InvalidPushType'];
  if (![1, 5, 10].includes(whole(priority) ?? 0)) return [400, 'BadPriority'];
  if (whole(expiration) === undefined) return [400, 'BadExpirationDate'];
  return Buffer.byteLength(collapseId) > COLLAPSE_ID_BYTES_MAX ? [400, 'BadCollapseId'] : undefined;
}

/** What is wrong with the payload; of an alert it must have something to show. */
function payloadRefusal(body: Buffer, type: unknown): Refusal | undefined {
  if (body.length === 0) return [400, 'PayloadEmpty'];
  if (body.length > PAYLOAD_BYTES_MAX) return [413, 'PayloadTooLarge'];
  const { aps } = (jsonOf(body) ?? {}) as { aps?: { alert?: unknown } };
  return typeof aps !== 'object' || (type === 'alert' && !aps.alert)
    ? [400, 'PayloadEmpty']
    : undefined;
}

export async function startApns() {
  const teams = [anAppleTeam('TEAM123456'), anAppleTeam('TEAM654321')] as const;
  /** Of a connection: its team, and its provider token since when. */
  const seen = new WeakMap<Http2Session, { teamId: string; jwt: string; since: number }>();
  const expired = new Set<string>();
  const known = new Set<string>();
  const arrived: Arrived[] = [];

  /** What is wrong with the provider token. */
  async function tokenRefusal(
    { authorization }: IncomingHttpHeaders,
    session: Http2Session,
  ): Promise<Refusal | undefined> {
    const jwt = /^bearer (.+)$/i.exec(authorization ?? '')?.[1];
    if (jwt === undefined) return [403, 'MissingProviderToken'];
    const now = Date.now();
    try {
      const { iss, iat = 0 } = decodeJwt(jwt);
      const team = teams.find(({ credentials }) => credentials.teamId === iss);
      if (!team) return [403, 'InvalidProviderToken'];
      const { protectedHeader } = await jwtVerify(jwt, team.publicKey, { algorithms: ['ES256'] });
      const { teamId, key } = team.credentials;
      const before = seen.get(session);
      const isStrange = protectedHeader.kid !== key || (before?.teamId ?? teamId) !== teamId;
      const age = now / 1_000 - iat;
      if (isStrange || age < -CLOCK_SKEW_SECONDS) return [403, 'InvalidProviderToken'];
      if (expired.has(jwt) || age > TOKEN_SECONDS_MAX) return [403, 'ExpiredProviderToken'];
      const isRenewed = before !== undefined && before.jwt !== jwt && !expired.has(before.jwt);
      if (isRenewed && now - before.since < TOKEN_KEPT_MS) {
        return [429, 'TooManyProviderTokenUpdates'];
      }
      if (before?.jwt !== jwt) seen.set(session, { teamId, jwt, since: now });
      known.add(jwt);
      return undefined;
    } catch {
      return [403, 'InvalidProviderToken'];
    }
  }

  const server = createSecureServer(CERTIFICATE);
  server.on('stream', async (stream: ServerHttp2Stream, headers) => {
    stream.on('error', () => {});
    const body = await bodyOf(stream);
    const answer = (status: number, reason?: string) => {
      stream.respond({ ':status': status, 'apns-id': String(headers['apns-id']) });
      stream.end(reason === undefined ? '' : JSON.stringify({ reason }));
    };
    const { session } = stream;
    if (!session) return;
    const token = /^\/3\/device\/([^/]*)$/.exec(String(headers[':path']))?.[1];
    if (token === undefined) return answer(404, 'BadPath');
    if (headers[':method'] !== 'POST') return answer(405, 'MethodNotAllowed');
    const refusal =
      (await tokenRefusal(headers, session)) ??
      (token === '' ? ([400, 'MissingDeviceToken'] as const) : undefined) ??
      headerRefusal(headers) ??
      payloadRefusal(body, headers['apns-push-type']) ??
      OUTCOMES[token];
    if (refusal) return answer(...refusal);
    if (token === 'cut') return void session.destroy();
    arrived.push({ token, payload: jsonOf(body), headers });
    answer(200);
  });
  const port = await listen(server);
  const [one, other] = teams;
  return {
    url: `https://127.0.0.1:${port}`,
    ca: CERTIFICATE.cert,
    arrived,
    /** The provider tokens that were used are from more than an hour ago. */
    expire: () => {
      for (const jwt of known) expired.add(jwt);
    },
    credentials: one.credentials,
    /** Of another team. */
    others: other.credentials,
    close: () => server.close(),
  };
}
