// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of Liquid.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Liquid } from 'liquidjs';
import type { ChannelName, MessagePayload } from '../message.ts';
import { isKnownTemplate, KNOWN_TEMPLATES } from './catalogue.ts';
import { matchLocale } from './locale.ts';
import { isRenderTimeout, renderWords } from './render.ts';

const PASSCODE_VARIABLES = {
  otp: '482913',
  'user.username': 'kaisa',
  'environment.name': 'Shop',
};
const NOTICE_VARIABLES = {
  'user.username': 'kaisa',
  'environment.name': 'Shop',
  'device.type': 'SMS',
  'device.nickname': '',
};
const CHANNELS: readonly ChannelName[] = ['EMAIL', 'SMS', 'VOICE', 'WHATSAPP', 'FCM'];

function payload(template: string, variables: Record<string, string>): MessagePayload {
  return { to: { address: 'kaisa@shop.example' }, template, variables };
}

describe('the default templates', () => {
  for (const template of KNOWN_TEMPLATES) {
    for (const channel of CHANNELS) {
      test(`${template} has words for ${channel} with what each kind of message brings`, () => {
        for (const variables of [PASSCODE_VARIABLES, NOTICE_VARIABLES]) {
          const needsOtp = template === 'strong_authentication' || template === 'device_pairing';
          if (needsOtp && !('otp' in variables)) continue;
          const words = renderWords(channel, payload(template, variables));
          assert.match(words.text, /Shop|kaisa/);
          assert.doesNotMatch(words.text, /\$\{|\{%|undefined|\[object/);
          assert.equal(words.subject !== undefined, channel === 'EMAIL' || channel === 'FCM');
          assert.equal(words.html !== undefined, channel === 'EMAIL');
        }
      });
    }
  }

  test('show the passcode once in e-mail, and digit by digit in speech', () => {
    const written = renderWords('EMAIL', payload('strong_authentication', PASSCODE_VARIABLES));
    assert.equal(written.text.split('482913').length, 2);
    assert.match(written.html ?? '', />482913</);
    assert.doesNotMatch(written.subject ?? '', /482913/);
    const spoken = renderWords('VOICE', payload('strong_authentication', PASSCODE_VARIABLES));
    assert.match(spoken.text, /4\. 8\. 2\. 9\. 1\. 3\./);
    assert.doesNotMatch(spoken.text, /482913/);
  });

  test('say what a transaction is about', () => {
    const variables = {
      ...PASSCODE_VARIABLES,
      amount: '1 250,00',
      currency: 'EUR',
      recipient: 'K',
    };
    for (const channel of CHANNELS) {
      const { text } = renderWords(channel, payload('transaction', variables));
      assert.match(text, /1 250,00 EUR/);
    }
  });

  test('are found in any case of letters, and no others', () => {
    assert.ok(isKnownTemplate('STRONG_AUTHENTICATION'));
    for (const name of ['', 'strong', 'constructor', '__proto__', 'toString']) {
      assert.equal(isKnownTemplate(name), false);
      assert.throws(() => renderWords('SMS', payload(name, PASSCODE_VARIABLES)));
    }
  });

  test('do not go out without what they must say', () => {
    assert.throws(() => renderWords('SMS', payload('strong_authentication', NOTICE_VARIABLES)));
  });
});

describe('variables', () => {
  const HOSTILE = [
    '{{ 7 | times: 7 }}',
    '${otp}',
    '${ environment.name | upcase }',
    "{% include '/etc/passwd' %}",
    '{% for i in (1..100000000) %}x{% endfor %}',
    '{% raw %}',
    '%}${',
    '<script>alert(1)</script>',
    '"\'><img src=x onerror=alert(1)>',
  ];

  test('come out literally, and as text in HTML', () => {
    for (const amount of HOSTILE) {
      const variables = { ...PASSCODE_VARIABLES, amount, 'user.username': amount };
      const {
        text,
        html = '',
        subject = '',
      } = renderWords(
        'EMAIL',
        payload('transaction', { ...variables, 'environment.name': amount }),
      );
      assert.ok(text.includes(`Amount: ${amount}\n`), text);
      assert.ok(text.includes(`Hello ${amount},`));
      assert.ok(subject.endsWith(amount));
      assert.doesNotMatch(html, /<script|<img/);
      assert.doesNotMatch(html, /49|Shop/i);
    }
  });

  test('stay on their line', () => {
    const breaks = 'x\r\nBcc: everybody@shop.example\u2028\u0000\u202ey';
    const variables = {
      ...PASSCODE_VARIABLES,
      amount: breaks,
      'environment.name': breaks,
      'user.username': breaks,
    };
    const { text, html, subject } = renderWords('EMAIL', payload('transaction', variables));
    assert.equal(subject, 'Approve a transaction for x Bcc: everybody@shop.example y');
    for (const words of [text, html]) assert.doesNotMatch(words ?? '', /^Bcc|[\r\u2028\0\u202e]/m);
  });

  test('of a caller do not take the place of ours', () => {
    const variables = {
      otp: '482913',
      'otp.a': 'x',
      'user.username': 'kaisa',
      user: 'mallory',
      'user.username.x': 'mallory',
      'environment.name': 'Shop',
      environment: 'mallory',
    };
    const { text } = renderWords('EMAIL', payload('strong_authentication', variables));
    assert.match(text, /^Hello kaisa,.*482913/s);
    assert.doesNotMatch(text, /mallory/);
  });

  test('with the names of prototypes touch nothing', () => {
    const variables = {
      ...PASSCODE_VARIABLES,
      '__proto__.amount': '1',
      'constructor.prototype.amount': '1',
      'a..b': '1',
      '.': '1',
      '': '1',
    };
    const { text } = renderWords('SMS', payload('transaction', variables));
    assert.match(text, /^482913 approves a transaction for Shop\. /);
    assert.equal(({} as Record<string, unknown>).amount, undefined);
  });
});

describe('a message whose rendering takes too long', () => {
  test('is told from one that can’t be rendered, since the machine may have been busy', () => {
    const slow = new Liquid({ renderLimit: -1 });
    assert.throws(() => slow.parseAndRenderSync('Hello'), isRenderTimeout);
    assert.throws(
      () => renderWords('SMS', { template: 'transaction', variables: {} }),
      (thrown) => !isRenderTimeout(thrown),
    );
  });
});

describe('the language of a message', () => {
  const available = new Set(['en', 'fr', 'fr-ca', 'pt-br']);
  const CASES: readonly [string | undefined, string][] = [
    ['fr-CA', 'fr-ca'],
    ['fr_CA', 'fr-ca'],
    ['fr-BE', 'fr'],
    ['zh-Hant-TW', 'en'],
    ['pt', 'en'],
    ['FR', 'fr'],
    ['fr;q=0.9, en', 'en'],
    ['fr;q=0.5, de;q=0.9, fr-CA;q=0.7', 'fr-ca'],
    ['de, pt-BR;q=0.1', 'pt-br'],
    ['fr;q=0, pt-BR;q=0.1', 'pt-br'],
    ['fr;q=9, pt-BR;q=0.1', 'pt-br'],
    ['*, fr;q=0.1', 'fr'],
    ['', 'en'],
    [undefined, 'en'],
  ];
  for (const [wanted, found] of CASES) {
    test(`${wanted} is answered in ${found}`, () => {
      assert.equal(matchLocale(wanted, available), found);
    });
  }
});
