import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllowedOrigin, isRelyingPartyId } from './relying-party.ts';

test('a relying party is a host name, and never an address, a port or a suffix of nothing', () => {
  for (const id of ['login.shop.example', 'shop.example', 'localhost', 'xn--kx-1ia.example']) {
    assert.ok(isRelyingPartyId(id), id);
  }
  const wrong = ['', '.', 'Shop.example', '127.0.0.1', '[::1]', 'shop.example:443', 'a..b', '-a.b'];
  for (const id of [...wrong, 'https://shop.example', 'shop.example/', `${'a'.repeat(64)}.b`]) {
    assert.ok(!isRelyingPartyId(id), id);
  }
});

test('an origin is of the relying party, or below it, over HTTPS or on this machine', () => {
  const rp = 'shop.example';
  for (const origin of [
    'https://shop.example',
    'https://a.shop.example',
    'https://shop.example:8443',
  ]) {
    assert.ok(isAllowedOrigin(origin, rp), origin);
  }
  const wrong = [
    'http://shop.example',
    'https://shop.example.evil.example',
    'https://evilshop.example',
    'https://example',
    'https://shop.example/',
    'https://SHOP.example',
    'https://user@shop.example',
    'shop.example',
    'null',
    '',
  ];
  for (const origin of wrong) assert.ok(!isAllowedOrigin(origin, rp), origin);
  assert.ok(isAllowedOrigin('http://localhost:4110', 'localhost'));
  assert.ok(!isAllowedOrigin('http://127.0.0.1:4110', 'localhost'));
});

test('a related origin is taken as it is written', () => {
  const related = ['https://shop.test', 'android:apk-key-hash:abc'];
  for (const origin of related) assert.ok(isAllowedOrigin(origin, 'shop.example', related), origin);
  assert.ok(!isAllowedOrigin('https://www.shop.test', 'shop.example', related));
});
