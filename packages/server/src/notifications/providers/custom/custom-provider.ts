/** Any provider that can be called over HTTP, as an administrator describes it; contract messages §8.2. */
import { Type } from 'typebox';
import { openAccount } from '../../channels/http/account.ts';
import { httpSender } from '../../channels/http/http-sender.ts';
import {
  AuthenticationSchema,
  authenticationOf,
  authenticationView,
  type SaidAuthentication,
  type SplitAuthentication,
  splitAuthentication,
} from '../authentication.ts';
import { numbersOf, type SenderNumber, SenderNumbers, senderOfMessage } from '../numbers.ts';
import type { PhoneProvider, ProviderAccount } from '../provider.ts';
import {
  type CustomRequest,
  customRequests,
  goToSameHosts,
  readRequests,
  templateOf,
} from './custom-requests.ts';
import { voiceText } from './voice-text.ts';

const METHODS = ['SMS', 'VOICE'] as const;

interface CustomSettings {
  authentication: Record<string, unknown>;
  requests: CustomRequest[];
  numbers?: SenderNumber[];
}

const settingsOf = ({ settings }: Pick<ProviderAccount, 'settings'>) =>
  settings as unknown as CustomSettings;

const splitOf = (account: ProviderAccount): SplitAuthentication => ({
  shown: settingsOf(account).authentication,
  secrets: account.secrets,
});

/** `FULL` is E.164; `NUMBER_ONLY` leaves its plus out. */
const recipient = (address: string, { phoneNumberFormat }: CustomRequest) =>
  phoneNumberFormat === 'NUMBER_ONLY' ? address.replace(/^\+/, '') : address;

export const customProvider: PhoneProvider = {
  provider: 'CUSTOM_PROVIDER',
  nameRequired: true,
  body: {
    authentication: AuthenticationSchema,
    requests: customRequests(METHODS),
    numbers: Type.Optional(SenderNumbers),
  },

  accept(body, { before, ...place }) {
    const { authentication, numbers } = body as {
      authentication: SaidAuthentication;
      numbers?: Parameters<typeof numbersOf>[0];
    };
    const needs = { variables: ['to', 'message'] };
    const requests = readRequests(body.requests, METHODS, place, () => needs);
    const sameHosts = before !== undefined && goToSameHosts(requests, settingsOf(before).requests);
    const split = splitAuthentication(authentication, place, before && splitOf(before), sameHosts);
    return {
      settings: {
        authentication: split.shown,
        requests,
        ...(numbers ? { numbers: numbersOf(numbers, { countriesRequired: true }) } : {}),
      },
      secrets: split.secrets,
    };
  },

  view: (settings) => {
    const { authentication, ...shown } = settingsOf({ settings });
    return { authentication: authenticationView(authentication), ...shown };
  },

  open(account, { id, name, caller, observe }) {
    const http = openAccount(authenticationOf(splitOf(account)), caller);
    const { requests, numbers = [] } = settingsOf(account);
    return (method, country) => {
      // Of several for one method the first one counts.
      const request = requests.find(({ deliveryMethod }) => deliveryMethod === method);
      if (!request) return undefined;
      return httpSender({
        id,
        name,
        account: http,
        template: templateOf(request),
        variables: (message) => ({
          to: recipient(message.to.address, request),
          from: senderOfMessage(message, numbers, { method, country }) ?? '',
          message: method === 'VOICE' ? voiceText(message, request) : message.text,
        }),
        observe,
      });
    };
  },
};
