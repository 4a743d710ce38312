import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedCode } from './typed-code.ts';

test('a code is the same however it was typed, pasted or shown', () => {
  const shapes = [
    '123456',
    '123 456',
    ' 123456\n',
    '123\u00a0456',
    '123-456',
    '123\u2011456',
    '12 34 56',
    '1\u200b23456',
    '123.456',
    '\uff11\uff12\uff13\uff14\uff15\uff16',
    '\u0661\u0662\u0663\u0664\u0665\u0666',
    '\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6',
  ];
  for (const shape of shapes) assert.equal(typedCode(shape), '123456', JSON.stringify(shape));
  assert.equal(typedCode('001 234 5678'), '0012345678');
});

test('what can not be a code is none', () => {
  for (const text of [
    '',
    '12345',
    '12345678901',
    '12345a',
    'abcdef',
    '+123456',
    '12345\u00bd',
    5,
  ]) {
    assert.equal(typedCode(text), undefined, String(text));
  }
});
