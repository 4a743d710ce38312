/**
 * THE list of the server's commands: each is loaded when it is called. `countersign` makes its help,
 * its completion and its reference of it.
 */
import { parseArgs } from 'node:util';
import type { Command } from './command.ts';

const JSON_OPTION = { json: { type: 'boolean', what: 'print JSON' } } as const;

export const COMMANDS: readonly Command[] = [
  {
    name: 'serve',
    summary: 'start the server; migrates first',
    details: '`npm start` does the same, after it has installed and built what is missing.',
    options: {
      port: { type: 'string', value: 'N', what: 'port to listen on; else PORT, or 4110' },
      host: {
        type: 'string',
        value: 'ADDRESS',
        what: 'address to listen on; else HOST, or 127.0.0.1',
      },
    },
    example: 'serve --port 4613',
    load: () => import('./serve.ts'),
  },
  {
    name: 'migrate',
    summary: 'bring the database to the schema of this version, and stop',
    options: { 'dry-run': { type: 'boolean', what: 'say what it would do, and change nothing' } },
    example: 'migrate',
    load: () => import('./migrate.ts'),
  },
  {
    name: 'doctor',
    summary: 'look at all that goes wrong in practice; changes nothing',
    options: JSON_OPTION,
    example: 'doctor',
    load: () => import('./doctor.ts'),
  },
  {
    name: 'bootstrap',
    summary: 'make the first environment and its worker application on an empty store',
    options: JSON_OPTION,
    example: 'bootstrap',
    load: () => import('./bootstrap.ts'),
  },
  {
    name: 'backup',
    operands: ['FILE'],
    summary: 'write a consistent copy of the SQLite database to FILE, while the server runs',
    options: {
      force: { type: 'boolean', what: 'overwrite FILE where it exists' },
      ...JSON_OPTION,
    },
    example: 'backup /var/backups/countersign.sqlite',
    load: () => import('./backup.ts'),
  },
  {
    name: 'restore',
    operands: ['FILE'],
    summary: 'put a copy in the place of the SQLite database; the server must be stopped',
    example: 'restore /var/backups/countersign.sqlite',
    load: () => import('./restore.ts'),
  },
  {
    name: 'keys rotate',
    summary: 'give every environment a new data key and a new signing key',
    options: {
      revoke: {
        type: 'boolean',
        what: 'end the tokens that the old signing keys have signed, too',
      },
    },
    example: 'keys rotate',
    load: () => import('./keys-rotate.ts'),
  },
  {
    name: 'link',
    operands: ['USER', 'passkey|phone'],
    summary: 'print the address of a page by which a user adds a passkey or a phone',
    details:
      'USER is an id, a user name or an e-mail address. Whoever opens the address within a quarter of ' +
      'an hour can add one to them: hand it to nobody else.',
    options: {
      policy: {
        type: 'string',
        value: 'POLICY',
        what: 'the policy to add it under, by id or name; else the default one',
      },
      environment: {
        type: 'string',
        value: 'ID',
        what: 'where the user is; else ENVIRONMENT_ID, or that of the first run',
      },
      url: {
        type: 'string',
        value: 'URL',
        what: 'the server; else COUNTERSIGN_PUBLIC_URL, or as the first run wrote it down',
      },
      ...JSON_OPTION,
    },
    example: 'link kaisa@shop.example phone',
    load: () => import('./link.ts'),
  },
];

/** The words that an operand is confined to; undefined: it is free. Pure. */
export const choicesOf = (name: string | undefined): string[] | undefined =>
  name && /^\[?[a-z]/.test(name) ? name.replace(/^\[|\]$/g, '').split('|') : undefined;

/** The usage text of one command, or of all. */
export function usageOf(commands: readonly Command[] = COMMANDS): string {
  const lines = commands.flatMap(({ name, operands = [], summary, options = {} }) => [
    `  ${[name, ...operands].join(' ').padEnd(26)}${summary}`,
    ...Object.entries(options).map(
      ([option, { value, what }]) =>
        `    ${`--${option}${value === undefined ? '' : ` ${value}`}`.padEnd(24)}${what}`,
    ),
  ]);
  return `usage: countersign <command>\n\n${lines.join('\n')}\n\nSettings are environment variables: docs/reference/settings.md\n`;
}

/** A call that can't be understood; its message says why. */
export class UsageError extends Error {
  override name = 'UsageError';
}

function refuseOperands({ name, operands = [] }: Command, given: readonly string[]): void {
  const usage = ['countersign', name, ...operands].join(' ');
  const missing = operands[given.length];
  if (missing !== undefined) throw new UsageError(`Which ${missing}? ${usage}`);
  if (given.length > operands.length) {
    throw new UsageError(`"${name}" doesn't take "${given[operands.length]}".`);
  }
  for (const [index, value] of given.entries()) {
    const choices = choicesOf(operands[index]);
    if (choices?.includes(value) === false) {
      throw new UsageError(`"${name}" takes ${choices.join(' or ')}, not "${value}".`);
    }
  }
}

/**
 * The command that the words begin with, its operands and options, for those who start the server's
 * own program: units of services. Throws `UsageError`. Pure.
 */
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
    refuseOperands(command, positionals);
    return { command, operands: positionals, options: values as Record<string, string | boolean> };
  } catch (error) {
    if (error instanceof UsageError || !(error instanceof TypeError)) throw error;
    // Of `parseArgs`; the rest of its text is about what nobody meant.
    throw new UsageError(`${command.name}: ${error.message.split('. ')[0]}.`);
  }
}
