import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SYNIVERSE_VOICES, speakerOf, TWILIO_VOICES } from './voices.ts';

test('a voice that does not speak the language is replaced by one that does', () => {
  for (const [voice, locale, expected, language] of [
    [undefined, 'en', 'Man', 'en'],
    ['Woman', 'en', 'Woman', 'en'],
    ['woman', 'en_GB', 'Woman', 'en-GB'],
    ['Woman', 'fr-CA', 'Woman', 'fr'],
    ['Alice', 'fr-CA', 'Alice', 'fr-CA'],
    ['Alice', 'fr', 'Alice', 'fr-FR'],
    ['Man', 'fi', 'Alice', 'fi-FI'],
    ['Man', 'cy', 'Amazon Polly', 'cy-GB'],
    ['Amazon Polly', 'de', 'Man', 'de'],
    ['Alice', 'cmn-CN', 'Alice', 'zh-CN'],
    ['Alice', 'zh-HK', 'Alice', 'zh-HK'],
    ['Man', 'no', 'Alice', 'nb-NO'],
    // Nobody speaks it: the wanted one says it in its own language.
    ['Woman', 'et', 'Woman', 'en'],
    ['Alice', 'et', 'Alice', 'en-US'],
    ['Polly.Joanna-Neural', 'en-US', 'Polly.Joanna-Neural', 'en-US'],
  ] as const) {
    const speaker = speakerOf(TWILIO_VOICES, voice, locale);
    assert.deepEqual(speaker, { voice: expected, language }, `${voice} ${locale}`);
  }
});

test('Syniverse has languages that only one of its voices speaks', () => {
  for (const [voice, locale, expected, language] of [
    ['Man', 'ja', 'Man', 'ja-JP'],
    ['Man', 'sv-SE', 'Woman', 'sv-SE'],
    ['Man', 'en-IN', 'Man', 'en-US'],
    ['Man', 'en', 'Man', 'en-US'],
    ['Man', 'fr-CA', 'Man', 'fr-FR'],
    ['Man', 'zh', 'Woman', 'cmn-CN'],
    ['Woman', 'ar-EG', 'Woman', 'ar'],
  ] as const) {
    const speaker = speakerOf(SYNIVERSE_VOICES, voice, locale);
    assert.deepEqual(speaker, { voice: expected, language }, `${voice} ${locale}`);
  }
});
