import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type SenderNumber, senderOfMessage } from './numbers.ts';

const aNumber = (number: string, changes: Partial<SenderNumber> = {}): SenderNumber => ({
  number,
  type: 'PHONE_NUMBER',
  capabilities: ['SMS', 'VOICE'],
  selected: true,
  available: true,
  ...changes,
});

const LONG = aNumber('long');
const SHORT = aNumber('short', {
  type: 'SHORT_CODE',
  capabilities: ['SMS'],
  supportedCountries: ['FI'],
});
const FREE = aNumber('free', { type: 'TOLL_FREE', supportedCountries: ['FI', 'US'] });
const ALL = [LONG, FREE, SHORT];
const FINNISH = { address: '+358401234567' };
const AMERICAN = { address: '+15125551234' };

describe('who a message is from', () => {
  test('is a short code, then a toll-free number of the country, then any number', () => {
    const from = (numbers: SenderNumber[], country: string | undefined) =>
      senderOfMessage({ to: FINNISH }, numbers, { method: 'SMS', country });
    assert.equal(from(ALL, 'FI'), 'short');
    assert.equal(from(ALL, 'US'), 'free');
    assert.equal(from(ALL, 'SE'), 'long');
    assert.equal(from(ALL, undefined), 'long');
    assert.equal(from([SHORT], 'SE'), undefined);
    assert.equal(from([{ ...SHORT, selected: false }], 'FI'), undefined);
    // What says nothing of countries is the United States’.
    const { supportedCountries: _, ...american } = FREE;
    assert.deepEqual([from([american], 'US'), from([american], 'FI')], ['free', undefined]);
  });

  test('can do what the message needs', () => {
    const from = senderOfMessage({ to: FINNISH }, ALL, { method: 'VOICE', country: 'FI' });
    assert.equal(from, 'free');
  });

  test('is the content’s sender for texts, but not where only digits are taken', () => {
    const by = (to: { address: string }, country: string | undefined, method: 'SMS' | 'VOICE') =>
      senderOfMessage({ to, sender: 'Shop' }, [LONG], { method, country });
    assert.equal(by(FINNISH, 'FI', 'SMS'), 'Shop');
    assert.equal(by(FINNISH, undefined, 'SMS'), 'Shop');
    assert.equal(by(FINNISH, 'FI', 'VOICE'), 'long');
    for (const country of ['US', 'CA', undefined]) {
      assert.equal(by(AMERICAN, country, 'SMS'), 'long');
    }
  });

  test('is the same for the same destination, among several', () => {
    const many = Array.from({ length: 8 }, (_, index) => aNumber(`n${index}`));
    const from = (address: string) =>
      senderOfMessage({ to: { address } }, many, { method: 'SMS', country: 'FI' });
    assert.equal(from('+358401234567'), from('+358401234567'));
    const used = new Set(Array.from({ length: 100 }, (_, index) => from(`+35840${index}`)));
    assert.equal(used.size, 8);
  });
});
