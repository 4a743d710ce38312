/** Accounts with the known providers, from what an administrator says to what the provider takes. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { readSettings } from '../../config/settings.ts';
import { startSyniverse } from '../testing/syniverse-server.ts';
import { startTwilio } from '../testing/twilio-server.ts';
import type { PhoneMethod, ProviderAccount } from './provider.ts';
import { openReach } from './reach.ts';
import { phoneProvider } from './registry.ts';
import { aMessage, NEVER } from './testing-providers.ts';

const TO = '+12025550123';
const CALLBACK = 'https://mfa.shop.example/callbacks/1';

describe('accounts with known providers', () => {
  let twilio: Awaited<ReturnType<typeof startTwilio>>;
  let syniverse: Awaited<ReturnType<typeof startSyniverse>>;
  let reach: ReturnType<typeof openReach>;
  before(async () => {
    twilio = await startTwilio();
    syniverse = await startSyniverse();
    const settings = readSettings({
      COUNTERSIGN_TWILIO_URL: twilio.url,
      COUNTERSIGN_SYNIVERSE_URL: syniverse.apiUrl,
    });
    reach = openReach(settings.senders);
  });
  after(() => {
    reach.caller.close();
    twilio.close();
    syniverse.close();
  });

  /** The account of a body, as its sender is opened. */
  async function opened(provider: string, body: object) {
    const found = phoneProvider(provider);
    assert.ok(found);
    const account = await found.accept(body, reach);
    // As it comes out of the store.
    const kept: ProviderAccount = JSON.parse(JSON.stringify(account));
    const context = { ...reach, id: 'sender-1', name: 'Test', statusCallback: CALLBACK };
    const senderFor = found.open(kept, context);
    return async (method: PhoneMethod, more: object = {}, country = 'US') =>
      senderFor(method, country)?.send(aMessage(TO, more), NEVER);
  }
  const secrets = () => ({ sid: twilio.account.sid, authToken: twilio.account.authToken });
  const DELIVERED = 'DELIVERED';

  test('Twilio sends from a selected number that can do it, and tells what becomes of it', async () => {
    const numbers = [
      { number: '+18885550101', selected: true },
      { number: '+12025550100', selected: true },
    ];
    const send = await opened('CUSTOM_TWILIO', { ...secrets(), numbers });
    assert.equal((await send('SMS'))?.outcome, DELIVERED);
    const { From, StatusCallback } = twilio.taken.messages.at(-1) ?? {};
    // Of the United States, as long as nothing else is said.
    assert.deepEqual([From, StatusCallback], ['+18885550101', CALLBACK]);
    assert.equal((await send('SMS', {}, 'FI'))?.outcome, DELIVERED);
    assert.equal(twilio.taken.messages.at(-1)?.From, '+12025550100');
    assert.equal((await send('VOICE'))?.outcome, DELIVERED);
    assert.equal(twilio.taken.calls.at(-1)?.From, '+12025550100');
    const texts = await opened('CUSTOM_TWILIO', { ...secrets(), numbers: [numbers[0]] });
    assert.equal(await texts('VOICE'), undefined);
    assert.equal(await (await opened('CUSTOM_TWILIO', secrets()))('SMS'), undefined);
  });

  test('a messaging service sends text messages, once it is selected', async () => {
    const provider = 'CUSTOM_TWILIO_MESSAGING_SERVICE';
    const messagingServiceId = twilio.account.services[0]?.sid;
    const messagingServices = [{ messagingServiceId, selected: true }];
    const send = await opened(provider, { ...secrets(), messagingServices });
    assert.equal((await send('SMS'))?.outcome, DELIVERED);
    assert.equal(twilio.taken.messages.at(-1)?.MessagingServiceSid, messagingServiceId);
    assert.equal(await send('VOICE'), undefined);
    assert.equal(await (await opened(provider, secrets()))('SMS'), undefined);
  });

  test('Verify sends codes only, and goes on when it has counted too many', async () => {
    const { verifyServiceId } = twilio.account;
    const send = await opened('CUSTOM_TWILIO_VERIFY', { ...secrets(), verifyServiceId });
    assert.equal((await send('VOICE'))?.outcome, DELIVERED);
    assert.equal(twilio.taken.verifications.at(-1)?.Channel, 'call');
    const notice = await send('SMS', { variables: {} });
    assert.deepEqual(notice, { outcome: 'REFUSED', reason: 'NO_CODE' });
    for (let codes = 1; codes < 5; codes++) await send('SMS');
    assert.deepEqual(twilio.taken.updates, []);
    assert.equal((await send('SMS'))?.outcome, DELIVERED);
    assert.equal(twilio.taken.updates.length, 5);
    assert.equal(twilio.taken.verifications.length, 6);
  });

  test('Syniverse sends by the ids of its numbers, which are found when it is made', async () => {
    const { authToken, senders } = syniverse.account;
    const numbers = [
      { number: '+12025550110', selected: true },
      { number: '+12025550111', selected: true },
    ];
    const send = await opened('CUSTOM_SYNIVERSE', { authToken, numbers });
    assert.equal((await send('SMS'))?.outcome, DELIVERED);
    assert.equal(syniverse.taken.messages.at(-1)?.from, `sender_id:${senders[0]?.id}`);
    assert.equal((await send('VOICE'))?.outcome, DELIVERED);
    assert.equal(syniverse.taken.calls.at(-1)?.from, senders[2]?.id);
    const texts = await opened('CUSTOM_SYNIVERSE', { authToken, numbers: [numbers[0]] });
    assert.equal(await texts('VOICE'), undefined);
  });

  test('Twilio’s products have hosts of their own, in each region', () => {
    const of = (env: Record<string, string>) => openReach(readSettings(env).senders).urls;
    const { twilioUrl, twilioMessagingUrl, twilioVerifyUrl } = of({});
    assert.deepEqual(
      [twilioUrl, twilioMessagingUrl, twilioVerifyUrl],
      ['https://api.twilio.com', 'https://messaging.twilio.com', 'https://verify.twilio.com'],
    );
    const regional = of({ COUNTERSIGN_TWILIO_URL: 'https://api.dublin.ie1.twilio.com' });
    assert.equal(regional.twilioVerifyUrl, 'https://verify.dublin.ie1.twilio.com');
    const proxied = of({ COUNTERSIGN_TWILIO_URL: 'https://proxy.shop.example' });
    assert.equal(proxied.twilioVerifyUrl, 'https://proxy.shop.example');
  });
});
