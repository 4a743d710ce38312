/** Which languages contents may be in: every one is enabled; contract messages §2.3. */
import { isSupportedCountry } from 'libphonenumber-js';
import { localeKey } from '../../../model/messages.ts';

/** The form of a locale. */
export const LOCALE_PATTERN = '^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,2}$';

const ISO_639_1 = /^[a-z]{2}$/;
/** Spoken forms and parts of countries, which no standard of two letters has. */
const OTHERS: ReadonlySet<string> = new Set(['cmn-cn', 'yue-cn', 'en-gb-wls']);
const names = new Intl.DisplayNames(['en'], { type: 'language', fallback: 'none' });

/** Whether it is a language of ISO 639-1, of a country or not: `en`, `en_GB`. Pure. */
export function isEnabledLocale(locale: string): boolean {
  const key = localeKey(locale);
  if (OTHERS.has(key)) return true;
  const [language = '', region, ...rest] = key.split('-');
  const isLanguage = ISO_639_1.test(language) && names.of(language) !== undefined;
  const isRegion = region === undefined || isSupportedCountry(region.toUpperCase());
  return isLanguage && isRegion && rest.length === 0;
}
