/** An account with Twilio that sends by a messaging service, which has its numbers; contract messages §8.3. */
import { Type } from 'typebox';
import { openAccount } from '../../channels/http/account.ts';
import { httpSender } from '../../channels/http/http-sender.ts';
import { invalid } from '../known-account.ts';
import { assertSome } from '../own-numbers.ts';
import type { PhoneProvider, ProviderAccount } from '../provider.ts';
import { namedAccount, TWILIO_BODY, twilioReader } from './account.ts';
import { twilioAuthentication, twilioService } from './requests.ts';

const SERVICES_MAX = 1_000;
const TARGET = 'messagingServices';

interface Service {
  messagingServiceId: string;
  name: string;
  selected: boolean;
}

const servicesOf = (account: Pick<ProviderAccount, 'settings'> | undefined) =>
  (account?.settings.messagingServices ?? []) as Service[];

const selectedOf = (services: readonly Pick<Service, 'messagingServiceId' | 'selected'>[]) =>
  services.filter(({ selected }) => selected).map(({ messagingServiceId }) => messagingServiceId);

/** The one that is selected: the account has it, and it isn't taken away without another. */
function chosen(
  said: readonly Pick<Service, 'messagingServiceId' | 'selected'>[],
  found: readonly Pick<Service, 'messagingServiceId'>[],
  before: readonly Service[],
): string | undefined {
  const [one, ...others] = selectedOf(said);
  if (others.length > 0 || (one === undefined && selectedOf(before).length > 0)) {
    throw invalid(TARGET, 'Exactly one messaging service must be selected.');
  }
  if (one !== undefined && !found.some(({ messagingServiceId }) => messagingServiceId === one)) {
    throw invalid(TARGET, 'The account has no such messaging service.');
  }
  return one;
}

export const customTwilioMessagingService: PhoneProvider = {
  provider: 'CUSTOM_TWILIO_MESSAGING_SERVICE',
  body: {
    ...TWILIO_BODY,
    messagingServices: Type.Optional(
      Type.Array(
        Type.Object(
          {
            messagingServiceId: Type.String({ minLength: 1, maxLength: 64 }),
            name: Type.Optional(Type.String({ maxLength: 256 })),
            selected: Type.Optional(Type.Boolean({ default: false })),
          },
          { additionalProperties: false },
        ),
        { maxItems: SERVICES_MAX },
      ),
    ),
  },

  async accept(body, context) {
    const { before } = context;
    const account = namedAccount(body, before);
    const found = await twilioReader(account, context).messagingServices();
    assertSome(found, TARGET, 'messaging services');
    const one = chosen(body.messagingServices ?? [], found, servicesOf(before));
    const messagingServices = found.map((service) => ({
      ...service,
      selected: service.messagingServiceId === one,
    }));
    const { sid, authToken } = account;
    return { settings: { sid, messagingServices }, secrets: { authToken } };
  },

  open(account, { id, name, caller, urls, statusCallback, observe }) {
    const known = namedAccount({}, account);
    const http = openAccount(twilioAuthentication(known), caller);
    const [service] = selectedOf(servicesOf(account));
    return (method) => {
      if (method !== 'SMS' || service === undefined) return undefined;
      const dispatch = twilioService({ urls, sid: known.sid, statusCallback }, service);
      return httpSender({ id, name, account: http, ...dispatch, observe });
    };
  },
};
