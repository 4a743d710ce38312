import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { describe, test } from 'node:test';
import { chooseLanguage, LANGUAGES, type Language, wordsOf } from './languages.ts';
import { type Plural, sayIn, type WordKey } from './say.ts';
import { en } from './words/en.ts';

const ALL = Object.keys(LANGUAGES) as Language[];
const placeholders = (text: string) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort();

describe('the words of the pages', () => {
  test('each language that has a file can be chosen', () => {
    const files = readdirSync(new URL('./words', import.meta.url));
    assert.deepEqual(files.sort(), ALL.map((language) => `${language}.ts`).sort());
  });

  for (const language of ALL) {
    test(`${language} has every key, each with its values`, async () => {
      const words = await wordsOf(language);
      assert.deepEqual(Object.keys(words).sort(), Object.keys(en).sort());
      for (const key of Object.keys(en) as WordKey[]) {
        const [own, english] = [words[key] as string | Plural, en[key]];
        assert.equal(typeof own, typeof english, key);
        if (typeof own === 'string') {
          assert.notEqual(own.trim(), '', key);
          assert.deepEqual(placeholders(own), placeholders(String(english)), key);
        }
      }
    });

    test(`${language} has every form of its plurals`, async () => {
      const rules = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
      for (const [key, entry] of Object.entries(await wordsOf(language))) {
        if (typeof entry === 'string') continue;
        assert.deepEqual(Object.keys(entry).sort(), [...rules].sort(), key);
        assert.match(entry.other, /\{n\}/, key);
      }
    });
  }

  test('nobody is shown a status, an error code or an exclamation mark', async () => {
    for (const language of ALL) {
      const text = JSON.stringify(Object.values(await wordsOf(language)));
      assert.doesNotMatch(text, /[A-Z]{2,}_|!|FIDO|WebAuthn|TOTP/, language);
    }
  });

  test('numbers choose their form, and names keep their direction', async () => {
    const say = sayIn('en', en);
    assert.equal(say('triesLeft', { n: 1 }), 'You have 1 try left.');
    assert.equal(say('triesLeft', { n: 3 }), 'You have 3 tries left.');
    assert.equal(say('context', { app: 'Shop' }), 'For \u2068Shop\u2069');
  });

  test('the browser’s languages choose, in their order', () => {
    assert.equal(chooseLanguage(['sv', 'de-AT', 'en']), 'de');
    assert.equal(chooseLanguage(['AR-EG']), 'ar');
    assert.equal(chooseLanguage(['sv', 'toString']), 'en');
  });
});
