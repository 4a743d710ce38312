import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MESSAGE_ALLOWANCE_MS, MESSAGES_PER_ADDRESS_MAX } from '../../config/limits.ts';
import { createSendBounds, type Sending } from './send-bounds.ts';

const sending = (more: Partial<Sending> = {}): Sending => ({
  request: {},
  environmentId: 'e',
  channel: 'EMAIL',
  address: 'a@shop.example',
  now: 1_000,
  ...more,
});

test('an address has its allowance, which fills again by and by', () => {
  const bounds = createSendBounds();
  for (let sent = 0; sent < MESSAGES_PER_ADDRESS_MAX; sent++) bounds.count(sending());
  const refused = (more: Partial<Sending>) =>
    assert.throws(() => bounds.count(sending(more)), { code: 'REQUEST_FAILED' });
  refused({});
  refused({ address: 'A@shop.example' });
  bounds.count(sending({ address: 'b@shop.example' }));
  bounds.count(sending({ environmentId: 'f' }));
  const now = 1_000 + MESSAGE_ALLOWANCE_MS;
  refused({ now: now - 1 });
  bounds.count(sending({ now }));
  refused({ now });
});

test('a request counts once, however often it is decided', () => {
  const bounds = createSendBounds();
  const request = {};
  for (let tries = 0; tries < 500; tries++) bounds.count(sending({ request }));
  for (let sent = 1; sent < MESSAGES_PER_ADDRESS_MAX; sent++) bounds.count(sending());
  assert.throws(() => bounds.count(sending()));
});
