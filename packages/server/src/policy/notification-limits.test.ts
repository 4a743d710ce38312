import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { CoolDown, NotificationPolicySettings, Quota } from '../model/messages.ts';
import {
  type Counted,
  coolDownEnd,
  isRefusedCountry,
  limitError,
  type QuotaNumbers,
  quotaOf,
  reachedOf,
  repeatsAfter,
  roomOf,
} from './notification-limits.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const COOL_DOWN: CoolDown = {
  enabled: true,
  resendLimit: 3,
  periods: [
    { duration: 30, timeUnit: 'SECONDS' },
    { duration: 1, timeUnit: 'MINUTES' },
    { duration: 5, timeUnit: 'MINUTES' },
  ],
};

describe('quotas', () => {
  test('are full when a number is reached', () => {
    const cases: [QuotaNumbers, Counted, number | undefined][] = [
      [{}, { total: 1_000_000, claimed: 3 }, undefined],
      [{ total: 2 }, { total: 1, claimed: 0 }, undefined],
      [{ total: 2 }, { total: 2, claimed: 2 }, 2],
      [{ total: 2 }, { total: 9, claimed: 2 }, 2],
      [{ claimed: 2, unclaimed: 3 }, { total: 2, claimed: 0 }, undefined],
      [{ claimed: 2, unclaimed: 3 }, { total: 3, claimed: 0 }, 3],
      [{ claimed: 2, unclaimed: 3 }, { total: 3, claimed: 1 }, undefined],
      [{ claimed: 2, unclaimed: 3 }, { total: 4, claimed: 2 }, 2],
    ];
    for (const [quota, counted, reached] of cases) {
      assert.equal(reachedOf(quota, counted), reached, JSON.stringify([quota, counted]));
    }
  });

  test('have room for as many as may go one after the other, and for no more', () => {
    const number = fc.integer({ min: 1, max: 20 });
    const quota = fc.oneof(
      fc.record({ total: number }),
      fc.record({ claimed: number, unclaimed: number }),
    );
    fc.assert(
      fc.property(quota, fc.nat(30), fc.nat(30), (numbers, total, used) => {
        const claimed = Math.min(used, total);
        let sent = total;
        while (reachedOf(numbers, { total: sent, claimed }) === undefined) sent += 1;
        assert.equal(roomOf(numbers, { total, claimed }), sent - total);
      }),
    );
  });

  test('are of a type and a kind of message', () => {
    const phone: Quota = { type: 'USER', deliveryMethods: ['SMS', 'Voice'], total: 1 };
    const email: Quota = { type: 'ENVIRONMENT', deliveryMethods: ['Email'], total: 2 };
    const settings = { quotas: [phone, email] };
    assert.equal(quotaOf(settings, 'Voice', 'USER'), phone);
    assert.equal(quotaOf(settings, 'Voice', 'ENVIRONMENT'), undefined);
    assert.equal(quotaOf(settings, 'Email', 'ENVIRONMENT'), email);
    assert.equal(quotaOf(settings, 'WhatsApp', 'USER'), undefined);
  });
});

describe('countries', () => {
  const refused = (
    countryLimit: NotificationPolicySettings['countryLimit'],
    country: string | undefined,
    method: 'SMS' | 'Voice' = 'SMS',
  ) =>
    isRefusedCountry(
      { quotas: [], ...(countryLimit ? { countryLimit } : {}) },
      method,
      () => country,
    );

  test('are refused where they are not allowed, or denied', () => {
    const allowed = { type: 'ALLOWED', countries: ['FI', 'CA'] } as const;
    const denied = { type: 'DENIED', countries: ['FI'] } as const;
    const listed = { ...allowed, countries: [...allowed.countries] };
    assert.equal(refused(listed, 'FI'), false);
    assert.equal(refused(listed, 'US'), true);
    assert.equal(refused(listed, undefined), true, 'nobody knows where it is');
    const list = { ...denied, countries: [...denied.countries] };
    assert.equal(refused(list, 'FI'), true);
    assert.equal(refused(list, 'US'), false);
    assert.equal(refused(list, undefined), false);
    assert.equal(refused({ type: 'NONE', countries: ['FI'] }, 'FI'), false);
    assert.equal(refused(undefined, 'FI'), false);
    assert.equal(refused({ ...list, deliveryMethods: ['Voice'] }, 'FI'), false);
    assert.equal(refused({ ...list, deliveryMethods: ['Voice'] }, 'FI', 'Voice'), true);
  });
});

describe('cool-downs', () => {
  const NOW = 1_700_000_000_000;

  test('wait longer before each repeat, then for half an hour', () => {
    const waits = [30 * SECOND, MINUTE, 5 * MINUTE, 30 * MINUTE, 30 * MINUTE];
    for (const [repeats, wait] of waits.entries()) {
      const row = { repeats, sentAt: NOW };
      assert.equal(coolDownEnd(COOL_DOWN, row, NOW), NOW + wait, `${repeats}`);
      assert.equal(coolDownEnd(COOL_DOWN, row, NOW + wait - 1), NOW + wait);
      assert.equal(coolDownEnd(COOL_DOWN, row, NOW + wait), undefined);
    }
    assert.equal(coolDownEnd(COOL_DOWN, undefined, NOW), undefined);
  });

  test('begin anew after half an hour without a message', () => {
    const row = { repeats: 2, sentAt: NOW };
    assert.equal(repeatsAfter(undefined, NOW), 0);
    assert.equal(repeatsAfter(row, NOW + 30 * MINUTE - 1), 3);
    assert.equal(repeatsAfter(row, NOW + 30 * MINUTE), 0);
  });

  test('let through no more than one message and the repeats in any half hour', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 6 * MINUTE }), { maxLength: 60 });
    fc.assert(
      fc.property(gaps, fc.integer({ min: 1, max: 10 }), (waits, resendLimit) => {
        const coolDown = { ...COOL_DOWN, resendLimit };
        const sent: number[] = [];
        let now = NOW;
        let row: { repeats: number; sentAt: number } | undefined;
        for (const wait of waits) {
          now += wait;
          if (coolDownEnd(coolDown, row, now) !== undefined) continue;
          row = { repeats: repeatsAfter(row, now), sentAt: now };
          sent.push(now);
        }
        for (const [index, at] of sent.entries()) {
          const next = sent[index + 1];
          if (next !== undefined) assert.ok(next - at >= 30 * SECOND);
          const later = sent[index + resendLimit + 1];
          // The pause is half an hour from the last one.
          if (later !== undefined) assert.ok(later - at >= 30 * MINUTE);
        }
      }),
    );
  });
});

test('a limit says what is allowed, or when, and is never 429', () => {
  const daily = limitError({ reason: 'DAILY_LIMIT', maximum: 5, channel: 'x' });
  assert.deepEqual([daily.status, daily.code], [400, 'REQUEST_FAILED']);
  assert.deepEqual(daily.details[0]?.innerError, { maximumAllowed: 5, maximumValue: 5 });
  assert.equal(daily.details[0]?.target, 'device.id');
  const later = limitError({ reason: 'COOLDOWN', until: 0, channel: 'x' }, 'selectedDevice.id');
  assert.equal(later.details[0]?.code, 'LIMIT_EXCEEDED');
  assert.equal(later.details[0]?.target, 'selectedDevice.id');
  assert.deepEqual(later.details[0]?.innerError, {
    coolDownExpiresAt: '1970-01-01T00:00:00.000Z',
  });
});
