/** What the device says to a push: it was shown this very challenge, and decided. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Challenge } from '../../model/documents.ts';
import { afterSaying, isSound } from '../../policy/device-integrity.ts';
import type { MobileApplicationPolicy } from '../../policy/mobile-application.ts';
import type { MethodContext, MethodDevice, Verdict } from '../authentication-method.ts';
import { nativeCredential } from './native-credential.ts';
import { numberIdentity } from './push-challenge.ts';

/** The signed answer; docs/device-protocol.md, "Answer". */
export interface PushAnswer {
  /** SHA-256 of the challenge's text, base64url: of all that was shown. */
  challenge: string;
  decision: 'APPROVE' | 'DENY';
  reason?: 'NONE' | 'BIOMETRICS_REJECTED' | 'REPORT_FRAUD';
  number?: number;
  amr?: readonly string[];
  /** How the device verified its user; absent: it didn't. */
  userVerification?: string;
  integrity?: { compromised?: boolean };
  sequence: number;
}

/** References that say what the server has seen: a device can't claim them; contract §6. */
const RESERVED: ReadonlySet<string> = new Set(
  'email mca mfa otp sms swk hwk tel user desktop rm'.split(' '),
);
const REFERENCE = /^[a-z0-9_.-]{1,64}$/;

/** What the device may add: RFC 8176 says which words there are, the contract takes any. Pure. */
export function ownReferences(amr: readonly string[] = []): string[] {
  const lower = amr.map((word) => word.toLowerCase());
  return [...new Set(lower)].filter((word) => REFERENCE.test(word) && !RESERVED.has(word));
}

/** Base64url of the SHA-256 of what was shown. Pure. */
export function challengeHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

function areEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function isRightNumber(
  { number }: PushAnswer,
  { state: { nonce, sealedNumber } }: Challenge,
  { environmentId, vault }: MethodContext,
): boolean {
  if (typeof sealedNumber !== 'string') return true;
  const right = vault.open(environmentId, numberIdentity(String(nonce)), sealedNumber);
  return areEqual(String(number), right.toString('utf8'));
}

/** Judges an answer whose signature was verified. */
export function verifyPushAnswer(
  answer: PushAnswer,
  challenge: Challenge,
  device: MethodDevice,
  context: MethodContext,
  application: MobileApplicationPolicy,
): Verdict {
  if (context.now >= (challenge.expiresAt ?? Infinity)) return { verdict: 'EXPIRED' };
  const { text, kind } = challenge.state;
  const { sequence, integrity: known, about } = nativeCredential(device);
  if (answer.sequence <= sequence) return { verdict: 'CLONED', credential: device.credential };
  const integrity = afterSaying(known, answer.integrity?.compromised, context.now);
  const credential = { ...device.credential, sequence: answer.sequence, integrity };
  // An answer to something else: of another flow, another device, or changed on the way.
  if (!areEqual(answer.challenge, challengeHash(String(text)))) {
    return { verdict: 'REJECTED', credential };
  }
  if (answer.decision === 'DENY') {
    return { verdict: 'DENIED', isFraud: answer.reason === 'REPORT_FRAUD', credential };
  }
  // Whoever guesses a number has not seen where it is shown.
  if (!isRightNumber(answer, challenge, context)) {
    return { verdict: 'DENIED', isFraud: false, isWrongNumber: true, credential };
  }
  const isWell = isSound({ integrity, about }, application, context.now);
  if (answer.integrity?.compromised || !isWell) {
    return {
      verdict: 'REJECTED',
      reason: 'The integrity of the device is compromised.',
      credential,
    };
  }
  const isSilent = kind === 'SILENT';
  if (application.biometricsEnabled && !isSilent && !answer.userVerification) {
    return {
      verdict: 'REJECTED',
      reason: 'The policy requires that the device verifies its user.',
      credential,
    };
  }
  return {
    verdict: 'VERIFIED',
    credential,
    amr: isSilent ? ['mca'] : ['mca', 'user'],
    extraAmr: ownReferences(answer.amr),
    evidence: { kind: String(kind), userVerification: answer.userVerification ?? 'none' },
  };
}
