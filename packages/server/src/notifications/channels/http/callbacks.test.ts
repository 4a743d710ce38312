/** Each provider's callbacks, as the providers of the tests make them and as their documents show. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { startSyniverse } from '../../testing/syniverse-server.ts';
import { startTwilio } from '../../testing/twilio-server.ts';
import { startWhatsApp } from '../../testing/whats-app-server.ts';
import type { CallbackReader } from './callbacks/callback.ts';
import { CALLBACKS } from './callbacks.ts';

const URL_OF_OURS = 'https://mfa.shop.example/v1/callbacks/1?of=a%2Bb';
const readerOf = (provider: string) => {
  const reader = CALLBACKS[provider];
  assert.ok(reader);
  return reader;
};

/** Whatever is changed of a good callback, it isn't the provider's any more. */
function assertVerifies(
  reader: CallbackReader,
  secret: 'authToken' | 'appSecret',
  value: string,
  callback: { headers: Record<string, string>; body: string },
  signed: { body: boolean; header: string },
): void {
  const request = { url: URL_OF_OURS, ...callback };
  assert.ok(reader.verify(request, { [secret]: value }));
  assert.ok(!reader.verify(request, { [secret]: `${value}x` }), 'another secret');
  assert.ok(!reader.verify(request, {}), 'no secret');
  assert.ok(!reader.verify(request, { [secret]: '' }), 'an empty secret');
  for (const header of ['', 'x', `x${callback.headers[signed.header]}`]) {
    const headers = { ...callback.headers, [signed.header]: header };
    assert.ok(!reader.verify({ ...request, headers }, { [secret]: value }), header);
  }
  assert.ok(!reader.verify({ ...request, headers: {} }, { [secret]: value }), 'no header');
  const body = `${callback.body} `;
  assert.equal(reader.verify({ ...request, body }, { [secret]: value }), !signed.body);
}

describe('callbacks of providers', () => {
  test('Twilio signs the address and the fields: the vector of its documents', () => {
    const request = {
      url: 'https://mycompany.com/myapp.php?foo=1&bar=2',
      headers: { 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' },
      body: new URLSearchParams({
        To: '+18005551212',
        Digits: '1234',
        Caller: '+14158675309',
        From: '+14158675309',
        CallSid: 'CA1234567890ABCDE',
      }).toString(),
    };
    const { verify } = readerOf('CUSTOM_TWILIO');
    assert.ok(verify(request, { authToken: '12345' }));
    assert.ok(!verify({ ...request, url: `${request.url}1` }, { authToken: '12345' }));
    assert.ok(!verify({ ...request, body: `${request.body}1` }, { authToken: '12345' }));
    assert.ok(!verify(request, { authToken: '12346' }));
  });

  test('Twilio’s are verified, also where it names the port, and read', async () => {
    const twilio = await startTwilio();
    const reader = readerOf('CUSTOM_TWILIO_MESSAGING_SERVICE');
    try {
      const { authToken } = twilio.account;
      const fields = { MessageSid: 'SM1', MessageStatus: 'delivered', To: '+12025550123' };
      const callback = twilio.callbackOf(URL_OF_OURS, fields);
      assertVerifies(reader, 'authToken', authToken, callback, {
        body: true,
        header: 'x-twilio-signature',
      });
      const withPort = URL_OF_OURS.replace('.example/', '.example:443/');
      const named = twilio.callbackOf(withPort, fields);
      assert.ok(reader.verify({ url: URL_OF_OURS, ...named }, { authToken }));
      assert.ok(reader.verify({ url: withPort, ...callback }, { authToken }));
      const elsewhere = twilio.callbackOf('https://other.example/', fields);
      assert.ok(!reader.verify({ url: URL_OF_OURS, ...elsewhere }, { authToken }));

      const read = (params: Record<string, string>) =>
        reader.read({ url: URL_OF_OURS, ...twilio.callbackOf(URL_OF_OURS, params) });
      const id = { providerMessageId: 'SM1' };
      assert.deepEqual(read(fields), [{ ...id, status: 'delivered' }]);
      assert.deepEqual(
        read({ MessageSid: 'SM1', MessageStatus: 'undelivered', ErrorCode: '30007' }),
        [{ ...id, status: 'failed', reason: '30007' }],
      );
      for (const MessageStatus of ['queued', 'sending', 'sent', 'constructor', '']) {
        assert.deepEqual(read({ MessageSid: 'SM1', MessageStatus }), [], MessageStatus);
      }
      const call = { providerMessageId: 'CA1' };
      assert.deepEqual(read({ CallSid: 'CA1', CallStatus: 'completed' }), [
        { ...call, status: 'delivered' },
      ]);
      assert.deepEqual(read({ CallSid: 'CA1', CallStatus: 'no-answer' }), [
        { ...call, status: 'failed', reason: 'no-answer' },
      ]);
      assert.deepEqual(read({ CallSid: 'CA1', CallStatus: 'ringing' }), []);
    } finally {
      twilio.close();
    }
  });

  test('Syniverse’s carry the access token as a password, and are read', async () => {
    const syniverse = await startSyniverse();
    const reader = readerOf('CUSTOM_SYNIVERSE');
    try {
      const { authToken } = syniverse.account;
      const event = (fields: object, topic = 'SCG-Message') =>
        syniverse.callbackOf(topic, 'message_state_change', fields);
      const sent = { message_request_id: 'R1', message_id: 'M1', new_state: 'DELIVERED' };
      assertVerifies(reader, 'authToken', authToken, event(sent), {
        body: false,
        header: 'authorization',
      });
      const read = (...given: Parameters<typeof event>) =>
        reader.read({ url: URL_OF_OURS, ...event(...given) });
      assert.deepEqual(read(sent), [{ providerMessageId: 'R1', status: 'delivered' }]);
      assert.deepEqual(read({ ...sent, new_state: 'FAILED', reason_code: '1067' }), [
        { providerMessageId: 'R1', status: 'failed', reason: '1067' },
      ]);
      assert.deepEqual(read({ ...sent, new_state: 'SENT' }), []);
      assert.deepEqual(
        read({ call_id: 'C1', new_state: 'REJECTED', failure_code: '1105' }, 'SCG-Voice-Call'),
        [{ providerMessageId: 'C1', status: 'failed', reason: '1105' }],
      );
    } finally {
      syniverse.close();
    }
  });

  test('WhatsApp’s are signed by the app’s secret, and may tell of several messages', async () => {
    const whatsApp = await startWhatsApp();
    const reader = readerOf('CUSTOM_WHATSAPP');
    try {
      const { appSecret } = whatsApp.account;
      const callback = whatsApp.callbackOf(
        { id: 'wamid.1', status: 'sent' },
        { id: 'wamid.2', status: 'delivered' },
        { id: 'wamid.3', status: 'failed', errors: [{ code: 131_026, title: 'Undeliverable' }] },
        { id: 'wamid.4', status: 'read' },
        null as unknown as object,
      );
      assertVerifies(reader, 'appSecret', appSecret, callback, {
        body: true,
        header: 'x-hub-signature-256',
      });
      assert.deepEqual(reader.read({ url: URL_OF_OURS, ...callback }), [
        { providerMessageId: 'wamid.2', status: 'delivered' },
        { providerMessageId: 'wamid.3', status: 'failed', reason: '131026' },
        { providerMessageId: 'wamid.4', status: 'delivered' },
      ]);
      // The vector that GitHub shows of the same header.
      const known = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
      const headers = { 'x-hub-signature-256': known };
      const request = { url: URL_OF_OURS, headers, body: 'Hello, World!' };
      assert.ok(reader.verify(request, { appSecret: "It's a Secret to Everybody" }));
    } finally {
      whatsApp.close();
    }
  });

  test('WhatsApp tries the address with a token that only we have told it', () => {
    const { challenge } = readerOf('CUSTOM_WHATSAPP');
    const url = (query: Record<string, string>) =>
      `https://mfa.shop.example/callback?${new URLSearchParams(query)}`;
    const asked = {
      'hub.mode': 'subscribe',
      'hub.verify_token': 'secret',
      'hub.challenge': '1158201444',
    };
    assert.equal(challenge?.(url(asked), 'secret'), '1158201444');
    for (const [query, token] of [
      [{ ...asked, 'hub.verify_token': 'other' }, 'secret'],
      [{ ...asked, 'hub.verify_token': '' }, ''],
      [{ ...asked, 'hub.mode': 'unsubscribe' }, 'secret'],
      [{}, 'secret'],
    ] as [Record<string, string>, string][]) {
      assert.equal(challenge?.(url(query), token), undefined, JSON.stringify(query));
    }
  });

  test('what is no callback at all tells nothing', () => {
    for (const provider of Object.keys(CALLBACKS)) {
      for (const body of ['', 'null', '[]', '{', '{"entry":[{"changes":{}}]}', '{"event":7}']) {
        const request = { url: URL_OF_OURS, headers: {}, body };
        assert.deepEqual(readerOf(provider).read(request), [], `${provider} ${body}`);
        assert.ok(!readerOf(provider).verify(request, { authToken: 'x', appSecret: 'x' }));
      }
    }
  });
});
