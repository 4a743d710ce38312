/** An account with Twilio that sends from numbers of its own; contract messages §8.3. */
import { openAccount } from '../../channels/http/account.ts';
import { httpSender } from '../../channels/http/http-sender.ts';
import { type SenderNumber, senderOfMessage } from '../numbers.ts';
import { assertSome, SelectedNumbers, selectedNumbers } from '../own-numbers.ts';
import { canSend, type PhoneProvider, type ProviderAccount } from '../provider.ts';
import { namedAccount, TWILIO_BODY, twilioReader } from './account.ts';
import { twilioAuthentication, twilioCalls, twilioMessages } from './requests.ts';

const numbersOfAccount = ({ settings }: Pick<ProviderAccount, 'settings'>) =>
  (settings.numbers ?? []) as SenderNumber[];

export const customTwilio: PhoneProvider = {
  provider: 'CUSTOM_TWILIO',
  body: { ...TWILIO_BODY, numbers: SelectedNumbers },

  async accept(body, context) {
    const { before } = context;
    const account = namedAccount(body, before);
    const found = await twilioReader(account, context).numbers();
    if (!before) assertSome(found, 'numbers', 'numbers');
    const numbers = selectedNumbers(found, body.numbers, before && numbersOfAccount(before));
    const { sid, authToken } = account;
    return { settings: { sid, numbers }, secrets: { authToken } };
  },

  open(account, { id, name, caller, urls, statusCallback, observe }) {
    const known = namedAccount({}, account);
    const numbers = numbersOfAccount(account);
    const http = openAccount(twilioAuthentication(known), caller);
    const options = { urls, sid: known.sid, statusCallback };
    return (method, country) => {
      if (!canSend(numbers, method)) return undefined;
      const from = (message: Parameters<typeof senderOfMessage>[0]) => ({
        from: senderOfMessage(message, numbers, { method, country }) ?? '',
      });
      const dispatch = (method === 'SMS' ? twilioMessages : twilioCalls)(options, from);
      return httpSender({ id, name, account: http, ...dispatch, observe });
    };
  },
};
