/** Countersign as a subject: started as `npm start` starts it, set up through its public API only. */
import { type RunningServer, startServer } from '../e2e/server.ts';
import type { FlowKind, LoadUser, Subject } from './load.ts';
import { fromBase32, STEP_MS, totpAt } from './totp.ts';

export interface CountersignOptions {
  /** Absent: SQLite in the server's data directory. */
  databaseUrl?: string;
  /** Of a server that ran before; absent: a new one. */
  dataDirectory?: string;
}

/** The server with its usual settings; it writes its log, and nobody spends time on reading it. */
export function startCountersign({
  databaseUrl,
  dataDirectory,
}: CountersignOptions = {}): Promise<RunningServer> {
  const env = {
    // Each user is sent more in a run than people are on a day; they are counted all the same.
    COUNTERSIGN_USER_MESSAGES_PER_DAY: '1000000',
    ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
    ...(dataDirectory === undefined ? {} : { COUNTERSIGN_DATA_DIR: dataDirectory }),
  };
  return startServer(env, { dropOutput: true });
}

/** Makes users of each kind and returns the server as a subject of the driver. */
export async function setUp(
  server: RunningServer,
  counts: Record<FlowKind, number>,
): Promise<Subject> {
  const authorization = `Bearer ${await accessToken(server)}`;
  const api = callerOf(server, authorization);
  await liftQuotas(api);
  const users: Record<FlowKind, LoadUser[]> = { otp: [], totp: [], email: [] };
  for (const kind of ['otp', 'totp', 'email'] as const) {
    users[kind] = await inParallel(counts[kind], (index) => makeUser(api, kind, index));
  }
  return { origin: server.origin, environmentId: server.environmentId, authorization, users };
}

async function accessToken(server: RunningServer): Promise<string> {
  const { origin, environmentId, clientId, clientSecret } = server;
  const credentials = Buffer.from(`${clientId}:${clientSecret}`).toString('base64');
  const response = await fetch(`${origin}/${environmentId}/as/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`token: ${response.status} ${text}`);
  return JSON.parse(text).access_token;
}

// biome-ignore lint/suspicious/noExplicitAny: replies of the API, read where they are used.
type Call = (method: string, path: string, body?: object, mediaType?: string) => Promise<any>;

function callerOf({ origin, environmentId }: RunningServer, authorization: string): Call {
  return async (method, path, body, mediaType = 'application/json') => {
    const response = await fetch(`${origin}/v1/environments/${environmentId}${path}`, {
      method,
      headers: { authorization, ...(body ? { 'content-type': mediaType } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

/** The first notification policy allows as many messages as the platform does: 50 a day. */
async function liftQuotas(api: Call): Promise<void> {
  const { _embedded } = await api('GET', '/notificationsPolicies');
  const [{ id, name }] = _embedded.notificationsPolicies;
  await api('PUT', `/notificationsPolicies/${id}`, { name, default: true, quotas: [] });
}

async function makeUser(api: Call, kind: FlowKind, index: number): Promise<LoadUser> {
  const username = `${kind}-${index}`;
  const email = `${username}@bench.example`;
  const { id: userId } = await api('POST', '/users', { username, email });
  await api('PUT', `/users/${userId}/mfaEnabled`, { mfaEnabled: true });
  const devices = `/users/${userId}/devices`;
  if (kind !== 'totp') {
    const testMode = kind === 'otp' ? { testMode: true } : {};
    await api('POST', devices, { type: 'EMAIL', email, ...testMode });
    return { userId, email };
  }
  const device = await api('POST', devices, { type: 'TOTP' });
  const key = fromBase32(device.secret);
  // A step of the past, so that the runs have the later ones.
  const otp = totpAt(key, Math.floor(Date.now() / STEP_MS) - 1);
  const activate = 'application/vnd.pingidentity.device.activate+json';
  await api('POST', `${devices}/${device.id}`, { otp }, activate);
  return { userId, totpKey: key.toString('base64url') };
}

const SETUP_CONNECTIONS = 16;

async function inParallel<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: SETUP_CONNECTIONS }, async () => {
      while (next < count) made.push(await make(next++));
    }),
  );
  return made;
}
