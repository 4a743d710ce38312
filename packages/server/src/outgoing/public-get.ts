/**
 * Reads what is at an address that somebody else has chosen: only where it is public, only so much,
 * only for so long, and without following it elsewhere.
 */
import { Agent, request } from 'node:https';
import { isPrivateLiteral, PrivateAddressError, publicLookup } from './public-address.ts';

export interface PublicGetOptions {
  /** Also addresses of private networks. */
  allowPrivate: boolean;
  bytesMax: number;
  /** PEM of an authority to trust beside the known ones; for tests. */
  ca?: string;
}

export interface Answer {
  status: number;
  text: string;
}

/** Rejects when there is no whole answer before the signal, or the address is inside. */
export type PublicGet = (url: string, signal: AbortSignal) => Promise<Answer>;

export function openPublicGet({ allowPrivate, bytesMax, ca }: PublicGetOptions): PublicGet {
  const agent = new Agent({
    keepAlive: false,
    ...(allowPrivate ? {} : { lookup: publicLookup }),
    ...(ca === undefined ? {} : { ca }),
  });
  return async (url, signal) => {
    if (!allowPrivate && isPrivateLiteral(url)) {
      throw new PrivateAddressError('The address is not public.');
    }
    return new Promise((resolve, reject) => {
      const asked = request(url, { agent, signal, headers: { accept: 'application/json' } });
      asked.on('error', reject);
      asked.on('response', (response) => {
        const chunks: Buffer[] = [];
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          chunks.push(chunk);
          if (bytes > bytesMax) response.destroy(new Error('The answer is too long.'));
        });
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }),
        );
      });
      asked.end();
    });
  };
}
