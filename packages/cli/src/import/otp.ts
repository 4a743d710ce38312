/** The secrets of codes: what is a good one, and what becomes of it here. */
import { createHash } from 'node:crypto';
import { NICKNAME_LENGTH_MAX } from '../../../server/src/config/limits.ts';
import { fromBase32 } from '../../../server/src/methods/oath/base32.ts';
import { printable } from '../printable.ts';
import { BadRow, type HashAlgorithm, type ImportedDevice, type Otp } from './record.ts';

const KEY_BYTES_MIN = 10;
const KEY_BYTES_MAX = 100;
const ENROL = 'the user enrols a device anew.';

/** `SHA1`, `HmacSHA256`, `HMAC-SHA-512`; without: SHA-1. Throws `BadRow`. */
export function algorithmOf(text: string | undefined): HashAlgorithm {
  const name = (text || 'SHA1').toUpperCase().replaceAll(/^HMAC|[-_]/g, '');
  if (name === 'SHA1' || name === 'SHA256' || name === 'SHA512') return name;
  throw new BadRow(`The algorithm "${text}" is not known here: ${ENROL}`);
}

/** A whole number, or what holds without one. Throws `BadRow`. */
export function numberOf(text: string | number | undefined, otherwise: number, what: string) {
  if (text === undefined || text === '') return otherwise;
  if (!/^[0-9]{1,15}$/.test(String(text))) throw new BadRow(`The ${what} is no number.`);
  return Number(text);
}

export function base32Key(text: string): Uint8Array {
  try {
    return fromBase32(text.replaceAll(/[\s-]/g, ''));
  } catch {
    throw new BadRow('The secret is no Base32.');
  }
}

export function hexKey(text: string): Uint8Array {
  const digits = text.replaceAll(/\s/g, '');
  if (!/^(?:[0-9a-f]{2})+$/i.test(digits)) throw new BadRow('The secret is no hexadecimal text.');
  return Buffer.from(digits, 'hex');
}

/** Throws `BadRow` with the reason why the secret can't be copied. */
export function checked(otp: Otp): Otp {
  const { kind, key, algorithm, digits, period } = otp;
  if (key.length < KEY_BYTES_MIN || key.length > KEY_BYTES_MAX) {
    const bounds = `${KEY_BYTES_MIN} to ${KEY_BYTES_MAX}`;
    throw new BadRow(`A secret has ${bounds} bytes, and this one ${key.length}: ${ENROL}`);
  }
  if (digits !== 6 && digits !== 8) {
    throw new BadRow(`Codes have 6 or 8 digits here, and these ${digits}: ${ENROL}`);
  }
  if (kind === 'TOTP' && period !== 30 && period !== 60) {
    throw new BadRow(`Time steps have 30 or 60 seconds here, and these ${period}: ${ENROL}`);
  }
  if (kind === 'HOTP' && algorithm !== 'SHA1') {
    throw new BadRow(`HOTP is SHA-1 here, and this is ${algorithm}: ${ENROL}`);
  }
  return otp;
}

/** Whether it is what every authenticator app takes for granted: a device of type TOTP. */
export const isPlainTotp = ({ kind, algorithm, digits, period }: Otp) =>
  kind === 'TOTP' && algorithm === 'SHA1' && digits === 6 && period === 30;

/** Of a token by itself: at most 50 letters and digits. Throws `BadRow`. */
export function serialNumberOf(text: string | undefined): string {
  if (!text) throw new BadRow('The serial number is missing.');
  if (/^[A-Za-z0-9]{1,50}$/.test(text)) return text;
  throw new BadRow('A serial number has 1 to 50 letters and digits.');
}

/** A token with its secret. */
export const tokenDevice = (serialNumber: string, otp: Otp): ImportedDevice => ({
  type: 'OTP',
  otp: checked(otp),
  serialNumber,
  isToken: true,
});

/**
 * The secret of an app. Where it must become an OATH token, its serial number is made of what names
 * it there, so that it is the same when the import runs again.
 */
export function appDevice(otp: Otp, name: string, nickname = ''): ImportedDevice {
  const serialNumber = `APP${createHash('sha256').update(name).digest('hex').slice(0, 29)}`;
  return {
    type: 'OTP',
    otp: checked(otp),
    serialNumber: serialNumber.toUpperCase(),
    isToken: false,
    ...(nickname ? { nickname: printable(nickname).slice(0, NICKNAME_LENGTH_MAX) } : {}),
  };
}
