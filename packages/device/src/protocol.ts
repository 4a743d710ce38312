/** The signed texts of the device protocol, version 1 (docs/device-protocol.md). */
import { CompactSign, calculateJwkThumbprint, compactVerify, importJWK, type JWK } from 'jose';
import { DeviceError } from './errors.ts';
import type { PublicJwk } from './keys.ts';

export const VERSION = 1;
const TIMEOUT_MS = 40_000;
const encoder = new TextEncoder();

export type Fetch = typeof fetch;

/** Who signs: a paired device by its id, a new one by its key. */
export type Signer = { privateKey: CryptoKey } & ({ deviceId: string } | { publicJwk: PublicJwk });

/** A UUID (RFC 9562 §5.4). By hand: `crypto.randomUUID` needs a secure context, or isn't there. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** A request as one JWS: claims, where it goes, when, and an id that is accepted once. */
export async function signText(
  signer: Signer,
  type: 'cs-request+jwt' | 'cs-payload+jwt' | 'cs-rotation+jwt',
  claims: object,
  serverNow: number,
): Promise<string> {
  const payload = {
    v: VERSION,
    iat: Math.floor(serverNow / 1_000),
    jti: newId(),
    ...claims,
  };
  const who = 'deviceId' in signer ? { kid: signer.deviceId } : { jwk: signer.publicJwk as JWK };
  return new CompactSign(encoder.encode(JSON.stringify(payload)))
    .setProtectedHeader({ alg: 'ES256', typ: type, ...who })
    .sign(signer.privateKey);
}

export const thumbprint = (key: PublicJwk): Promise<string> =>
  calculateJwkThumbprint(key as JWK, 'sha256');

export async function sha256(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
  const binary = String.fromCharCode(...digest);
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The key that the server signs with; `pinned`: its thumbprint, as the QR code has it. */
export async function serverKey(
  fetcher: Fetch,
  origin: string,
  environmentId: string,
  pinned: string,
): Promise<JWK> {
  const { keys } = await readJson(fetcher, `${origin}/${environmentId}/as/jwks`);
  for (const { kty, crv, x, y } of Array.isArray(keys) ? (keys as JWK[]) : []) {
    if (kty !== 'EC' || crv !== 'P-256' || !x || !y) continue;
    const key = { kty, crv, x, y } as JWK;
    if ((await calculateJwkThumbprint(key, 'sha256')) === pinned) return key;
  }
  throw new DeviceError('SERVER_KEY_MISMATCH', 'The server does not have the key of the QR code.');
}

/**
 * The claims of a message that this key has signed for us; `requestId`: as the answer to this very
 * request, so that an older one can't be put in its place.
 */
export async function openMessage(
  message: unknown,
  key: JWK,
  audience: string,
  requestId?: string,
): Promise<Record<string, unknown> & { iat: number }> {
  if (typeof message !== 'string') throw new DeviceError('NETWORK', 'The answer is no message.');
  let claims: Record<string, unknown>;
  try {
    const { payload, protectedHeader } = await compactVerify(
      message,
      await importJWK(key, 'ES256'),
      { algorithms: ['ES256'] },
    );
    if (protectedHeader.typ !== 'cs-message+jwt') throw new Error('Another kind of text.');
    claims = JSON.parse(new TextDecoder().decode(payload));
  } catch (cause) {
    throw new DeviceError('SERVER_KEY_MISMATCH', 'The answer is not signed by the server.', {
      cause,
    });
  }
  const { v, aud, iat, re } = claims;
  if (v !== VERSION) {
    throw new DeviceError('UNSUPPORTED_VERSION', 'The server speaks another version.');
  }
  if (aud !== audience || typeof iat !== 'number') {
    throw new DeviceError('SERVER_KEY_MISMATCH', 'The answer is for somebody else.');
  }
  if (re !== requestId) {
    throw new DeviceError('SERVER_KEY_MISMATCH', 'The answer is to something else.');
  }
  return { ...claims, iat };
}

/** The `kid` of a message that is not verified yet. */
export function kidOf(message: unknown): string | undefined {
  if (typeof message !== 'string') return undefined;
  try {
    const [head = ''] = message.split('.');
    const { kid } = JSON.parse(atob(head.replaceAll('-', '+').replaceAll('_', '/')));
    return typeof kid === 'string' ? kid : undefined;
  } catch {
    return undefined;
  }
}

interface ErrorDetail {
  code?: string;
  message?: string;
  innerError?: { attemptsRemaining?: number; allowedValues?: string[] };
}

function errorOf(status: number, body: Record<string, unknown>): DeviceError {
  const [detail] = (body.details ?? []) as ErrorDetail[];
  const message = detail?.message ?? String(body.message ?? `The server answered ${status}.`);
  if (status === 410) return new DeviceError('REMOVED', message);
  if (status === 404 && !detail) return new DeviceError('NOT_PAIRED', message);
  const { attemptsRemaining, allowedValues: [serverOrigin] = [] } = detail?.innerError ?? {};
  return new DeviceError(detail?.code ?? String(body.code ?? 'NETWORK'), message, {
    ...(attemptsRemaining === undefined ? {} : { attemptsRemaining }),
    ...(serverOrigin === undefined ? {} : { serverOrigin }),
  });
}

/** Reads JSON; an error of the server becomes a `DeviceError` with its code. */
export async function readJson(
  fetcher: Fetch,
  url: string,
  body?: object,
  signal?: AbortSignal,
): Promise<Record<string, unknown>> {
  let response: Response;
  let answer: Record<string, unknown>;
  // Not by `AbortSignal.any` and `timeout`: React Native has neither.
  const ending = new AbortController();
  const end = () => ending.abort();
  const timer = setTimeout(end, TIMEOUT_MS);
  signal?.addEventListener('abort', end);
  if (signal?.aborted) end();
  try {
    response = await fetcher(url, {
      signal: ending.signal,
      ...(body
        ? {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify(body),
          }
        : {}),
    });
    answer = (await response.json()) as Record<string, unknown>;
  } catch (cause) {
    throw new DeviceError('NETWORK', 'The server could not be reached.', { cause });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', end);
  }
  if (!response.ok) throw errorOf(response.status, answer);
  return answer;
}
