/** Portable Symmetric Key Container, RFC 6030: the secrets of tokens, in the clear or encrypted. */
import type { Element } from '@xmldom/xmldom';
import { algorithmOf, numberOf, serialNumberOf, tokenDevice } from './otp.ts';
import { keysOf, type PskcKeys } from './pskc-key.ts';
import { BadRow, type ImportRecord, type Otp, type Reader, readRows } from './record.ts';
import { allIn, attributeOf, bytesOf, childOf, findIn, parseXml, textOf } from './xml.ts';

const KINDS: Record<string, Otp['kind']> = { hotp: 'HOTP', totp: 'TOTP' };

/** The bytes of `Secret`, which may be encrypted. */
function secretOf(data: Element, keys: PskcKeys | undefined): Buffer {
  const secret = childOf(data, 'Secret');
  const plain = findIn(secret, 'PlainValue');
  if (plain) return bytesOf(plain);
  const encrypted = findIn(secret, 'EncryptedValue');
  if (!encrypted) throw new BadRow('The key has no secret.');
  if (!keys) throw new BadRow('The secret is encrypted, and the file does not say how.');
  return keys.open(encrypted, findIn(secret, 'ValueMAC'));
}

/** A number beside it; RFC 6030 §4.2 lets it be encrypted, and nobody does that. */
function dataNumber(data: Element, name: string, otherwise: number): number {
  const element = childOf(data, name);
  if (findIn(element, 'EncryptedValue'))
    throw new BadRow(`${name} is encrypted: that is not read here.`);
  return numberOf(textOf(findIn(element, 'PlainValue')), otherwise, name);
}

/** The first value of a distinguished name (`UID=jsmith,DC=…`), or the text as it is. */
const usernameOf = (text: string) => /^(?:uid|cn)=([^,]+)/i.exec(text)?.[1]?.trim() ?? text;

function recordOf(entry: Element, at: string, keys: PskcKeys | undefined): ImportRecord {
  const key = childOf(entry, 'Key');
  const data = key && childOf(key, 'Data');
  if (!key || !data) throw new BadRow('The package has no key.');
  const algorithm = attributeOf(key, 'Algorithm');
  const kind = KINDS[algorithm.split(/[:#]/).pop()?.toLowerCase() ?? ''];
  if (!kind) throw new BadRow('The key is neither of HOTP nor of TOTP: its user enrols anew.');
  const parameters = childOf(key, 'AlgorithmParameters');
  const format = findIn(parameters, 'ResponseFormat');
  if (format && attributeOf(format, 'Encoding').toUpperCase() !== 'DECIMAL') {
    throw new BadRow('The codes are no decimal digits: the user enrols a device anew.');
  }
  const otp: Otp = {
    kind,
    key: secretOf(data, keys),
    algorithm: algorithmOf(textOf(findIn(parameters, 'Suite'))),
    digits: numberOf(attributeOf(format, 'Length'), 6, 'length'),
    period: dataNumber(data, 'TimeInterval', 30),
    counter: dataNumber(data, 'Counter', 0),
  };
  const serial = textOf(findIn(entry, 'SerialNo')) || attributeOf(key, 'Id');
  const owner = textOf(childOf(key, 'UserId'));
  return {
    at,
    devices: [tokenDevice(serialNumberOf(serial), otp)],
    ...(owner ? { user: { username: usernameOf(owner) } } : {}),
  };
}

export const readPskc: Reader = (text, options) => {
  const container = parseXml(text);
  if (container.localName !== 'KeyContainer')
    throw new BadRow('The file is no PSKC: no KeyContainer.');
  const keys = keysOf(container, options);
  const rows = allIn(container, 'KeyPackage').map((row) => ({ at: `line ${row.lineNumber}`, row }));
  return readRows(rows, (row, at) => recordOf(row, at, keys));
};
