/** The providers of the tests refuse what the real ones are documented to refuse. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { startSyniverse } from './syniverse-server.ts';
import { startTwilio } from './twilio-server.ts';
import { startWhatsApp } from './whats-app-server.ts';

const TO = '+12025550123';
const asJson = (token: string) => ({
  authorization: `Bearer ${token}`,
  'content-type': 'application/json',
});

describe('the providers of the tests', () => {
  test('Twilio refuses accounts and forms that are not as documented', async () => {
    const twilio = await startTwilio();
    try {
      const { sid, authToken, services, verifyServiceId } = twilio.account;
      const account = `${twilio.url}/2010-04-01/Accounts/${sid}`;
      const basic = (password: string) =>
        `Basic ${Buffer.from(`${sid}:${password}`).toString('base64')}`;
      async function post(url: string, form: Record<string, string>, headers = {}) {
        const response = await fetch(url, {
          method: 'POST',
          headers: { authorization: basic(authToken), ...headers },
          body: new URLSearchParams(form),
        });
        return ((await response.json()) as { code?: number }).code;
      }
      const message = { To: TO, From: '+12025550100', Body: 'x' };
      const messages = `${account}/Messages.json`;
      assert.equal(await post(messages, message), undefined);
      assert.equal(await post(messages, message, { authorization: basic('x') }), 20_003);
      assert.equal(await post(messages, message, { 'content-type': 'text/plain' }), 21_604);
      for (const [code, wrong] of [
        [21_211, { To: '12025550123' }],
        [21_602, { Body: '' }],
        [21_617, { Body: 'x'.repeat(1_601) }],
        [21_606, { From: '+12025550199' }],
        [21_603, { MessagingServiceSid: services[0]?.sid ?? '' }],
        [21_609, { StatusCallback: 'here' }],
        [21_604, { Unknown: 'x' }],
      ] as [number, Record<string, string>][]) {
        assert.equal(await post(messages, { ...message, ...wrong }), code, JSON.stringify(wrong));
      }
      const call = { To: TO, From: '+12025550100', Twiml: '<Response></Response>' };
      const calls = `${account}/Calls.json`;
      assert.equal(await post(calls, call), undefined);
      assert.equal(await post(calls, { ...call, Twiml: 'Hello.' }), 21_205);
      assert.equal(await post(calls, { ...call, SendDigits: '1,2' }), 21_215);
      const verification = { To: TO, Channel: 'sms', CustomCode: '482913' };
      const verifications = `${twilio.url}/v2/Services/${verifyServiceId}/Verifications`;
      assert.equal(await post(verifications, verification), undefined);
      for (const wrong of [{ Channel: 'fax' }, { CustomCode: '123' }, { To: 'x' }]) {
        assert.equal(await post(verifications, { ...verification, ...wrong }), 60_200);
      }
      assert.equal(await post(`${verifications}/${TO}`, { Status: 'over' }), 60_200);
    } finally {
      twilio.close();
    }
  });

  test('Syniverse refuses tokens and bodies that are not as documented', async () => {
    const syniverse = await startSyniverse();
    try {
      const { authToken, senders } = syniverse.account;
      async function post(path: string, body: object, token = authToken) {
        const response = await fetch(syniverse.apiUrl + path, {
          method: 'POST',
          headers: asJson(token),
          body: JSON.stringify(body),
        });
        return ((await response.json()) as { error_code?: string }).error_code;
      }
      const path = '/messaging/message_requests';
      const message = { from: `sender_id:${senders[0]?.id}`, to: [TO], body: 'x' };
      assert.equal(await post(path, message), undefined);
      assert.equal(await post(path, message, 'other'), 'SCG_ERROR_4010');
      for (const [code, wrong] of [
        ['SCG_ERROR_40025', { to: TO }],
        ['SCG_ERROR_40025', { from: senders[0]?.id }],
        ['SCG_ERROR_40025', { unknown: true }],
        ['SCG_ERROR_40024', { to: ['12025550123'] }],
        ['SCG_ERROR_40018', { from: `sender_id:${senders[2]?.id}` }],
      ] as const) {
        assert.equal(await post(path, { ...message, ...wrong }), code, JSON.stringify(wrong));
      }
      // Nobody has answered yet.
      const answer = await fetch(`${syniverse.apiUrl}/calling/calls`, {
        method: 'POST',
        headers: asJson(authToken),
        body: JSON.stringify({ from: senders[2]?.id, to: TO }),
      });
      const { id } = (await answer.json()) as { id: string };
      const speech = { text: 'x', language: 'en-US', gender: 'male' };
      assert.equal(await post(`/calling/calls/${id}/play_tts`, speech), 'SCG_ERROR_4030');
    } finally {
      syniverse.close();
    }
  });

  test('WhatsApp refuses tokens, proofs and templates that are not as documented', async () => {
    const whatsApp = await startWhatsApp();
    try {
      const { userAccessToken, appSecret, numbers } = whatsApp.account;
      const proof = createHmac('sha256', appSecret).update(userAccessToken).digest('hex');
      async function post(
        body: object,
        query = `?appsecret_proof=${proof}`,
        token = userAccessToken,
      ) {
        const response = await fetch(`${whatsApp.apiUrl}/${numbers[0]?.id}/messages${query}`, {
          method: 'POST',
          headers: asJson(token),
          body: JSON.stringify(body),
        });
        return ((await response.json()) as { error?: { code: number } }).error?.code;
      }
      const parameters = [{ type: 'text', text: '482913' }];
      const body = { type: 'body', parameters };
      const button = { type: 'button', sub_type: 'url', index: '0', parameters };
      const template = (components: object[]) => ({
        messaging_product: 'whatsapp',
        to: TO,
        type: 'template',
        template: { name: 'sign_in_code', language: { code: 'en_US' }, components },
      });
      const good = template([body, button]);
      assert.equal(await post(good), undefined);
      assert.equal(await post(good, ''), 100);
      assert.equal(await post(good, undefined, 'other'), 190);
      for (const wrong of [
        template([body]),
        template([button, body]),
        { ...good, messaging_product: 'sms' },
        { ...good, text: { body: '482913' } },
      ]) {
        assert.equal(await post(wrong), 100);
      }
      const other = { ...button, parameters: [{ type: 'text', text: '482914' }] };
      assert.equal(await post(template([body, other])), 132_000);
    } finally {
      whatsApp.close();
    }
  });
});
