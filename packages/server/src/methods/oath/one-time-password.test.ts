import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, test } from 'node:test';
import { generateSync } from 'otplib';
import { fromBase32, toBase32 } from './base32.ts';
import { findCounter, type HashAlgorithm, hotp, timeStepAt } from './one-time-password.ts';

const SIX = { digits: 6, algorithm: 'sha1' } as const;

describe('HOTP', () => {
  const key = Buffer.from('12345678901234567890');

  test('gives the values of RFC 4226, appendix D', () => {
    const expected = [
      '755224',
      '287082',
      '359152',
      '969429',
      '338314',
      '254676',
      '287922',
      '162583',
      '399871',
      '520489',
    ];
    assert.deepEqual(
      expected.map((_, counter) => hotp(key, counter, SIX)),
      expected,
    );
  });

  test('finds the counter of a value in a range, and only there', () => {
    assert.equal(findCounter(key, '969429', { from: 0, to: 9 }, SIX), 3);
    assert.equal(findCounter(key, '969429', { from: 4, to: 9 }, SIX), undefined);
    for (const garbage of ['', '96942', '9694290', 'abcdef', ' 969429', '٩٦٩٤٢٩']) {
      assert.equal(findCounter(key, garbage, { from: 0, to: 9 }, SIX), undefined);
    }
  });
});

describe('TOTP', () => {
  // RFC 6238, appendix B; its keys are as long as the hash.
  const key = (bytes: number) => Buffer.from('1234567890'.repeat(7).slice(0, bytes));
  const keys = { sha1: key(20), sha256: key(32), sha512: key(64) };
  const vectors: [number, Record<HashAlgorithm, string>][] = [
    [59, { sha1: '94287082', sha256: '46119246', sha512: '90693936' }],
    [1111111109, { sha1: '07081804', sha256: '68084774', sha512: '25091201' }],
    [1111111111, { sha1: '14050471', sha256: '67062674', sha512: '99943326' }],
    [1234567890, { sha1: '89005924', sha256: '91819424', sha512: '93441116' }],
    [2000000000, { sha1: '69279037', sha256: '90698825', sha512: '38618901' }],
    [20000000000, { sha1: '65353130', sha256: '77737706', sha512: '47863826' }],
  ];

  for (const [seconds, values] of vectors) {
    test(`gives the values of RFC 6238, appendix B, at ${seconds} s`, () => {
      const step = timeStepAt(seconds * 1_000, 30_000);
      for (const algorithm of ['sha1', 'sha256', 'sha512'] as const) {
        assert.equal(hotp(keys[algorithm], step, { digits: 8, algorithm }), values[algorithm]);
      }
    });
  }

  test('gives what an independent generator gives', () => {
    for (let round = 0; round < 200; round++) {
      const secret = randomBytes(20);
      const epoch = 1_700_000_000 + round * 7_919;
      const own = hotp(secret, timeStepAt(epoch * 1_000, 30_000), SIX);
      assert.equal(own, generateSync({ secret: toBase32(secret), epoch }));
    }
  });
});

test('Base32 is that of RFC 4648 §10, without padding', () => {
  const vectors = {
    '': '',
    f: 'MY',
    fo: 'MZXQ',
    foo: 'MZXW6',
    foob: 'MZXW6YQ',
    foobar: 'MZXW6YTBOI',
  };
  for (const [text, encoded] of Object.entries(vectors)) {
    assert.equal(toBase32(Buffer.from(text)), encoded);
    for (const form of [encoded, encoded.toLowerCase(), encoded.padEnd(16, '=')]) {
      assert.equal(Buffer.from(fromBase32(form)).toString(), text);
    }
  }
  for (let size = 0; size < 70; size++) {
    const bytes = randomBytes(size);
    assert.deepEqual(Buffer.from(fromBase32(toBase32(bytes))), bytes);
  }
  for (const garbage of ['M1', 'MY MZ', 'M=Y', 'Ä']) assert.throws(() => fromBase32(garbage));
});
