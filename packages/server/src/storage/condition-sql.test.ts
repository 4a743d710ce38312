import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstBeyond } from './condition-sql.ts';

test('the first text beyond those with a beginning follows them in the order of bytes', () => {
  const beyond = {
    a: 'b',
    az: 'a{',
    OATH9: 'OATH:',
    'a\u{10ffff}': 'b',
    '\ud7ff': '\ue000',
    '\uffff': '\u{10000}',
    '😀': '😁',
  };
  for (const [prefix, text] of Object.entries(beyond)) {
    assert.equal(firstBeyond(prefix), text);
    for (const more of ['', 'a', 'zzz', 'é', '\u{10fffe}', '\u{10ffff}\u{10ffff}']) {
      assert.ok(Buffer.compare(Buffer.from(prefix + more), Buffer.from(text)) < 0);
    }
  }
  assert.equal(firstBeyond(''), undefined);
  assert.equal(firstBeyond('\u{10ffff}\u{10ffff}'), undefined);
});
