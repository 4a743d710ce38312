/**
 * What a device sends: one JWS that holds the whole request, signed by the device's key, so that
 * nothing of it can be changed, moved to another address, or sent again
 * (docs/device-protocol.md, "Talking").
 */
import { calculateJwkThumbprint, compactVerify, decodeProtectedHeader, importJWK } from 'jose';
import {
  DEVICE_CLOCK_SKEW_MS,
  DEVICE_PROTOCOL_VERSION,
  DEVICE_REQUEST_LENGTH_MAX,
} from '../config/limits.ts';
import { ApiError, errorDetail, type InnerError } from '../errors/api-error.ts';
import type { ErrorDetailCode } from '../errors/catalogue.ts';
import type { Instant } from '../model/instant.ts';
import type { DevicePublicKey } from '../model/mobile.ts';

/** The media type of a request's JWS, in `typ`: no other signature of the device passes for one. */
export const REQUEST_TYPE = 'cs-request+jwt';
/** Of a proof that the accessing device is the user's own (`mobilePayload`). */
export const PAYLOAD_TYPE = 'cs-payload+jwt';
/** Of a new key's own signature, when it takes the place of the old one. */
export const ROTATION_TYPE = 'cs-rotation+jwt';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const COORDINATE = /^[A-Za-z0-9_-]{43}$/;

/** Who signed, as the header says; to be verified. */
export interface DeviceHeader {
  /** The id of a paired device. */
  deviceId?: string;
  /** The key of one that isn't paired yet. */
  publicJwk?: DevicePublicKey;
}

export interface DeviceClaims {
  /** As the device has named its request. */
  jti: string;
  /** The same with the key that has signed it: accepted once, and nobody else's. */
  requestId: string;
  [claim: string]: unknown;
}

/** `401` with the reason; the target is always the signed text. */
export function refusedRequest(
  code: ErrorDetailCode,
  message?: string,
  innerError?: InnerError,
): ApiError {
  const detail = errorDetail(code, 'request', {
    ...(message === undefined ? {} : { message }),
    ...(innerError ? { innerError } : {}),
  });
  return new ApiError('INVALID_TOKEN', [detail], { message: 'The request is not acceptable.' });
}

const unsigned = () => refusedRequest('INVALID_SIGNATURE');

/** The same place on a server that is known by another origin. Pure. */
function isElsewhere(htu: unknown, url: string): boolean {
  const wanted = new URL(url);
  const said = typeof htu === 'string' ? URL.parse(htu) : null;
  return said?.pathname === wanted.pathname && said.origin !== wanted.origin;
}

/** Rightly signed, and not for here: by which origin the server is known, so that people can be told. */
const misaddressed = (url: string) =>
  refusedRequest('ADDRESS_MISMATCH', undefined, { allowedValues: [new URL(url).origin] });

/** A P-256 public key without anything else in it; undefined: it is none. Pure. */
export function readPublicKey(value: unknown): DevicePublicKey | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kty, crv, x, y, d } = value as Record<string, unknown>;
  if (kty !== 'EC' || crv !== 'P-256' || d !== undefined) return undefined;
  if (typeof x !== 'string' || typeof y !== 'string') return undefined;
  return COORDINATE.test(x) && COORDINATE.test(y) ? { kty, crv, x, y } : undefined;
}

/** The header of a signed text. Throws for whatever is no such JWS: `none`, another algorithm. */
export function readDeviceHeader(text: string, type: string): DeviceHeader {
  if (text.length > DEVICE_REQUEST_LENGTH_MAX) throw unsigned();
  let header: Record<string, unknown>;
  try {
    header = decodeProtectedHeader(text);
  } catch {
    throw unsigned();
  }
  const { alg, typ, kid, jwk } = header;
  if (alg !== 'ES256' || typ !== type) throw unsigned();
  const publicJwk = readPublicKey(jwk);
  if (jwk !== undefined && !publicJwk) throw unsigned();
  return {
    ...(typeof kid === 'string' && UUID.test(kid) ? { deviceId: kid } : {}),
    ...(publicJwk ? { publicJwk } : {}),
  };
}

export interface ExpectedRequest {
  type: string;
  environmentId: string;
  /** The address that it was sent to, as the server gives it out; absent: it names none. */
  url?: string;
  now: Instant;
}

async function verifiedPayload(text: string, key: DevicePublicKey): Promise<unknown> {
  try {
    const { payload } = await compactVerify(text, await importJWK(key, 'ES256'), {
      algorithms: ['ES256'],
    });
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    throw unsigned();
  }
}

/** The claims of a request that this key has signed for this address, just now. Throws `401`. */
export async function verifyDeviceRequest(
  text: string,
  key: DevicePublicKey,
  { type, environmentId, url, now }: ExpectedRequest,
): Promise<DeviceClaims> {
  readDeviceHeader(text, type);
  const claims = await verifiedPayload(text, key);
  if (typeof claims !== 'object' || claims === null) throw unsigned();
  const { v, aud, htu, iat, jti, ...rest } = claims as Record<string, unknown>;
  if (v !== DEVICE_PROTOCOL_VERSION) throw refusedRequest('UNSUPPORTED_VERSION');
  if (aud !== environmentId) throw unsigned();
  if (url !== undefined && htu !== url)
    throw isElsewhere(htu, url) ? misaddressed(url) : unsigned();
  if (typeof jti !== 'string' || !UUID.test(jti)) throw unsigned();
  if (typeof iat !== 'number' || Math.abs(now - iat * 1_000) > DEVICE_CLOCK_SKEW_MS) {
    throw refusedRequest('UNSYNCHRONIZED_CLOCK');
  }
  return { ...rest, jti, requestId: `${await calculateJwkThumbprint(key, 'sha256')}/${jti}` };
}
