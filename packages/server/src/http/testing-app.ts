/** A server over made-up operations for the tests of this folder; imported only by them. */
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import type { EnvironmentConfiguration } from '../configuration.ts';
import { ApiError } from '../errors/api-error.ts';
import { createLog } from '../observability/log.ts';
import { createMetrics } from '../observability/metrics.ts';
import type { Access, Principal } from '../resources/kit/access.ts';
import { makeLinks } from '../resources/kit/links.ts';
import type { Operation, OperationRequest } from '../resources/kit/operation.ts';
import { createHttpApp, type HttpOptions } from './app.ts';

export const ENVIRONMENT = '11111111-0000-4000-8000-000000000001';
/** An environment without `PING_ONE_MFA`. */
export const PLAIN_ENVIRONMENT = '11111111-0000-4000-8000-000000000002';
export const NO_ENVIRONMENT = '11111111-0000-4000-8000-000000000003';
export const USER = '22222222-0000-4000-8000-000000000001';
export const OTHER_USER = '22222222-0000-4000-8000-000000000002';
export const APPLICATION = '33333333-0000-4000-8000-000000000001';
export const POPULATION = '44444444-0000-4000-8000-000000000001';
export const PUBLIC_URL = 'https://api.example';
export const NOW = Date.UTC(2026, 2, 4, 5, 6, 7, 89);

const application = (reach: Principal['reach']): Principal => ({
  actor: { type: 'APPLICATION', environmentId: ENVIRONMENT, applicationId: APPLICATION },
  scopes: new Set(),
  reach,
});
const user = (...scopes: string[]): Principal => ({
  actor: { type: 'USER', environmentId: ENVIRONMENT, userId: USER },
  scopes: new Set(scopes),
  reach: () => undefined,
});

/** Who has which token. */
const PRINCIPALS: Readonly<Record<string, Principal>> = {
  admin: application((_permission, environmentId) =>
    environmentId === NO_ENVIRONMENT ? undefined : {},
  ),
  everywhere: application(() => ({})),
  reader: application((permission) => (permission.startsWith('read:') ? {} : undefined)),
  confined: application(() => ({ populationIds: [POPULATION] })),
  user: user('p1:read:device'),
  scopeless: user(),
};

const access: Access = {
  async authenticate(authorization) {
    const token = /^Bearer (\w+)$/.exec(authorization ?? '')?.[1] ?? '';
    const principal = PRINCIPALS[token];
    if (!principal) throw new ApiError('INVALID_TOKEN');
    return principal;
  },
};

const configurations: HttpOptions['parts']['configurations'] = {
  async get(environmentId) {
    if (environmentId === NO_ENVIRONMENT) return undefined;
    // The pipeline looks at nothing else of a configuration.
    return { hasMfa: environmentId !== PLAIN_ENVIRONMENT } as EnvironmentConfiguration;
  },
};

/** An operation with what the test cares for; it answers 200 with nothing unless told otherwise. */
export function operation(more: Partial<Operation> & Pick<Operation, 'id' | 'path'>): Operation {
  return {
    method: 'GET',
    tag: 'Tests',
    summary: more.id,
    permission: 'read:device',
    responses: { 200: null },
    handle: async () => ({ status: 200 }),
    ...more,
  };
}

export const THINGS = '/v1/environments/{envID}/things';
export const thingsOf = (environmentId = ENVIRONMENT) => `/v1/environments/${environmentId}/things`;

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: each test knows what it asked for.
  body: any;
}

export interface AskOptions {
  method?: string;
  token?: string | null;
  headers?: Record<string, string>;
  body?: string | Uint8Array | object;
}

/** Starts the server on a free port and closes it after the test. */
export async function startTestApp(
  context: TestContext,
  operations: Operation[],
  options: Partial<Omit<HttpOptions, 'operations' | 'parts'>> & {
    parts?: Partial<HttpOptions['parts']>;
  } = {},
) {
  const lines: string[] = [];
  const loaded: string[] = [];
  const metrics = createMetrics();
  const app = await createHttpApp({
    ...options,
    operations,
    parts: {
      access,
      configurations,
      keyring: { load: async (environmentId) => void loaded.push(environmentId) },
      clock: { now: () => NOW },
      log: createLog({ level: 'debug', stream: { write: (line) => void lines.push(line) } }),
      metrics,
      store: { isReady: async () => true, list: async () => [] },
      settings: { production: false },
      links: makeLinks({ publicUrl: PUBLIC_URL, authPublicUrl: PUBLIC_URL }),
      ...options.parts,
    },
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  context.after(() => app.close());
  const { port } = app.server.address() as AddressInfo;
  const origin = `${options.https ? 'https' : 'http'}://127.0.0.1:${port}`;

  async function ask(path: string, request: AskOptions = {}): Promise<Answer> {
    const { method, token = 'admin', headers, body } = request;
    const isPlain = typeof body === 'object' && !(body instanceof Uint8Array);
    const response = await fetch(origin + path, {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(isPlain ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isPlain ? JSON.stringify(body) : body }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.startsWith('application/json');
    return {
      status: response.status,
      headers: response.headers,
      body: isJson && text !== '' ? JSON.parse(text) : text,
    };
  }

  return {
    app,
    ask,
    metrics,
    origin,
    port,
    loaded,
    logText: () => lines.join(''),
    logLines: () => lines.map((line) => JSON.parse(line)),
  };
}

/** Sends bytes as they are, and gives what came back until the server closed the connection. */
export function sendRaw(port: number, ...parts: (string | Uint8Array)[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      for (const part of parts) socket.write(part);
    });
    socket.setEncoding('latin1');
    socket.on('data', (text) => {
      received += text;
    });
    socket.on('error', (error: Error & { code?: string }) =>
      error.code === 'ECONNRESET' || error.code === 'EPIPE' ? resolve(received) : reject(error),
    );
    socket.on('close', () => resolve(received));
  });
}

/** What a handler was called with, for a look at it afterwards. */
export function recorder() {
  const requests: OperationRequest[] = [];
  const handle: Operation['handle'] = async (request) => {
    requests.push(request);
    return { status: 200, body: { ok: true } };
  };
  return { requests, handle };
}
