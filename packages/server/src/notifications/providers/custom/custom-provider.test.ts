// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are placeholders of providers' requests.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { readSettings } from '../../../config/settings.ts';
import type { RenderedMessage } from '../../channels/channel.ts';
import { startProvider } from '../../testing/provider-server.ts';
import { openReach } from '../reach.ts';
import { customProvider } from './custom-provider.ts';

const never = new AbortController().signal;
const reach = openReach(readSettings({}).senders);
const provider = await startProvider();
after(async () => {
  reach.caller.close();
  await provider.close();
});

const message: RenderedMessage = {
  id: 'message-1',
  to: { address: '+358401234567', extension: '204#' },
  locale: 'fi',
  text: 'Koodi: "1. 2"',
  voice: 'Alice',
  sender: 'Shop',
  variables: { otp: '12', 'user.username': 'kaisa', companyLogo: 'https://l/?a=1&b' },
};

async function sent(
  method: 'SMS' | 'VOICE',
  request: object,
  country: string | undefined = 'FI',
  told = message,
) {
  const account = await customProvider.accept(
    {
      authentication: { method: 'BASIC', username: 'shop', password: 'pw' },
      requests: [
        { deliveryMethod: method, method: 'POST', url: `${provider.url}/send`, ...request },
        { deliveryMethod: method, method: 'GET', url: `${provider.url}/${'${to}${message}'}` },
      ],
      numbers: [
        {
          number: '+15125550000',
          type: 'PHONE_NUMBER',
          capabilities: ['SMS', 'VOICE'],
          selected: true,
        },
      ],
    },
    reach,
  );
  const senderFor = customProvider.open(account, { ...reach, id: 'sender-1', name: 'Ours' });
  assert.equal(senderFor(method === 'SMS' ? 'VOICE' : 'SMS', country), undefined);
  const receipt = await senderFor(method, country)?.send(told, never);
  assert.deepEqual(receipt, { outcome: 'DELIVERED' });
  return provider.received.at(-1);
}

test('a form has the number with its plus, or without, and what else it names', async () => {
  const body =
    'to=${to}&from=${from}&m=${message}&code=${OTP}&who=${user.user.name}&logo=${companyLogo}';
  const full = await sent('SMS', { body });
  assert.deepEqual(Object.fromEntries(new URLSearchParams(full?.body)), {
    to: '+358401234567',
    from: 'Shop',
    m: 'Koodi: "1. 2"',
    code: '12',
    who: 'kaisa',
    logo: 'https://l/?a=1&b',
  });
  assert.equal(full?.headers.authorization, `Basic ${Buffer.from('shop:pw').toString('base64')}`);
  const short = await sent('SMS', { body, phoneNumberFormat: 'number_only' }, 'US');
  const fields = new URLSearchParams(short?.body);
  assert.deepEqual([fields.get('to'), fields.get('from')], ['358401234567', '+15125550000']);
});

test('a call has its voice, its language, its extension, and the plain code', async () => {
  const body =
    '{"to":"${to}","say":"${message}","by":"${voice}","in":"${locale}","dial":"${extension}","c":"${otp}"}';
  const call = await sent('VOICE', { body });
  assert.deepEqual(JSON.parse(call?.body ?? ''), {
    to: '+358401234567',
    say: 'Koodi: "1. 2"',
    by: 'Alice',
    in: 'fi',
    dial: '204#',
    c: '12',
  });
});

test('a call spells its code within the provider’s tags, or with pauses', async () => {
  const speech = [{ say: 'Code ' }, { repeat: 2, parts: [{ spell: '1 2' }, { pauseSeconds: 1 }] }];
  const body = 'to=${to}&say=${message}';
  for (const [tags, said] of [
    [{}, 'Code 1, 2, , 1, 2, '],
    [
      { beforeTag: '<Say>', afterTag: '</Say>' },
      'Code <Say>1</Say><Say>2</Say>, , <Say>1</Say><Say>2</Say>, ',
    ],
  ] as const) {
    const call = await sent('VOICE', { body, ...tags }, 'FI', { ...message, speech });
    assert.equal(new URLSearchParams(call?.body).get('say'), said);
  }
});

test('a body that is only a `messageType` goes as the platform’s samples mean it', async () => {
  const call = await sent('SMS', { messageType: 'ARN&message=${message}&phone=${to}' });
  assert.equal(call?.body, 'messageType=ARN&message=Koodi%3A+%221.+2%22&phone=%2B358401234567');
});

test('a message has a key that a provider knows a repetition by, unless the request says its own', async () => {
  const body = 'to=${to}&message=${message}';
  const first = await sent('SMS', { body });
  assert.equal(first?.headers['idempotency-key'], message.id);
  const again = await sent('SMS', { body });
  assert.equal(again?.headers['idempotency-key'], message.id, 'the same each time');
  const own = await sent('SMS', { body, headers: { 'Idempotency-Key': 'sms-${otp}' } });
  assert.equal(own?.headers['idempotency-key'], 'sms-12');
});
