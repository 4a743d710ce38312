// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RenderedMessage } from '../channel.ts';
import { messageVariables } from './message-variables.ts';
import { fillTemplate, hasFixedOrigin, type RequestTemplate } from './request-template.ts';

const TEXT = 'Käyttö: "1 + 1" & \\ 50%\n${otp}';
const message: RenderedMessage = {
  id: 'message-1',
  to: { address: '+358401234567' },
  locale: 'fi',
  text: TEXT,
  variables: { otp: '482913', 'user.username': 'kaisa', Amount: '5', amount: '6', to: '+666' },
};
const fill = (template: Partial<RequestTemplate>) =>
  fillTemplate(
    { method: 'POST', url: 'https://sms.example/send', ...template },
    messageVariables(message, { from: '+15125550000' }),
    message.id,
  );

describe('values are encoded for their place', () => {
  test('percent-encoded in the URL', () => {
    const { url } = fill({ url: 'https://sms.example/${to}?text=${message}&from=${from}' });
    assert.ok(url.startsWith('https://sms.example/%2B358401234567?text=K%C3%A4ytt%C3%B6%3A%20%22'));
    assert.equal(new URL(url).searchParams.get('text'), TEXT);
    assert.equal(new URL(url).searchParams.get('from'), '+15125550000');
  });

  test('form-encoded in a form, so a plus stays one', () => {
    for (const headers of [
      {},
      { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
    ]) {
      const call = fill({ headers, body: 'To=${to}&Body=${message}' });
      assert.match(call.body ?? '', /^To=%2B358401234567&Body=K%C3%A4ytt%C3%B6%3A\+%22/);
      const fields = new URLSearchParams(call.body);
      assert.deepEqual([fields.get('To'), fields.get('Body')], ['+358401234567', TEXT]);
      assert.match(call.headers['content-type'] ?? '', /^application\/x-www-form-urlencoded/);
    }
  });

  test('as the fields of a form, without those that are empty', () => {
    const { body } = fill({ form: { To: '${to}', Body: '${message}', 'a b': '&', Sid: '${no}' } });
    const fields = Object.fromEntries(new URLSearchParams(body));
    assert.deepEqual(fields, { To: '+358401234567', Body: TEXT, 'a b': '&' });
  });

  test('as a part of a string in JSON, which needs no content type', () => {
    for (const headers of [{}, { 'content-type': 'application/vnd.shop+json' }]) {
      const call = fill({ headers, body: '{"to":["${to}"],"text":"Hi ${message}"}' });
      assert.deepEqual(JSON.parse(call.body ?? ''), { to: ['+358401234567'], text: `Hi ${TEXT}` });
      assert.match(call.headers['content-type'] ?? '', /json/);
    }
  });

  test('as a string of its own where it stands outside of one, but for a message that is JSON', () => {
    const headers = { 'content-type': 'application/json' };
    const body = '{ ${message}, "a": ${to}, "b": "\\"${otp}" }';
    const json = { ...message, text: '"c": [1]' };
    const look = messageVariables(json);
    const call = fillTemplate({ method: 'POST', url: 'https://a.example', headers, body }, look);
    assert.deepEqual(JSON.parse(call.body ?? ''), { a: '+358401234567', b: '"482913', c: [1] });
  });

  test('without lines of their own in headers, in UTF-8', () => {
    const { headers } = fill({ headers: { 'X-Text': '${message}\r\nBcc: eve@evil.example' } });
    const value = Buffer.from(headers['x-text'] ?? '', 'latin1').toString('utf8');
    assert.equal(value, `${TEXT.replace('\n', ' ')} Bcc: eve@evil.example`);
  });

  test('as they are in another body', () => {
    const { body } = fill({ headers: { 'content-type': 'text/plain' }, body: '${to}: ${message}' });
    assert.equal(body, `+358401234567: ${TEXT}`);
  });

  test('a value is never read again, and none that is missing stays in the text', () => {
    const { body } = fill({
      headers: { 'content-type': 'text/plain' },
      body: '<${nobody}|${otp}>',
    });
    assert.equal(body, '<|482913>');
  });

  test('a half of a surrogate pair breaks no URL', () => {
    const call = fillTemplate({ method: 'GET', url: 'https://a.example/?x=${x}' }, () => '\ud800');
    assert.equal(call.url, 'https://a.example/?x=%EF%BF%BD');
  });
});

test('names: the predefined ignore case and come first, others are exact first', () => {
  const headers = { 'content-type': 'text/plain' };
  const { body } = fill({
    headers,
    body: '${OTP} ${To} ${user.user.name} ${amount} ${Amount} ${AMOUNT}',
  });
  assert.match(body ?? '', /^482913 \+358401234567 kaisa 6 5 [56]$/);
});

test('the message’s id is the header that its provider knows repetitions by', () => {
  const { headers } = fill({ idempotencyHeader: 'I-Twilio-Idempotency-Token' });
  assert.equal(headers['i-twilio-idempotency-token'], 'message-1');
});

test('no value chooses the host', () => {
  for (const url of ['https://sms.example/${to}', 'https://sms.example?to=${to}', 'https://a.b']) {
    assert.ok(hasFixedOrigin(url), url);
  }
  for (const url of [
    'https://${to}/send',
    'https://sms.example${to}/x',
    'https://sms.example:${to}/',
    'https://${user.username}@sms.example/',
    'https://user@sms.example/',
    '${message}',
    'ftp://sms.example/',
  ]) {
    assert.ok(!hasFixedOrigin(url), url);
  }
});
