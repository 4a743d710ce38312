/** What `countersign authenticator` can be told. */
import { parseArgs } from 'node:util';
import type { Account, Device } from '../../device/src/index.ts';

export const USAGE = `Usage: countersign authenticator COMMAND

Commands:
  pair LINK           add the account of a pairing key's \`uri\`
  pair CODE           the same by its code; needs --server, and --environment where it has many
  accounts            list the accounts
  passcode            show the passcodes
  listen              wait for requests and answer them; asks, or answers by --approve, --deny
  sign-on CODE        sign on with an authentication code; asks, or answers by --approve, --deny
  remove ACCOUNT      remove an account (its id, or how that begins)

Options:
  --file FILE         where the keys are (~/.config/countersign/authenticator.json)
  --server ORIGIN     https://mfa.example.com
  --environment ID
  --application ID    the native application; default: the one of the pairing key
  --account ACCOUNT   this one only (its id, or how that begins)
  --approve, --deny   answer without asking
  --number N          the number to answer with: two digits
  --amr WORD          how the user was verified, as RFC 8176 names it
  --once              end after one request
  -h, --help          show this text

Exit code: 0; 1 what was asked for did not succeed; 2 wrong usage; 130 Ctrl+C at a question.
`;

const OPTIONS = {
  file: { type: 'string' },
  server: { type: 'string' },
  environment: { type: 'string' },
  application: { type: 'string' },
  account: { type: 'string' },
  approve: { type: 'boolean' },
  deny: { type: 'boolean' },
  number: { type: 'string' },
  amr: { type: 'string' },
  once: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** For completion. */
export const WORDS = ['pair', 'accounts', 'passcode', 'listen', 'sign-on', 'remove'];
export const OPTION_NAMES = Object.keys(OPTIONS);

export type Options = ReturnType<
  typeof parseArgs<{ options: typeof OPTIONS; allowPositionals: true }>
>['values'];

export class UsageError extends Error {}

/** Throws `UsageError`, and the `TypeError` of `parseArgs`. */
export function readOptions(args: readonly string[]): { options: Options; words: string[] } {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: OPTIONS,
    allowPositionals: true,
  });
  const { approve, deny, number } = values;
  if (approve && deny) throw new UsageError('--approve and --deny exclude each other.');
  if (number !== undefined && !/^[0-9]{2}$/.test(number)) {
    throw new UsageError('--number has two digits.');
  }
  return { options: values, words: positionals };
}

/** The accounts that `--account` means, or all. Throws `UsageError` where it means none. */
export async function accountsOf(device: Device, { account }: Options): Promise<Account[]> {
  const accounts = await device.accounts();
  const found = accounts.filter(({ id }) => account === undefined || id.startsWith(account));
  if (account !== undefined && found.length === 0) {
    throw new UsageError('Which account? See `accounts`.');
  }
  return found;
}

/** The one account. */
export async function accountOf(device: Device, options: Options): Promise<Account> {
  const [account, ...others] = await accountsOf(device, options);
  if (!account) throw new Error('There are no accounts yet: pair one.');
  if (others.length > 0)
    throw new UsageError('Which account? Say it by --account; see `accounts`.');
  return account;
}
