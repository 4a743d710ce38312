/** An account with Twilio, and what it has. Source: Twilio's API reference. */
import { Type } from 'typebox';
import { inside } from '../dispatch.ts';
import { assertSame, neededText, readerOf, wrongSecret } from '../known-account.ts';
import { type FoundNumber, typeOf } from '../own-numbers.ts';
import type { AcceptContext, ProviderAccount } from '../provider.ts';
import { type TwilioAccount, twilioAuthentication, twilioPath } from './requests.ts';

/** What all three kinds of sender are made of. */
export const TWILIO_BODY = {
  sid: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{34}$' })),
  authToken: Type.Optional(Type.String({ minLength: 1, maxLength: 256, pattern: '^[!-~]+$' })),
};

/** The account that a body names: its members stay what they were. Throws `INVALID_DATA`. */
export function namedAccount(
  body: Readonly<Record<string, unknown>>,
  before: ProviderAccount | undefined,
): TwilioAccount {
  assertSame(body, before?.settings, ['sid']);
  assertSame(body, before?.secrets, ['authToken']);
  return {
    sid: neededText(body, before?.settings, 'sid'),
    authToken: neededText(body, before?.secrets, 'authToken'),
  };
}

const text = (value: unknown) => (typeof value === 'string' ? value : '');
const nextUrl = (page: unknown) => text(inside(page, 'meta', 'next_page_url')) || undefined;

/** What the account has. Each throws `INVALID_DATA` where its secret is wrong. */
export function twilioReader(account: TwilioAccount, { caller, urls }: AcceptContext) {
  const reader = readerOf(twilioAuthentication(account), caller, wrongSecret('authToken'));
  const path = twilioPath(urls, account.sid);

  async function phoneNumbers(): Promise<FoundNumber[]> {
    const found = await reader.all(
      `${path}/IncomingPhoneNumbers.json?PageSize=100`,
      (page) => {
        const next = text(inside(page, 'next_page_uri'));
        return next.startsWith('/2010-04-01/') ? urls.twilioUrl + next : undefined;
      },
      (page) => inside(page, 'incoming_phone_numbers'),
    );
    return found.map((one) => {
      const number = text(inside(one, 'phone_number'));
      const can = (capability: string) => inside(one, 'capabilities', capability) === true;
      return {
        number,
        type: typeOf(number),
        capabilities: [
          ...(can('sms') ? (['SMS'] as const) : []),
          ...(can('voice') ? (['VOICE'] as const) : []),
        ],
      };
    });
  }

  async function shortCodes(): Promise<FoundNumber[]> {
    const page = await reader.get(`${path}/SMS/ShortCodes.json?PageSize=100`);
    const found = inside(page, 'short_codes');
    return (Array.isArray(found) ? found : []).map((one) => ({
      number: text(inside(one, 'short_code')),
      type: 'SHORT_CODE',
      capabilities: ['SMS'],
    }));
  }

  return {
    async numbers(): Promise<FoundNumber[]> {
      const found = [...(await phoneNumbers()), ...(await shortCodes())];
      return found.filter(({ number, capabilities }) => number !== '' && capabilities.length > 0);
    },

    async messagingServices() {
      const found = await reader.all(
        `${urls.twilioMessagingUrl}/v1/Services?PageSize=100`,
        (page) => {
          const next = nextUrl(page);
          return next?.startsWith(`${urls.twilioMessagingUrl}/`) ? next : undefined;
        },
        (page) => inside(page, 'services'),
      );
      return found.map((one) => ({
        messagingServiceId: text(inside(one, 'sid')),
        name: text(inside(one, 'friendly_name')),
      }));
    },
  };
}
