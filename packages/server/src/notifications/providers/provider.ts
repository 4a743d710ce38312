/**
 * A provider of text messages and calls: one folder here for each, and one line in `registry.ts`.
 * It says what an account with it is made of, looks whether it can be used, and sends by it.
 */
import type { TProperties } from 'typebox';
import type { Caller } from '../../outgoing/public-call.ts';
import type { Observer } from '../channels/http/account.ts';
import type { Sender } from '../senders.ts';
import type { ProviderUrls } from './dispatch.ts';
import type { SenderNumber } from './numbers.ts';

/** What a phone sender is for, as `providerConfiguration` and its requests spell it. */
export type PhoneMethod = 'SMS' | 'VOICE';

/** An account as it is kept: what a reply shows, and what none does. */
export interface ProviderAccount {
  settings: Record<string, unknown>;
  secrets: Record<string, unknown>;
}

/** How a provider is reached, by the operator's rules. */
export interface Reach {
  caller: Caller;
  /** Where the providers are that we know. */
  urls: ProviderUrls;
  /** Addresses may be private, and plain `http:`. */
  allowPrivate: boolean;
  /** PEM of the authorities that are trusted; absent: the known ones. */
  ca?: string[];
}

export interface AcceptContext extends Reach {
  /** The account that is replaced; absent: a new one. */
  before?: ProviderAccount;
}

export interface OpenContext extends Pick<Reach, 'caller' | 'urls'> {
  /** Of its resource. */
  id: string;
  name: string;
  /** Where the provider is to tell what becomes of messages; absent: nowhere. */
  statusCallback?: string | undefined;
  /** Sees the provider's answers; for who tries a sender out. */
  observe?: Observer | undefined;
}

/** The sender of one kind of message to one country; undefined: the account has none for that. */
export type SenderFor = (method: PhoneMethod, country: string | undefined) => Sender | undefined;

export interface PhoneProvider {
  /** As `provider` says it: `CUSTOM_TWILIO`. */
  provider: string;
  /** The name must be there. */
  nameRequired?: true;
  /** The members of a request's body beside `provider`, `name` and `default`. */
  body: TProperties;
  /** Of a reply, where it shows others. */
  reply?: TProperties;
  /** The account that a valid body says. Asks the provider where it can. Throws `ApiError`. */
  // biome-ignore lint/suspicious/noExplicitAny: the schema has checked the body.
  accept(body: any, context: AcceptContext): ProviderAccount | Promise<ProviderAccount>;
  /** The members of a reply; default: the settings. */
  view?(settings: ProviderAccount['settings']): object;
  /** What `expand` can add, by its name in small letters: asks the provider. */
  expansions?: Readonly<
    Record<string, (account: ProviderAccount, reach: Reach) => Promise<Record<string, unknown>>>
  >;
  /** Opens an account once; what it keeps (access tokens) is kept until the account changes. */
  open(account: ProviderAccount, context: OpenContext): SenderFor;
}

/** Whether a number is selected that can do it. */
export const canSend = (
  numbers: readonly Pick<SenderNumber, 'selected' | 'capabilities'>[],
  method: PhoneMethod,
): boolean =>
  numbers.some(({ selected, capabilities }) => selected && capabilities.includes(method));
