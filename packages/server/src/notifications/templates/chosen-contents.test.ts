/** Which content a message has, every rule as a row; contract messages §2.7. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DeliveryMethod, TemplateContent } from '../../model/messages.ts';
import { contentKey } from '../../model/messages.ts';
import type { ListQuery, Stored } from '../../storage/store.ts';
import { chooseContents, placesOf } from './chosen-contents.ts';

/** `locale`, or `variant/locale`, of a text message of strong_authentication. */
const contentOf = (name: string, deliveryMethod: DeliveryMethod = 'SMS'): TemplateContent => {
  const [locale = '', variant] = name.split('/').reverse();
  return {
    template: 'strong_authentication',
    deliveryMethod,
    locale,
    ...(variant === undefined ? {} : { variant }),
    words: { content: name },
    createdAt: 0,
    updatedAt: 0,
  };
};

describe('the content of a message', () => {
  const PREDEFINED = ['en', 'de'];
  // Wanted variant and languages, the contents that there are, the one that is chosen.
  const CASES: readonly [string | undefined, string | undefined, string[], string][] = [
    // Nothing of an administrator.
    [undefined, undefined, [], 'predefined en'],
    [undefined, 'de', [], 'predefined de'],
    [undefined, 'de-AT', [], 'predefined de'],
    [undefined, 'fi', [], 'predefined en'],
    [undefined, 'fi, de;q=0.5', [], 'predefined de'],
    ['wire', 'de', [], 'predefined de'],
    // The exact locale, its language, the next one, the default language.
    [undefined, 'fr-CA', ['fr', 'fr-CA', 'en'], 'fr-CA'],
    [undefined, 'fr_ca', ['fr', 'fr-CA', 'en'], 'fr-CA'],
    [undefined, 'fr-CA', ['fr_CA', 'fr'], 'fr_CA'],
    [undefined, 'fr-BE', ['fr', 'fr-CA', 'en'], 'fr'],
    [undefined, 'fr', ['fr-CA', 'en'], 'en'],
    [undefined, 'es-ES, fr;q=0.9', ['fr-CA', 'fr', 'es'], 'es'],
    [undefined, 'fr-CA;q=0.2, en-gb;q=0.8', ['fr-CA', 'en-GB'], 'en-GB'],
    [undefined, 'fr-CA, en-gb;q=0.8', ['en-GB'], 'en-GB'],
    [undefined, 'fi, de;q=0.5', ['en'], 'predefined de'],
    [undefined, undefined, ['en', 'fr'], 'en'],
    [undefined, undefined, ['fr'], 'predefined en'],
    [undefined, 'fi', ['fr'], 'predefined en'],
    // An administrator's before the predefined one of its locale.
    [undefined, 'de', ['de', 'en'], 'de'],
    [undefined, 'de-AT', ['de-AT', 'en'], 'de-AT'],
    [undefined, 'de-CH', ['de-AT', 'en'], 'predefined de'],
    // A variant: its contents, then those of none.
    ['wire', 'fr-CA', ['fr-CA', 'wire/fr'], 'wire/fr'],
    ['WIRE', 'fr', ['fr', 'wire/fr'], 'wire/fr'],
    ['wire', 'fi', ['fi', 'wire/en'], 'wire/en'],
    ['wire', 'fi', ['fi', 'wire/sv'], 'fi'],
    ['wire', 'fi', ['fi', 'other/fi'], 'fi'],
    ['wire', 'fi', ['other/fi'], 'predefined en'],
    [undefined, 'fi', ['wire/fi', 'wire/en'], 'predefined en'],
  ];
  for (const [variant, locale, names, expected] of CASES) {
    test(`of [${names}] for ${variant ?? 'no variant'} in ${locale} is ${expected}`, () => {
      const byKey = new Map(names.map((name) => [contentKey(contentOf(name)), name]));
      const wanted = {
        template: 'strong_authentication',
        channel: 'SMS',
        ...(variant === undefined ? {} : { variant }),
        ...(locale === undefined ? {} : { locale }),
      } as const;
      const place = placesOf(wanted, 'en', PREDEFINED).find(
        ({ key, isPredefined }) => byKey.has(key) || isPredefined,
      );
      assert.equal(byKey.get(place?.key ?? '') ?? `predefined ${place?.locale}`, expected);
    });
  }
});

/** A store of these contents that counts how often it is asked. */
function storeOf(contents: TemplateContent[]) {
  let change: (environmentId: string) => void = () => {};
  const store = {
    asked: 0,
    list: async (table: string, environmentId: string, { where, limit }: ListQuery) => {
      // The default language is asked for beside the first of them.
      if (table !== 'template_contents') return [];
      store.asked += 1;
      const keys = where && 'values' in where ? where.values : undefined;
      const rows: Stored<TemplateContent>[] = contents
        .filter((doc) => !keys || keys.includes(contentKey(doc)))
        .map((doc) => ({ environmentId, id: contentKey(doc), version: 1, doc }));
      return rows.slice(0, limit) as never[];
    },
    onConfigurationChange: (listener: typeof change) => {
      change = listener;
      return () => {};
    },
    change: (environmentId: string) => change(environmentId),
  };
  return store;
}

describe('what was chosen', () => {
  const ENVIRONMENT = { environmentId: 'one' };
  const SMS = { ...ENVIRONMENT, template: 'strong_authentication', channel: 'SMS' } as const;
  function choosing(...contents: TemplateContent[]) {
    const warnings: object[] = [];
    const store = storeOf(contents);
    const log = { warn: (facts: object) => void warnings.push(facts) };
    return { store, warnings, contents, chosen: chooseContents(store as never, log as never) };
  }

  test('is known without asking anybody, until something changes', async () => {
    const { store, contents, chosen } = choosing();
    assert.deepEqual(await chosen.choose(SMS), { locale: 'en' });
    assert.equal(store.asked, 1);
    assert.deepEqual(chosen.choose(SMS), { locale: 'en' }, 'no promise');
    assert.deepEqual(await chosen.choose({ ...SMS, locale: 'et' }), { locale: 'en' });
    assert.equal(store.asked, 1);
    contents.push(contentOf('et'));
    store.change('another');
    assert.deepEqual(await chosen.choose({ ...SMS, locale: 'et' }), { locale: 'en' });
    store.change('one');
    const own = { locale: 'et', words: { content: 'et' } };
    assert.deepEqual(await chosen.choose({ ...SMS, locale: 'et' }), own);
    assert.equal(store.asked, 3);
    assert.deepEqual(chosen.choose({ ...SMS, locale: 'et' }), own);
  });

  test('is of the delivery method', async () => {
    const { chosen } = choosing(
      contentOf('en', 'Email'),
      contentOf('en', 'Push'),
      contentOf('en', 'WhatsApp'),
    );
    assert.deepEqual(await chosen.choose(SMS), { locale: 'en' });
    for (const channel of ['EMAIL', 'WHATSAPP', 'PUSH', 'APNS'] as const) {
      const { words } = await chosen.choose({ ...SMS, channel });
      assert.ok(words, channel);
    }
  });

  test('is asked for once by many at the same time', async () => {
    const { store, chosen } = choosing(contentOf('en'));
    const all = await Promise.all(Array.from({ length: 50 }, () => chosen.choose(SMS)));
    assert.ok(all.every(({ words }) => words?.content === 'en'));
    assert.equal(store.asked, 2);
  });

  test('is told where the variant is nobody’s, once', async () => {
    const { warnings, chosen } = choosing(contentOf('en'));
    const wanted = { ...SMS, variant: 'wire' };
    for (let times = 0; times < 3; times++) await chosen.choose(wanted);
    assert.deepEqual(warnings, [wanted]);
  });

  test('is asked for again after the store has failed', async () => {
    const { store, chosen } = choosing(contentOf('en'));
    const { list } = store;
    store.list = () => Promise.reject(new Error('gone'));
    await assert.rejects(async () => chosen.choose(SMS));
    store.list = list;
    assert.equal((await chosen.choose(SMS)).words?.content, 'en');
  });

  test('takes a bounded place', async () => {
    const contents = Array.from({ length: 1_000 }, (_, index) => ({
      ...contentOf('en'),
      variant: String(index),
      words: { content: 'x'.repeat(100_000) },
    }));
    const { chosen } = choosing(...contents);
    for (const { variant } of contents) await chosen.choose({ ...SMS, variant });
    assert.ok('then' in chosen.choose({ ...SMS, variant: '0' }), 'the oldest has made room');
    assert.equal('then' in chosen.choose({ ...SMS, variant: '999' }), false);
  });
});
