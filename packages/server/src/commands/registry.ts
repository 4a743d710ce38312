/** THE list of commands; each is loaded when it is called. */
import { parseArgs } from 'node:util';
import type { Command } from './command.ts';

const JSON_OPTION = { type: 'boolean', what: 'write the result as JSON' } as const;

export const COMMANDS: readonly Command[] = [
  {
    name: 'serve',
    what: 'migrate, then serve (what npm start does)',
    options: {
      port: { type: 'string', what: 'port to listen on, instead of PORT' },
      host: { type: 'string', what: 'address to listen on, instead of HOST' },
    },
    load: () => import('./serve.ts'),
  },
  {
    name: 'migrate',
    what: "bring the database to this version's schema",
    options: { 'dry-run': { type: 'boolean', what: 'say what it would do; changes nothing' } },
    load: () => import('./migrate.ts'),
  },
  {
    name: 'bootstrap',
    what: 'make the first environment on an empty store',
    options: { json: JSON_OPTION },
    load: () => import('./bootstrap.ts'),
  },
  {
    name: 'doctor',
    what: 'look at all that goes wrong in practice; changes nothing',
    options: { json: JSON_OPTION },
    load: () => import('./doctor.ts'),
  },
  {
    name: 'backup',
    operand: 'FILE',
    what: 'write a consistent copy of the SQLite database to FILE',
    options: {
      force: { type: 'boolean', what: 'overwrite FILE' },
      json: JSON_OPTION,
    },
    load: () => import('./backup.ts'),
  },
  {
    name: 'restore',
    operand: 'FILE',
    what: 'put a backup in the place of the SQLite database; the server is stopped',
    load: () => import('./restore.ts'),
  },
  {
    name: 'keys rotate',
    what: 'give every environment a new data key and a new signing key',
    options: { revoke: { type: 'boolean', what: 'tokens that were signed before end at once' } },
    load: () => import('./keys-rotate.ts'),
  },
];

/** The usage text of one command, or of all. */
export function usageOf(commands: readonly Command[] = COMMANDS): string {
  const lines = commands.flatMap(({ name, operand = '', what, options = {} }) => [
    `  ${`${name} ${operand}`.padEnd(17)}${what}`,
    ...Object.entries(options).map(([option, { type, what: does }]) => {
      const form = type === 'string' ? `--${option} ${option.toUpperCase()}` : `--${option}`;
      return `    ${form.padEnd(15)}${does}`;
    }),
  ]);
  return `usage: countersign <command>\n\n${lines.join('\n')}\n\nSettings are environment variables: docs/reference/settings.md\n`;
}

/** A call that can't be understood; its message says why. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** The command that the words begin with, its operands and options. Throws `UsageError`. Pure. */
export function readCall(words: readonly string[]) {
  const command = COMMANDS.find(({ name }) =>
    name.split(' ').every((word, index) => words[index] === word),
  );
  if (!command) throw new UsageError(`There is no command "${words.join(' ')}".`);
  const args = words.slice(command.name.split(' ').length);
  if (args.includes('--help') || args.includes('-h')) return { command, help: true as const };
  try {
    const { values, positionals } = parseArgs({
      args,
      options: { ...command.options },
      allowPositionals: true,
    });
    const wanted = command.operand === undefined ? 0 : 1;
    if (positionals.length < wanted) {
      throw new UsageError(
        `Which ${command.operand}? countersign ${command.name} ${command.operand}`,
      );
    }
    if (positionals.length > wanted) {
      throw new UsageError(`"${command.name}" doesn't take "${positionals[wanted]}".`);
    }
    return { command, operands: positionals, options: values as Record<string, string | boolean> };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    // Of `parseArgs`; the rest of its text is about what nobody meant.
    throw new UsageError(`${command.name}: ${error.message.split('. ')[0]}.`);
  }
}
