/**
 * Where a token is: the counter of an HOTP token (RFC 4226), the time step of a TOTP token's clock
 * (RFC 6238). A passcode is looked for near the place that is expected, and never where one was used.
 * Pure.
 */

import type { Instant } from '../../model/instant.ts';
import type { OathCredential } from '../../model/oath.ts';
import { findCounter, hotp, type PasscodeForm, timeStepAt } from '../oath/one-time-password.ts';

/** Passcodes that may have been made and not used; RFC 4226 §7.2. */
const LOOK_AHEAD = 10;
const LOOK_AHEAD_RESYNC = 1_000;
/** Time steps that a clock may have moved since it was last seen; RFC 6238 §6. */
const DRIFT = 5;
const DRIFT_RESYNC_MS = 24 * 3_600_000;

const HASHES = { HmacSHA1: 'sha1', HmacSHA256: 'sha256', HmacSHA512: 'sha512' } as const;

interface Range {
  from: number;
  to: number;
}

const formOf = ({ otpLength, hashAlgorithm }: OathCredential): PasscodeForm => ({
  digits: otpLength,
  algorithm: HASHES[hashAlgorithm],
});

const stepOf = (timeStep: number, now: Instant) => timeStepAt(now, timeStep * 1_000);

/** All that a token can be found by, when it has lost its place. */
function reachOf(token: OathCredential, now: Instant): Range {
  if (token.type === 'HOTP') {
    return { from: token.counter, to: token.counter + LOOK_AHEAD_RESYNC };
  }
  const step = stepOf(token.timeStep, now);
  const far = DRIFT_RESYNC_MS / (token.timeStep * 1_000);
  return { from: Math.max(step - far, token.lastTimeStep + 1), to: step + far };
}

function expectedRange(token: OathCredential, now: Instant): Range {
  const reach = reachOf(token, now);
  if (token.type === 'HOTP') {
    return { from: reach.from, to: token.counter + (token.isLost ? -1 : LOOK_AHEAD) };
  }
  const step = stepOf(token.timeStep, now) + token.drift;
  return { from: Math.max(step - DRIFT, reach.from), to: Math.min(step + DRIFT, reach.to) };
}

/** The place of a passcode near the expected one; undefined: it isn't there. In constant time. */
export function expectedPosition(
  key: Uint8Array,
  otp: string,
  token: OathCredential,
  now: Instant,
): number | undefined {
  return findCounter(key, otp, expectedRange(token, now), formOf(token));
}

/** Every place of a passcode within reach: by chance there may be more than one. */
export function possiblePositions(
  key: Uint8Array,
  otp: string,
  token: OathCredential,
  now: Instant,
): number[] {
  const { from, to } = reachOf(token, now);
  const form = formOf(token);
  const positions: number[] = [];
  for (let position = from; position <= to; position++) {
    if (hotp(key, position, form) === otp) positions.push(position);
  }
  return positions;
}

/** The place of the passcode that follows one of these; undefined: it follows none of them. */
export function followingPosition(
  key: Uint8Array,
  otp: string,
  token: OathCredential,
  positions: readonly number[],
): number | undefined {
  const form = formOf(token);
  const before = positions.find((position) => hotp(key, position + 1, form) === otp);
  return before === undefined ? undefined : before + 1;
}

/** The token after its passcode of this place was used: neither that one nor one before it again. */
export function movedTo(token: OathCredential, position: number, now: Instant): OathCredential {
  const { found: _found, ...moved } = token;
  if (moved.type === 'TOTP') {
    const drift = position - stepOf(moved.timeStep, now);
    return { ...moved, drift, lastTimeStep: position };
  }
  const { isLost: _lost, ...hotpToken } = moved;
  return { ...hotpToken, counter: position + 1 };
}

/** The token as if all that may have been used by now was; after the store went back in time. */
export function spentToken(token: OathCredential, now: Instant): OathCredential {
  const { found: _found, ...rest } = token;
  if (rest.type === 'HOTP') return { ...rest, isLost: true };
  const latest = stepOf(rest.timeStep, now) + rest.drift + DRIFT;
  return { ...rest, lastTimeStep: Math.max(rest.lastTimeStep, latest) };
}
