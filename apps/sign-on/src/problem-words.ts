/** What was refused, in words. Pure but for the clock that is passed in. */
import type { Say, WordKey } from '../../../packages/ui/src/say.ts';
import type { Refusal } from './interaction.ts';

const WORDS: Readonly<Record<string, WordKey>> = {
  INVALID_OTP: 'wrongCode',
  OTP_EXPIRED: 'expiredCode',
  OTP_USED: 'usedCode',
  INVALID_ASSERTION: 'wrongPasskey',
  CHALLENGE_EXPIRED: 'expired',
  DEVICE_LOCKED: 'lockedOpen',
  DEVICE_BLOCKED: 'unusable',
  DEVICE_NOT_USABLE: 'unusable',
  DEVICE_COMPROMISED: 'unusable',
  METHOD_DISABLED: 'unusable',
  LIMIT_EXCEEDED: 'limited',
  REQUEST_LIMITED: 'limited',
  UNREACHABLE: 'unreachable',
  PASSKEY_STOPPED: 'passkeyStopped',
  PASSKEY_MISSING: 'passkeyMissing',
  CODE_EMPTY: 'codeEmpty',
};

/** `in 2 minutes`, in the reader's language; never less than it takes. */
function whenIs(until: Date, now: number, language: string): string {
  const seconds = Math.max(1, Math.ceil((until.getTime() - now) / 1_000));
  const format = new Intl.RelativeTimeFormat(language);
  if (seconds < 60) return format.format(seconds, 'second');
  if (seconds < 3_600) return format.format(Math.ceil(seconds / 60), 'minute');
  return format.format(Math.ceil(seconds / 3_600), 'hour');
}

export function problemWords(
  { code, attemptsRemaining, lockedUntil }: Refusal,
  say: Say,
  language: string,
  now: number,
): string {
  if (lockedUntil && code === 'DEVICE_LOCKED') {
    return say('locked', { when: whenIs(lockedUntil, now, language) });
  }
  const sentence = say(WORDS[code] ?? 'trouble');
  return attemptsRemaining === undefined
    ? sentence
    : `${sentence} ${say('triesLeft', { n: attemptsRemaining })}`;
}
