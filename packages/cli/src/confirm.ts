/** Before something that can't be undone. */
import { type Call, type Options, UsageError } from './command.ts';
import { printable } from './printable.ts';
import { ask, yesOrNo } from './terminal-prompt.ts';

export const YES: Options = { yes: { type: 'boolean', what: 'do not ask first' } };

/** Throws where somebody says no, and `UsageError` where nobody can be asked. */
export async function confirm(call: Call, question: string): Promise<void> {
  if (call.has('yes')) return;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UsageError(`${call.command.name} needs --yes where nobody can be asked.`);
  }
  const never = new AbortController().signal;
  if (!(await ask(yesOrNo(printable(question)), never))) throw new Error('Nothing was done.');
}
