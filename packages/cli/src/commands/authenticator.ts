/** `countersign authenticator …` reads its arguments itself. */
import { OPTION_NAMES, WORDS } from '../authenticator-options.ts';
import type { Command } from '../command.ts';

export const AUTHENTICATOR: Command = {
  name: 'authenticator',
  summary: 'a phone in the terminal: pair, approve, passcodes; has commands of its own',
  example: 'authenticator --help',
  reads: { words: WORDS, options: OPTION_NAMES },
  async run({ args }) {
    const { runAuthenticator } = await import('../authenticator.ts');
    process.exitCode = await runAuthenticator(args);
  },
};
