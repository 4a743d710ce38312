/** What libphonenumber knows of a number; nothing is asked of a network. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

export interface NumberFacts {
  /** As libphonenumber calls it: `PREMIUM_RATE`; absent: it isn't known. */
  type?: string;
  /** ISO 3166-1 alpha-2; absent: it is of no country, or of one of several. */
  country?: string;
  /** The number without its last digits: those that share it are often bought together. */
  range: string;
}

const RANGE_DIGITS = 4;

/** Of a number in E.164. Pure. */
export function numberFacts(e164: string): NumberFacts {
  const number = parsePhoneNumberFromString(e164);
  const type = number?.getType();
  return {
    range: e164.slice(0, -RANGE_DIGITS),
    ...(type === undefined ? {} : { type }),
    ...(number?.country === undefined ? {} : { country: number.country }),
  };
}
