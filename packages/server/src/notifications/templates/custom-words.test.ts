// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of contents.
/** The words of administrators, with values of anybody; contract messages §2.4, §2.6, §11. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ChannelName } from '../message.ts';
import type { ContentWords } from './content-words.ts';
import { renderWords } from './render.ts';

const OURS = { otp: '482913', 'user.username': 'kaisa', 'environment.name': 'Shop' };

const render = (
  channel: ChannelName | 'PUSH',
  words: ContentWords,
  variables: Record<string, string> = OURS,
  template = 'strong_authentication',
) => renderWords(channel, { template, locale: 'et', words, variables });

const sms = (content: string, variables?: Record<string, string>) =>
  render('SMS', { content }, variables).text;

describe('a content of an administrator', () => {
  const CASES: readonly [string, string, Record<string, string>?][] = [
    ['${otp} ${OTP} ${Otp}', '482913 482913 482913'],
    ['${ otp }', '482913'],
    ['Hello ${User.Username}', 'Hello kaisa'],
    ['${nobody.knows}!', '!'],
    ['${}$${otp}{otp}$otp ${otp', '$482913{otp}$otp ${otp'],
    ['${shop}', 'Kivi', { shop: 'Kivi' }],
    ['${Shop}', 'Kivi', { shop: 'Kivi' }],
    ['${shop} ${SHOP}', 'one two', { shop: 'one', SHOP: 'two' }],
    // What the server sets in another case is still what the server sets.
    ['${OTP}', '482913', { otp: '482913', OTP: '000000' }],
    ['${user.name.given}', '', { 'USER.NAME.GIVEN': 'Mallory' }],
    // No prototype, no length, nothing but variables.
    ['${constructor}${__proto__}${otp.length}${toString}', ''],
    ['${environment}${vault}${process.env.PATH}${settings}', ''],
    // A value is never read again.
    ['${a}', '${otp}', { a: '${otp}', otp: '482913' }],
    ['${a}', '$& $1 $$ $`', { a: '$& $1 $$ $`' }],
    ['${a}', '{{ 7 }}{% raw %}', { a: '{{ 7 }}{% raw %}' }],
    ['${a}', 'one two', { a: 'one\r\ntwo' }],
    ['${a}', 'one two', { a: 'one\u202e\u2066two' }],
    // What looks like Liquid comes out as it is.
    ["{% include '/etc/passwd' %}{{ otp }}", "{% include '/etc/passwd' %}{{ otp }}"],
    ['{% if otp %}x{% endif %}', '{% if otp %}x{% endif %}'],
    ['${otp | upcase}', ''],
    ['one\\ntwo', 'one\ntwo'],
    ['one\ntwo', 'one\ntwo'],
  ];
  for (const [content, text, variables] of CASES) {
    test(`${JSON.stringify(content)} is ${JSON.stringify(text)}`, () => {
      assert.equal(sms(content, variables), text);
    });
  }

  test('breaks lines by their two characters in strong_authentication only', () => {
    const { text } = render('SMS', { content: 'one\\ntwo' }, OURS, 'transaction');
    assert.equal(text, 'one\\ntwo');
  });

  test('is HTML with a plain text beside it, values are text in both', () => {
    const words = {
      subject: 'For ${a}',
      body: '<p>Hello <b>${a}</b>,</p><p>${otp}</p>',
      from: { name: 'Shop', address: 'shop@shop.example' },
      replyTo: { address: 'help@shop.example' },
      charset: 'iso-8859-5',
      emailContentType: 'text/html',
    } as const;
    const a = '<img src=x onerror="alert(1)">&\'';
    const { subject, text, html, from, replyTo, charset, locale } = render('EMAIL', words, {
      ...OURS,
      a,
    });
    assert.equal(subject, `For ${a}`);
    assert.equal(text, `Hello ${a},\n\n482913`);
    assert.equal(
      html,
      '<p>Hello <b>&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;</b>,</p><p>482913</p>',
    );
    assert.deepEqual([from, replyTo, charset], [words.from, words.replyTo, words.charset]);
    assert.equal(locale, 'et');
  });

  test('is plain text where it says so', () => {
    const words = {
      subject: 'x',
      body: 'a <b>${otp}</b>\nb',
      emailContentType: 'text/plain',
    } as const;
    const { text, html } = render('EMAIL', words);
    assert.equal(text, 'a <b>482913</b>\nb');
    assert.equal(html, undefined);
  });

  test('has the predefined subject or title where it has none of its own', () => {
    assert.equal(render('EMAIL', { body: '${otp}' }).subject, 'Your passcode for Shop');
    const { subject, text, pushCategory } = render('PUSH', { body: 'x' });
    assert.deepEqual([subject, text, pushCategory], ['Sign in to Shop?', 'x', undefined]);
  });

  test('keeps a subject to its line', () => {
    const { subject } = render(
      'EMAIL',
      { subject: '${a}', body: 'x' },
      { a: 'x\r\nBcc: y', 'environment.name': 'S', 'user.username': 'k' },
    );
    assert.equal(subject, 'x Bcc: y');
  });

  test('of a push has a category', () => {
    const words = {
      title: 'For ${amount}',
      body: 'to ${to}',
      pushCategory: 'APPROVE_AND_OPEN_APP',
    } as const;
    const rendered = render('FCM', words, { amount: '5', to: 'K' }, 'wake_up');
    assert.deepEqual(
      [rendered.subject, rendered.text, rendered.pushCategory],
      ['For 5', 'to K', 'APPROVE_AND_OPEN_APP'],
    );
  });

  test('of a call is spoken in pieces, and a value is none of them', () => {
    const words = {
      content:
        '<repeatMessage val=2>${a}: <sayCharValue>${otp}</sayCharValue><pause1sec></repeatMessage>',
      voice: 'Alice',
    };
    const { speech, text, voice } = render('VOICE', words, { ...OURS, a: '<pause1sec>' });
    assert.deepEqual(speech, [
      {
        repeat: 2,
        parts: [{ say: '<pause1sec>: ' }, { spell: '482913' }, { pauseSeconds: 1 }],
      },
    ]);
    assert.match(text, /^<pause1sec>: 4\. 8\. 2\. 9\. 1\. 3, /);
    assert.equal(voice, 'Alice');
  });

  test('of a text message has a sender, of WhatsApp a template', () => {
    assert.equal(render('SMS', { content: 'x', sender: 'Shop' }).sender, 'Shop');
    const whatsAppTemplate = { id: '1', name: 'code', category: 'AUTHENTICATION', language: 'fi' };
    const rendered = render('WHATSAPP', { whatsAppTemplate });
    assert.deepEqual(rendered.whatsAppTemplate, whatsAppTemplate);
  });
});

describe('a predefined call', () => {
  test('spells its code, and what a caller gives is no markup', () => {
    const { speech = [] } = renderWords('VOICE', {
      template: 'strong_authentication',
      variables: { ...OURS, 'environment.name': '<sayCharValue>x' },
    });
    assert.equal(speech.filter((part) => 'spell' in part && part.spell === '482913').length, 2);
    assert.ok(speech.some((part) => 'say' in part && part.say.includes('<sayCharValue>x')));
  });
});
