/** Hears of requests at once: over a socket that is held open, or by requests that are held. */
import type { Account, ApprovalRequest } from './account.ts';
import { DeviceError } from './errors.ts';

export interface Listening {
  /** Resolves when it first listens. */
  ready: Promise<void>;
  close(): void;
}

export interface ListenOptions {
  transport?: 'socket' | 'poll';
  onError?: (error: unknown) => void;
  /** The user's administrator has asked for logs. */
  onLogsRequested?: (account: Account) => void;
}

const POLL_SECONDS = 25;
const PAUSE_MIN_MS = 500;
const PAUSE_MAX_MS = 30_000;
/** The server says something at least this often. */
const SILENCE_MAX_MS = 90_000;

/** The close code of a refusal; its reason is the code of an error. */
const REFUSED = 4_001;

/** There is nothing to listen for any more. */
function isTheEnd(error: unknown): boolean {
  const ends = ['REMOVED', 'NOT_PAIRED', 'NOT_FOUND', 'DEVICE_REMOVED', 'DEVICE_BLOCKED'];
  return error instanceof DeviceError && ends.includes(error.code);
}

/** What a frame of the server says; of what isn't JSON nothing. */
function readFrame(data: unknown): { ready?: boolean; wake?: boolean } {
  try {
    return JSON.parse(String(data));
  } catch {
    return {};
  }
}

/**
 * One channel per account on this device: the server takes two at the same time for two devices with
 * one key. In a browser this holds over all pages of the application.
 */
async function alone(name: string, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  const { locks } = navigator;
  // Where there are no locks there are no other pages, either.
  if (!locks) return work();
  await locks.request(`countersign ${name}`, { signal }, work);
}

/** Calls back once for each request of the account. */
export function listen(
  account: Account,
  listener: (request: ApprovalRequest) => void,
  { transport = 'socket', onError, onLogsRequested }: ListenOptions = {},
): Listening {
  const seen = new Set<string>();
  const ending = new AbortController();
  const { signal } = ending;
  let setReady = () => {};
  const ready = new Promise<void>((resolve) => {
    setReady = resolve;
  });
  signal.addEventListener('abort', () => setReady());

  async function look(wait?: number): Promise<void> {
    const options = wait === undefined ? { signal } : { wait, signal };
    const { requests, logsRequested } = await account.requests(options);
    if (logsRequested) onLogsRequested?.(account);
    for (const request of requests) {
      const { id, expiresAt } = request.challenge;
      const key = `${id} ${expiresAt}`;
      if (seen.has(key)) continue;
      seen.add(key);
      listener(request);
    }
  }

  /** One connection, from its opening to its end. */
  function connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(account.url('channel').replace(/^http/, 'ws'));
      let silence: ReturnType<typeof setTimeout> | undefined;
      const heard = () => {
        clearTimeout(silence);
        silence = setTimeout(() => socket.close(), SILENCE_MAX_MS);
      };
      const end = () => socket.close();
      signal.addEventListener('abort', end);
      socket.onopen = async () => {
        heard();
        try {
          socket.send(JSON.stringify({ request: await account.sign('channel') }));
        } catch (error) {
          reject(error);
          socket.close();
        }
      };
      socket.onmessage = async ({ data }) => {
        heard();
        const { ready, wake } = readFrame(data);
        if (!ready && !wake) return;
        setReady();
        // It only means "look": what there is to see is fetched, signed by the server.
        await look().catch((error) => {
          if (signal.aborted) return;
          onError?.(error);
          if (isTheEnd(error)) ending.abort();
        });
      };
      socket.onclose = ({ code, reason }) => {
        clearTimeout(silence);
        signal.removeEventListener('abort', end);
        if (code === REFUSED) reject(new DeviceError(reason, 'The server refuses the device.'));
        else resolve();
      };
    });
  }

  async function run(): Promise<void> {
    let pause = PAUSE_MIN_MS;
    while (!signal.aborted) {
      const startedAt = Date.now();
      try {
        if (transport === 'socket') await alone(account.id, signal, connect);
        else {
          const looking = look(POLL_SECONDS);
          setReady();
          await looking;
        }
        pause = PAUSE_MIN_MS;
      } catch (error) {
        if (signal.aborted) return;
        onError?.(error);
        const code = error instanceof DeviceError ? error.code : '';
        if (code === 'DEVICE_REMOVED') await account.forget();
        if (isTheEnd(error)) return;
        if (code === 'UNSYNCHRONIZED_CLOCK') await account.synchronize().catch(() => {});
        pause = Math.min(pause * 2, PAUSE_MAX_MS);
      }
      // A poll that was held open needs no pause; a connection that ended at once does.
      const wasQuick = Date.now() - startedAt < 2_000;
      if (wasQuick || transport === 'socket') await rest(pause * (0.5 + Math.random()), signal);
    }
  }

  void run();
  return { ready, close: () => ending.abort() };
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
