/** The languages of the pages: how each calls itself, which way it runs, and its words. */
import type { Words } from './say.ts';

export const LANGUAGES = {
  en: 'English',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
  ar: 'العربية',
} as const;

export type Language = keyof typeof LANGUAGES;

const isLanguage = (tag: string): tag is Language => tag in LANGUAGES;

export const directionOf = (language: Language): 'ltr' | 'rtl' =>
  language === 'ar' ? 'rtl' : 'ltr';

/** The first wanted language that there is (`de-AT` is served by `de`); English otherwise. Pure. */
export function chooseLanguage(wanted: readonly string[]): Language {
  const tags = wanted.map((tag) => tag.toLowerCase().split('-')[0] ?? '');
  return tags.find(isLanguage) ?? 'en';
}

/** Each language is a file of its own: a page loads one. */
const CATALOGUES: { readonly [language in Language]: () => Promise<Words> } = {
  en: async () => (await import('./words/en.ts')).en,
  de: async () => (await import('./words/de.ts')).de,
  fr: async () => (await import('./words/fr.ts')).fr,
  es: async () => (await import('./words/es.ts')).es,
  ar: async () => (await import('./words/ar.ts')).ar,
};

export const wordsOf = (language: Language): Promise<Words> => CATALOGUES[language]();
