/** Starts the real server as its own process, the way `npm start` does, and stops it again. */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HANG_MS } from '../packages/server/src/testing/until.ts';

const MAIN = fileURLToPath(new URL('../packages/server/src/main.ts', import.meta.url));
/** Lines of output that are kept to explain a failed start. */
const OUTPUT_LINES_MAX = 200;

export interface RunningServer {
  origin: string;
  process: ChildProcess;
  pid: number;
  dataDirectory: string;
  environmentId: string;
  clientId: string;
  clientSecret: string;
  /** From the start of the process to the first `200` of `/readyz`. */
  readyAfterMs: number;
  /** The last lines that the server printed. */
  output(): string;
  /** Asks the server to end (SIGTERM) and resolves to its exit code. Removes its data directory. */
  stop(options?: { keepData?: boolean }): Promise<number | null>;
}

/** A port of this machine that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port.');
  return address.port;
}

/**
 * The environment of a fresh machine: nothing of the caller's settings reaches the server. Compiled
 * sources do: many processes start, and most of their time is that.
 */
export function cleanEnvironment(): Record<string, string> {
  const { PATH = '', HOME = '', TMPDIR, NODE_COMPILE_CACHE } = process.env;
  return {
    PATH,
    HOME,
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    ...(NODE_COMPILE_CACHE === undefined ? {} : { NODE_COMPILE_CACHE }),
  };
}

/**
 * Starts the server on a free port of 127.0.0.1 with a new data directory (unless `env` names one)
 * and waits until it is ready. Throws with what the server printed when it doesn't become ready.
 */
export async function startServer(
  env: Record<string, string> = {},
  { dropOutput = false } = {},
): Promise<RunningServer> {
  const port = Number(env.PORT ?? (await freePort()));
  const origin = `http://127.0.0.1:${port}`;
  const dataDirectory = env.COUNTERSIGN_DATA_DIR ?? mkdtempSync(join(tmpdir(), 'countersign-e2e-'));
  const settings = {
    PORT: String(port),
    COUNTERSIGN_DATA_DIR: dataDirectory,
    COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID: randomUUID(),
    COUNTERSIGN_BOOTSTRAP_CLIENT_ID: randomUUID(),
    COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET: randomBytes(24).toString('base64url'),
    ...env,
  };
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, 'serve'], {
    env: { ...cleanEnvironment(), ...settings },
    stdio: ['ignore', dropOutput ? 'ignore' : 'pipe', 'pipe'],
  });
  const output = keepOutput(child);
  const exited = once(child, 'exit').then(([code]: (number | null)[]) => code ?? null);

  async function stop({ keepData = false } = {}): Promise<number | null> {
    const timer = setTimeout(() => child.kill('SIGKILL'), HANG_MS);
    child.kill('SIGTERM');
    const code = await exited;
    clearTimeout(timer);
    if (!keepData) rmSync(dataDirectory, { recursive: true, force: true });
    return code;
  }

  if (!(await isReadyWithin(child, `${origin}/readyz`))) {
    await stop();
    throw new Error(`The server did not become ready. It printed:\n${output()}`);
  }
  return {
    origin,
    process: child,
    pid: child.pid ?? 0,
    dataDirectory,
    environmentId: settings.COUNTERSIGN_BOOTSTRAP_ENVIRONMENT_ID,
    clientId: settings.COUNTERSIGN_BOOTSTRAP_CLIENT_ID,
    clientSecret: settings.COUNTERSIGN_BOOTSTRAP_CLIENT_SECRET,
    readyAfterMs: performance.now() - startedAt,
    output,
    stop,
  };
}

function keepOutput(child: ChildProcess): () => string {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      lines.push(text);
      if (lines.length > OUTPUT_LINES_MAX) lines.shift();
    });
  }
  return () => lines.join('');
}

async function isReadyWithin(child: ChildProcess, url: string): Promise<boolean> {
  const giveUpAt = performance.now() + HANG_MS;
  while (child.exitCode === null && child.signalCode === null) {
    const status = await fetch(url).then(
      (response) => response.status,
      () => undefined,
    );
    if (status === 200) return true;
    if (performance.now() > giveUpAt) return false;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return false;
}
