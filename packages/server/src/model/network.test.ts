import assert from 'node:assert/strict';
import { test } from 'node:test';
import { networkOf } from './network.ts';

test('an address of IPv4 counts for itself, in whatever form it comes', () => {
  assert.equal(networkOf('192.0.2.7'), '192.0.2.7');
  assert.equal(networkOf('::ffff:192.0.2.7'), '192.0.2.7');
  assert.notEqual(networkOf('192.0.2.7'), networkOf('192.0.2.8'));
});

test('all addresses of a /64 of IPv6 count as one', () => {
  const one = networkOf('2001:db8:1:2::1');
  assert.equal(one, '2001:db8:1:2::/64');
  for (const address of [
    '2001:db8:1:2:ffff:ffff:ffff:ffff',
    '2001:0DB8:0001:0002::',
    '2001:db8:1:2:0:0:0:9%eth0',
    '2001:db8:1:2::192.0.2.7',
  ]) {
    assert.equal(networkOf(address), one, address);
  }
  for (const address of ['2001:db8:1:3::1', '2001:db8::1', '::1', 'fe80::1']) {
    assert.notEqual(networkOf(address), one, address);
  }
  assert.equal(networkOf('::1'), '0:0:0:0::/64');
});
