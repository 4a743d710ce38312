/** Tokens by the vectors of their standards, and over the life of their clocks and counters. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ActivationVerdict } from '../../flow/device-activation.ts';
import type { OathCredential, OathHash } from '../../model/oath.ts';
import { contextOf } from '../method-contract.ts';
import { hotp, timeStepAt } from '../oath/one-time-password.ts';
import { oathToken } from './oath-token.ts';

const DAY = 86_400_000;
const KEYS: Record<OathHash, number> = { HmacSHA1: 20, HmacSHA256: 32, HmacSHA512: 64 };
const keyOf = (hash: OathHash) => Buffer.from('1234567890'.repeat(7).slice(0, KEYS[hash]));

/** A vault that seals nothing: what it is asked to open is the key. */
const vault = {
  open: (_environmentId: string, identity: string, sealed: string) => {
    assert.equal(identity, 'oath-tokens/token/secret');
    return Buffer.from(sealed, 'base64');
  },
} as Parameters<typeof contextOf>[1];

/** A token with all that is remembered of it, and what it is asked. */
function aToken(form: Partial<OathCredential> & { type: 'HOTP' | 'TOTP' }) {
  const hashAlgorithm = form.hashAlgorithm ?? 'HmacSHA1';
  const key = keyOf(hashAlgorithm);
  const start = form.type === 'HOTP' ? { counter: 0 } : { timeStep: 30, drift: 0, lastTimeStep: 0 };
  let credential = {
    otpLength: 6,
    hashAlgorithm,
    sealedSecret: key.toString('base64'),
    ...start,
    ...form,
  } as Record<string, unknown>;
  const digits = Number(credential.otpLength);
  const algorithms = { HmacSHA1: 'sha1', HmacSHA256: 'sha256', HmacSHA512: 'sha512' } as const;
  const contextAt = (now: number) => contextOf(oathToken, vault, 'environment', now);
  const device = () => ({ id: 'token', credential });
  function settle(verdict: ActivationVerdict) {
    if ('credential' in verdict && verdict.credential) credential = verdict.credential;
    return verdict.verdict;
  }
  return {
    state: () => credential,
    code: (place: number) => hotp(key, place, { digits, algorithm: algorithms[hashAlgorithm] }),
    async check(otp: string, now = 0) {
      return settle(await oathToken.verify({ otp }, { state: {} }, device(), contextAt(now)));
    },
    activate: (otp: string, now = 0, more = {}) =>
      settle(
        oathToken.token?.activate({ otp, ...more }, device(), contextAt(now)) ?? assert.fail(),
      ),
    resync: (otps: string[], now = 0) =>
      settle(oathToken.token?.resync(otps, device(), contextAt(now)) ?? assert.fail()),
    spend(now: number) {
      credential = oathToken.spent?.(credential, now) ?? assert.fail();
    },
  };
}

describe('HOTP tokens', () => {
  const VALUES = '755224 287082 359152 969429 338314 254676 287922 162583 399871 520489'.split(' ');

  test('take the values of RFC 4226, appendix D, each once and in order', async () => {
    const token = aToken({ type: 'HOTP' });
    for (const [counter, otp] of VALUES.entries()) {
      assert.equal(await token.check(otp), 'VERIFIED');
      assert.equal(token.state().counter, counter + 1);
      for (const used of VALUES.slice(0, counter + 1)) {
        assert.equal(await token.check(used), 'REJECTED');
      }
    }
  });

  test('may be up to ten ahead, and never behind', async () => {
    const ahead = aToken({ type: 'HOTP', counter: 100 });
    assert.equal(await ahead.check(ahead.code(99)), 'REJECTED');
    assert.equal(await ahead.check(ahead.code(111)), 'REJECTED');
    assert.equal(await ahead.check(ahead.code(110)), 'VERIFIED');
    assert.equal(ahead.state().counter, 111);
    assert.equal(await ahead.check(ahead.code(105)), 'REJECTED', 'what was skipped is used');
  });

  test('find their place again by two passcodes in a row, at once or one by one', async () => {
    const token = aToken({ type: 'HOTP' });
    assert.equal(token.resync([token.code(700), token.code(702)]), 'REJECTED');
    assert.equal(token.resync([token.code(701), token.code(700)]), 'REJECTED');
    assert.equal(token.resync([token.code(1_001), token.code(1_002)]), 'REJECTED');
    assert.equal(token.resync([token.code(1_000), token.code(1_001)]), 'VERIFIED');
    assert.equal(token.state().counter, 1_002);
    assert.equal(token.resync([token.code(1_000), token.code(1_001)]), 'REJECTED');
    assert.equal(token.resync([token.code(1_500)]), 'INCOMPLETE');
    assert.equal(token.resync([token.code(1_501)], 299_999), 'VERIFIED');
    assert.deepEqual([token.state().counter, token.state().found], [1_502, undefined]);
    assert.equal(token.resync([token.code(1_600)]), 'INCOMPLETE');
    assert.equal(
      token.resync([token.code(1_601)], 300_000),
      'INCOMPLETE',
      'the first is forgotten',
    );
    assert.equal(token.resync([token.code(1_602)], 300_001), 'VERIFIED');
  });

  test('that nobody knows the place of take none until they are found again', async () => {
    const token = aToken({ type: 'HOTP', counter: 5 });
    token.spend(0);
    for (const counter of [4, 5, 6, 15]) {
      assert.equal(await token.check(token.code(counter)), 'REJECTED');
    }
    assert.equal(token.resync([token.code(8), token.code(9)]), 'VERIFIED');
    assert.equal(await token.check(token.code(10)), 'VERIFIED');
  });
});

describe('TOTP tokens', () => {
  const VECTORS: [seconds: number, values: Record<OathHash, string>][] = [
    [59, { HmacSHA1: '94287082', HmacSHA256: '46119246', HmacSHA512: '90693936' }],
    [1111111109, { HmacSHA1: '07081804', HmacSHA256: '68084774', HmacSHA512: '25091201' }],
    [1111111111, { HmacSHA1: '14050471', HmacSHA256: '67062674', HmacSHA512: '99943326' }],
    [1234567890, { HmacSHA1: '89005924', HmacSHA256: '91819424', HmacSHA512: '93441116' }],
    [2000000000, { HmacSHA1: '69279037', HmacSHA256: '90698825', HmacSHA512: '38618901' }],
    [20000000000, { HmacSHA1: '65353130', HmacSHA256: '77737706', HmacSHA512: '47863826' }],
  ];
  for (const hashAlgorithm of ['HmacSHA1', 'HmacSHA256', 'HmacSHA512'] as const) {
    test(`take the values of RFC 6238, appendix B, for ${hashAlgorithm}, each once`, async () => {
      const token = aToken({ type: 'TOTP', otpLength: 8, hashAlgorithm });
      for (const [seconds, values] of VECTORS) {
        const otp = values[hashAlgorithm];
        assert.equal(await token.check(otp.slice(0, 6), seconds * 1_000), 'REJECTED');
        assert.equal(await token.check(otp, seconds * 1_000), 'VERIFIED');
        assert.equal(await token.check(otp, seconds * 1_000), 'REJECTED');
      }
    });
  }

  for (const timeStep of [30, 60] as const) {
    test(`of ${timeStep} seconds may be up to five steps off`, async () => {
      const now = 5_000 * DAY;
      const step = timeStepAt(now, timeStep * 1_000);
      for (const [off, verdict] of [
        [-6, 'REJECTED'],
        [-5, 'VERIFIED'],
        [5, 'VERIFIED'],
        [6, 'REJECTED'],
      ] as const) {
        const token = aToken({ type: 'TOTP', timeStep });
        assert.equal(await token.check(token.code(step + off), now), verdict, String(off));
        assert.equal(token.state().drift, verdict === 'VERIFIED' ? off : 0);
      }
    });
  }

  test('with a clock that runs off stay usable over a year, while they are used', async () => {
    for (const secondsADay of [-7, 7]) {
      const token = aToken({ type: 'TOTP' });
      for (let day = 0; day < 365; day += 5) {
        const now = 5_000 * DAY + day * DAY;
        const shown = timeStepAt(now + day * secondsADay * 1_000, 30_000);
        assert.equal(await token.check(token.code(shown), now), 'VERIFIED', `day ${day}`);
      }
      const [drift, year] = [Number(token.state().drift), (360 * secondsADay) / 30];
      assert.ok(Math.abs(drift - year) <= 1, `${drift} steps`);
    }
  });

  test('with a clock that jumps must be found again', async () => {
    const now = 5_000 * DAY;
    const step = timeStepAt(now, 30_000);
    for (const jump of [-2_880, -200, 200, 2_879]) {
      const token = aToken({ type: 'TOTP' });
      const at = (place: number) => token.code(step + jump + place);
      assert.equal(await token.check(at(0), now), 'REJECTED');
      assert.equal(token.resync([at(0), at(2)], now), 'REJECTED');
      assert.equal(token.resync([at(0), at(1)], now), 'VERIFIED');
      assert.equal(token.state().drift, jump + 1);
      assert.equal(await token.check(at(1), now), 'REJECTED', 'it was used');
      const later = now + 30_000 * 3;
      // More than a day ahead nothing is believed.
      assert.equal(await token.check(at(3), later), 'VERIFIED');
    }
    const far = aToken({ type: 'TOTP' });
    const otps = [0, 1].map((place) => far.code(step + 2_881 + place));
    assert.equal(far.resync(otps, now), 'REJECTED');
  });

  test('never take what was used, wherever their clock goes', async () => {
    const token = aToken({ type: 'TOTP' });
    const now = 5_000 * DAY;
    const step = timeStepAt(now, 30_000);
    assert.equal(await token.check(token.code(step), now), 'VERIFIED');
    for (const place of [-5, -1, 0]) {
      assert.equal(await token.check(token.code(step + place), now), 'REJECTED');
      const otps = [token.code(step + place - 1), token.code(step + place)];
      assert.equal(token.resync(otps, now), 'REJECTED');
    }
    assert.equal(await token.check(token.code(step + 1), now), 'VERIFIED');
  });
});

test('a pairing asks for one passcode more where the token has lost its place', () => {
  const token = aToken({ type: 'HOTP' });
  assert.equal(token.activate('word'), 'UNREADABLE');
  assert.equal(token.activate(token.code(5_000)), 'REJECTED');
  assert.equal(token.activate(token.code(300)), 'INCOMPLETE');
  assert.equal(
    token.activate(token.code(301)),
    'INCOMPLETE',
    'it does not say that it is the next',
  );
  assert.equal(token.activate(token.code(303), 0, { oathResync: true }), 'INCOMPLETE');
  assert.equal(token.activate(token.code(304), 0, { oathResync: true }), 'VERIFIED');
  assert.equal(token.state().counter, 305);
  const fresh = aToken({ type: 'HOTP' });
  assert.equal(fresh.activate(fresh.code(4), 0, { oathResync: true }), 'VERIFIED');
});
