import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstMailbox } from './mail-identity.ts';

const SERVER = { name: 'Countersign', address: 'no-reply@mfa.example' };
const isTrusted = (address: string) => address.endsWith('@shop.example');

test('an e-mail is from the first who was chosen, with a name that was said before or there', () => {
  const platform = { name: 'PingOne', address: 'NoReply@pingidentity.com' };
  const shop = { name: 'Shop', address: 'a@shop.example' };
  for (const [said, mailbox] of [
    [[SERVER], SERVER],
    [[undefined, platform, SERVER], SERVER],
    [[{ name: 'PingOne' }, SERVER], SERVER],
    [[shop, SERVER], shop],
    [[{ name: 'Campaign' }, shop, SERVER], { name: 'Campaign', address: 'a@shop.example' }],
    [[{ name: 'Campaign' }, platform, SERVER], { name: 'Campaign', address: SERVER.address }],
    [[{ address: 'b@shop.example' }, shop], { name: '', address: 'b@shop.example' }],
    [[{ name: 'Eve', address: 'eve@evil.example' }, shop, SERVER], shop],
    [[{ address: 'a@shop.example\r\nBcc: x@shop.example' }, SERVER], SERVER],
    [[{ address: '' }, {}], undefined],
  ] as const) {
    const found = firstMailbox(said, (address) => address === SERVER.address || isTrusted(address));
    assert.deepEqual(found, mailbox, JSON.stringify(said));
  }
});
