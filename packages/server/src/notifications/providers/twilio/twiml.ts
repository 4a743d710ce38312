/** What a call by Twilio says, as TwiML: `<Say>` and `<Pause>`; contract messages §11. Pure. */
import { type SpokenPart, spelledOut, unrolled } from '../../voice/spoken-part.ts';
import { speakerOf, TWILIO_VOICES } from '../../voice/voices.ts';

/** Twilio's bound of the parameter `Twiml`. */
const LENGTH_MAX = 4_000;

/** Twilio has one of Amazon Polly's voices for each of these. */
const POLLY: Readonly<Record<string, string>> = {
  'cy-GB': 'Polly.Gwyneth',
  'ro-RO': 'Polly.Carmen',
  'is-IS': 'Polly.Dora',
  'hi-IN': 'Polly.Aditi',
  'tr-TR': 'Polly.Filiz',
};
const OWN_NAMES: Readonly<Record<string, string>> = { Man: 'man', Woman: 'woman', Alice: 'alice' };

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
/** XML 1.0 §2.2 knows no control characters but white space, not even escaped. */
const escapeXml = (text: string) =>
  text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\P{Cc}]/gu, ' ')
    .replaceAll(/[&<>"]/g, (character) => ESCAPES[character] ?? '');

function documentOf(parts: readonly SpokenPart[], attributes: string, times?: number): string {
  const elements: string[] = [];
  let text = '';
  const say = () => {
    if (text.trim() !== '') elements.push(`<Say${attributes}>${escapeXml(text.trim())}</Say>`);
    text = '';
  };
  for (const part of unrolled(parts, times)) {
    if ('pauseSeconds' in part) {
      say();
      elements.push(`<Pause length="${part.pauseSeconds}"/>`);
    } else {
      text += 'say' in part ? part.say : spelledOut(part.spell);
    }
  }
  say();
  return `<Response>${elements.join('')}</Response>`;
}

/** With fewer repeats than were asked for where all of them would be too long. */
export function twimlOf(
  parts: readonly SpokenPart[],
  { voice, locale }: { voice?: string | undefined; locale: string },
): string {
  const speaker = speakerOf(TWILIO_VOICES, voice, locale);
  const name =
    speaker.voice === 'Amazon Polly'
      ? POLLY[speaker.language]
      : (OWN_NAMES[speaker.voice] ?? speaker.voice);
  const attributes = ` voice="${escapeXml(name ?? '')}" language="${escapeXml(speaker.language)}"`;
  for (let times = 10; times > 1; times--) {
    const document = documentOf(parts, attributes, times);
    if (document.length <= LENGTH_MAX) return document;
  }
  return documentOf(parts, attributes, 1);
}

/** Half a second each: four for the two seconds of a comma; the first extension waits as long. */
const WAIT = 'wwww';

/** The keys to press once the call is answered; contract messages §11. */
export const digitsOf = (extension: string): string =>
  `${WAIT}${extension.replaceAll(',', WAIT).replaceAll(/[^0-9#*w]/g, '')}`;
