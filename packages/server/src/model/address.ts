/** Addresses that people are reached at: their syntax, their one stored form, their mask. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

const EMAIL_LENGTH_MAX = 254;
// One pass, no nested repetition. Neither white space nor any control, format or quoting character, so an
// address can't carry another header or recipient (RFC 5321 §4.1.2 without quoted local parts).
// A bare host name (`user@localhost`) is taken: self-hosted servers deliver inside their house.
const EMAIL =
  /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\p{L}\p{M}\p{N}-]{1,64}@[A-Za-z0-9\p{L}\p{M}\p{N}-]+(?:\.[A-Za-z0-9\p{L}\p{M}\p{N}-]+)*$/u;

/** What is told of a text that is none. */
export const EMAIL_RULE =
  'The value is not one plain e-mail address, such as name@shop.example: without a display name, quotes or spaces.';

/** Whether the text is one plain e-mail address. */
export function isEmailAddress(text: string): boolean {
  return text.length <= EMAIL_LENGTH_MAX && EMAIL.test(text);
}

const PHONE = /^\+?[0-9][0-9 .()-]{5,38}$/;

/**
 * E.164 of a phone number with its country code, in any of the shapes of contract §4.5
 * (`+1.5125551234`, `+1 (512) 555-1234`, …); undefined when it is none. Only length is judged,
 * not whether an operator has given the number out.
 */
export function toE164(text: string): string | undefined {
  if (!PHONE.test(text)) return undefined;
  const international = text.startsWith('+') ? text : `+${text}`;
  const number = parsePhoneNumberFromString(international, { extract: false });
  return number?.isPossible() && number.ext === undefined ? number.number : undefined;
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
