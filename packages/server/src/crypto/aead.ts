/** AES-256-GCM and the keys derived for it: the one place with a cipher. Pure but its IVs. */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Length of every symmetric key here. */
export const KEY_BYTES = 32;

/** A key for one purpose, so that no key is used for two (HKDF-SHA-256, RFC 5869). */
export function deriveKey(key: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', key, '', `countersign/v1/${purpose}`, KEY_BYTES));
}

/**
 * `IV | ciphertext | tag`. IVs are random: a key is good for 2^32 texts (NIST SP 800-38D §8.3),
 * `keys rotate` makes the next one.
 */
export function encrypt(
  key: Uint8Array,
  associatedData: string,
  plaintext: string | Uint8Array,
): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(associatedData));
  const start =
    typeof plaintext === 'string' ? cipher.update(plaintext, 'utf8') : cipher.update(plaintext);
  return Buffer.concat([iv, start, cipher.final(), cipher.getAuthTag()]);
}

/** The reverse. Throws when one bit of the text, the key or the associated data differs. */
export function decrypt(key: Uint8Array, associatedData: string, sealed: Buffer): Buffer {
  if (sealed.length < IV_BYTES + TAG_BYTES) throw new Error('The sealed value is too short.');
  const tagAt = sealed.length - TAG_BYTES;
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(Buffer.from(associatedData));
  decipher.setAuthTag(sealed.subarray(tagAt));
  return Buffer.concat([decipher.update(sealed.subarray(IV_BYTES, tagAt)), decipher.final()]);
}

/** The bytes of a base64url text; undefined when it isn't the one text of these bytes. */
export function fromBase64url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
