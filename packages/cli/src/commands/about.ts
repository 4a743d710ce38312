/** `countersign help`, `version` and `completion`: what the program says of itself. */
import { readFileSync } from 'node:fs';
import type { Command } from '../command.ts';
import { completionScript } from '../completion.ts';
import { helpOn } from '../help-text.ts';
import { say } from '../printable.ts';

const PACKAGE = new URL('../../package.json', import.meta.url);

export const ABOUT: readonly Command[] = [
  {
    name: 'help',
    operands: ['[COMMAND]', '[COMMAND]'],
    summary: 'list the commands, or tell of one: its options, an example',
    example: 'help users create',
    async run(call) {
      const command = call.commands.find(({ name }) => name === call.operands[0]);
      // It knows its own help.
      if (command?.reads) return command.run({ ...call, args: ['--help'] });
      say(...helpOn(call.commands, call.operands));
    },
  },
  {
    name: 'version',
    summary: 'print the version',
    example: 'version',
    run() {
      say(JSON.parse(readFileSync(PACKAGE, 'utf8')).version);
    },
  },
  {
    name: 'completion',
    operands: ['bash|zsh|fish'],
    summary: 'print a script by which the shell completes commands and options',
    details:
      'It completes the word `countersign`; where there is none on the PATH, make one first:\n' +
      "alias countersign='npx countersign'",
    example: 'completion bash >> ~/.bashrc',
    run({ commands, operands }) {
      process.stdout.write(completionScript(operands[0] ?? '', commands));
    },
  },
];
