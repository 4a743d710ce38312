/** Requests to WhatsApp's Cloud API, taken and refused by a server that speaks as Meta's does. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ERROR_INSIDE, startWhatsApp } from '../../testing/whats-app-server.ts';
import { sendBy, urlsOf } from '../testing-providers.ts';
import { whatsAppAuthentication, whatsAppMessages } from './requests.ts';

const TO = '+12025550123';
const whatsAppTemplate = {
  id: '1',
  name: 'sign_in_code',
  category: 'AUTHENTICATION',
  language: 'en_US',
};

describe('WhatsApp', () => {
  let whatsApp: Awaited<ReturnType<typeof startWhatsApp>>;
  before(async () => {
    whatsApp = await startWhatsApp();
  });
  after(() => whatsApp.close());

  function sends(more: object = {}, number = whatsApp.account.numbers[0]?.id ?? '') {
    const account = { ...whatsApp.account, ...more };
    const urls = urlsOf({ whatsAppUrl: whatsApp.apiUrl });
    return sendBy(
      whatsAppAuthentication(account),
      whatsAppMessages(urls, account, () => number),
    );
  }

  test('takes the template with the code in the text and on the button', async () => {
    whatsApp.troubles.next.length = 0;
    const receipt = await sends()(TO, { whatsAppTemplate });
    assert.ok(receipt.outcome === 'DELIVERED');
    assert.match(receipt.providerMessageId ?? '', /^wamid\./);
    const parameters = [{ type: 'text', text: '482913' }];
    assert.deepEqual(whatsApp.taken.at(-1), {
      from: '106540352242922',
      to: TO,
      template: {
        name: 'sign_in_code',
        language: { code: 'en_US' },
        components: [
          { type: 'body', parameters },
          { type: 'button', sub_type: 'url', index: '0', parameters },
        ],
      },
    });
  });

  test('what it refuses for good is refused, with Meta’s code', async () => {
    for (const [to, template, reason] of [
      ['+15005550004', whatsAppTemplate, 'HTTP 400 131026'],
      [ERROR_INSIDE, whatsAppTemplate, 'HTTP 200 131049'],
      [TO, { ...whatsAppTemplate, name: 'none' }, 'HTTP 404 132001'],
      [TO, { ...whatsAppTemplate, language: 'fr' }, 'HTTP 404 132001'],
    ] as const) {
      const receipt = await sends()(to, { whatsAppTemplate: template });
      assert.deepEqual(receipt, { outcome: 'REFUSED', reason });
    }
    const wrong = async (more: object, number?: string) =>
      sends(more, number)(TO, { whatsAppTemplate });
    const refused = (reason: string) => ({ outcome: 'REFUSED', reason });
    assert.deepEqual(await wrong({ userAccessToken: 'other' }), refused('HTTP 401 190'));
    assert.deepEqual(await wrong({ appSecret: 'other' }), refused('HTTP 400 100'));
    assert.deepEqual(await wrong({}, '7'), refused('HTTP 400 100'));
  });

  test('what may pass is tried later, whatever its status', async () => {
    const throttled = (code: number) => ({
      outcome: 'LATER',
      reason: `HTTP 429 ${code}`,
      providerFailed: false,
      retryAfterMs: 9_000,
    });
    for (const [status, code] of [
      [400, 80_007],
      [400, 131_056],
      [429, 130_429],
    ] as const) {
      whatsApp.troubles.next.push([status, { error: { code } }, { 'retry-after': '9' }]);
      assert.deepEqual(await sends()(TO, { whatsAppTemplate }), throttled(code));
    }
    const down = { outcome: 'LATER', reason: 'HTTP 503 131000', providerFailed: true };
    assert.deepEqual(await sends()('+15005550006', { whatsAppTemplate }), down);
  });
});
