/** Addresses that people are reached at: their syntax, their one stored form, their mask. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

const EMAIL_LENGTH_MAX = 254;
// One pass, no nested repetition. Neither white space nor any control, format or quoting character, so an
// address can't carry another header or recipient (RFC 5321 §4.1.2 without quoted local parts).
// A bare host name (`user@localhost`) is taken: self-hosted servers deliver inside their house.
const EMAIL =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\p{L}\p{M}\p{N}-]{1,64}@[A-Za-z0-9\p{L}\p{M}\p{N}-]+(?:\.[A-Za-z0-9\p{L}\p{M}\p{N}-]+)*$/u;

/** Whether the text is one plain e-mail address. */
export function isEmailAddress(text: string): boolean {
  return text.length <= EMAIL_LENGTH_MAX && EMAIL.test(text);
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

/** `am****@mail.example`: at most two characters, always four stars; contract §1.6. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  return `${email.slice(0, Math.min(2, at))}****${email.slice(at)}`;
}

/** `*******07`: seven stars and the last two digits; contract §1.6. */
export function maskPhone(phone: string): string {
  return `*******${phone.slice(-2)}`;
}
