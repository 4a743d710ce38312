import assert from 'node:assert/strict';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { isPublicAddress, PrivateAddressError, publicLookup } from './public-address.ts';

test('special networks are not public, in whatever form they are written', () => {
  for (const address of [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.19.0.1',
    '198.51.100.7',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    // IPv4 in IPv6: compatible, mapped, translated, NAT64, 6to4, Teredo.
    '::7f00:1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '::ffff:0:7f00:1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::',
    '2001:0:7f00:1::',
    '2001:db8::1',
    '3fff:1::1',
    '5f00::1',
    'fd00::1',
    'fe80::1',
    'fec0::1',
    'ff02::1',
    'no address',
    '',
  ]) {
    assert.ok(!isPublicAddress(address), address);
  }
  for (const address of [
    '8.8.8.8',
    '172.15.0.1',
    '192.0.1.1',
    '2001:4860:4860::8888',
    '2606:4700::1111',
  ]) {
    assert.ok(isPublicAddress(address), address);
  }
});

test('a name that leads inside is not looked up', async () => {
  const look = promisify(publicLookup);
  for (const all of [true, false]) {
    await assert.rejects(look('localhost', { all }), PrivateAddressError);
  }
});
