import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TEMPLATES } from './catalogue.ts';
import type { Content, ContentForm, Contents } from './contents/content.ts';
import { en } from './contents/en.ts';
import { directionOf } from './html.ts';
import { LANGUAGES, matchLocale } from './locale.ts';
import { PREDEFINED_CONTENTS, shownWords } from './predefined.ts';
import { renderWords } from './render.ts';
import { smsSize } from './segments.ts';

// As long as an SMS has to bear: the code of six digits, a name of 12 and one of 20.
const VALUES: Readonly<Record<string, string>> = {
  otp: '482913',
  code: '482913',
  'code.value': '482913',
  'user.username': 'kaisa.virtanen@shop1',
  'environment.name': 'Shop Nordics',
  'application.name': 'Checkout',
  'device.type': 'WHATSAPP',
  'device.nickname': 'Phone',
  amount: '1250,00',
  sum: '99,00',
  currency: 'EUR',
  recipient: 'Kivi Oy',
  'credential.name': 'Employee card Nordic',
  'app.open.url': 'https://shop.example/v/482913',
};

/** The letters that a language is written in; each text has some, Latin ones aside. */
const LETTERS: Readonly<Record<string, RegExp>> = {
  ar: /\p{Script=Arabic}{2}/u,
  he: /\p{Script=Hebrew}{2}/u,
  zh: /\p{Script=Han}{2}/u,
  ja: /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]{2}/u,
};
const LATIN = /^(\p{Script=Latin}|\P{L})+$/u;

const RIGHT_TO_LEFT = ['ar', 'he'];

const VENDOR = /ping ?(one|id|identity|federate)\b|countersign/i;
const UNFINISHED = /undefined|\$\{|\{%|\[object|<p>\s*<\/p>/;
const TEXTS = Object.entries(en).flatMap(([template, forms]) =>
  Object.keys(forms).map((form) => [template as keyof Contents, form as ContentForm] as const),
);

const contentOf = (contents: Contents, template: keyof Contents, form: ContentForm) =>
  (contents[template] as Partial<Record<ContentForm, Content>>)[form];

const partsOf = (content: Content) =>
  [content.subject, content.body].filter((part) => part !== undefined);

/** What it shows, and what it asks about. */
function variablesOf(content: Content): string[] {
  const found = partsOf(content)
    .join('\n')
    .matchAll(/\$\{([^}]*)\}|\{% (?:els)?if ([^%]*) %\}/g);
  return [
    ...new Set(Array.from(found, ([, shown, asked]) => (shown ? `\${${shown}}` : `${asked}?`))),
  ].sort();
}

/** The message as it goes out. */
function rendered(
  locale: string,
  template: keyof Contents,
  form: ContentForm,
  without: readonly string[] = [],
) {
  // One name can't be a value and hold others.
  const other = template === 'verification_code_template' ? 'code' : 'code.value';
  const variables = Object.entries(VALUES).filter(
    ([name]) => name !== other && !without.includes(name),
  );
  return renderWords(form, { template, locale, variables: Object.fromEntries(variables) });
}

const OPTIONAL = [
  'amount',
  'sum',
  'currency',
  'recipient',
  'device.type',
  'device.nickname',
  'credential.name',
];
const MISSING: readonly (readonly string[])[] = [
  [],
  ['amount'],
  ['amount', 'sum'],
  ['recipient'],
  ['device.nickname'],
  ['application.name'],
  ['credential.name'],
  OPTIONAL,
];

test('more than ten languages, and two of them from right to left', () => {
  assert.ok(LANGUAGES.size >= 10);
  assert.deepEqual(
    [...LANGUAGES.keys()].filter((locale) => directionOf(locale) === 'rtl'),
    RIGHT_TO_LEFT,
  );
});

for (const [locale, contents] of LANGUAGES) {
  describe(`the words in ${locale}`, () => {
    test('are found by the language, in any region', () => {
      for (const wanted of [locale, locale.toUpperCase(), `${locale}-XX`]) {
        assert.equal(matchLocale(wanted), locale);
      }
    });

    test('are there for every template and form of English, and no other', () => {
      const own = Object.entries(contents).flatMap(([template, forms]) =>
        Object.keys(forms).map((form) => `${template} ${form}`),
      );
      assert.deepEqual(own.sort(), TEXTS.map((names) => names.join(' ')).sort());
    });

    for (const [template, form] of TEXTS) {
      const english = contentOf(en, template, form);
      const content = contentOf(contents, template, form);
      if (!english || !content) continue;

      test(`${template} ${form} says what English says, in words of its own`, () => {
        assert.deepEqual(variablesOf(content), variablesOf(english));
        assert.equal(content.subject === undefined, english.subject === undefined);
        assert.equal(
          content.subject !== undefined,
          form === 'EMAIL' || form === 'PUSH' || template === 'wake_up',
        );
        for (const [other, theirs] of LANGUAGES) {
          const same = contentOf(theirs, template, form);
          if (other === locale) continue;
          assert.notEqual(content.body, same?.body);
          if (content.subject !== undefined) assert.notEqual(content.subject, same?.subject);
        }
      });

      test(`${template} ${form} reads well, whatever is missing`, () => {
        for (const without of template === 'transaction' && form !== 'PUSH'
          ? [...MISSING, ['otp']]
          : MISSING) {
          const { subject, text, html = '' } = rendered(locale, template, form, without);
          for (const words of subject === undefined ? [text] : [subject, text]) {
            assert.match(words, LETTERS[locale] ?? LATIN);
            assert.doesNotMatch(words, VENDOR);
            assert.doesNotMatch(words, UNFINISHED);
            assert.equal(words.trim(), words);
            assert.doesNotMatch(words, / {2}| [.,;،。]|\.\.|\(\)|（）|「」|\n{3}/);
          }
          assert.doesNotMatch(html, UNFINISHED);
        }
      });

      if (form !== 'SMS' || template === 'wake_up') continue;
      test(`${template} fits into one SMS`, () => {
        const { text } = rendered(locale, template, form, ['amount', 'sum', 'recipient']);
        const { segments, units, encoding } = smsSize(text);
        assert.equal(segments, 1, `${units} units of ${encoding}: ${text}`);
      });
    }

    test('give the passcode of an SMS before a phone stops looking', () => {
      for (const template of ['strong_authentication', 'device_pairing', 'transaction'] as const) {
        const { text } = rendered(locale, template, 'SMS');
        assert.ok(text.slice(0, 10).includes('482913'), text);
      }
    });

    test('can be spoken', () => {
      for (const [template, form] of TEXTS) {
        if (form !== 'VOICE') continue;
        const { text } = rendered(locale, template, form);
        assert.doesNotMatch(text, /[\n<>"“”„«»()/\u2066-\u2069]/);
      }
    });

    test('are e-mails in their language and direction', () => {
      const direction = RIGHT_TO_LEFT.includes(locale) ? 'rtl' : 'ltr';
      for (const [template, form] of TEXTS) {
        if (form !== 'EMAIL') continue;
        const { html = '' } = rendered(locale, template, form);
        assert.match(html, new RegExp(`<html lang="${locale}" dir="${direction}">`));
      }
    });
  });
}

for (const locale of RIGHT_TO_LEFT) {
  const contents = LANGUAGES.get(locale) ?? en;
  const written = TEXTS.filter(([, form]) => form !== 'VOICE').flatMap(([template, form]) => {
    const content = contentOf(contents, template, form);
    return content ? partsOf(content) : [];
  });

  test(`names in ${locale} stand apart, so that they reorder nothing`, () => {
    for (const text of written) {
      const apart = text.replace(/\u2068[^\u2068\u2069]*\u2069/g, '');
      const named = /\$\{(user|environment|application|credential|amount|sum|recipient)/;
      assert.doesNotMatch(apart, named, text);
      assert.equal(text.split('\u2068').length, text.split('\u2069').length);
    }
  });
}

test('Arabic has its own comma, semicolon and question mark', () => {
  for (const [template, form] of TEXTS) {
    const { subject = '؟', text } = rendered('ar', template, form);
    for (const words of [subject, text]) {
      assert.doesNotMatch(words, /\p{Script=Arabic}\u2069? ?[,;?]/u);
    }
  }
});

test('every predefined content that the API shows is there, and as an administrator could write it', () => {
  const known = [...TEMPLATES].flatMap(([name, { deliveryMethods, variables = {} }]) =>
    deliveryMethods
      .filter((method) => method !== 'WhatsApp')
      .flatMap((method) =>
        [...LANGUAGES.keys()].map((locale) => ({ name, method, locale, variables })),
      ),
  );
  for (const { name, method, locale, variables } of known) {
    const content = PREDEFINED_CONTENTS.find(
      (one) => one.template === name && one.deliveryMethod === method && one.locale === locale,
    );
    assert.ok(content, `${name} ${method} ${locale}`);
    const { subject, title, body, content: text } = shownWords(content);
    const words = [subject, title, body, text].join('\n');
    for (const [variable, { required, requiredForDeliveryMethods = [method] }] of Object.entries(
      variables,
    )) {
      if (!required || !requiredForDeliveryMethods.includes(method)) continue;
      assert.ok(words.includes(`\${${variable}}`), `${name} ${method} ${locale} says ${variable}`);
    }
    // Contract messages §2.4.
    assert.ok((subject ?? '').length <= 256 && (title ?? '').length <= 200);
    if (method === 'Push') assert.ok((body ?? '').length <= 400);
    if (method === 'SMS') assert.ok((text ?? '').length <= 660);
    if (method === 'Voice') assert.ok((text ?? '').length <= 1024);
  }
  assert.equal(PREDEFINED_CONTENTS.length, known.length);
});
