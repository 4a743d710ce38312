/** What went wrong, in plain words. */
import { type Account, DeviceError } from '../../../packages/device/src/index.ts';

export const nameOf = ({ user, environment }: Account) => `${user.username} at ${environment.name}`;

const WORDS: Readonly<Record<string, string>> = {
  ADDRESS_MISMATCH: 'The server calls itself by another address than the one of this page.',
  ADDRESS_NOT_ALLOWED: 'A device can not be added from this network.',
  APPLICATION_MISMATCH: 'This code is for another app of your organization.',
  AUTHENTICATION_CODE_INVALID: 'This code is not valid any more, or it is for another account.',
  DEVICE_BLOCKED: 'Your organization has blocked this account on this device.',
  DEVICE_COMPROMISED: 'Your organization does not take this device.',
  DEVICE_LOCKED: 'This account is locked for a while. Try again later.',
  INVALID_SIGNATURE:
    'The server does not know the key of this device any more. Add the account anew.',
  LIMIT_EXCEEDED:
    'You have too many devices, or too many codes were tried. Wait a minute and try again.',
  NETWORK: 'The server can not be reached.',
  NOT_PAIRED: 'The server does not know this account on this device any more.',
  PAIRING_DISABLED: 'Your organization does not let this app be added any more.',
  PAIRING_KEY_INVALID: 'This code is not valid any more. Ask for a new one.',
  PUSH_CONFIRMATION_TOO_LATE: 'This request is over.',
  REMOVED: 'Your organization has removed this account from this device.',
  SERVER_KEY_MISMATCH: 'This is not the server that the code is for. Do not go on.',
  STORAGE: 'This browser can not keep the account.',
  UNSYNCHRONIZED_CLOCK: 'The clock of this device is wrong.',
  UNSUPPORTED_VERSION: 'This code is of another version of the app. Load the page again.',
};

/** For the user; an error that has no words of its own says what the server has said. */
export function wordsOf(error: unknown): string {
  if (error instanceof DeviceError) return WORDS[error.code] ?? error.message;
  return error instanceof Error && error.message !== '' ? error.message : 'That did not work.';
}
