/** Hears of requests at once: over a socket that is held open, or by requests that are held. */
import type { Account, AccountRequest } from './account.ts';
import { DeviceError } from './errors.ts';

export interface Listening {
  /** Resolves when it first listens, or has ended. */
  ready: Promise<void>;
  /** Looks now: a push has come, the application is back in front, there is a network again. */
  look(): void;
  close(): void;
}

/** What it throws goes to `onError`. */
export type RequestListener = (request: AccountRequest) => void | Promise<void>;

export interface ListenOptions {
  /** Default: `socket` where the platform has them. `poll`: where they don't come through. */
  transport?: 'socket' | 'poll';
  /** What went wrong; it goes on by itself, but for an account that is gone or blocked. */
  onError?: (error: unknown, account: Account) => void;
  /** A request that waits no more: answered elsewhere, cancelled, replaced by another. */
  onEnded?: (request: AccountRequest) => void;
  /** The server answers: for the first time, and after each error that is over. */
  onConnected?: (account: Account) => void;
  /** An administrator has asked for logs: `account.sendLogs`, where the user wants that. */
  onLogsRequested?: (account: Account) => void;
  /** The server wants to know that the device is sound: `account.attest`. */
  onIntegrityRequested?: (account: Account) => void;
}

const POLL_SECONDS = 25;
const PAUSE_MIN_MS = 1_000;
const PAUSE_MAX_MS = 60_000;
/** A connection that has held for this long was a good one. */
const STEADY_MS = 10_000;
/** While something waits for the user, a poll is answered at once. */
const PAUSE_WAITING_MS = 3_000;
/** The server says something at least this often. */
const SILENCE_MAX_MS = 90_000;

/** The close code of a refusal; its reason is the code of an error. */
const REFUSED = 4_001;
/** What the reasons of a refusal are called everywhere else. */
const NAMES: Readonly<Record<string, string>> = {
  DEVICE_REMOVED: 'REMOVED',
  NOT_FOUND: 'NOT_PAIRED',
};
const ENDS = ['REMOVED', 'NOT_PAIRED'];

/** There is nothing to listen for any more. */
const isTheEnd = (error: unknown) => error instanceof DeviceError && ENDS.includes(error.code);

/** What a frame of the server says; of what isn't JSON nothing. */
function readFrame(data: unknown): { ready?: boolean; wake?: boolean } {
  try {
    return JSON.parse(String(data));
  } catch {
    return {};
  }
}

/**
 * Calls back once for each request of the account. There is one channel per account, over all pages and
 * processes: the server takes two at the same time for two devices with one key. Others wait for it.
 */
export function listen(
  account: Account,
  listener: RequestListener,
  {
    transport = 'socket',
    onError,
    onEnded,
    onConnected,
    onLogsRequested,
    onIntegrityRequested,
  }: ListenOptions = {},
): Listening {
  const known = new Map<string, AccountRequest>();
  const ending = new AbortController();
  const { signal } = ending;
  let wantsLogs = false;
  let isConnected = false;
  let canConnect = transport === 'socket';
  /** The last socket didn't come through: one request is held before the next is tried. */
  let wasCut = false;
  let setReady = () => {};
  const ready = new Promise<void>((resolve) => {
    setReady = resolve;
  });
  signal.addEventListener('abort', () => setReady());

  function report(error: unknown): void {
    isConnected = false;
    onError?.(error, account);
  }

  async function look(wait?: number): Promise<void> {
    const options = wait === undefined ? { signal } : { wait, signal };
    const { requests, logsRequested, integrityRequested } = await account.requests(options);
    if (signal.aborted) return;
    if (!isConnected) onConnected?.(account);
    isConnected = true;
    if (logsRequested && !wantsLogs) onLogsRequested?.(account);
    wantsLogs = logsRequested;
    if (integrityRequested) onIntegrityRequested?.(account);
    // The server may ask for the same authentication anew, with another time to answer.
    const keyOf = ({ challenge: { id, expiresAt } }: AccountRequest) => `${id} ${expiresAt}`;
    const present = new Map(requests.map((request) => [keyOf(request), request]));
    for (const [key, request] of [...known]) {
      if (present.has(key)) continue;
      known.delete(key);
      if (!request.isAnswered) onEnded?.(request);
    }
    for (const [key, request] of present) {
      if (known.has(key)) continue;
      known.set(key, request);
      (async () => listener(request))().catch((error) => onError?.(error, account));
    }
  }

  let looking: Promise<void> | undefined;
  let looksAgain = false;
  /** One look after the other, so that an older answer can't undo a newer one. */
  function lookSoon(): Promise<void> {
    if (looking) {
      looksAgain = true;
      return looking;
    }
    looking = (async () => {
      do {
        looksAgain = false;
        await look();
      } while (looksAgain && !signal.aborted);
    })().finally(() => {
      looking = undefined;
    });
    return looking;
  }

  /** One connection, from its opening to its end. */
  function hold(socket: WebSocket): Promise<void> {
    return new Promise((resolve, reject) => {
      let silence: ReturnType<typeof setTimeout> | undefined;
      let wasReady = false;
      const heard = () => {
        clearTimeout(silence);
        silence = setTimeout(() => socket.close(), SILENCE_MAX_MS);
      };
      const end = () => socket.close();
      // What fails ends the connection: the next one begins by looking.
      const fail = (error: unknown) => {
        reject(error);
        socket.close();
      };
      signal.addEventListener('abort', end);
      if (signal.aborted) end();
      heard();
      socket.onopen = () => {
        heard();
        account
          .sign('channel')
          .then((request) => socket.send(JSON.stringify({ request })))
          .catch(fail);
      };
      socket.onmessage = ({ data }) => {
        heard();
        const { ready, wake } = readFrame(data);
        if (!ready && !wake) return;
        wasReady = true;
        setReady();
        // It only means "look": what there is to see is fetched, signed by the server.
        lookSoon().catch(fail);
      };
      socket.onclose = ({ code, reason }) => {
        clearTimeout(silence);
        signal.removeEventListener('abort', end);
        if (code === REFUSED) {
          const error = new DeviceError(NAMES[reason] ?? reason, 'The server refuses the device.');
          if (error.code === 'REMOVED') void account.removed(error).then(reject);
          else reject(error);
        } else if (wasReady) resolve();
        else {
          wasCut = true;
          reject(new DeviceError('NETWORK', 'The server could not be reached by a socket.'));
        }
      };
    });
  }

  async function connect(): Promise<void> {
    const socket = account.openChannel();
    if (socket) await hold(socket);
    else canConnect = false;
  }

  /** Until it ends; throws what has ended it. */
  async function hear(): Promise<void> {
    if (account.status === 'PENDING') await account.confirm();
    if (canConnect && !wasCut) return account.alone('channel', connect, signal);
    wasCut = false;
    // Held only while there is nothing: the end of what is shown would be heard with the next request.
    const looking = look(known.size > 0 ? undefined : POLL_SECONDS);
    setReady();
    await looking;
  }

  /**
   * Of two requests in one moment, one is told of the removal and the other finds nobody. What a look
   * under way is told comes first: the end of this would end the look, and nobody would hear it.
   */
  async function causeOf(error: unknown): Promise<unknown> {
    const isUnknown = error instanceof DeviceError && error.code === 'NOT_PAIRED';
    return isUnknown && looking
      ? looking.then(
          () => error,
          (told) => told,
        )
      : error;
  }

  async function run(): Promise<void> {
    let pause = PAUSE_MIN_MS;
    while (!signal.aborted) {
      const startedAt = Date.now();
      const isShort = () => Date.now() - startedAt < STEADY_MS;
      try {
        await hear();
        if (!canConnect) pause = known.size > 0 ? PAUSE_WAITING_MS : 0;
        else pause = isShort() ? pause * 2 : PAUSE_MIN_MS;
      } catch (caught) {
        const error = await causeOf(caught);
        const code = error instanceof DeviceError ? error.code : '';
        // A removal is told once. Who found nothing to look for a moment before may have ended this.
        if (signal.aborted && code !== 'REMOVED') return;
        report(error);
        if (isTheEnd(error)) return ending.abort();
        if (code === 'UNSYNCHRONIZED_CLOCK') await account.synchronize().catch(() => {});
        pause = isShort() ? Math.max(PAUSE_MIN_MS, pause * 2) : PAUSE_MIN_MS;
        // An administrator may lift it.
        if (code === 'DEVICE_BLOCKED') pause = PAUSE_MAX_MS;
      }
      // Spread, so that a server that comes back isn't met by all of its devices at once.
      pause = Math.min(pause, PAUSE_MAX_MS);
      await rest(pause * (0.5 + Math.random()), signal);
    }
  }

  void run();
  return {
    ready,
    look() {
      if (!signal.aborted) lookSoon().catch(report);
    },
    close: () => ending.abort(),
  };
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
