/**
 * What guards against messages that only cost: numbers that earn by being called, bursts to one range
 * of numbers or one country, and codes that nobody types in. Ours: the platform documents none of it.
 * Pure.
 */

import type { NumberFacts } from '../model/address.ts';
import type { WireDuration } from '../model/duration.ts';
import { toMs } from '../model/duration.ts';
import type { Instant } from '../model/instant.ts';

/** `ON` refuses, `WATCH` lets pass and records an activity, `OFF` does neither. */
export type Mode = 'OFF' | 'WATCH' | 'ON';

export interface VelocityRule {
  mode: Mode;
  maximum: number;
  period: WireDuration;
}

export interface AbuseProtection {
  /** Kinds of numbers that get no message. */
  numberTypes: { mode: Mode; types: readonly string[] };
  /** `OFF`: no message goes there. Countries that aren't named are `ON`. */
  countries: readonly { country: string; mode: Mode }[];
  velocity: { prefix: VelocityRule; country: VelocityRule };
  /** Stops text messages and calls while too few codes are typed in. */
  killSwitch: {
    mode: Mode;
    /** From 0 to 1: of the codes sent in the period. */
    minimumShare: number;
    /** Fewer say nothing. */
    minimumMessages: number;
    period: WireDuration;
    pause: WireDuration;
  };
}

/** The ids of their rows among an environment's notification settings. */
export const ABUSE_PROTECTION_ID = 'abuse-protection';
export const ABUSE_PAUSE_ID = 'abuse-protection-pause';

/** That the kill switch has tripped: `settings` of its row. */
export interface AbusePause {
  pausedUntil: Instant;
  /** Of the codes that were typed in, when it tripped. */
  share: number;
}

/** How many went within the rules' present periods, this message not counted. */
export interface Counted {
  prefix: number;
  country: number;
}

export type AbuseReason =
  | 'NUMBER_TYPE'
  | 'COUNTRY'
  | 'PREFIX_VELOCITY'
  | 'COUNTRY_VELOCITY'
  | 'KILL_SWITCH';

export interface AbuseVerdict {
  /** The message isn't sent. */
  refused?: AbuseReason;
  /** It is sent, and told of. */
  watched: readonly AbuseReason[];
}

/** What the rules say of a message to a number; `pausedUntil`: of the kill switch. */
export function judgeNumber(
  rules: AbuseProtection,
  facts: NumberFacts,
  counted: Counted,
  { pausedUntil, now }: { pausedUntil?: Instant | undefined; now: Instant },
): AbuseVerdict {
  const { numberTypes, countries, velocity, killSwitch } = rules;
  const place = countries.find(({ country }) => country === facts.country)?.mode;
  const findings: [AbuseReason, Mode][] = [];
  if (pausedUntil !== undefined && now < pausedUntil) {
    findings.push(['KILL_SWITCH', killSwitch.mode]);
  }
  if (facts.type !== undefined && numberTypes.types.includes(facts.type)) {
    findings.push(['NUMBER_TYPE', numberTypes.mode]);
  }
  // A country is off where its messages are off: the rule against it is on.
  if (place === 'OFF') findings.push(['COUNTRY', 'ON']);
  if (place === 'WATCH') findings.push(['COUNTRY', 'WATCH']);
  if (counted.prefix >= velocity.prefix.maximum) {
    findings.push(['PREFIX_VELOCITY', velocity.prefix.mode]);
  }
  if (counted.country >= velocity.country.maximum) {
    findings.push(['COUNTRY_VELOCITY', velocity.country.mode]);
  }
  const refused = findings.find(([, mode]) => mode === 'ON')?.[0];
  const watched = findings.filter(([, mode]) => mode === 'WATCH').map(([reason]) => reason);
  return refused === undefined ? { watched } : { refused, watched };
}

/** Messages with a code, and codes that were typed in, in one minute. */
export interface MinuteOfUse {
  /** Minutes since 1970. */
  minute: number;
  sent: number;
  used: number;
}

export const MINUTE_MS = 60_000;

/** Whoever gets a code needs a moment to type it in: what was just sent isn't held against anyone. */
export const TYPING_MINUTES = 3;

/**
 * The share of the codes that were typed in; undefined: too few were sent to tell. Codes of the last
 * minutes don't count as sent yet.
 */
export function shareUsed(
  { killSwitch }: AbuseProtection,
  minutes: readonly MinuteOfUse[],
  now: Instant,
): number | undefined {
  const present = Math.floor(now / MINUTE_MS);
  const first = present - Math.ceil(toMs(killSwitch.period) / MINUTE_MS) - TYPING_MINUTES;
  let sent = 0;
  let used = 0;
  for (const entry of minutes) {
    if (entry.minute < first || entry.minute > present) continue;
    if (entry.minute <= present - TYPING_MINUTES) sent += entry.sent;
    used += entry.used;
  }
  return sent < killSwitch.minimumMessages ? undefined : Math.min(1, used / sent);
}

/** Until when nothing goes, where the switch trips now. */
export function tripsUntil(
  rules: AbuseProtection,
  minutes: readonly MinuteOfUse[],
  now: Instant,
): Instant | undefined {
  const { mode, minimumShare, pause } = rules.killSwitch;
  if (mode === 'OFF') return undefined;
  const share = shareUsed(rules, minutes, now);
  return share !== undefined && share < minimumShare ? now + toMs(pause) : undefined;
}

/** The period of a rule that a moment is in, counted from 1970. */
export const periodOf = ({ period }: VelocityRule, now: Instant): number =>
  Math.floor(now / toMs(period));
