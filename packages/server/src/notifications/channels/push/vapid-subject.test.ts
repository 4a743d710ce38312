import assert from 'node:assert/strict';
import { test } from 'node:test';
import { vapidSubject } from './vapid-subject.ts';

const DEFAULT_SENDER = 'Countersign <no-reply@localhost>';

test('a push service is told the server, or else who writes its e-mail', () => {
  const sender = 'Shop <mfa@shop.example>';
  assert.equal(vapidSubject('https://mfa.shop.example', sender), 'https://mfa.shop.example');
  assert.equal(vapidSubject('http://127.0.0.1:8080', sender), 'mailto:mfa@shop.example');
  assert.equal(vapidSubject('https://localhost:8443', sender), 'mailto:mfa@shop.example');
});

test('what can only be this machine is nobody to turn to', () => {
  for (const url of [
    'http://mfa.shop.example',
    'https://localhost',
    'https://127.0.0.1:8443',
    'https://[::1]',
    'https://mfa.localhost',
  ]) {
    assert.equal(vapidSubject(url, DEFAULT_SENDER), undefined, url);
  }
});
