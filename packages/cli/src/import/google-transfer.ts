/** One page of Google Authenticator's transfer: `otpauth-migration://offline?data=…`, protobuf in Base64. */
import { BinaryReader } from '@bufbuild/protobuf/wire';
import { BadRow, type HashAlgorithm, type Otp } from './record.ts';

export interface TransferPage {
  entries: readonly { name: string; otp: Otp }[];
  /** Pages of the whole transfer, and which one this is, from 0. */
  size: number;
  index: number;
  batchId: number;
}

// The numbers of its enumerations; 0 is what nobody has said.
const ALGORITHMS: readonly (HashAlgorithm | undefined)[] = ['SHA1', 'SHA1', 'SHA256', 'SHA512'];
const DIGITS: readonly (number | undefined)[] = [6, 6, 8];
const HOTP = 1;

function readEntry(bytes: Uint8Array) {
  const reader = new BinaryReader(bytes);
  let name = '';
  let [algorithm, digits, type] = [0, 0, 0];
  let counter = 0;
  let key: Uint8Array = new Uint8Array();
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) key = reader.bytes();
    else if (field === 2) name = reader.string();
    else if (field === 4) algorithm = reader.int32();
    else if (field === 5) digits = reader.int32();
    else if (field === 6) type = reader.int32();
    else if (field === 7) counter = Number(reader.int64());
    else reader.skip(wire);
  }
  const hash = ALGORITHMS[algorithm];
  const length = DIGITS[digits];
  if (!hash || !length) {
    throw new BadRow(
      'An account has an algorithm or a length that is not known here: its user enrols anew.',
    );
  }
  const kind = type === HOTP ? ('HOTP' as const) : ('TOTP' as const);
  return { name, otp: { kind, key, algorithm: hash, digits: length, period: 30, counter } };
}

function parse(bytes: Uint8Array): TransferPage {
  const reader = new BinaryReader(bytes);
  const entries: Uint8Array[] = [];
  let [size, index, batchId] = [1, 0, 0];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === 1) entries.push(reader.bytes());
    else if (field === 3) size = reader.int32();
    else if (field === 4) index = reader.int32();
    else if (field === 5) batchId = reader.int32();
    else reader.skip(wire);
  }
  if (entries.length === 0 || size < 1 || size > 1_000) throw new BadRow('The transfer is empty.');
  return { entries: entries.map(readEntry), size, index, batchId };
}

/** Throws `BadRow`. */
export function readPage(url: URL): TransferPage {
  // A plus sign that nobody has escaped was read as a blank.
  const data = url.searchParams.get('data')?.replaceAll(' ', '+') ?? '';
  try {
    return parse(Buffer.from(data, 'base64'));
  } catch (error) {
    if (error instanceof BadRow) throw error;
    throw new BadRow('The data of the transfer is broken: copy the whole line.');
  }
}
