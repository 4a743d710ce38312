/** Words of a closed list, in any case; contract messages, "Naming traps". */
import { Type } from 'typebox';
import { invalidData } from '../../errors/api-error.ts';

const WORD_LENGTH_MAX = 64;

/** Is looked at by `spelled`: its spelling is put right, which a schema can't. */
export const anyCase = (words: readonly string[]) =>
  Type.String({
    minLength: 1,
    maxLength: WORD_LENGTH_MAX,
    description: `One of ${words.map((word) => `\`${word}\``).join(', ')}.`,
  });

/** The word as answers spell it. Throws `INVALID_VALUE` for another one. */
export function spelled<const Word extends string>(
  text: string,
  words: readonly Word[],
  target: string,
): Word {
  const word = words.find((one) => one.toLowerCase() === text.toLowerCase());
  if (word === undefined) {
    throw invalidData('INVALID_VALUE', target, { innerError: { allowedValues: words } });
  }
  return word;
}
