import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SettingsError } from '../../../config/settings.ts';
import {
  protocolOfPort,
  readGreeting,
  readSender,
  readSmtpUrl,
  smtpServerOf,
} from './smtp-settings.ts';

describe('the SMTP address', () => {
  test('smtps:// speaks TLS at once', () => {
    const server = readSmtpUrl('smtps://a%40b:p%3Aw@mail.example');
    assert.equal(server.secure, true);
    assert.equal(server.port, 465);
    assert.deepEqual(server.auth, { user: 'a@b', pass: 'p:w' });
    assert.equal(server.tls.rejectUnauthorized, true);
  });

  test('a password goes over TLS only, except on the same machine', () => {
    assert.equal(readSmtpUrl('smtp://u:p@mail.example').requireTLS, true);
    assert.equal(readSmtpUrl('smtp://u:p@mail.example?requireTLS=false').requireTLS, false);
    assert.equal(readSmtpUrl('smtp://mail.example').requireTLS, false);
    for (const host of ['127.0.0.1', 'localhost', '[::1]']) {
      const server = readSmtpUrl(`smtp://u:p@${host}:2525`);
      assert.equal(server.requireTLS, false);
      assert.equal(server.ignoreTLS, true);
      assert.equal(server.port, 2525);
    }
  });

  test('sets nothing but what is meant to be set', () => {
    const server = readSmtpUrl('smtp://mail.example?debug=true&logger=true&host=other.example');
    assert.deepEqual(Object.keys(server).sort(), [
      'host',
      'ignoreTLS',
      'port',
      'requireTLS',
      'secure',
      'tls',
    ]);
    assert.equal(server.host, 'mail.example');
  });

  test('stops the start when it makes no sense, and is not quoted', () => {
    for (const text of ['http://mail.example', 'mail.example:25', 'smtp://', 'smtp://u:%zz@h']) {
      assert.throws(
        () => readSmtpUrl(text),
        (error: unknown) => error instanceof SettingsError && !error.message.includes('%zz'),
      );
    }
  });
});

test('an environment’s mail server is spoken to by TLS, at its usual ports after STARTTLS', () => {
  for (const [port, protocol] of [
    [25, 'SMTP'],
    [587, 'SMTP'],
    [2525, 'SMTP'],
    [465, 'SMTPS'],
    [4650, 'SMTPS'],
  ] as const) {
    assert.equal(protocolOfPort(port), protocol);
    const server = smtpServerOf({ host: '127.0.0.1', port, username: 'u', password: 'p' });
    const { secure, requireTLS, ignoreTLS, tls } = server;
    const isTurned = protocol === 'SMTP';
    assert.deepEqual([secure, requireTLS, ignoreTLS], [!isTurned, isTurned, false]);
    assert.equal(tls.rejectUnauthorized, true);
  }
});

describe('the sender', () => {
  test('is an address with or without a name', () => {
    assert.deepEqual(readSender('no-reply@shop.example'), {
      name: '',
      address: 'no-reply@shop.example',
    });
    for (const text of ['Shop Ltd <a@shop.example>', '"Shop Ltd" <a@shop.example>']) {
      assert.deepEqual(readSender(text), { name: 'Shop Ltd', address: 'a@shop.example' });
    }
  });

  test('is one address', () => {
    for (const text of [
      '',
      'Shop',
      'a@b, c@d',
      'A <a@b> <c@d>',
      'A\r\nBcc: x <a@b>',
      'A <a b@c>',
    ]) {
      assert.throws(() => readSender(text), SettingsError, text);
    }
  });
});

test('mail servers are greeted by what is set, or by the public URL’s host where it is a name', () => {
  for (const [set, publicUrl, greeting] of [
    [undefined, 'https://mfa.shop.example/mfa', 'mfa.shop.example'],
    [undefined, 'https://müller.example', 'xn--mller-kva.example'],
    [undefined, 'http://127.0.0.1:4110', undefined],
    [undefined, 'http://[::1]:4110', undefined],
    [undefined, 'http://localhost:4110', undefined],
    [undefined, undefined, undefined],
    ['relay.shop.example', 'https://mfa.shop.example', 'relay.shop.example'],
    ['mailhost', undefined, 'mailhost'],
    ['[203.0.113.9]', undefined, '[203.0.113.9]'],
  ] as const) {
    assert.equal(readGreeting(set, publicUrl), greeting, `${set} ${publicUrl}`);
  }
  for (const set of ['a b', 'a\r\nMAIL FROM:<x@y>', '<x>', '']) {
    assert.throws(() => readGreeting(set, undefined), SettingsError, set);
  }
});
