/** Requests to Syniverse, taken and refused by a server that speaks as Syniverse does. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { until } from '../../../testing/until.ts';
import { AWAY, startSyniverse, UNWILLING } from '../../testing/syniverse-server.ts';
import { accountOf, aMessage, NEVER, sendBy, urlsOf } from '../testing-providers.ts';
import { syniverseAuthentication, syniverseCalls, syniverseMessages } from './requests.ts';

const TO = '+12025550123';

describe('Syniverse', () => {
  let syniverse: Awaited<ReturnType<typeof startSyniverse>>;
  before(async () => {
    syniverse = await startSyniverse();
  });
  after(() => syniverse.close());

  const urls = () => urlsOf({ syniverseUrl: syniverse.apiUrl });
  const known = () => syniverseAuthentication(syniverse.account);
  const idOf = (capability: string) => () =>
    syniverse.account.senders.find(({ capabilities }) => capabilities.includes(capability))?.id ??
    '';
  const texts = () => sendBy(known(), syniverseMessages(urls(), idOf('SMS')));

  test('takes a text message, and names it', async () => {
    const receipt = await texts()(TO);
    const sent = syniverse.taken.messages.at(-1);
    assert.deepEqual(receipt, { outcome: 'DELIVERED', providerMessageId: sent?.id });
    assert.deepEqual(sent, {
      id: sent?.id,
      from: `sender_id:${idOf('SMS')()}`,
      to: [TO],
      body: '482913 is your passcode for Shop & Söhne.',
      external_id: '01970000-0000-7000-8000-000000000000',
      consent_requirement: 'NONE',
    });
  });

  test('what it refuses is refused with its code, what may pass is tried later', async () => {
    assert.deepEqual(await texts()(UNWILLING), {
      outcome: 'REFUSED',
      reason: 'HTTP 400 SCG_ERROR_40024',
    });
    const other = syniverseAuthentication({ authToken: 'other' });
    assert.deepEqual(await sendBy(other, syniverseMessages(urls(), idOf('SMS')))(TO), {
      outcome: 'REFUSED',
      reason: 'HTTP 401 SCG_ERROR_4010',
    });
    syniverse.troubles.next.push([200, { error_code: 'SCG_ERROR_4020' }]);
    assert.deepEqual(await texts()(TO), {
      outcome: 'REFUSED',
      reason: 'HTTP 200 SCG_ERROR_4020',
    });
    syniverse.troubles.next.push([429, {}, { 'retry-after': '5' }]);
    assert.deepEqual(await texts()(TO), {
      outcome: 'LATER',
      reason: 'HTTP 429',
      providerFailed: false,
      retryAfterMs: 5_000,
    });
    syniverse.troubles.next.push([500, { error_code: 'SCG_ERROR_5000' }]);
    assert.deepEqual(await texts()(TO), {
      outcome: 'LATER',
      reason: 'HTTP 500 SCG_ERROR_5000',
      providerFailed: true,
      maySent: true,
    });
  });

  const call = (to: string, more: object = {}, signal = NEVER) =>
    syniverseCalls({
      id: 'sender-1',
      name: 'Test',
      urls: urls(),
      account: accountOf(known()),
      senderId: idOf('VOICE'),
      lookMs: 5,
      commaMs: 1,
    }).send(aMessage(to, more), signal);

  test('calls, waits for somebody, dials and speaks', async () => {
    const receipt = await call(TO, {
      to: { address: TO, extension: '#29,,#1' },
      locale: 'sv',
      voice: 'Man',
      speech: [{ say: 'Kod' }, { pauseSeconds: 1 }, { repeat: 2, parts: [{ spell: '48' }] }],
    });
    const made = syniverse.taken.calls.at(-1);
    assert.deepEqual(receipt, { outcome: 'DELIVERED', providerMessageId: made?.id });
    assert.equal(made?.to, TO);
    assert.deepEqual(
      syniverse.taken.pressed.map(({ dtmfText }) => dtmfText),
      ['#29', '#1'],
    );
    assert.deepEqual(syniverse.taken.spoken.at(-1), {
      callId: made?.id,
      text: 'Kod, 4. 8, 4. 8',
      language: 'sv-SE',
      gender: 'female',
    });
  });

  test('a call that nobody answers is over, and so is one that is cut off', async () => {
    assert.deepEqual(await call(AWAY), { outcome: 'REFUSED', reason: 'CALL REJECTED' });
    syniverse.troubles.next.push([401, { error_code: 'SCG_ERROR_4010' }]);
    assert.deepEqual(await call(TO), { outcome: 'REFUSED', reason: 'HTTP 401 SCG_ERROR_4010' });
    const { next, asked } = syniverse.troubles;
    const before = asked.count;
    next.push('silent');
    const ending = new AbortController();
    const receipt = call(TO, {}, ending.signal);
    await until(() => asked.count > before);
    ending.abort();
    const late = { outcome: 'LATER', reason: 'TIMEOUT', providerFailed: true, maySent: true };
    assert.deepEqual(await receipt, late);
  });
});
