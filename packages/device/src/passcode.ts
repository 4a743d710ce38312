/** Passcodes by time (RFC 6238, HMAC-SHA-256); they need no network. */

export interface PasscodeForm {
  digits: number;
  /** Seconds that a passcode is good for. */
  period: number;
}

export interface Passcode {
  code: string;
  /** Until the next one. */
  secondsLeft: number;
  /** Seconds that each of them is good for. */
  period: number;
}

/** The passcode at this moment (Unix milliseconds of the server's clock). */
export async function passcodeAt(
  key: CryptoKey,
  { digits, period }: PasscodeForm,
  now: number,
): Promise<Passcode> {
  const seconds = Math.floor(now / 1_000);
  const counter = Math.floor(seconds / period);
  const message = new DataView(new ArrayBuffer(8));
  message.setBigUint64(0, BigInt(counter));
  const digest = new DataView(await crypto.subtle.sign('HMAC', key, message.buffer));
  // RFC 4226 §5.3: the last four bits say where the number begins.
  const offset = digest.getUint8(digest.byteLength - 1) & 0xf;
  const number = (digest.getUint32(offset) & 0x7fffffff) % 10 ** digits;
  const code = String(number).padStart(digits, '0');
  return { code, secondsLeft: period - (seconds % period), period };
}
