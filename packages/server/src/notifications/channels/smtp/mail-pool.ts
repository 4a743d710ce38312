/** A pool of connections to a mail server, and whether that takes a log-in at all. */
import { connect } from 'node:net';
import { OUTBOX_SEND_TIMEOUT_MS } from '../../../config/limits.ts';
import {
  isPrivateHost,
  PrivateAddressError,
  publicLookup,
} from '../../../outgoing/public-address.ts';
import { PRIVATE_ADDRESS } from './receipt.ts';
import type { SmtpServer } from './smtp-settings.ts';

export interface MailPoolOptions {
  server: SmtpServer;
  /** Default true: also a mail server in a private network. */
  allowPrivate?: boolean;
  /** What it is greeted by; absent: the host's own name, or `[127.0.0.1]` where it has none. */
  greetAs?: string | undefined;
}

type Connected = (error: Error | null, options?: object) => void;

const refusal = () =>
  Object.assign(new PrivateAddressError('The address is not public.'), { code: PRIVATE_ADDRESS });

/** Connects where the address is public; the library speaks TLS over it, and by the host's name. */
function publicSocket({ host, port }: SmtpServer, timeoutMs: number) {
  return (_options: unknown, connected: Connected) => {
    if (isPrivateHost(host)) return connected(refusal());
    const socket = connect({ host, port, lookup: publicLookup });
    const fail = (error: Error) => {
      socket.destroy();
      connected(error instanceof PrivateAddressError ? refusal() : error);
    };
    const late = () => fail(Object.assign(new Error('It took too long.'), { code: 'ETIMEDOUT' }));
    socket.setTimeout(timeoutMs, late);
    socket.once('error', fail);
    socket.once('connect', () => {
      socket.setTimeout(0);
      socket.removeListener('timeout', late);
      socket.removeListener('error', fail);
      connected(null, { connection: socket });
    });
  };
}

function transportOptions(options: MailPoolOptions, timeoutMs: number) {
  const { server, allowPrivate = true, greetAs } = options;
  return {
    ...server,
    ...(greetAs === undefined ? {} : { name: greetAs }),
    ...(allowPrivate ? {} : { getSocket: publicSocket(server, timeoutMs / 2) }),
    dnsTimeout: timeoutMs / 2,
    connectionTimeout: timeoutMs / 2,
    greetingTimeout: timeoutMs / 2,
    socketTimeout: timeoutMs,
    // What a message says is never the name of a file or of a page to fetch.
    disableFileAccess: true,
    disableUrlAccess: true,
    // Its log holds addresses.
    logger: false,
  };
}

/** Loaded with the first message: a start takes less time and memory without it. */
const library = () => import('nodemailer');

export async function openMailPool(options: MailPoolOptions, maxConnections: number) {
  const { createTransport } = await library();
  return createTransport({
    ...transportOptions(options, OUTBOX_SEND_TIMEOUT_MS),
    pool: true,
    maxConnections,
    // The outbox tries again, and counts it; the pool must not do so behind its back.
    maxRequeues: 0,
  });
}

export type MailPool = Awaited<ReturnType<typeof openMailPool>>;

/** The network's own: nobody has answered at all. */
const UNREACHABLE = /^(?:EDNS|ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|E(?:NET|HOST)\w+)$/;

/**
 * What is wrong with an account: nobody answers, the server can't be used (it is inside, or its
 * certificate isn't trusted), or it refuses the log-in.
 */
export async function faultOfAccount(
  options: MailPoolOptions,
  stepMs: number,
): Promise<'UNREACHABLE' | 'host' | 'password' | undefined> {
  const { createTransport } = await library();
  const transport = createTransport(transportOptions(options, 2 * stepMs));
  try {
    await transport.verify();
    return undefined;
  } catch (error) {
    const { code, originalCode } = Object(error);
    if (code === 'EAUTH') return 'password';
    return UNREACHABLE.test(String(originalCode ?? code)) ? 'UNREACHABLE' : 'host';
  } finally {
    transport.close();
  }
}
