/** The arithmetic of HOTP (RFC 4226) and TOTP (RFC 6238). Pure; knows no device. */
import { createHmac, timingSafeEqual } from 'node:crypto';

export type HashAlgorithm = 'sha1' | 'sha256' | 'sha512';

export interface PasscodeForm {
  /** 6 to 10. */
  digits: number;
  algorithm: HashAlgorithm;
}

/** HOTP value for a counter, with leading zeros; RFC 4226 §5.3. */
export function hotp(
  key: Uint8Array,
  counter: number,
  { digits, algorithm }: PasscodeForm,
): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(counter));
  const digest = createHmac(algorithm, key).update(message).digest();
  const offset = (digest[digest.length - 1] ?? 0) & 0xf;
  const truncated = digest.readUInt32BE(offset) & 0x7fffffff;
  return (truncated % 10 ** digits).toString().padStart(digits, '0');
}

/** The time step that a moment lies in; RFC 6238 §4.2 with T0 = 0. */
export function timeStepAt(instant: number, stepMs: number): number {
  return Math.floor(instant / stepMs);
}

/** Steps that any policy may let a clock be off; contract §3.3. */
const GRACE_STEPS_MAX = 10;

/** The credential's `lastTimeStep`, after which no step that may be accepted by `now` is left. */
export function spentTimeStep(lastTimeStep: unknown, now: number, stepMs: number): number {
  return Math.max(Number(lastTimeStep), timeStepAt(now, stepMs) + GRACE_STEPS_MAX);
}

/**
 * The first counter in `from … to` (inclusive) whose HOTP value is `otp`, or undefined. Every
 * counter is computed and compared in constant time, so the time taken says nothing of the match.
 */
export function findCounter(
  key: Uint8Array,
  otp: string,
  range: { from: number; to: number },
  form: PasscodeForm,
): number | undefined {
  const given = Buffer.from(otp);
  let found: number | undefined;
  for (let counter = range.from; counter <= range.to; counter++) {
    const expected = Buffer.from(hotp(key, counter, form));
    const equal = expected.length === given.length && timingSafeEqual(expected, given);
    if (equal && found === undefined) found = counter;
  }
  return found;
}
