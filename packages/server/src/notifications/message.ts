/** What a message says and where it goes: made by methods and services, rendered by the worker. */
import type { NotificationRequest } from '../model/documents.ts';
import type { PushProvider } from '../model/mobile.ts';
import type { ContentWords } from './templates/content-words.ts';

export interface Recipient {
  /** E-mail address or E.164 number. */
  address: string;
  /** Keys to press once a call is answered: digits, `,`, `#`, `*`. */
  extension?: string;
}

/** The part of a message that is sealed: it holds the passcode and the address. */
export interface MessagePayload {
  to: Recipient;
  /** The template's name: `strong_authentication`, `device_pairing`, `transaction`, `new_device_paired`. */
  template: string;
  variant?: string;
  /** BCP 47: of the words that were chosen. */
  locale?: string;
  /** An administrator's words, as they were when the message was asked for; absent: the predefined. */
  words?: ContentWords;
  /** Values for the template; `otp` among them. */
  variables: Record<string, string>;
  /** Of the application that the code is for: a text message is bound to its site. */
  homePageUrl?: string;
  /** Whose phone a push wakes, and by whose account with the provider; the address is its token. */
  push?: { applicationId: string; deviceId: string; sandbox?: true };
}

/** What was chosen for a message when it was asked for; its code comes to the variables. */
export type Wording = Pick<MessagePayload, 'template' | 'variant' | 'words' | 'variables'> & {
  locale: string;
};

/** The channels that a message can leave by. */
export type ChannelName = 'EMAIL' | 'SMS' | 'VOICE' | 'WHATSAPP' | PushProvider;

/** What a method wants sent; the service makes a sealed outbox row of it. */
export interface Delivery {
  channel: ChannelName;
  payload: MessagePayload;
  /** The message is worthless after this moment, and is not sent any more. */
  expiresAt: number;
  /** The notification policy in force, which decides who sends it; absent: the environment's default. */
  policyId?: string;
}

/** What the device and the request say about the words of a message. */
export type { NotificationRequest };
