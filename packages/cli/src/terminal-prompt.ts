/** Asks in a terminal; a question that isn't to be answered any more ends by itself. */
import { createInterface } from 'node:readline/promises';
import { say } from './printable.ts';

/** The user has pressed Ctrl+C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** There is nobody to answer: the input has ended. */
export class NoInput extends Error {
  override readonly name = 'NoInput';
}

export interface Question<Answer> {
  text: string;
  /** Undefined: that is no answer. */
  read(typed: string): Answer | undefined;
  /** What to say then. */
  hint: string;
}

/**
 * Asks until there is an answer; undefined: the signal was aborted before. Throws `Interrupted` and
 * `NoInput`.
 */
export async function ask<Answer>(
  { text, read, hint }: Question<Answer>,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const ending = new AbortController();
  const end = (reason?: Error) => ending.abort(reason);
  const over = () => end();
  signal.addEventListener('abort', over);
  if (signal.aborted) over();
  terminal.on('SIGINT', () => end(new Interrupted('Interrupted.')));
  terminal.on('close', () => end(new NoInput('There is no input to answer from.')));
  try {
    for (;;) {
      const typed = await terminal.question(text, { signal: ending.signal });
      const answer = read(typed.trim().toLowerCase());
      if (answer !== undefined) return answer;
      say(hint);
    }
  } catch (error) {
    const { reason } = ending.signal;
    if (reason instanceof Interrupted || reason instanceof NoInput) throw reason;
    if (!signal.aborted) throw error;
    process.stdout.write('\n');
    return undefined;
  } finally {
    signal.removeEventListener('abort', over);
    terminal.close();
  }
}

const YES_OR_NO: Record<string, boolean> = { y: true, yes: true, n: false, no: false };

export const yesOrNo = (text: string): Question<boolean> => ({
  text: `${text} [y/n] `,
  read: (typed) => YES_OR_NO[typed],
  hint: 'Type y or n.',
});

/** The number that another screen shows; `false`: the user denies. */
export const NUMBER: Question<number | false> = {
  text: 'The number that the page shows, or n to deny: ',
  read(typed) {
    if (YES_OR_NO[typed] === false) return false;
    const digits = typed.replaceAll(/\s/g, '');
    return /^[0-9]{2}$/.test(digits) ? Number(digits) : undefined;
  },
  hint: 'Type the two digits, or n.',
};
