/** The keys of an encrypted PSKC file, and what they open; RFC 6030 §6, §8.2. */
import { createDecipheriv, createHmac, pbkdf2Sync, timingSafeEqual } from 'node:crypto';
import type { Element } from '@xmldom/xmldom';
import { BadRow } from './record.ts';
import { attributeOf, bytesOf, childOf, findIn, textOf } from './xml.ts';

const ITERATIONS_MAX = 10_000_000;
const BLOCK = 16;

const HASHES: Record<string, string> = {
  'hmac-sha1': 'sha1',
  'hmac-sha224': 'sha224',
  'hmac-sha256': 'sha256',
  'hmac-sha384': 'sha384',
  'hmac-sha512': 'sha512',
  hmacWithSHA256: 'sha256',
  hmacWithSHA512: 'sha512',
};

/** What follows the `#` of an algorithm's name. */
const nameOf = (element: Element | undefined) =>
  attributeOf(element, 'Algorithm').split('#').pop() ?? '';

export interface PskcKeys {
  /** Opens an `EncryptedValue` or `MACKey`. Throws `BadRow`. */
  open(element: Element, mac?: Element): Buffer;
}

/** RFC 6030 §6.2: a key that is made of a password. */
function derivedKey(method: Element, password: string): Buffer {
  if (nameOf(method) !== 'pbkdf2') throw new BadRow('The key is derived otherwise than by PBKDF2.');
  const salt = bytesOf(findIn(method, 'Specified') ?? findIn(method, 'Salt'));
  const iterations = Number(textOf(findIn(method, 'IterationCount')));
  const length = Number(textOf(findIn(method, 'KeyLength')) || BLOCK);
  const isSane = iterations >= 1 && iterations <= ITERATIONS_MAX && [16, 24, 32].includes(length);
  if (!isSane) throw new BadRow('The parameters of PBKDF2 make no sense.');
  const hash = HASHES[nameOf(findIn(method, 'PRF')) || 'hmac-sha1'];
  if (!hash) throw new BadRow('The hash of PBKDF2 is not known here.');
  return pbkdf2Sync(password, salt, iterations, length, hash);
}

function cipherOf(element: Element): Buffer {
  const algorithm = nameOf(findIn(element, 'EncryptionMethod'));
  if (!/^aes(?:128|192|256)-cbc$/.test(algorithm)) {
    throw new BadRow(`"${algorithm}" is not known here: AES in CBC mode is.`);
  }
  return bytesOf(findIn(element, 'CipherValue'));
}

function decrypt(key: Buffer, element: Element): Buffer {
  const cipher = cipherOf(element);
  try {
    const decipher = createDecipheriv(`aes-${key.length * 8}-cbc`, key, cipher.subarray(0, BLOCK));
    return Buffer.concat([decipher.update(cipher.subarray(BLOCK)), decipher.final()]);
  } catch {
    throw new BadRow('The key or the password is not that of the file.');
  }
}

/** Undefined: the file isn't encrypted. Throws `BadRow` where its key is missing. */
export function keysOf(
  container: Element,
  { key: given, password }: { key?: Uint8Array; password?: string },
): PskcKeys | undefined {
  const encryption = childOf(container, 'EncryptionKey');
  if (!encryption) return undefined;
  const method = findIn(encryption, 'KeyDerivationMethod');
  if (method && password === undefined) {
    throw new BadRow('The file is encrypted with a password: give --password-file.');
  }
  if (!method && !given) throw new BadRow('The file is encrypted with a key: give --key-file.');
  const key = method ? derivedKey(method, password ?? '') : Buffer.from(given ?? []);
  if (![16, 24, 32].includes(key.length)) throw new BadRow('A key of AES has 16, 24 or 32 bytes.');

  const macMethod = childOf(container, 'MACMethod');
  const macKeyElement = macMethod && findIn(macMethod, 'MACKey');
  const hash = HASHES[nameOf(macMethod)];
  // RFC 6030 §6.1.1: without one of its own, the MAC has the key of the encryption.
  const macKey = macKeyElement ? decrypt(key, macKeyElement) : key;
  return {
    open(element, mac) {
      if (!hash || !mac) throw new BadRow('The value has no MAC, so it may have been changed.');
      const expected = createHmac(hash, macKey).update(cipherOf(element)).digest();
      const found = bytesOf(mac);
      if (found.length !== expected.length || !timingSafeEqual(found, expected)) {
        throw new BadRow('The MAC of the value is wrong: it was changed, or the key is another.');
      }
      return decrypt(key, element);
    },
  };
}
