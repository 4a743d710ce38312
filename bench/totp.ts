/** TOTP as RFC 6238 says, written apart from the server's, so that the driver owes it nothing. */
import { createHmac } from 'node:crypto';

export const STEP_MS = 30_000;

/** The six-digit code of a time step; SHA-1. Pure. */
export function totpAt(key: Uint8Array, timeStep: number): string {
  const message = Buffer.alloc(8);
  message.writeBigUInt64BE(BigInt(timeStep));
  const digest = createHmac('sha1', key).update(message).digest();
  const offset = digest.readUInt8(digest.length - 1) & 0xf;
  const code = (digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000;
  return code.toString().padStart(6, '0');
}

/** Base32 of RFC 4648 without padding, as `secret` of a TOTP device is written. Pure. */
export function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0'));
  const bytes = bits.join('').match(/.{8}/g) ?? [];
  return Buffer.from(bytes.map((byte) => Number.parseInt(byte, 2)));
}
