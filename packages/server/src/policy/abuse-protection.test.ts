import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { NumberFacts } from '../model/address.ts';
import {
  type AbuseProtection,
  type Counted,
  judgeNumber,
  MINUTE_MS,
  type Mode,
  shareUsed,
  TYPING_MINUTES,
  tripsUntil,
} from './abuse-protection.ts';

const HOUR = { duration: 1, timeUnit: 'HOURS' } as const;
const RULES: AbuseProtection = {
  numberTypes: { mode: 'ON', types: ['PREMIUM_RATE'] },
  countries: [],
  velocity: {
    prefix: { mode: 'ON', maximum: 3, period: HOUR },
    country: { mode: 'ON', maximum: 5, period: HOUR },
  },
  killSwitch: {
    mode: 'ON',
    minimumShare: 0.5,
    minimumMessages: 10,
    period: { duration: 15, timeUnit: 'MINUTES' },
    pause: { duration: 30, timeUnit: 'MINUTES' },
  },
};
const MOBILE: NumberFacts = { type: 'MOBILE', country: 'FI', range: '+35840123' };
const NONE: Counted = { prefix: 0, country: 0 };
const now = 1_000 * MINUTE_MS;

const judged = (rules: AbuseProtection, facts = MOBILE, counted = NONE, pausedUntil?: number) =>
  judgeNumber(rules, facts, counted, { pausedUntil, now });

describe('what is against a number', () => {
  /** Each finding with rules of one mode: what makes it, and its name. */
  const FINDINGS = [
    ['NUMBER_TYPE', { ...MOBILE, type: 'PREMIUM_RATE' }, NONE],
    ['PREFIX_VELOCITY', MOBILE, { prefix: 3, country: 0 }],
    ['COUNTRY_VELOCITY', MOBILE, { prefix: 0, country: 5 }],
    ['KILL_SWITCH', MOBILE, NONE, now + 1],
  ] as const;
  const inMode = (mode: Mode): AbuseProtection => ({
    ...RULES,
    numberTypes: { ...RULES.numberTypes, mode },
    velocity: {
      prefix: { ...RULES.velocity.prefix, mode },
      country: { ...RULES.velocity.country, mode },
    },
    killSwitch: { ...RULES.killSwitch, mode },
  });

  for (const [reason, facts, counted, pausedUntil] of FINDINGS) {
    test(`${reason} refuses, is watched, or is nothing`, () => {
      const of = (mode: Mode) => judged(inMode(mode), facts, counted, pausedUntil);
      assert.deepEqual(of('ON'), { refused: reason, watched: [] });
      assert.deepEqual(of('WATCH'), { watched: [reason] });
      assert.deepEqual(of('OFF'), { watched: [] });
    });
  }

  test('a country that is off gets nothing, and one to watch is told of', () => {
    const countries = (mode: Mode) => [{ country: 'FI', mode }];
    assert.deepEqual(judged({ ...RULES, countries: countries('OFF') }).refused, 'COUNTRY');
    assert.deepEqual(judged({ ...RULES, countries: countries('WATCH') }).watched, ['COUNTRY']);
    assert.deepEqual(judged({ ...RULES, countries: countries('ON') }), { watched: [] });
    const elsewhere = { ...MOBILE, country: 'SE' };
    assert.deepEqual(judged({ ...RULES, countries: countries('OFF') }, elsewhere), { watched: [] });
  });

  test('one below a maximum goes, and a pause that has ended is over', () => {
    assert.deepEqual(judged(RULES, MOBILE, { prefix: 2, country: 4 }), { watched: [] });
    assert.deepEqual(judged(RULES, MOBILE, NONE, now), { watched: [] });
    assert.deepEqual(judged(RULES, { range: '+88' }), { watched: [] });
  });
});

describe('the share of codes that are typed in', () => {
  const at = (minutesAgo: number, sent: number, used: number) => ({
    minute: now / MINUTE_MS - minutesAgo,
    sent,
    used,
  });

  test('is told of enough messages only, and not of those that were just sent', () => {
    assert.equal(shareUsed(RULES, [at(5, 9, 0)], now), undefined);
    assert.equal(shareUsed(RULES, [at(5, 10, 4)], now), 0.4);
    assert.equal(shareUsed(RULES, [at(TYPING_MINUTES - 1, 100, 0)], now), undefined);
    assert.equal(shareUsed(RULES, [at(5, 10, 0), at(0, 0, 6)], now), 0.6, 'typed in later');
    assert.equal(shareUsed(RULES, [at(60, 100, 0), at(5, 10, 9)], now), 0.9, 'an old hour');
  });

  test('trips the switch below its bound, for the pause', () => {
    const until = now + 30 * MINUTE_MS;
    assert.equal(tripsUntil(RULES, [at(5, 10, 4)], now), until);
    assert.equal(tripsUntil(RULES, [at(5, 10, 5)], now), undefined);
    const killSwitch = { ...RULES.killSwitch, mode: 'OFF' } as const;
    assert.equal(tripsUntil({ ...RULES, killSwitch }, [at(5, 10, 0)], now), undefined);
  });
});
