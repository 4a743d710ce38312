/** Seeds of tokens as CSV: what makers of tokens hand out, and what privacyIDEA exports. */
import { csvRows } from './csv-rows.ts';
import { hexKey, numberOf, serialNumberOf, tokenDevice } from './otp.ts';
import { BadRow, type Otp, type Reader, readRows } from './record.ts';

/** `serial,hexSecret[,startCounter]`, no headings; the rest is the same for the whole file. */
export const readOathCsv: Reader = (text, { kind, algorithm, digits, period }) => {
  const { rows, errors } = csvRows<string[]>(text, false);
  const read = readRows(rows, ([serial, secret = '', counter], at) => ({
    at,
    devices: [
      tokenDevice(serialNumberOf(serial), {
        kind,
        key: hexKey(secret),
        algorithm,
        digits,
        period,
        counter: numberOf(counter, 0, 'start counter'),
      }),
    ],
  }));
  return { ...read, errors: [...errors, ...read.errors] };
};

const KINDS: Record<string, Otp['kind']> = { totp: 'TOTP', hotp: 'HOTP' };

/** `kaisa@realm` is kaisa; an e-mail address as a user name has two. */
const nameOf = (owner: string) => owner.replace(/@[^@]*$/, '');

/**
 * `privacyidea-token-janitor find --action export --csv`: owner (`user@realm` or `n/a`), serial
 * number, key, type, length. It says neither algorithm nor time step: they are told beside.
 */
export const readPrivacyIdea: Reader = (text, { algorithm, period }) => {
  const { rows, errors } = csvRows<string[]>(text, false);
  const read = readRows(rows, ([owner = '', serial, secret = '', type = '', digits], at) => {
    const kind = KINDS[type.toLowerCase()];
    if (!kind)
      throw new BadRow('The type of the token is neither hotp nor totp: its user enrols anew.');
    const otp: Otp = {
      kind,
      key: hexKey(secret),
      algorithm,
      digits: numberOf(digits, 6, 'length'),
      period,
      counter: 0,
    };
    const devices = [tokenDevice(serialNumberOf(serial), otp)];
    // privacyIDEA doesn't export it; a token that has counted on is found by two codes.
    const lost =
      kind === 'HOTP'
        ? ['The export has no counter: resynchronise the token by two of its codes.']
        : [];
    const isOwned = owner !== '' && !/^n\/a$/i.test(owner);
    return { at, devices, lost, ...(isOwned ? { user: { username: nameOf(owner) } } : {}) };
  });
  return { ...read, errors: [...errors, ...read.errors] };
};
