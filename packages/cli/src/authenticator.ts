/**
 * `countersign authenticator …`: a device in a terminal, for demonstrations, scripts and tests. It
 * keeps its keys in a file that only its user reads.
 */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { fileStorage } from '../../device/src/file-storage.ts';
import {
  type Account,
  type AccountRequest,
  Device,
  DeviceError,
  type PairingTarget,
} from '../../device/src/index.ts';

const USAGE = `Usage: countersign authenticator COMMAND

Commands:
  pair LINK           add the account of a pairing key's \`uri\`
  pair CODE           the same by its code; needs --server and --environment
  accounts            list the accounts
  passcode            show the passcodes
  listen              wait for requests and answer them; asks, or answers by --approve, --deny
  sign-on CODE        sign on with an authentication code
  remove ACCOUNT      remove an account (its id, or how that begins)

Options:
  --file FILE         where the keys are (~/.config/countersign/authenticator.json)
  --server ORIGIN     https://mfa.example.com
  --environment ID
  --application ID    the native application; default: the one of the pairing key
  --approve, --deny   answer without asking
  --number N          the number to answer with
  --amr WORD          how the user was verified, as RFC 8176 names it
  --once              end after one request
`;

const OPTIONS = {
  file: { type: 'string' },
  server: { type: 'string' },
  environment: { type: 'string' },
  application: { type: 'string' },
  approve: { type: 'boolean' },
  deny: { type: 'boolean' },
  number: { type: 'string' },
  amr: { type: 'string' },
  once: { type: 'boolean' },
} as const;

type Options = ReturnType<
  typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>
>['values'];

const say = (text: string) => process.stdout.write(`${text}\n`);
const nameOf = ({ user, environment }: Account) => `${user.username} at ${environment.name}`;

class UsageError extends Error {}

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

function targetOf(text: string, { server, environment }: Options): string | PairingTarget {
  if (/^https?:/.test(text)) return text;
  if (server === undefined || environment === undefined) {
    throw new UsageError('A code alone needs --server and --environment.');
  }
  return { origin: server.replace(/\/+$/, ''), environmentId: environment, code: text };
}

async function pair(device: Device, text: string | undefined, options: Options): Promise<void> {
  if (text === undefined) throw new UsageError('What is to be paired?');
  const account = await device.pair(targetOf(text, options));
  say(`Paired: ${nameOf(account)} (${account.id})`);
}

/** Everything that is asked, as the server has signed it. */
function describe({ challenge, account }: AccountRequest): string {
  const { title, message, origin, clientContext, numbers } = challenge;
  return [
    '',
    `${title}  [${nameOf(account)}]`,
    message,
    `Asked at ${origin.time}${origin.address ? ` from ${origin.address}` : ''}`,
    ...(clientContext ? [`Context: ${JSON.stringify(clientContext)}`] : []),
    ...(numbers ? [`Numbers: ${numbers.join('  ')}`] : []),
  ].join('\n');
}

interface Decision {
  approve: boolean;
  number?: number;
}

async function ask({ challenge }: AccountRequest): Promise<Decision> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    const wantsNumber = challenge.kind === 'SELECT_NUMBER' || challenge.kind === 'ENTER_NUMBER';
    const question = wantsNumber
      ? 'The number that the page shows, or n to deny: '
      : 'Approve? [y/n] ';
    const answer = (await terminal.question(question)).trim().toLowerCase();
    if (wantsNumber && /^[0-9]{2}$/.test(answer)) return { approve: true, number: Number(answer) };
    return { approve: answer === 'y' || answer === 'yes' };
  } finally {
    terminal.close();
  }
}

async function decide(request: AccountRequest, options: Options): Promise<string> {
  const { approve, deny, number, amr } = options;
  const isSilent = request.challenge.kind === 'SILENT';
  const decision: Decision =
    approve || deny || isSilent
      ? { approve: isSilent || approve === true, ...(number ? { number: Number(number) } : {}) }
      : await ask(request);
  if (!decision.approve) return request.deny();
  return request.approve({
    ...(decision.number === undefined ? {} : { number: decision.number }),
    ...(amr === undefined ? {} : { amr }),
  });
}

/** Answers requests as they come, one after the other. */
async function listenFor(device: Device, options: Options): Promise<void> {
  if ((await device.accounts()).length === 0)
    throw new Error('There are no accounts yet: pair one.');
  const ended = Promise.withResolvers<void>();
  let last: Promise<unknown> = Promise.resolve();
  const listening = device.onRequest(
    (request) => {
      last = last.then(async () => {
        say(describe(request));
        try {
          say(`→ ${await decide(request, options)}`);
        } catch (error) {
          say(`→ ${error instanceof Error ? error.message : String(error)}`);
        }
        if (options.once) ended.resolve();
      });
    },
    { onError: (error) => process.stderr.write(`${String(error)}\n`) },
  );
  await listening.ready;
  say('Waiting for requests; Ctrl+C ends.');
  process.once('SIGINT', () => ended.resolve());
  process.once('SIGTERM', () => ended.resolve());
  await ended.promise;
  listening.close();
}

async function showPasscodes(device: Device): Promise<void> {
  for (const account of await device.accounts()) {
    const { code, secondsLeft } = await account.passcode();
    say(`${code}  ${secondsLeft} s  ${nameOf(account)}`);
  }
}

async function remove(device: Device, id: string | undefined): Promise<void> {
  const found = (await device.accounts()).filter((account) => id && account.id.startsWith(id));
  const [account] = found;
  if (!account || found.length > 1) throw new UsageError('Which account? See `accounts`.');
  await account.remove();
  say(`Removed: ${nameOf(account)}`);
}

async function signOn(device: Device, code: string | undefined): Promise<void> {
  const [account] = await device.accounts();
  if (!account || code === undefined) throw new UsageError('An account and a code are needed.');
  const scanned = await account.scan(code);
  const status =
    scanned.status === 'COMPLETED'
      ? scanned.status
      : await account.answerCode(scanned.id, 'APPROVE');
  say(`${status}: ${nameOf(account)}`);
}

/** Runs a command and returns the exit code. */
export async function runAuthenticator(args: readonly string[]): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: OPTIONS,
      allowPositionals: true,
    });
    const [command, operand] = positionals;
    const device = openDevice(values);
    if (command === 'pair') await pair(device, operand, values);
    else if (command === 'accounts') {
      for (const account of await device.accounts()) say(`${account.id}  ${nameOf(account)}`);
    } else if (command === 'passcode') await showPasscodes(device);
    else if (command === 'listen') await listenFor(device, values);
    else if (command === 'sign-on') await signOn(device, operand);
    else if (command === 'remove') await remove(device, operand);
    else throw new UsageError('No such command.');
    return 0;
  } catch (error) {
    if (error instanceof DeviceError) {
      process.stderr.write(`countersign: ${error.code}: ${error.message}\n`);
      return 1;
    }
    const isUsage = error instanceof UsageError || error instanceof TypeError;
    process.stderr.write(
      `countersign: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    if (isUsage) process.stderr.write(`\n${USAGE}`);
    return isUsage ? 2 : 1;
  }
}

if (import.meta.main) process.exitCode = await runAuthenticator(process.argv.slice(2));
