/** The texts of `countersign help`. Pure. */

import { didYouMean } from '../../server/src/config/did-you-mean.ts';
import {
  type Command,
  firstWords,
  groupOf,
  type Options,
  optionsOf,
  sectionsOf,
  UsageError,
  usageOf,
} from './command.ts';

export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, 'done'],
  [1, 'what was asked for did not succeed; standard error says why'],
  [2, 'wrong usage: nothing was done'],
  [130, 'Ctrl+C at a question'],
];

const PROGRAM = 'npx countersign';

/** Lines of two columns. */
function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.max(0, ...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`.trimEnd());
}

/** `-h, --help`; `--port N`. */
export function optionUsage(name: string, { short, value }: Options[string] & object): string {
  const words = `--${name}${value === undefined ? '' : ` ${value}`}`;
  return short === undefined ? words : `-${short}, ${words}`;
}

const withOperands = ({ name, operands = [] }: Command) => [name, ...operands].join(' ');

function listOf(commands: readonly Command[]): string[] {
  return columns(commands.map((command) => [withOperands(command), command.summary]));
}

function overview(commands: readonly Command[]): string[] {
  return [
    `Usage: ${PROGRAM} COMMAND [OPTIONS]`,
    '',
    ...sectionsOf(commands).flatMap(([title, own]) => [`${title}:`, ...listOf(own), '']),
    `${PROGRAM} help COMMAND tells more of one. Run it in the folder of the checkout: the package is`,
    'private, and elsewhere npx would look for another one of that name.',
    '',
    'Settings of the server are environment variables: docs/reference/settings.md',
    '',
    'Exit codes:',
    ...columns(EXIT_CODES.map(([code, meaning]) => [String(code), meaning])),
  ];
}

export function commandHelp(command: Command): string[] {
  const options = Object.entries(optionsOf(command)).map(
    ([name, option]) => [optionUsage(name, option), option.what] as const,
  );
  const { details } = command;
  return [
    `Usage: ${usageOf(command)} [OPTIONS]`,
    '',
    `${command.summary.replace(/^./, (letter) => letter.toUpperCase())}.`,
    ...(details === undefined ? [] : ['', ...details.split('\n')]),
    '',
    'Options:',
    ...columns(options),
    '',
    'Example:',
    `  ${PROGRAM} ${command.example}`,
  ];
}

/** What `help WORDS` shows. Throws `UsageError`. */
export function helpOn(commands: readonly Command[], words: readonly string[]): string[] {
  if (words.length === 0) return overview(commands);
  const name = words.join(' ');
  const command = commands.find((one) => one.name === name);
  if (command) return commandHelp(command);
  const group = groupOf(commands, name);
  if (group.length > 0) {
    return [
      `Usage: ${PROGRAM} ${name} COMMAND [OPTIONS]`,
      '',
      'Commands:',
      ...listOf(group),
      '',
      `${PROGRAM} help ${name} COMMAND tells more of one.`,
    ];
  }
  const known = [...commands.map((one) => one.name), ...firstWords(commands)];
  throw new UsageError(`no such command: ${name}.${didYouMean(name, known)}`);
}
