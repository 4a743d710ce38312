/** Addresses that people are reached at: their syntax, their one stored form, their mask. */
import { domainToASCII, domainToUnicode } from 'node:url';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { defined } from './defined.ts';
import { textKey } from './text-key.ts';

const EMAIL_LENGTH_MAX = 254;
// Neither white space nor any control or format character, and quotes in pairs around what would need
// none (RFC 5321 §4.1.2; the platform's page "Characters supported in user attributes"), so an address
// can't carry another header or recipient. One pass: no repetition within another.
// A bare host name (`user@localhost`) is taken: self-hosted servers deliver inside their house.
const EMAIL = (() => {
  const letter = "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\\p{L}\\p{M}\\p{N}-]";
  const quoted = `(?<=^|\\.)"${letter}{1,62}"(?=[.@])`;
  const label = '[A-Za-z0-9\\p{L}\\p{M}\\p{N}-]+';
  return new RegExp(`^(?=[^@]{1,64}@)(?:${letter}|${quoted})+@${label}(?:\\.${label})*$`, 'u');
})();

/** What is told of a text that is none. */
export const EMAIL_RULE =
  'The value is not one plain e-mail address, such as name@shop.example: without a display name or spaces.';

/** Whether the text is one plain e-mail address. */
export function isEmailAddress(text: string): boolean {
  return text.length <= EMAIL_LENGTH_MAX && EMAIL.test(text);
}

/**
 * The same mailbox in the one form that mail libraries and servers agree on (RFC 5321 §4.1.2): without
 * quotes, or where dots need them, with quotes around all of what is before the `@`. Pure.
 */
export function toMailbox(address: string): string {
  if (!address.includes('"')) return address;
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at).replaceAll('"', '');
  const isPlain = local.split('.').every((part) => part !== '');
  return `${isPlain ? local : `"${local}"`}${address.slice(at)}`;
}

/**
 * The one form of an address by which it is found and compared, never sent to: without regard to case,
 * to quotes that change nothing, and to whether the domain is written in letters or in punycode. Of a
 * part of an address, the same part. Pure.
 */
export function emailKey(text: string): string {
  const at = text.lastIndexOf('@');
  if (at < 0) return textKey(text);
  return `${textKey(text.slice(0, at).replaceAll('"', ''))}@${domainKey(text.slice(at + 1))}`;
}

/** The same of a domain alone. Pure. */
export const domainKey = (domain: string) => textKey(domainToUnicode(domain) || domain);

const DOMAIN_LENGTH_MAX = 253;
const DOMAIN = (() => {
  const letter = '[A-Za-z0-9\\p{L}\\p{M}\\p{N}]';
  const label = `${letter}(?:(?:${letter}|-){0,61}${letter})?`;
  return new RegExp(`^${label}(?:\\.${label})*$`, 'u');
})();

/** The domain as DNS is asked for it; undefined: it is none (a pattern, a number, an address). Pure. */
export function asciiDomain(domain: string): string | undefined {
  if (!DOMAIN.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  const isNumber = /(?:^|\.)\d+$/.test(ascii);
  return ascii === '' || ascii.length > DOMAIN_LENGTH_MAX || isNumber ? undefined : ascii;
}

// What people write between the digits; the leading plus may stand in brackets: `(+49) 151`.
const PHONE = /^\+[0-9][0-9 .()/-]{5,38}$/;
// The one shape without a plus that the contract shows: it begins with its country code.
const NORTH_AMERICAN = /^1[ .-]?\(?[0-9]{3}\)?[ .-]?[0-9]{3}[ .-]?[0-9]{4}$/;

/** The number as it was meant: no scheme (RFC 3966), plain spaces and hyphens, a plus in front. */
function tidyPhone(text: string): string {
  return text
    .normalize('NFKC')
    .replaceAll(/\p{Zs}/gu, ' ')
    .replaceAll(/\p{Pd}/gu, '-')
    .trim()
    .replace(/^tel:/i, '')
    .replace(/^\((\+[0-9]{1,3})\)/, '$1 ');
}

/** Whether the number says itself, by a plus, that its country code is there. */
export function hasCountryCode(text: string): boolean {
  return tidyPhone(text).startsWith('+');
}

/**
 * E.164 of a phone number with its country code, in any of the shapes of contract §4.5
 * (`+1.5125551234`, `+1 (512) 555-1234`, …) and in others that people write; undefined when it is
 * none. No country is guessed. Only length is judged, not whether an operator has given the number
 * out.
 */
export function toE164(text: string): string | undefined {
  const tidy = tidyPhone(text);
  if (!PHONE.test(tidy) && !NORTH_AMERICAN.test(tidy)) return undefined;
  const international = tidy.startsWith('+') ? tidy : `+${tidy}`;
  const number = parsePhoneNumberFromString(international, { extract: false });
  return number?.isPossible() && number.ext === undefined ? number.number : undefined;
}

const COSTLY_TYPES: ReadonlySet<string> = new Set(['PREMIUM_RATE', 'SHARED_COST']);
// Inmarsat, satellites, networks of no country (satellites among them), international premium rate.
const COSTLY_CODES: ReadonlySet<string> = new Set(['870', '881', '882', '883', '979']);

/** Whether somebody earns by each message or call to the number: what pumped traffic goes to. */
export function isCostly(e164: string): boolean {
  const number = parsePhoneNumberFromString(e164);
  if (!number) return false;
  return COSTLY_CODES.has(number.countryCallingCode) || COSTLY_TYPES.has(number.getType() ?? '');
}

/** The country of a number, ISO 3166-1 alpha-2, by its area code where a code is shared; or none. */
export const countryOf = (e164: string): string | undefined =>
  parsePhoneNumberFromString(e164)?.country;

/** What libphonenumber knows of a number; nothing is asked of a network. */
export interface NumberFacts {
  /** As it is called there: `PREMIUM_RATE`; absent: it isn't known. */
  type?: string;
  /** As `countryOf`. */
  country?: string;
  /** The number without its last digits: those that share it are often bought together. */
  range: string;
}

const RANGE_DIGITS = 4;

/** Of a number in E.164. Pure. */
export function numberFacts(e164: string): NumberFacts {
  const number = parsePhoneNumberFromString(e164);
  const range = e164.slice(0, -RANGE_DIGITS);
  return { range, ...defined({ type: number?.getType(), country: number?.country }) };
}

/** `am****@mail.example`: at most two characters, always four stars; contract §1.6. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, Math.min(2, at))}****${email.slice(at)}`;
}

/** `*******07`: seven stars and the last two digits; contract §1.6. */
export function maskPhone(phone: string): string {
  return `*******${phone.slice(-2)}`;
}
