/** An account with Twilio whose Verify service words the message and is told the code; contract messages §8.3. */
import { Type } from 'typebox';
import type { DeliveryReceipt } from '../../channels/channel.ts';
import { openAccount } from '../../channels/http/account.ts';
import { httpSender } from '../../channels/http/http-sender.ts';
import type { Sender } from '../../senders.ts';
import { inside } from '../dispatch.ts';
import { neededText, readerOf, wrongSecret } from '../known-account.ts';
import type { AcceptContext, PhoneProvider, ProviderAccount, Reach } from '../provider.ts';
import { namedAccount, TWILIO_BODY } from './account.ts';
import {
  TOO_MANY_CODES,
  type TwilioAccount,
  twilioAuthentication,
  twilioVerifications,
  verificationEnd,
} from './requests.ts';

const MEMBER = 'verifyServiceId';

/** Throws where the account or its service isn't there. */
async function assertService(
  account: TwilioAccount,
  verifyServiceId: string,
  { caller, urls }: AcceptContext,
): Promise<void> {
  const wrongToken = wrongSecret('authToken');
  const reader = readerOf(twilioAuthentication(account), caller, (answer) =>
    answer.status === 404
      ? { target: MEMBER, message: 'The account has no such Verify service.' }
      : wrongToken(answer),
  );
  await reader.get(`${urls.twilioVerifyUrl}/v2/Services/${encodeURIComponent(verifyServiceId)}`);
}

async function templatesOf(account: ProviderAccount, { caller, urls }: Reach) {
  const known = twilioAuthentication(namedAccount({}, account));
  const reader = readerOf(known, caller, wrongSecret('authToken'));
  const page = await reader.get(`${urls.twilioVerifyUrl}/v2/Templates?PageSize=100`);
  const found = inside(page, 'templates');
  const twilioVerifyTemplates = (Array.isArray(found) ? found : []).map((template) => ({
    id: inside(template, 'sid'),
    name: inside(template, 'friendly_name'),
    channels: inside(template, 'channels'),
    locales: Object.keys(inside(template, 'translations') ?? {}),
  }));
  return { twilioVerifyTemplates };
}

/**
 * Verify sends codes and nothing else. It counts those of one number until it hears that its
 * verification has ended; ours ends with the next one, so it is told that, and asked once more.
 */
function verifying(sender: Sender, endOf: (to: string, signal: AbortSignal) => Promise<unknown>) {
  return {
    ...sender,
    async send(...[message, signal]: Parameters<Sender['send']>): Promise<DeliveryReceipt> {
      if (message.variables?.otp === undefined) return { outcome: 'REFUSED', reason: 'NO_CODE' };
      const receipt = await sender.send(message, signal);
      if (receipt.outcome !== 'LATER' || receipt.reason !== TOO_MANY_CODES) return receipt;
      await endOf(message.to.address, signal).catch(() => undefined);
      return sender.send(message, signal);
    },
  };
}

export const customTwilioVerify: PhoneProvider = {
  provider: 'CUSTOM_TWILIO_VERIFY',
  body: {
    ...TWILIO_BODY,
    verifyServiceId: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9]{34}$' })),
  },

  async accept(body, context) {
    const { before } = context;
    const account = namedAccount(body, before);
    const verifyServiceId = neededText(body, before?.settings, MEMBER);
    await assertService(account, verifyServiceId, context);
    const { sid, authToken } = account;
    return { settings: { sid, verifyServiceId }, secrets: { authToken } };
  },

  expansions: { twilioverifytemplates: templatesOf },

  open(account, { id, name, caller, urls, observe }) {
    const http = openAccount(twilioAuthentication(namedAccount({}, account)), caller);
    const service = neededText({}, account.settings, MEMBER);
    return (method) => {
      const channel = method === 'SMS' ? 'sms' : 'call';
      const dispatch = twilioVerifications({ urls }, service, channel);
      return verifying(
        httpSender({ id, name, account: http, ...dispatch, observe }),
        (to, signal) => http.call(verificationEnd(urls, service, to), signal),
      );
    };
  },
};
