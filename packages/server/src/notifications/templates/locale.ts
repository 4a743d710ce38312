/** Which language a message is written in. */
import { DEFAULT_LANGUAGE } from '../../model/built-in.ts';
import { ar } from './contents/ar.ts';
import type { Contents } from './contents/content.ts';
import { de } from './contents/de.ts';
import { en } from './contents/en.ts';
import { es } from './contents/es.ts';
import { fi } from './contents/fi.ts';
import { fr } from './contents/fr.ts';
import { he } from './contents/he.ts';
import { it } from './contents/it.ts';
import { ja } from './contents/ja.ts';
import { nl } from './contents/nl.ts';
import { pt } from './contents/pt.ts';
import { sv } from './contents/sv.ts';
import { zh } from './contents/zh.ts';

/** The wording of each language, by BCP 47 tag in lower case. */
export const LANGUAGES: ReadonlyMap<string, Contents> = new Map(
  Object.entries({ en, ar, de, es, fi, fr, he, it, ja, nl, pt, sv, zh }),
);

/** The languages that there are predefined contents in. */
export const LANGUAGE_TAGS: readonly string[] = [...LANGUAGES.keys()];

/** More are not looked at. */
const TAGS_MAX = 10;
const TAG = /^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}$/;
/** RFC 9110 §12.4.2. */
const WEIGHT = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/;

interface Wanted {
  tag: string;
  weight: number;
}

/** Undefined: it is no language, or one that isn't wanted. */
function wantedOf(text: string): Wanted | undefined {
  const [tag = '', ...parameters] = text.split(';').map((part) => part.trim().toLowerCase());
  const weight = Number(WEIGHT.exec(parameters[0] ?? 'q=1')?.[1] ?? Number.NaN);
  const language = tag.replaceAll('_', '-');
  return TAG.test(language) && weight > 0 ? { tag: language, weight } : undefined;
}

/** Whether it is a list of languages, as in `Accept-Language`: `fr-CA, en-gb;q=0.8`. Pure. */
export const isLanguageList = (text: string): boolean =>
  text.split(',').every((one) => wantedOf(one) !== undefined || /;\s*q=0(\.0{0,3})?\s*$/.test(one));

/**
 * The locales to look for: those that are wanted, by weight, each followed by the ones that it is a
 * part of: `fr-ca`, `fr`, `en-gb`, `en`. Pure.
 */
export function localesFor(wanted: string | undefined): string[] {
  const tags = (wanted ?? '')
    .split(',', TAGS_MAX)
    .map(wantedOf)
    .filter((one) => one !== undefined)
    .sort((one, other) => other.weight - one.weight);
  const locales = tags.flatMap(({ tag }) => {
    const subtags = tag.split('-');
    return subtags.map((_, index) => subtags.slice(0, subtags.length - index).join('-'));
  });
  return [...new Set(locales)];
}

/**
 * The wanted locale if there is wording for it, else its language without the region, else the next
 * one that is wanted, else English. Source: the platform's page "Localization of notifications". Pure.
 */
export function matchLocale(
  wanted: string | undefined,
  available: ReadonlySet<string> | ReadonlyMap<string, unknown> = LANGUAGES,
): string {
  return localesFor(wanted).find((locale) => available.has(locale)) ?? DEFAULT_LANGUAGE;
}

/** The wording of a locale that `matchLocale` has named. */
export function contentsOf(locale: string): Contents {
  return LANGUAGES.get(locale) ?? en;
}
