/**
 * Which voice of a provider speaks which language; contract messages §11. One that doesn't speak the
 * language of a message is replaced by one that does. Pure.
 */

/** What a request to the provider says. */
export interface Speaker {
  /** As the content names it: `Man`, `Amazon Polly`, or a provider's own name. */
  voice: string;
  /** As the provider spells it: `en-GB`. */
  language: string;
}

/** The languages of each voice, the first of which speaks where none of them is the message's. */
type Voices = Readonly<Record<string, readonly string[]>>;

const TWILIO_CLASSIC = ['en', 'en-GB', 'es', 'fr', 'de'];
export const TWILIO_VOICES: Voices = {
  Man: TWILIO_CLASSIC,
  Woman: TWILIO_CLASSIC,
  Alice: [
    ...['en-US', 'da-DK', 'de-DE', 'en-AU', 'en-CA', 'en-GB', 'ca-ES', 'es-ES', 'es-MX'],
    ...['fi-FI', 'fr-FR', 'fr-CA', 'it-IT', 'ja-JP', 'ko-KR', 'nb-NO', 'nl-NL', 'pl-PL'],
    ...['pt-BR', 'pt-PT', 'ru-RU', 'sv-SE', 'zh-CN', 'zh-HK', 'zh-TW'],
  ],
  'Amazon Polly': ['cy-GB', 'ro-RO', 'is-IS', 'hi-IN', 'tr-TR'],
};

const SYNIVERSE_BOTH = [
  ...['en-US', 'en-GB', 'en-AU', 'es-ES', 'es-US', 'fr-FR', 'de-DE', 'it-IT', 'da-DK'],
  ...['is-IS', 'nl-NL', 'pl-PL', 'pt-BR', 'pt-PT', 'ru-RU', 'ja-JP'],
];
export const SYNIVERSE_VOICES: Voices = {
  Man: SYNIVERSE_BOTH,
  Woman: [
    ...SYNIVERSE_BOTH,
    ...['cmn-CN', 'cy-GB', 'en-IN', 'fr-CA', 'hi-IN', 'nb-NO', 'ro-RO', 'sv-SE', 'tr-TR'],
    ...['ko-KR', 'ar'],
  ],
};

/** Other names of languages that the providers speak; ISO 639-3 calls Mandarin `cmn`. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  zh: ['cmn'],
  cmn: ['zh'],
  no: ['nb'],
  yue: ['zh-hk'],
};

const tagOf = (locale: string) => locale.replaceAll('_', '-').toLowerCase();
const languageOf = (tag: string) => tag.split('-')[0] ?? '';

/** The one of these languages that comes next to it: the same, or at least the same but its region. */
function nearest(languages: readonly string[], locale: string): string | undefined {
  const tag = tagOf(locale);
  const others = SYNONYMS[languageOf(tag)] ?? [];
  const asked = [tag, ...others.map((other) => tag.replace(languageOf(tag), other)), ...others];
  return (
    languages.find((known) => asked.includes(known.toLowerCase())) ??
    languages.find((known) => asked.map(languageOf).includes(languageOf(known.toLowerCase())))
  );
}

/** The voice that speaks: the wanted one where it can, another one where only that can. */
export function speakerOf(voices: Voices, wanted: string | undefined, locale: string): Speaker {
  const first = Object.keys(voices)[0] ?? '';
  const voice =
    wanted === undefined
      ? first
      : Object.keys(voices).find((known) => known.toLowerCase() === wanted.toLowerCase());
  // A provider's own name: it knows which languages that speaks.
  if (voice === undefined) return { voice: wanted ?? first, language: locale.replaceAll('_', '-') };
  for (const name of new Set([voice, ...Object.keys(voices)])) {
    const language = nearest(voices[name] ?? [], locale);
    if (language !== undefined) return { voice: name, language };
  }
  return { voice, language: voices[voice]?.[0] ?? 'en' };
}
