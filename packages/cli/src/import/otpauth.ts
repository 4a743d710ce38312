/** Addresses of authenticator apps, one a line: `otpauth://`, and the transfer of Google Authenticator. */

import { readPage, type TransferPage } from './google-transfer.ts';
import { algorithmOf, appDevice, base32Key, numberOf } from './otp.ts';
import {
  BadRow,
  type ImportRecord,
  type Otp,
  type Reader,
  type RowError,
  readRows,
} from './record.ts';

/** `Shop:kaisa@shop.example` is kaisa@shop.example. */
const accountOf = (label: string) => label.replace(/^[^:]*:\s*/, '');

function recordOf(at: string, label: string, otp: Otp): ImportRecord {
  const username = accountOf(label);
  if (!username) throw new BadRow('The address names no account.');
  return { at, user: { username }, devices: [appDevice(otp, `otpauth ${label}`)] };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new BadRow('The name in the address is broken.');
  }
}

function plain(url: URL, at: string): ImportRecord {
  const kind = url.hostname.toUpperCase();
  if (kind !== 'TOTP' && kind !== 'HOTP')
    throw new BadRow('The address is neither of totp nor of hotp.');
  const of = (name: string) => url.searchParams.get(name) ?? undefined;
  const otp: Otp = {
    kind,
    key: base32Key(of('secret') ?? ''),
    algorithm: algorithmOf(of('algorithm')),
    digits: numberOf(of('digits'), 6, 'number of digits'),
    period: numberOf(of('period'), 30, 'period'),
    counter: numberOf(of('counter'), 0, 'counter'),
  };
  return recordOf(at, decoded(url.pathname.replace(/^\//, '')), otp);
}

/** Pages of a transfer that aren't in the file. */
function missingPages(pages: readonly TransferPage[]): RowError[] {
  return [...Map.groupBy(pages, ({ batchId }) => batchId).values()].flatMap((batch) => {
    const there = new Set(batch.map(({ index }) => index));
    return Array.from({ length: batch[0]?.size ?? 0 }, (_, index) => index)
      .filter((index) => !there.has(index))
      .map((index) => ({
        at: 'the transfer',
        message: `Page ${index + 1} of ${batch[0]?.size} is missing: scan it, too.`,
      }));
  });
}

export const readOtpauth: Reader = (text) => {
  const pages: TransferPage[] = [];
  const lines = text
    .split(/\r?\n/)
    .map((line, index) => ({ at: `line ${index + 1}`, row: line.trim() }))
    .filter(({ row }) => row !== '' && !row.startsWith('#'));
  const read = readRows(lines, (line, at) => {
    const url = URL.canParse(line) ? new URL(line) : undefined;
    if (url?.protocol === 'otpauth:') return plain(url, at);
    if (url?.protocol !== 'otpauth-migration:') {
      throw new BadRow('The line begins neither with otpauth:// nor with otpauth-migration://.');
    }
    const page = readPage(url);
    pages.push(page);
    return page.entries.map(({ name, otp }) => recordOf(at, name, otp));
  });
  return { ...read, errors: [...read.errors, ...missingPages(pages)] };
};
