import { useLanguage } from '../../../packages/ui/src/language.tsx';
import { Problem } from '../../../packages/ui/src/problem.tsx';
import type { Refusal } from './interaction.ts';
import { problemWords } from './problem-words.ts';

/** The words of what was refused; undefined where nothing was. */
export function useRefusalWords(refusal: Refusal | undefined): string | undefined {
  const { say, language } = useLanguage();
  return refusal && problemWords(refusal, say, language, Date.now());
}

export function Refused({ refusal }: { refusal: Refusal | undefined }) {
  const words = useRefusalWords(refusal);
  return words === undefined ? null : <Problem>{words}</Problem>;
}
