import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { boundTo, hostOf } from './origin-bound.ts';
import { renderWords } from './render.ts';

describe('a code that is bound to its site', () => {
  const HOSTS: readonly [unknown, string | undefined][] = [
    ['https://login.shop.example/start?x=1', 'login.shop.example'],
    ['https://SHOP.example:8443/', 'shop.example'],
    ['https://kahvia.äiti.example', 'kahvia.xn--iti-pla.example'],
    ['http://shop.example', undefined],
    ['https://127.0.0.1/', undefined],
    ['https://[::1]/', undefined],
    ['https://localhost/', undefined],
    ['shop.example', undefined],
    ['https://shop_1.example/', undefined],
    [undefined, undefined],
    [7, undefined],
  ];
  for (const [address, host] of HOSTS) {
    test(`of ${address} is for ${host}`, () => assert.equal(hostOf(address), host));
  }

  test('stays without its line where that made two messages of one', () => {
    const line = '\n\n@shop.example #482913';
    const room = 160 - line.length;
    assert.equal(boundTo('x'.repeat(room), 'shop.example', '482913'), 'x'.repeat(room) + line);
    const full = 'x'.repeat(room + 1);
    assert.equal(boundTo(full, 'shop.example', '482913'), full);
    assert.equal(boundTo('ő'.repeat(60), 'shop.example', '482913'), 'ő'.repeat(60));
  });

  const payload = {
    template: 'strong_authentication',
    variables: { otp: '482913', 'user.username': 'kaisa', 'environment.name': 'Shop' },
    homePageUrl: 'https://login.shop.example/',
  };
  test('is in predefined text messages, the last line alone', () => {
    const lines = renderWords('SMS', payload).text.split('\n');
    assert.deepEqual(lines.slice(1), ['', '@login.shop.example #482913']);
    assert.match(lines[0] ?? '', /^482913 is your passcode/);
  });

  test('is in nothing else', () => {
    for (const channel of ['EMAIL', 'VOICE', 'WHATSAPP'] as const) {
      assert.ok(!renderWords(channel, payload).text.includes('@login'), channel);
    }
    const words = { content: 'x' };
    assert.equal(renderWords('SMS', { ...payload, words }).text, 'x');
    const { otp: _, ...variables } = payload.variables;
    const transaction = { ...payload, template: 'transaction', variables };
    assert.ok(!renderWords('SMS', transaction).text.includes('@login'));
  });
});
