// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of contents.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fillVoice, parseVoice, spokenText } from './markup.ts';
import type { SpokenPart } from './spoken-part.ts';

describe('the markup of what is spoken', () => {
  const GOOD: readonly [string, SpokenPart[]][] = [
    ['Hello.', [{ say: 'Hello.' }]],
    ['', []],
    ['1 < 2 and 2 > 1', [{ say: '1 < 2 and 2 > 1' }]],
    [
      'a<pause1sec><PAUSE1SEC>b',
      [{ say: 'a' }, { pauseSeconds: 1 }, { pauseSeconds: 1 }, { say: 'b' }],
    ],
    ['<sayCharValue>${otp}</sayCharValue>', [{ spell: '${otp}' }]],
    [
      '<repeatMessage val=2>Code <sayCharValue>${otp}</sayCharValue><pause1sec></repeatMessage>',
      [{ repeat: 2, parts: [{ say: 'Code ' }, { spell: '${otp}' }, { pauseSeconds: 1 }] }],
    ],
    ['<repeatMessage val="10">x</repeatMessage>', [{ repeat: 10, parts: [{ say: 'x' }] }]],
  ];
  for (const [content, parts] of GOOD) {
    test(`${content} is read`, () => assert.deepEqual(parseVoice(content), parts));
  }

  const BAD = [
    '<sayCharValue>1',
    '1</sayCharValue>',
    '<sayCharValue>1<pause1sec></sayCharValue>',
    '<sayCharValue><sayCharValue>1</sayCharValue></sayCharValue>',
    '<repeatMessage val=0>x</repeatMessage>',
    '<repeatMessage val=11>x</repeatMessage>',
    '<repeatMessage val=999>x</repeatMessage>',
    '<repeatMessage>x</repeatMessage>',
    '<repeatMessage val=2><repeatMessage val=2>x</repeatMessage></repeatMessage>',
    '<repeatMessage val=2><sayCharValue>1</repeatMessage></sayCharValue>',
    '<pause2sec>',
    '<Say voice="alice">x</Say>',
    '<!-- x -->',
  ];
  for (const content of BAD) {
    test(`${content} is malformed`, () => assert.equal(parseVoice(content), undefined));
  }

  test('what is put in is no markup', () => {
    const parts = parseVoice('For ${a}: <sayCharValue>${a}</sayCharValue>') ?? [];
    const filled = fillVoice(parts, (text) => text.replace('${a}', '<pause1sec>'));
    assert.deepEqual(filled, [{ say: 'For <pause1sec>: ' }, { spell: '<pause1sec>' }]);
  });

  test('reads as a text, too', () => {
    const parts = parseVoice(
      '<repeatMessage val=2>Code<pause1sec><sayCharValue>12</sayCharValue>.</repeatMessage>',
    );
    assert.equal(spokenText(parts ?? []), 'Code, 1. 2. Code, 1. 2.');
  });

  test('takes no longer the more of it there is', () => {
    const long = '<repeatMessage val = '.repeat(20_000);
    assert.equal(parseVoice(long), undefined);
  });
});
