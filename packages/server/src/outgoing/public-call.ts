/**
 * Calls an address that an administrator has named: only where it is public, checked when it is
 * connected to, after its name was looked up; redirects are not followed, so the headers that the
 * other side knows us by reach nobody else; of its answer only so much is read.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';
import { isPrivateLiteral, PrivateAddressError, publicLookup } from './public-address.ts';

export interface Call {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string;
}

export interface CallAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  /** As much of it as came, up to the bound. */
  text: string;
}

/** Why there is no answer; neither an address nor what the other side says. */
export type CallFault =
  | 'INVALID_URL'
  | 'PRIVATE_ADDRESS'
  | 'CERTIFICATE'
  | 'TLS'
  | 'TIMEOUT'
  | 'UNREACHABLE';

export class CallError extends Error {
  override name = 'CallError';
  readonly fault: CallFault;
  constructor(fault: CallFault) {
    super(`The call failed: ${fault}.`);
    this.fault = fault;
  }
}

export interface CallerOptions {
  /** Also addresses of private networks. */
  allowPrivate: boolean;
  /** Also `http:`; default: `https:` only. */
  allowHttp?: boolean;
  /** PEM of the authorities that are trusted; absent: the known ones. */
  ca?: readonly string[];
  /** Default true. */
  verifyTlsCertificates?: boolean;
  idleMs: number;
  answerBytesMax: number;
}

export interface Caller {
  /** Resolves at the latest when the signal says so. Throws `CallError` where there is no answer. */
  call(call: Call, signal: AbortSignal): Promise<CallAnswer>;
  close(): void;
}

/** OpenSSL's and Node.js's names of what is wrong with a certificate, and with TLS at all. */
const CERTIFICATE_ERRORS = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME/;
const TLS_ERRORS = /_SSL_|^EPROTO$/;

/** What the error of a connection means. */
export function faultOf(error: unknown, signal: AbortSignal): CallFault {
  if (error instanceof PrivateAddressError) return 'PRIVATE_ADDRESS';
  const code = error instanceof Error ? String(Reflect.get(error, 'code') ?? '') : '';
  if (CERTIFICATE_ERRORS.test(code)) return 'CERTIFICATE';
  if (TLS_ERRORS.test(code)) return 'TLS';
  return signal.aborted ? 'TIMEOUT' : 'UNREACHABLE';
}

export function openCaller(options: CallerOptions): Caller {
  const { allowPrivate, allowHttp = false, idleMs, answerBytesMax } = options;
  const connecting = {
    keepAlive: true,
    timeout: idleMs,
    ...(allowPrivate ? {} : { lookup: publicLookup }),
  };
  const agent = new Agent({
    ...connecting,
    rejectUnauthorized: options.verifyTlsCertificates ?? true,
    ...(options.ca === undefined ? {} : { ca: [...options.ca] }),
  });
  const plain = new HttpAgent(connecting);

  function assertAllowed(url: string): void {
    const { protocol } = URL.parse(url) ?? {};
    if (protocol !== 'https:' && !(allowHttp && protocol === 'http:')) {
      throw new CallError('INVALID_URL');
    }
    if (!allowPrivate && isPrivateLiteral(url)) throw new CallError('PRIVATE_ADDRESS');
  }

  function exchange({ url, method, headers, body }: Call, signal: AbortSignal) {
    return new Promise<CallAnswer>((resolve, reject) => {
      let answered: (() => CallAnswer) | undefined;
      const isPlain = url.startsWith('http:');
      const request = (isPlain ? httpRequest : httpsRequest)(url, {
        method,
        headers: {
          ...headers,
          ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        },
        agent: isPlain ? plain : agent,
        signal,
      });
      // Cut while it speaks: what it has answered is known.
      request.on('error', (error) => (answered ? resolve(answered()) : reject(error)));
      request.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        const answer = () => ({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          text: Buffer.concat(chunks).subarray(0, answerBytesMax).toString('utf8'),
        });
        answered = answer;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > answerBytesMax) response.destroy();
        });
        response.on('error', () => {});
        response.on('close', () => resolve(answer()));
      });
      // As bytes: with a text behind it, a head that isn't ASCII would be encoded once more.
      request.end(body === undefined ? undefined : Buffer.from(body, 'utf8'));
    });
  }

  return {
    async call(call, signal) {
      assertAllowed(call.url);
      try {
        return await exchange(call, signal);
      } catch (error) {
        throw new CallError(faultOf(error, signal));
      }
    },
    close() {
      agent.destroy();
      plain.destroy();
    },
  };
}
