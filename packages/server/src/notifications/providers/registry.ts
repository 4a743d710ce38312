/** The list of providers of text messages and calls. */
import { customProvider } from './custom/custom-provider.ts';
import type { PhoneProvider } from './provider.ts';
import { customSyniverse } from './syniverse/custom-syniverse.ts';
import { customTwilio } from './twilio/custom-twilio.ts';
import { customTwilioMessagingService } from './twilio/messaging-service.ts';
import { customTwilioVerify } from './twilio/verify.ts';

export const PHONE_PROVIDERS: readonly PhoneProvider[] = [
  customProvider,
  customTwilio,
  customTwilioVerify,
  customTwilioMessagingService,
  customSyniverse,
];

export const phoneProvider = (name: string): PhoneProvider | undefined =>
  PHONE_PROVIDERS.find(({ provider }) => provider === name);
