/**
 * Posts events to a receiver that an administrator has named. The address is called only where it
 * is public, checked when it is connected to, after its name was looked up; redirects are not
 * followed, so the headers that the receiver knows us by reach nobody else; what it answers is not
 * listened to, but for its status.
 */
import { readFileSync } from 'node:fs';
import { Agent, request as httpsRequest } from 'node:https';
import { getCACertificates } from 'node:tls';
import { WEBHOOK_ANSWER_BYTES_MAX, WEBHOOK_IDLE_MS } from '../../../config/limits.ts';
import type { Settings } from '../../../config/settings.ts';
import {
  isPrivateLiteral,
  PrivateAddressError,
  publicLookup,
} from '../../../outgoing/public-address.ts';

export interface Posting {
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  verifyTlsCertificates: boolean;
}

/** Delivered, or a word for why not; neither an address nor what the receiver says. */
export type PostOutcome = { delivered: true } | { delivered: false; reason: string };

export interface EventPoster {
  /** Resolves at the latest when the signal says so. */
  post(posting: Posting, signal: AbortSignal): Promise<PostOutcome>;
  close(): void;
}

const failed = (reason: string): PostOutcome => ({ delivered: false, reason });

/** OpenSSL's and Node.js's names of what is wrong with a certificate. */
const CERTIFICATE_ERRORS = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|ALTNAME/;

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (error instanceof PrivateAddressError) return 'PRIVATE_ADDRESS';
  const code = error instanceof Error ? String(Reflect.get(error, 'code') ?? '') : '';
  if (CERTIFICATE_ERRORS.test(code)) return 'CERTIFICATE';
  return signal.aborted ? 'TIMEOUT' : 'UNREACHABLE';
}

function post({ url, headers, body }: Posting, agent: Agent, signal: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    let status: number | undefined;
    const request = httpsRequest(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      agent,
      signal,
    });
    // Cut while it speaks: what it has answered is known.
    request.on('error', (error) => (status === undefined ? reject(error) : resolve(status)));
    request.on('response', (response) => {
      const answered = response.statusCode ?? 0;
      status = answered;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > WEBHOOK_ANSWER_BYTES_MAX) response.destroy();
      });
      response.on('error', () => {});
      response.on('close', () => resolve(answered));
    });
    request.end(body);
  });
}

/** Throws where the file of authorities can't be read. */
export function openEventPoster({ allowPrivate, caFile }: Settings['webhooks']): EventPoster {
  const ca =
    caFile === undefined
      ? {}
      : { ca: [...getCACertificates('default'), readFileSync(caFile, 'utf8')] };
  const agentWith = (rejectUnauthorized: boolean) =>
    new Agent({
      keepAlive: true,
      timeout: WEBHOOK_IDLE_MS,
      rejectUnauthorized,
      ...(allowPrivate ? {} : { lookup: publicLookup }),
      ...ca,
    });
  // Apart: a connection that was made without a look at the certificate serves nobody else.
  const agents = { strict: agentWith(true), lax: agentWith(false) };

  return {
    async post(posting, signal) {
      if (!allowPrivate && isPrivateLiteral(posting.url)) return failed('PRIVATE_ADDRESS');
      const agent = posting.verifyTlsCertificates ? agents.strict : agents.lax;
      try {
        const status = await post(posting, agent, signal);
        return status >= 200 && status < 300 ? { delivered: true } : failed(`HTTP_${status}`);
      } catch (error) {
        return failed(reasonOf(error, signal));
      }
    },
    close() {
      agents.strict.destroy();
      agents.lax.destroy();
    },
  };
}
