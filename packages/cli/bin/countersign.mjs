#!/usr/bin/env node
/**
 * `npx countersign COMMAND`: hands the command to the server's own program, run by the pinned
 * Node.js. Plain JavaScript, because npx runs it with the Node.js of the machine.
 */
import { fileURLToPath } from 'node:url';
import { become, ensureInstalled, pinnedNode } from '../../../tools/installed.mjs';

const COMMANDS = [
  ['serve', 'start the server (migrates first); `npm start` does the same'],
  ['migrate', 'bring the database to this version and stop'],
  ['doctor', 'check settings, keys and database, and say what is wrong'],
  ['bootstrap', 'make the first environment and application on an empty store'],
  ['backup FILE', 'write a consistent copy of the SQLite database to FILE'],
  ['restore FILE', 'put a backup in the place of the SQLite database; the server is stopped'],
  ['keys rotate', 'give every environment a new data key and a new signing key'],
  ['authenticator', 'a phone in the terminal: pair, approve, passcodes; has commands of its own'],
];

const USAGE = `Usage: countersign COMMAND

Commands:
${COMMANDS.map(([name, what]) => `  ${name.padEnd(14)}${what}`).join('\n')}

Options:
  -h, --help    show this text

Settings are environment variables: docs/reference/settings.md
`;

/** Whether the words are this command: as they stand, with its operands. Options are the server's. */
function matches(command, given) {
  const words = command.split(' ');
  const args = given.filter((word) => !word.startsWith('--'));
  return (
    words.length === args.length &&
    words.every((word, index) =>
      word === word.toUpperCase() ? !args[index].startsWith('-') : word === args[index],
    )
  );
}

const args = process.argv.slice(2);
const [first, ...rest] = args;

if (first === 'authenticator') {
  await ensureInstalled();
  const program = fileURLToPath(new URL('../src/authenticator.ts', import.meta.url));
  await become(pinnedNode(), [program, ...rest]);
} else if (args.includes('--help') || args.includes('-h')) {
  process.stdout.write(USAGE);
} else if (!COMMANDS.some(([command]) => matches(command, args))) {
  if (args.length > 0) process.stderr.write(`countersign: no such command: ${args.join(' ')}\n\n`);
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  await ensureInstalled();
  const main = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url));
  await become(pinnedNode(), [main, ...args]);
}
