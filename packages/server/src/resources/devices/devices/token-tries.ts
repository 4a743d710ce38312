/**
 * Passcodes that are not enough, while a token is paired or resynchronised, count on the token: by
 * whatever way somebody guesses, there is an end of it. Contract settings §4.3.
 */
import { OATH_RESYNC_FAILURES_MAX, OATH_RESYNC_WINDOW_MS } from '../../../config/limits.ts';
import { limitExceeded } from '../../../errors/api-error.ts';
import type { ActivationVerdict } from '../../../flow/device-activation.ts';
import type { Instant } from '../../../model/instant.ts';
import type { OathToken } from '../../../model/oath.ts';
import { movedToken, type TokenRow } from './device-token.ts';

const present = ({ tries }: OathToken, now: Instant) =>
  tries && now < tries.since + OATH_RESYNC_WINDOW_MS ? tries : { count: 0, since: now };

/** Refuses one more try. Throws `LIMIT_EXCEEDED`. */
export function assertMayTry({ doc }: TokenRow, now: Instant): void {
  if (present(doc, now).count < OATH_RESYNC_FAILURES_MAX) return;
  throw limitExceeded(
    'Too many passcodes of the token were wrong: wait a little.',
    OATH_RESYNC_FAILURES_MAX,
  );
}

/** The token after a try: it moves, or counts, and may remember the passcode. */
export function triedToken(token: TokenRow, verdict: ActivationVerdict, now: Instant): OathToken {
  if (verdict.verdict === 'VERIFIED') {
    const { tries: _tries, ...moved } = movedToken(token, verdict.credential);
    return { ...moved, updatedAt: now };
  }
  const { count, since } = present(token.doc, now);
  const tries = { count: count + 1, since };
  if (verdict.verdict === 'INCOMPLETE') return { ...movedToken(token, verdict.credential), tries };
  return verdict.verdict === 'REJECTED' ? { ...token.doc, tries } : token.doc;
}
