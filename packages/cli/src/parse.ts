/** From what was typed to a command and its arguments. Pure; throws `UsageError`. */
import { parseArgs } from 'node:util';
import { didYouMean } from '../../server/src/config/did-you-mean.ts';
import {
  type Call,
  type Command,
  choicesOf,
  firstWords,
  groupOf,
  type Options,
  optionsOf,
  UsageError,
  usageOf,
} from './command.ts';

const HELP_OPTIONS = ['--help', '-h'];
const VERSION_OPTIONS = ['--version', '-V'];

function unknownCommand(commands: readonly Command[], words: readonly string[]): UsageError {
  const [first = ''] = words;
  const group = groupOf(commands, first);
  const names = commands.map(({ name }) => name);
  const typed = words.slice(0, 2).join(' ');
  const hint = didYouMean(typed, names);
  if (group.length === 0) {
    const near = hint || didYouMean(first, firstWords(commands));
    return new UsageError(`no such command: ${first}.${near}`);
  }
  const seconds = group.map(({ name }) => name.slice(first.length + 1)).join(', ');
  return words.length < 2
    ? new UsageError(`${first} needs a command: ${seconds}`)
    : new UsageError(`no such command: ${typed}.${hint || ` ${first} has: ${seconds}`}`);
}

/** The command that the arguments begin with, and the rest. */
function findCommand(commands: readonly Command[], args: readonly string[]) {
  for (const count of [2, 1]) {
    const name = args.slice(0, count).join(' ');
    const command = commands.find((one) => one.name === name);
    if (command) return { command, rest: args.slice(count) };
  }
  const firstOption = args.findIndex((arg) => arg.startsWith('-'));
  throw unknownCommand(commands, firstOption === -1 ? args : args.slice(0, firstOption));
}

function checkOperands(command: Command, given: readonly string[]): void {
  const { name, operands = [] } = command;
  const missing = operands[given.length];
  if (missing !== undefined && !missing.startsWith('[')) {
    const article = /^[AEIO]/.test(missing) ? 'an' : 'a';
    const what = choicesOf(missing)?.join(' or ') ?? `${article} ${missing}`;
    throw new UsageError(`${name} needs ${what}: ${usageOf(command)}`);
  }
  const [more] = given.slice(operands.length);
  if (more !== undefined) {
    throw new UsageError(`${name} doesn't take "${more}": ${usageOf(command)}`);
  }
  for (const [index, operand] of operands.entries()) {
    const choices = choicesOf(operand);
    const value = given[index];
    if (!choices || value === undefined || choices.includes(value)) continue;
    const hint = didYouMean(value, choices);
    throw new UsageError(`${name} takes ${choices.join(' or ')}, not "${value}".${hint}`);
  }
}

type Values = Map<string, string | true>;

function readArguments(command: Command, args: readonly string[]) {
  const options: Options = optionsOf(command);
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(options).map(([name, { type, short }]) => [
        name,
        { type, ...(short === undefined ? {} : { short }) },
      ]),
    ),
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const values: Values = new Map();
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') operands.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value } = token;
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (!option) {
      const known = Object.keys(options).map((one) => `--${one}`);
      throw new UsageError(
        `${command.name} has no option ${rawName}.${didYouMean(rawName, known) || ` It has ${known.join(', ')}.`}`,
      );
    }
    if (option.type === 'boolean' && value !== undefined) {
      throw new UsageError(`${rawName} takes no value.`);
    }
    // `--url --json`: the value was forgotten. One that begins with a dash is written `--url=-x`.
    const isForgotten = value === undefined || (!token.inlineValue && value.startsWith('-'));
    if (option.type === 'string' && isForgotten) {
      throw new UsageError(`${rawName} needs a value: ${rawName} ${option.value}`);
    }
    const choices = choicesOf(option.value);
    if (choices && !choices.includes(value ?? '')) {
      throw new UsageError(`${rawName} is one of ${choices.join(', ')}, not "${value}".`);
    }
    values.set(name, value ?? true);
  }
  return { operands, values };
}

/** `help`, `--help`, `version` and `--version` are commands like any other. */
function plain(commands: readonly Command[], args: readonly string[]): readonly string[] {
  const [first = ''] = args;
  if (VERSION_OPTIONS.includes(first)) return ['version'];
  if (HELP_OPTIONS.includes(first)) return ['help', ...args.slice(1)];
  // `users --help`, which is no command yet. A command's own --help is found by its options.
  if (
    args.length === 2 &&
    HELP_OPTIONS.includes(args[1] ?? '') &&
    groupOf(commands, first).length
  ) {
    return ['help', first];
  }
  return args;
}

/** What to run. */
export function parse(commands: readonly Command[], typed: readonly string[]): Call {
  const args = plain(commands, typed);
  const [first] = args;
  if (first === undefined) {
    throw new UsageError('which command? `countersign help` lists them.');
  }
  if (first.startsWith('-')) {
    throw new UsageError(
      `${first} stands at no command; options come after it: countersign COMMAND [OPTIONS]`,
    );
  }
  const { command, rest } = findCommand(commands, args);
  const call = (operands: readonly string[], values: Values): Call => ({
    command,
    commands,
    operands,
    args: rest,
    text(name) {
      const value = values.get(name);
      return value === true ? undefined : value;
    },
    has: (name) => values.has(name),
  });
  if (command.reads) return call([], new Map());
  const { operands, values } = readArguments(command, rest);
  if (values.has('help')) return parse(commands, ['help', ...command.name.split(' ')]);
  checkOperands(command, operands);
  return call(operands, values);
}
