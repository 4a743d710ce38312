/** Delivery methods: whatever the case they come in, an answer spells them in one way. */
import { invalidData } from '../../errors/api-error.ts';
import { spelled } from '../../notifications/providers/words.ts';

export { spelled };

/** As `spelled`, of a list, each word once. */
export function spelledOnce<const Word extends string>(
  values: readonly string[],
  words: readonly Word[],
  target: string,
): Word[] {
  const spelling = values.map((value, index) => spelled(value, words, `${target}[${index}]`));
  const twice = spelling.findIndex((word, index) => spelling.indexOf(word) < index);
  if (twice < 0) return spelling;
  throw invalidData('INVALID_VALUE', `${target}[${twice}]`, {
    message: 'The delivery method is named twice.',
  });
}
