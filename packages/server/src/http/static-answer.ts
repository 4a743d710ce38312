/**
 * Answers that are the same for everybody: compressed once, with a version that browsers ask for
 * again. Only these are compressed: an answer that holds a secret beside something that the caller
 * chose would tell the one by the size of the other (BREACH).
 */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { OperationReply } from '../resources/kit/operation.ts';
import type { Exchange } from './exchange.ts';
import { type Encoding, encodingFor, hasVersion } from './negotiation.ts';

export type Produce = (exchange: Exchange) => Promise<OperationReply>;

/** Shorter ones fit into the first packets anyhow. */
const COMPRESSED_FROM_BYTES = 1_024;
const COMPRESSED_TYPES = /^(?:text\/|image\/svg|application\/(?:json|manifest\+json|xml))/;
// The highest takes some seconds for a megabyte; this one is within a few per cent of it.
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };

interface Version {
  etag: string;
  body: Buffer;
}

async function encode(body: Buffer, encoding: Encoding): Promise<Version> {
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}-${encoding}"`;
  if (encoding === 'br') return { etag, body: await promisify(brotliCompress)(body, BROTLI) };
  if (encoding === 'gzip') return { etag, body: await promisify(gzip)(body) };
  return { etag, body };
}

/**
 * Serves what `load` gives at the first request. `headers` needs a `content-type`; without a
 * `cache-control` browsers keep the answer and ask each time whether it still stands.
 */
export function staticAnswer(
  load: () => string | Buffer | Promise<string | Buffer>,
  headers: Record<string, string> & { 'content-type': string },
): Produce {
  const versions = new Map<Encoding, Promise<Version>>();
  let loading: Promise<Buffer> | undefined;
  const isText = COMPRESSED_TYPES.test(headers['content-type']);

  async function versionFor(wanted: Encoding): Promise<Version> {
    loading ??= Promise.resolve(load()).then((body) => Buffer.from(body));
    const body = await loading;
    const encoding = body.length < COMPRESSED_FROM_BYTES ? 'identity' : wanted;
    const version = versions.get(encoding) ?? encode(body, encoding);
    versions.set(encoding, version);
    return version;
  }

  return async ({ request }) => {
    const encoding = isText ? encodingFor(request) : 'identity';
    const { etag, body } = await versionFor(encoding).catch((error: unknown) => {
      // A file that wasn't there may be there later.
      loading = undefined;
      versions.clear();
      throw error;
    });
    const isEncoded = isText && !etag.endsWith('identity"');
    const common = {
      'cache-control': 'no-cache',
      ...headers,
      etag,
      ...(isText ? { vary: 'accept-encoding' } : {}),
    };
    if (hasVersion(request, etag)) return { status: 304, headers: common };
    return {
      status: 200,
      body,
      headers: { ...common, ...(isEncoded ? { 'content-encoding': encoding } : {}) },
    };
  };
}
