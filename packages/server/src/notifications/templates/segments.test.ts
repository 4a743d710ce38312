import assert from 'node:assert/strict';
import { test } from 'node:test';
import { smsSize } from './segments.ts';

const CASES: readonly [string, string, ReturnType<typeof smsSize>][] = [
  ['nothing', '', { encoding: 'GSM-7', units: 0, segments: 1 }],
  ['a full one', 'a'.repeat(160), { encoding: 'GSM-7', units: 160, segments: 1 }],
  ['one character more', 'a'.repeat(161), { encoding: 'GSM-7', units: 161, segments: 2 }],
  ['two full parts', 'a'.repeat(306), { encoding: 'GSM-7', units: 306, segments: 2 }],
  ['three parts', 'a'.repeat(307), { encoding: 'GSM-7', units: 307, segments: 3 }],
  [
    'letters of the alphabet',
    'Ñandú?'.replace('ú', 'ù'),
    { encoding: 'GSM-7', units: 6, segments: 1 },
  ],
  ['the extension table', '€'.repeat(80), { encoding: 'GSM-7', units: 160, segments: 1 }],
  [
    'an escaped character at the edge of a part',
    `${'a'.repeat(152)}€${'a'.repeat(152)}`,
    { encoding: 'GSM-7', units: 306, segments: 3 },
  ],
  ['a foreign letter', 'ç'.padEnd(70, 'a'), { encoding: 'UCS-2', units: 70, segments: 1 }],
  [
    'a foreign letter and one more',
    'ç'.padEnd(71, 'a'),
    { encoding: 'UCS-2', units: 71, segments: 2 },
  ],
  ['surrogate pairs', '😀'.repeat(35), { encoding: 'UCS-2', units: 70, segments: 1 }],
  ['pairs that do not fit a part', '😀'.repeat(67), { encoding: 'UCS-2', units: 134, segments: 3 }],
];

for (const [name, text, size] of CASES) {
  test(`the size of an SMS: ${name}`, () => assert.deepEqual(smsSize(text), size));
}
