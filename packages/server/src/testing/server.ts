/**
 * The whole server in the test's process, on a real store and a real port, with a clock that the
 * test moves. Its log is kept and, when it closes, searched for everything that must not be there.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { readSettings } from '../config/settings.ts';
import type { MethodRegistry } from '../methods/registry.ts';
import type { Instant } from '../model/instant.ts';
import { type RunningServer, startServer } from '../serve.ts';
import { askToken, type Reply, type RequestOptions, send } from './client.ts';
import { startPostgres } from './postgres.ts';
import { freshDataDirectory } from './sqlite.ts';

export interface TestServer {
  server: RunningServer;
  environmentId: string;
  /** A token of the worker application that has every role. */
  token: string;
  /** Moves the clock. */
  advance(milliseconds: number): void;
  now(): Instant;
  /** Under `/v1/environments/{envID}`. */
  api(path: string, options?: RequestOptions): Promise<Reply>;
  /** Under `/{envID}`. */
  auth(path: string, options?: RequestOptions): Promise<Reply>;
  /** From the origin, without a token. */
  raw(path: string, options?: RequestOptions): Promise<Reply>;
  /** A fresh token: an hour of the clock ends one. */
  renew(): Promise<void>;
  /** Must never stand in the log; checked when the server closes. */
  secret(text: string): void;
  log(): string;
  close(): Promise<void>;
}

export interface TestServerOptions {
  databaseUrl?: string;
  env?: Record<string, string>;
  methods?: MethodRegistry;
  /** Keeps this folder and its data; absent: a new one that is removed. */
  dataDirectory?: string;
}

const CLIENT_SECRET = 'a-client-secret-of-the-tests';
const START = Date.UTC(2026, 2, 4, 5, 6, 7, 89);

/** Starts a server with the first environment made. */
export async function startTestServer(options: TestServerOptions = {}): Promise<TestServer> {
  const directory = options.dataDirectory
    ? { path: options.dataDirectory, remove: async () => {} }
    : await freshDataDirectory();
  await mkdir(directory.path, { recursive: true });
  const environmentId = randomUUID();
  const clientId = randomUUID();
  let now = START;
  let log = '';
  const secrets = new Set<string>([CLIENT_SECRET]);
  const settings = readSettings({
    HOST: '127.0.0.1',
    PORT: '0',
    COUNTERSIGN_DATA_DIR: directory.path,
    COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: environmentId,
    COUNTERSIGN_BOOTSTRAP_CLIENT_ID: clientId,
    COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: CLIENT_SECRET,
    COUNTERSIGN_LOG_LEVEL: 'trace',
    // Nobody is there: no test asks the world.
    COUNTERSIGN_DNS_SERVERS: '127.0.0.1:9',
    ...(options.databaseUrl === undefined ? {} : { DATABASE_URL: options.databaseUrl }),
    ...options.env,
  });
  const server = await startServer(settings, {
    clock: { now: () => now },
    logStream: {
      write: (line: string) => {
        log += line;
      },
    },
    ...(options.methods ? { methods: options.methods } : {}),
  });

  async function issue(): Promise<string> {
    const reply = await askToken(`${server.url}/${environmentId}`, clientId, CLIENT_SECRET);
    assert.equal(reply.status, 200, reply.text);
    secrets.add(reply.body.access_token);
    return reply.body.access_token;
  }

  /** Whatever an answer shows once must not be in the log either. */
  function learn(reply: Reply): Reply {
    for (const value of [reply.body?.secret, reply.body?.keyUri, reply.body?.test?.otp]) {
      if (typeof value === 'string') secrets.add(value);
    }
    return reply;
  }

  const test: TestServer = {
    server,
    environmentId,
    token: await issue(),
    advance(milliseconds) {
      now += milliseconds;
    },
    now: () => now,
    api: async (path, more) =>
      learn(
        await send(`${server.url}/v1/environments/${environmentId}${path}`, {
          token: test.token,
          ...more,
        }),
      ),
    auth: async (path, more) =>
      learn(await send(`${server.url}/${environmentId}${path}`, { token: test.token, ...more })),
    raw: (path, more) => send(`${server.url}${path}`, more),
    async renew() {
      test.token = await issue();
    },
    secret: (text) => void secrets.add(text),
    log: () => log,
    async close() {
      await server.close();
      await directory.remove();
      for (const text of secrets) {
        // Short codes are looked for as values of their own: digits are part of many ids.
        const found = text.length < 12 ? log.includes(`"${text}"`) : log.includes(text);
        assert.ok(!found, 'A secret stands in the log.');
      }
      const mistakes = log.split('\n').filter((line) => /"err":|UNEXPECTED_ERROR/.test(line));
      assert.deepEqual(mistakes, [], 'The server has made a mistake.');
    },
  };
  return test;
}

/** The same on a new database of the store, which ends with it. */
export async function startTestServerOn(
  dialect: string,
  options: Omit<TestServerOptions, 'databaseUrl'> = {},
): Promise<TestServer> {
  if (dialect !== 'postgres') return startTestServer(options);
  const postgres = await startPostgres();
  try {
    const databaseUrl = await postgres.freshDatabase();
    const server = await startTestServer({ ...options, databaseUrl });
    const { close } = server;
    // Also where closing says that the server has made a mistake.
    return Object.assign(server, { close: () => close().finally(postgres.stop) });
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}
