/** Sentences of a catalogue, with their values filled in. Pure. */
import type { en } from './words/en.ts';

export type Plural = { other: string } & { [rule in Intl.LDMLPluralRule]?: string };
export type Words = {
  readonly [key in keyof typeof en]: (typeof en)[key] extends string ? string : Plural;
};
export type WordKey = keyof Words;
/** `n` chooses among the forms of a plural. */
export type Values = Readonly<Record<string, string | number>>;
export type Say = (key: WordKey, values?: Values) => string;

// A name from left to right stays whole in a sentence from right to left, and the other way round.
const isolated = (value: string) => `\u2068${value}\u2069`;

export function sayIn(language: string, words: Words): Say {
  const numbers = new Intl.NumberFormat(language);
  const rules = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const entry = words[key];
    const text =
      typeof entry === 'string'
        ? entry
        : (entry[rules.select(Number(values.n ?? 0))] ?? entry.other);
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
      const value = values[name];
      if (value === undefined) return whole;
      return typeof value === 'number' ? numbers.format(value) : isolated(value);
    });
  };
}
