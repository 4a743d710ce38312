/** The list of providers of text messages and calls. */
import { customProvider } from './custom/custom-provider.ts';
import type { PhoneProvider } from './provider.ts';

export const PHONE_PROVIDERS: readonly PhoneProvider[] = [customProvider];

export const phoneProvider = (name: string): PhoneProvider | undefined =>
  PHONE_PROVIDERS.find(({ provider }) => provider === name);
