import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  emailKey,
  hasCountryCode,
  isCostly,
  isEmailAddress,
  maskEmail,
  maskPhone,
  toE164,
  toMailbox,
} from './address.ts';

test('every documented shape of a phone number has one form', () => {
  const shapes = [
    '+1.5125551234',
    '+15125551234',
    '+1.512.555.1234',
    '+1 (512) 555-1234',
    '15125551234',
    '1-512-555-1234',
  ];
  for (const shape of shapes) assert.equal(toE164(shape), '+15125551234', shape);
});

test('other shapes that people write are taken', () => {
  const shapes = [
    '+49 (0)151/23456789',
    'tel:+49-151-23456789',
    '(+49) 151 23456789',
    ' +49 151 23456789\n',
    '+49\u00a0151\u00a023456789',
    '+49\u2011151\u201123456789',
    '\uff0b49 151 23456789',
  ];
  for (const shape of shapes) assert.equal(toE164(shape), '+4915123456789', shape);
  assert.equal(toE164('+39 06 12345678'), '+390612345678');
});

test('no country is guessed', () => {
  for (const text of ['512-555-1239', '5125551238', '2065551241', '02079460958', '0049 151 234']) {
    assert.equal(toE164(text), undefined, text);
    assert.equal(hasCountryCode(text), false);
  }
  assert.ok(hasCountryCode('tel:+49 151 23456789'));
});

test('numbers that somebody earns by are known', () => {
  const costly = [
    '+19005551234',
    '+35860012345',
    '+4918012345678',
    '+881612345678',
    '+979123456789',
  ];
  for (const number of costly) assert.ok(isCostly(number), number);
  for (const number of ['+15125551234', '+4915123456789', '+358401234507', '+442079460958']) {
    assert.ok(!isCostly(number), number);
  }
});

test('what is no phone number with a country code is none', () => {
  const wrong = [
    '',
    '12',
    '+',
    '+0',
    '+1512555',
    'call +15125551234',
    '+15125551234\r\nBcc: x',
    '+15125551234;ext=5',
    '+1512555123४',
    `+${'1'.repeat(100)}`,
  ];
  for (const text of wrong) assert.equal(toE164(text), undefined, text);
});

test('an e-mail address is one plain address', () => {
  for (const text of [
    'a@b.example',
    "o'neil+x@sub.mail.example",
    'root@localhost',
    'ä@ö.example',
    '"john.doe"@shop.example',
    'hello."world"@shop.example',
    '"a".b."c"@shop.example',
  ]) {
    assert.ok(isEmailAddress(text), text);
  }
  const wrong = [
    '',
    'a',
    '@b',
    'a@',
    'a@b@c',
    'a b@c.example',
    'a@b.example,c@d.example',
    'a@b.example\r\nBcc: x@y.example',
    '"@b.example',
    '""@b.example',
    'a"quoted"@b.example',
    '"quoted"a@b.example',
    '"quoted@b.example',
    '"quoted".@"b".example',
    '"a b"@c.example',
    '"a\\"b"@c.example',
    '"a<b>"@c.example',
    `${'"a".'.repeat(20)}a@b.example`,
    `${'"a".'.repeat(50_000)}@b`,
    'a\u0085@b.example',
    'a\u202eb@c.example',
    'a\u2028b@c.example',
    '<a@b.example>',
    'a@b..example',
    `${'a'.repeat(65)}@b.example`,
    `a@${'b'.repeat(260)}`,
    `${'a.'.repeat(50_000)}@b`,
  ];
  for (const text of wrong) assert.ok(!isEmailAddress(text), text.slice(0, 40));
});

test('masks show what the contract shows', () => {
  assert.equal(maskEmail('amanda@mail.example'), 'am****@mail.example');
  assert.equal(maskEmail('a@mail.example'), 'a****@mail.example');
  assert.equal(maskPhone('+358401234507'), '*******07');
});

test('one e-mail address has one key, however it is written', () => {
  const key = 'mixed.case@müller.example';
  for (const text of [
    'mixed.case@müller.example',
    'Mixed.Case@MÜLLER.Example',
    'mixed.case@mu\u0308ller.example',
    'mixed.case@xn--mller-kva.example',
    '"Mixed.Case"@xn--MLLER-kva.example',
    'mixed."case"@müller.example',
  ]) {
    assert.equal(emailKey(text), key, text);
  }
  // Parts of it, for filters.
  for (const part of ['Mixed', '@Müller', 'CASE@mu\u0308ller.', 'example']) {
    assert.ok(key.includes(emailKey(part)), part);
  }
  assert.notEqual(emailKey('a.b@c.example'), emailKey('ab@c.example'));
});

test('a mailbox is written with quotes where they are needed only, and then around all', () => {
  const cases = [
    ['a@b.example', 'a@b.example'],
    ['"john.doe"@shop.example', 'john.doe@shop.example'],
    ['hello."world"@shop.example', 'hello.world@shop.example'],
    ['a."b..c"@shop.example', '"a.b..c"@shop.example'],
    ['".a"@shop.example', '".a"@shop.example'],
  ];
  for (const [address = '', mailbox] of cases) assert.equal(toMailbox(address), mailbox);
});
