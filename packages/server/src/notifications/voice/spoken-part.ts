/** A piece of what is spoken, in order; contract messages §11. */
export type SpokenPart =
  | { say: string }
  /** Character by character, each by its name. */
  | { spell: string }
  | { pauseSeconds: number }
  /** So many times in all. */
  | { repeat: number; parts: readonly SpokenPart[] };

/** Characters whose names a voice doesn't say by itself. */
const NAMES: Readonly<Record<string, string>> = { '.': 'dot', '@': 'at' };

/** The characters one by one: a full stop has a voice read `123` as digits, with a pause after each. */
export const spelledOut = (text: string): string =>
  [...text]
    .filter((character) => character.trim() !== '')
    .map((character) => NAMES[character] ?? character)
    .join('. ');

/** Between what is said twice. */
const BREATH = { say: ', ' };

/** The same without repeats: each said as often as it is to be, or `times` at the most. */
export function unrolled(
  parts: readonly SpokenPart[],
  times = Number.POSITIVE_INFINITY,
): Exclude<SpokenPart, { repeat: number }>[] {
  return parts.flatMap((part) => {
    if (!('repeat' in part)) return [part];
    const once = unrolled(part.parts, times);
    return Array.from({ length: Math.min(part.repeat, times) }, (_, said) =>
      said === 0 ? once : [BREATH, ...once],
    ).flat();
  });
}
