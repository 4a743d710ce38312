/** What a command is: data, of which the parser, the help, the completion and the reference are made. */

import type {
  Option as PlainOption,
  Command as ServerCommand,
} from '../../server/src/commands/command.ts';

export { choicesOf } from '../../server/src/commands/registry.ts';

export interface Option extends PlainOption {
  /** One letter: `h` for `-h`. */
  short?: string;
}

export type Options = Readonly<Record<string, Option>>;

/** A command as it was called. */
export interface Call {
  command: Command;
  /** Every command there is, for those that tell about the others. */
  commands: readonly Command[];
  /** In the order of `command.operands`; what may be left out may be missing. */
  operands: readonly string[];
  /** The arguments after the command's words, as they were typed. */
  args: readonly string[];
  /** The value of an option. */
  text(name: string): string | undefined;
  /** Whether an option without value was given. */
  has(name: string): boolean;
}

/** Beside what it shares with the server's: an operand in brackets may be left out, `[DEVICE]`. */
export interface Command extends Omit<ServerCommand, 'options' | 'load'> {
  options?: Options;
  /** The heading that it stands under; `table.ts` sets it. */
  section?: string;
  /** It reads its arguments itself; these are its words and options, for completion. */
  reads?: { words: readonly string[]; options: readonly string[] };
  /** Throws where it didn't succeed. */
  run(call: Call): Promise<void> | void;
}

/** The arguments don't make sense: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const HELP: Options = { help: { type: 'boolean', short: 'h', what: 'show this text' } };

export const JSON_OPTION: Options = { json: { type: 'boolean', what: 'print JSON' } };

/** All options of a command. Pure. */
export const optionsOf = ({ options = {} }: Command): Options => ({ ...options, ...HELP });

/** `countersign users show USER`. Pure. */
export const usageOf = ({ name, operands = [] }: Command): string =>
  ['countersign', name, ...operands].join(' ');

/** The commands that begin with this word and have a second one. Pure. */
export const groupOf = (commands: readonly Command[], word: string): Command[] =>
  commands.filter(({ name }) => name.startsWith(`${word} `));

/** The first words of the commands, each once. Pure. */
export const firstWords = (commands: readonly Command[]): string[] => [
  ...new Set(commands.map(({ name }) => name.split(' ')[0] ?? name)),
];

/** The headings with their commands, in order. Pure. */
export const sectionsOf = (commands: readonly Command[]): [string, Command[]][] => [
  ...Map.groupBy(commands, ({ section = '' }) => section),
];
