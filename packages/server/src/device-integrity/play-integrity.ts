/**
 * Google Play Integrity, with keys of the Play Console: the token is opened here, and nobody is asked.
 * Source: Google, "Make a classic API request" (decrypt and verify locally), "Integrity verdicts".
 */
import { createPublicKey } from 'node:crypto';
import { compactDecrypt, compactVerify } from 'jose';
import type {
  IntegrityRequest,
  IntegritySettings,
  IntegrityVerdict,
  VerifyIntegrity,
} from './device-integrity.ts';

/** How old a token may be. */
const AGE_MAX_MS = 10 * 60_000;

/** The payload of a token. */
export interface PlayVerdict {
  requestDetails?: {
    requestPackageName?: string;
    /** Of a classic request. */
    nonce?: string;
    /** Of a standard one. */
    requestHash?: string;
    timestampMillis?: string | number;
  };
  appIntegrity?: { appRecognitionVerdict?: string; packageName?: string };
  deviceIntegrity?: { deviceRecognitionVerdict?: string[] };
}

/** Asks Google to open a token; undefined: this server doesn't. */
export type DecodeByGoogle = (
  serviceAccount: string,
  packageName: string,
  token: string,
) => Promise<PlayVerdict>;

const MISSING: IntegrityVerdict = {
  compromised: 'UNKNOWN',
  reason: 'PLAY_MISSING_CONFIGURATION',
};
const ERROR: IntegrityVerdict = { compromised: 'UNKNOWN', reason: 'PLAY_ERROR' };

export function playIntegrity(decodeByGoogle: DecodeByGoogle): VerifyIntegrity {
  return async (request) => {
    const { packageName } = request.settings;
    const open = opener(request.settings, decodeByGoogle);
    if (packageName === undefined || !open) return MISSING;
    try {
      return judge(await open(request.token), packageName, request);
    } catch {
      return ERROR;
    }
  };
}

type Open = (token: string) => Promise<PlayVerdict>;

function opener(
  { googlePlay, packageName = '' }: IntegritySettings,
  decodeByGoogle: DecodeByGoogle,
): Open | undefined {
  const { verificationType, decryptionKey, verificationKey, serviceAccountCredentials } =
    googlePlay ?? {};
  if (verificationType === 'GOOGLE' && serviceAccountCredentials) {
    return (token) => decodeByGoogle(serviceAccountCredentials, packageName, token);
  }
  if (verificationType !== 'INTERNAL' || !decryptionKey || !verificationKey) return undefined;
  return (token) => decodeHere(token, decryptionKey, verificationKey);
}

/** A JWS (ES256) in a JWE (A256KW, A256GCM). */
async function decodeHere(
  token: string,
  decryptionKey: string,
  verificationKey: string,
): Promise<PlayVerdict> {
  const key = new Uint8Array(Buffer.from(decryptionKey, 'base64'));
  const { plaintext } = await compactDecrypt(token, key, {
    keyManagementAlgorithms: ['A256KW'],
    contentEncryptionAlgorithms: ['A256GCM'],
  });
  const signer = createPublicKey({
    key: Buffer.from(verificationKey, 'base64'),
    format: 'der',
    type: 'spki',
  });
  const { payload } = await compactVerify(plaintext, signer, { algorithms: ['ES256'] });
  return JSON.parse(new TextDecoder().decode(payload));
}

function judge(
  { requestDetails = {}, appIntegrity, deviceIntegrity }: PlayVerdict,
  packageName: string,
  { hash, now }: IntegrityRequest,
): IntegrityVerdict {
  const wanted = Buffer.from(hash).toString('base64url');
  const { requestPackageName, nonce, requestHash, timestampMillis } = requestDetails;
  const isOfThis = unpadded(nonce ?? requestHash ?? '') === wanted;
  const isFresh = Math.abs(now - Number(timestampMillis)) <= AGE_MAX_MS;
  // A token of somebody else, or an old one, says nothing of this phone.
  if (!isOfThis || !isFresh || requestPackageName !== packageName) return ERROR;
  const app = appIntegrity?.appRecognitionVerdict;
  if (app === undefined || app === 'UNEVALUATED') return ERROR;
  if (app !== 'PLAY_RECOGNIZED' || appIntegrity?.packageName !== packageName) {
    return { compromised: true, reason: 'PLAY_APP_NOT_RECOGNIZED' };
  }
  const verdicts = deviceIntegrity?.deviceRecognitionVerdict ?? [];
  const isGenuine = verdicts.includes('MEETS_DEVICE_INTEGRITY');
  return isGenuine
    ? { compromised: false }
    : { compromised: true, reason: 'PLAY_DEVICE_NOT_GENUINE' };
}

/** Base64url as it comes: Android's encoder pads by default. */
const unpadded = (text: string) =>
  text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
