/**
 * `countersign authenticator …`: a device in a terminal, for demonstrations, scripts and tests. It
 * keeps its keys in a file that only its user reads.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileStorage } from '../../device/src/file-storage.ts';
import { Device, type PairingTarget } from '../../device/src/index.ts';
import { contextLines, listenFor, nameOf } from './authenticator-listen.ts';
import {
  accountOf,
  accountsOf,
  type Options,
  readOptions,
  USAGE,
  UsageError,
} from './authenticator-options.ts';
import { complain, say } from './printable.ts';
import { ask, Interrupted, yesOrNo } from './terminal-prompt.ts';

function openDevice({ file, application }: Options): Device {
  const path = file ?? join(homedir(), '.config', 'countersign', 'authenticator.json');
  return new Device({
    storage: fileStorage(path),
    ...(application === undefined ? {} : { application: { id: application } }),
    about: {
      os: { type: process.platform },
      model: { name: 'Terminal' },
      nativeName: 'countersign authenticator',
    },
  });
}

async function targetOf(
  device: Device,
  text: string,
  { server, environment }: Options,
): Promise<string | PairingTarget> {
  if (/^https?:/.test(text)) return text;
  if (server === undefined) throw new UsageError('A code alone needs --server.');
  const origin = server.replace(/\/+$/, '');
  if (environment === undefined) return device.find(origin, text);
  return { origin, environmentId: environment, code: text };
}

/** Resolves with the exit code; nothing: 0. */
type Command = (
  device: Device,
  operand: string | undefined,
  options: Options,
) => Promise<number | undefined>;

const pair: Command = async (device, text, options) => {
  if (text === undefined) throw new UsageError('What is to be paired?');
  const account = await device.pair(await targetOf(device, text, options));
  say(`Paired: ${nameOf(account)} (${account.id})`);
  return undefined;
};

const listAccounts: Command = async (device, _operand, options) => {
  for (const account of await accountsOf(device, options)) say(`${account.id}  ${nameOf(account)}`);
  return undefined;
};

const showPasscodes: Command = async (device, _operand, options) => {
  for (const account of await accountsOf(device, options)) {
    const { code, secondsLeft } = await account.passcode();
    say(`${code}  ${secondsLeft} s  ${nameOf(account)}`);
  }
  return undefined;
};

const remove: Command = async (device, id, options) => {
  const wanted = id ?? options.account;
  if (!wanted) throw new UsageError('Which account? See `accounts`.');
  const account = await accountOf(device, { ...options, account: wanted });
  await account.remove();
  say(`Removed: ${nameOf(account)}`);
  return undefined;
};

const signOn: Command = async (device, code, options) => {
  if (code === undefined) throw new UsageError('A code is needed.');
  const account = await accountOf(device, options);
  const scanned = await account.scan(code);
  let { status } = scanned;
  let isWanted = status === 'COMPLETED';
  if (!isWanted) {
    say(`Sign on as ${nameOf(account)}`, ...contextLines(scanned.clientContext));
    const never = new AbortController().signal;
    const approves =
      options.approve || (!options.deny && (await ask(yesOrNo('Sign on?'), never)) === true);
    status = await account.answerCode(scanned.id, approves ? 'APPROVE' : 'DENY');
    isWanted = status === (approves ? 'COMPLETED' : 'DENIED');
  }
  say(`${status}: ${nameOf(account)}`);
  return isWanted ? 0 : 1;
};

const COMMANDS: Readonly<Record<string, Command>> = {
  pair,
  accounts: listAccounts,
  passcode: showPasscodes,
  listen: (device, _operand, options) => listenFor(device, options),
  'sign-on': signOn,
  remove,
};

/** Runs a command and returns the exit code. */
export async function runAuthenticator(args: readonly string[]): Promise<number> {
  try {
    const { options, words } = readOptions(args);
    if (options.help) {
      process.stdout.write(USAGE);
      return 0;
    }
    const [name = '', operand] = words;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (!command) throw new UsageError('No such command.');
    return (await command(openDevice(options), operand, options)) ?? 0;
  } catch (error) {
    if (error instanceof Interrupted) return 130;
    complain(error);
    // `parseArgs` throws `TypeError` for an option that it doesn't know.
    const isUsage =
      error instanceof UsageError ||
      String((error as { code?: string }).code).startsWith('ERR_PARSE');
    if (isUsage) process.stderr.write(`\n${USAGE}`);
    return isUsage ? 2 : 1;
  }
}

if (import.meta.main) process.exitCode = await runAuthenticator(process.argv.slice(2));
