/** Requests to Twilio, taken and refused by a server that speaks as Twilio does. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { selfSignedCertificate } from '../../../http/testing-certificate.ts';
import { startHttpProvider } from '../../../testing/http-provider.ts';
import { until } from '../../../testing/until.ts';
import { FILTERED, startTwilio } from '../../testing/twilio-server.ts';
import { sendBy, urlsOf } from '../testing-providers.ts';
import {
  twilioAuthentication,
  twilioCalls,
  twilioMessages,
  twilioService,
  twilioVerifications,
} from './requests.ts';

const TO = '+12025550123';
const CALLBACK = 'https://mfa.shop.example/callbacks/1';

describe('Twilio', () => {
  let twilio: Awaited<ReturnType<typeof startTwilio>>;
  before(async () => {
    twilio = await startTwilio();
  });
  after(() => twilio.close());

  const options = (statusCallback?: string) => ({
    urls: urlsOf({
      twilioUrl: twilio.url,
      twilioMessagingUrl: twilio.url,
      twilioVerifyUrl: twilio.url,
    }),
    sid: twilio.account.sid,
    statusCallback,
  });
  const from = () => ({ from: twilio.account.numbers[0]?.phone_number ?? '' });
  const known = () => twilioAuthentication(twilio.account);
  const texts = (statusCallback?: string) =>
    sendBy(known(), twilioMessages(options(statusCallback), from));

  test('takes a text message, and names it', async () => {
    const receipt = await texts(CALLBACK)(TO);
    const sent = twilio.taken.messages.at(-1);
    assert.deepEqual(sent, {
      sid: sent?.sid,
      To: TO,
      From: '+12025550100',
      Body: '482913 is your passcode for Shop & Söhne.',
      StatusCallback: CALLBACK,
    });
    assert.deepEqual(receipt, { outcome: 'DELIVERED', providerMessageId: sent.sid });
  });

  test('takes one from a word, and without a callback', async () => {
    const send = sendBy(
      known(),
      twilioMessages(options(), () => ({ from: 'Shop 24' })),
    );
    assert.equal((await send(TO)).outcome, 'DELIVERED');
    const sent = twilio.taken.messages.at(-1);
    assert.deepEqual([sent?.From, sent?.StatusCallback], ['Shop 24', undefined]);
  });

  test('takes one for a messaging service', async () => {
    const service = twilio.account.services[1]?.sid ?? '';
    const send = sendBy(known(), twilioService(options(CALLBACK), service));
    assert.equal((await send(TO)).outcome, 'DELIVERED');
    const sent = twilio.taken.messages.at(-1);
    assert.deepEqual([sent?.MessagingServiceSid, sent?.From], [service, undefined]);
    assert.deepEqual(await sendBy(known(), twilioService(options(), 'MG0'))(TO), {
      outcome: 'REFUSED',
      reason: 'HTTP 404 21701',
    });
  });

  test('what it refuses for good is refused, with its code', async () => {
    for (const [to, reason] of [
      ['+15005550001', 'HTTP 400 21211'],
      ['+15005550003', 'HTTP 400 21408'],
      ['+15005550004', 'HTTP 400 21610'],
      [FILTERED, 'HTTP 201 30007'],
    ] as const) {
      assert.deepEqual(await texts()(to), { outcome: 'REFUSED', reason }, to);
    }
    const foreign = sendBy(
      known(),
      twilioMessages(options(), () => ({ from: '+15005550006' })),
    );
    assert.deepEqual(await foreign(TO), { outcome: 'REFUSED', reason: 'HTTP 400 21606' });
    const other = twilioAuthentication({ ...twilio.account, authToken: 'other' });
    assert.deepEqual(await sendBy(other, twilioMessages(options(), from))(TO), {
      outcome: 'REFUSED',
      reason: 'HTTP 401 20003',
    });
  });

  test('what may pass is tried later, and a long wait is kept', async () => {
    const { next } = twilio.troubles;
    next.push([429, { code: 20_429 }, { 'retry-after': '17' }]);
    assert.deepEqual(await texts()(TO), {
      outcome: 'LATER',
      reason: 'HTTP 429 20429',
      providerFailed: false,
      retryAfterMs: 17_000,
    });
    next.push([500, { code: 20_500 }]);
    assert.deepEqual(await texts()(TO), {
      outcome: 'LATER',
      reason: 'HTTP 500 20500',
      providerFailed: true,
      maySent: true,
    });
    // Once more after a second, and the message is there.
    next.push('down');
    assert.equal((await texts()(TO)).outcome, 'DELIVERED');
    next.push('broken');
    assert.equal((await texts()(TO)).outcome, 'DELIVERED');
  });

  test('no answer is given up; of one that breaks off the status is known', async () => {
    const { next, asked } = twilio.troubles;
    const before = asked.count;
    next.push('silent');
    const ending = new AbortController();
    const receipt = texts()(TO, {}, ending.signal);
    await until(() => asked.count > before);
    ending.abort();
    const late = { outcome: 'LATER', reason: 'TIMEOUT', providerFailed: true, maySent: true };
    assert.deepEqual(await receipt, late);
    next.push('cut');
    assert.deepEqual(await texts()(TO), { outcome: 'DELIVERED' });
  });

  test('a certificate that nobody has signed ends it', async () => {
    const impostor = await startHttpProvider({
      answer: () => [201, { sid: 'SM1' }],
      certificate: selfSignedCertificate(),
    });
    try {
      const urls = urlsOf({ twilioUrl: impostor.url });
      const send = sendBy(known(), twilioMessages({ ...options(), urls }, from));
      const receipt = await send(TO);
      assert.ok(receipt.outcome === 'LATER' && receipt.providerFailed);
      assert.equal(receipt.reason, 'CERTIFICATE');
      assert.equal(impostor.requests.length, 0);
    } finally {
      impostor.close();
    }
  });

  test('takes a call that says what the content says, after the extension', async () => {
    const send = sendBy(known(), twilioCalls(options(CALLBACK), from));
    const receipt = await send(TO, {
      to: { address: TO, extension: '#2992,,,#2991' },
      locale: 'fr-CA',
      voice: 'Alice',
      speech: [
        { say: 'Code <' },
        { repeat: 2, parts: [{ spell: '4.8' }, { pauseSeconds: 1 }] },
        { say: ' Merci & adieu\u0007.' },
      ],
    });
    const call = twilio.taken.calls.at(-1);
    assert.deepEqual(receipt, { outcome: 'DELIVERED', providerMessageId: call?.sid });
    assert.equal(call?.SendDigits, 'wwww#2992wwwwwwwwwwww#2991');
    assert.equal(call?.StatusCallback, CALLBACK);
    const say = (text: string) => `<Say voice="alice" language="fr-CA">${text}</Say>`;
    assert.equal(
      call?.Twiml,
      `<Response>${say('Code &lt;4. dot. 8')}<Pause length="1"/>${say(', 4. dot. 8')}` +
        `<Pause length="1"/>${say('Merci &amp; adieu .')}</Response>`,
    );
  });

  test('a call without markup says the text, and presses nothing', async () => {
    const send = sendBy(known(), twilioCalls(options(), from));
    await send(TO, { text: 'Hello.', locale: 'cy' });
    const call = twilio.taken.calls.at(-1);
    assert.equal(call?.SendDigits, undefined);
    assert.equal(
      call?.Twiml,
      '<Response><Say voice="Polly.Gwyneth" language="cy-GB">Hello.</Say></Response>',
    );
  });

  test('what would be too long is repeated less often', async () => {
    const send = sendBy(known(), twilioCalls(options(), from));
    const speech = [{ repeat: 10, parts: [{ say: 'x'.repeat(900) }, { pauseSeconds: 1 }] }];
    assert.equal((await send(TO, { speech })).outcome, 'DELIVERED');
    const { Twiml = '' } = twilio.taken.calls.at(-1) ?? {};
    assert.equal(Twiml.match(/<Say /g)?.length, 4);
  });

  test('Verify is told the code, and which of its templates words it', async () => {
    const { verifyServiceId, templates } = twilio.account;
    const template = templates[0]?.sid ?? '';
    const send = (channel: 'sms' | 'call') =>
      sendBy(known(), twilioVerifications(options(), verifyServiceId, channel));
    const receipt = await send('sms')(TO, { twilioVerifyTemplate: { id: template, locale: 'fr' } });
    const sent = twilio.taken.verifications.at(-1);
    assert.deepEqual(receipt, { outcome: 'DELIVERED', providerMessageId: sent?.sid });
    assert.deepEqual(sent, {
      sid: sent?.sid,
      To: TO,
      Channel: 'sms',
      CustomCode: '482913',
      TemplateSid: template,
      Locale: 'fr',
    });
    assert.equal((await send('call')(TO)).outcome, 'DELIVERED');
    assert.equal(twilio.taken.verifications.at(-1)?.Channel, 'call');
    assert.deepEqual(await send('sms')('+15005550004'), {
      outcome: 'REFUSED',
      reason: 'HTTP 400 60410',
    });
    assert.deepEqual(await send('sms')(TO, { twilioVerifyTemplate: { id: 'HJ0' } }), {
      outcome: 'REFUSED',
      reason: 'HTTP 404 60319',
    });
  });
});
