/** The word that was probably meant: of settings, their values, and the command line. Pure. */

/** How many letters must be put in, taken out, changed or swapped to make one word of the other. */
function distance(one: string, other: string): number {
  const rows = [Array.from({ length: other.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let j = 1; j <= other.length; j++) {
      const at = (up: number, left: number) => rows[i - up]?.[j - left] ?? 0;
      const isSame = one[i - 1] === other[j - 1];
      const isSwapped =
        i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1];
      const left = row[j - 1] ?? 0;
      row[j] = Math.min(at(1, 0) + 1, left + 1, at(1, 1) + (isSame ? 0 : 1));
      if (isSwapped) row[j] = Math.min(row[j] ?? 0, at(2, 2) + 1);
    }
    rows[i] = row;
  }
  return rows[one.length]?.[other.length] ?? 0;
}

// Longer than every command and setting; a paste by mistake costs no time.
const LENGTH_MAX = 60;
const WRONG_MAX = 3;
/** So many letters are a beginning that says which word is meant: `prod`. */
const BEGINNING_MIN = 3;

/** One letter in three may be wrong, and three in all. */
const wrongMax = (word: string) => Math.min(WRONG_MAX, Math.max(1, Math.floor(word.length / 3)));

/** ` Did you mean X?`, or nothing where no candidate is near. */
export function didYouMean(typed: string, candidates: readonly string[]): string {
  if (typed.length > LENGTH_MAX) return '';
  const given = typed.toLowerCase();
  const [nearest] = candidates
    .map((word) => {
      const known = word.toLowerCase();
      const isBeginning = given.length >= BEGINNING_MIN && known.startsWith(given);
      return { word, wrong: isBeginning ? 0 : distance(given, known) };
    })
    .filter(({ word, wrong }) => wrong <= wrongMax(word))
    .sort((a, b) => a.wrong - b.wrong);
  return nearest ? ` Did you mean ${nearest.word}?` : '';
}
