/** Which language a message is written in. */
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

const FALLBACK = 'en';

/**
 * The wanted locale if there is wording for it, else its language without the region, else
 * English: `fr-CA`, `fr`, `en`. Source: the platform's page "Localization of notifications". Pure.
 */
export function matchLocale(
  wanted: string | undefined,
  available: ReadonlySet<string> | ReadonlyMap<string, unknown> = LANGUAGES,
): string {
  // A preferred language may be a list with weights, as in `Accept-Language`.
  const [first = FALLBACK] = (wanted ?? FALLBACK).split(/[,;]/, 1);
  const subtags = first.trim().toLowerCase().split(/[-_]/);
  for (let length = subtags.length; length > 0; length--) {
    const tag = subtags.slice(0, length).join('-');
    if (available.has(tag)) return tag;
  }
  return FALLBACK;
}

/** The wording of a locale that `matchLocale` has named. */
export function contentsOf(locale: string): Contents {
  return LANGUAGES.get(locale) ?? en;
}
