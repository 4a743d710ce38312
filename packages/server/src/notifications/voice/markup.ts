/**
 * What a content may say of how it is spoken: `<pause1sec>`, `<sayCharValue>…</sayCharValue>`,
 * `<repeatMessage val=n>…</repeatMessage>`; contract messages §11. Pure.
 */
import type { SpokenPart } from './spoken-part.ts';

const REPEATS_MAX = 10;
const TAG =
  /<pause1sec>|<saycharvalue>|<\/saycharvalue>|<repeatmessage\s+val\s?=\s?"?(\d{1,2})"?\s?>|<\/repeatmessage>/gi;
/** What begins a tag, as `<` before a blank or a digit doesn't. */
const BEGINS_TAG = /<[a-z/!]/i;

interface Open {
  tag: 'sayCharValue' | 'repeatMessage';
  repeat?: number;
  parts: SpokenPart[];
}

class Malformed extends Error {}

/** Takes the pieces in their order, and knows what is open. */
function makeReader() {
  const whole: SpokenPart[] = [];
  const open: Open[] = [];
  const inside = (tag: Open['tag']) => open.some((one) => one.tag === tag);
  const here = () => open.at(-1)?.parts ?? whole;
  return {
    text(text: string) {
      if (BEGINS_TAG.test(text)) throw new Malformed();
      if (text !== '') here().push(inside('sayCharValue') ? { spell: text } : { say: text });
    },
    pause() {
      if (inside('sayCharValue')) throw new Malformed();
      here().push({ pauseSeconds: 1 });
    },
    opens(tag: Open['tag'], repeat?: number) {
      if (inside('sayCharValue') || inside(tag)) throw new Malformed();
      if (repeat !== undefined && (repeat < 1 || repeat > REPEATS_MAX)) throw new Malformed();
      open.push({ tag, parts: [], ...(repeat === undefined ? {} : { repeat }) });
    },
    closes(tag: Open['tag']) {
      const closed = open.pop();
      if (closed?.tag !== tag) throw new Malformed();
      const { repeat, parts } = closed;
      here().push(...(repeat === undefined ? parts : [{ repeat, parts }]));
    },
    end() {
      if (open.length > 0) throw new Malformed();
      return whole;
    },
  };
}

/** The pieces of a content; undefined: its markup is malformed, not closed, or not known. */
export function parseVoice(content: string): SpokenPart[] | undefined {
  const reader = makeReader();
  let at = 0;
  try {
    for (const match of content.matchAll(TAG)) {
      reader.text(content.slice(at, match.index));
      at = match.index + match[0].length;
      const tag = match[0].toLowerCase();
      if (tag === '<pause1sec>') reader.pause();
      else if (tag === '<saycharvalue>') reader.opens('sayCharValue');
      else if (tag === '</saycharvalue>') reader.closes('sayCharValue');
      else if (tag === '</repeatmessage>') reader.closes('repeatMessage');
      else reader.opens('repeatMessage', Number(match[1]));
    }
    reader.text(content.slice(at));
    return reader.end();
  } catch (error) {
    if (error instanceof Malformed) return undefined;
    throw error;
  }
}

/** The same pieces with their texts filled: what is put in can't become markup. */
export function fillVoice(
  parts: readonly SpokenPart[],
  fill: (text: string) => string,
): SpokenPart[] {
  return parts.map((part) => {
    if ('say' in part) return { say: fill(part.say) };
    if ('spell' in part) return { spell: fill(part.spell) };
    return 'repeat' in part ? { ...part, parts: fillVoice(part.parts, fill) } : part;
  });
}

/** `123` as `1. 2. 3`: a voice reads it digit by digit, and with a pause after each. */
export const spelled = (code: string): string => [...code].join('. ');

/** What is spoken, as a text to read. */
export function spokenText(parts: readonly SpokenPart[]): string {
  return parts
    .map((part) => {
      if ('say' in part) return part.say;
      if ('spell' in part) return spelled(part.spell);
      if ('pauseSeconds' in part) return ', ';
      return Array.from({ length: part.repeat }, () => spokenText(part.parts)).join(' ');
    })
    .join('');
}
