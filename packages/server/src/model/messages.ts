/** What is kept of messages: their words, their limits, and the accounts that they leave by. */
import type { Timestamps } from './documents.ts';
import type { WireDuration } from './duration.ts';
import type { Instant } from './instant.ts';
import { textKey } from './text-key.ts';

/** As templates, contents, quotas and limits of countries spell them; contract messages, "Naming traps". */
export type DeliveryMethod = 'SMS' | 'Voice' | 'Email' | 'Push' | 'WhatsApp';

/** The words of a template for one delivery method, locale and variant; contract messages §2.3. */
export interface TemplateContent extends Timestamps {
  /** The template's name, which is its id. */
  template: string;
  deliveryMethod: DeliveryMethod;
  /** As it was sent: `en-gb`. */
  locale: string;
  /** Any case is the same name; absent: the default variant. */
  variant?: string;
  /** What belongs to the delivery method, as it was sent: `subject`, `body`, `voice`. */
  words: Record<string, unknown>;
}

/** Messages of a day: all of them, or those whose code was used and those whose wasn't. */
export interface Quota {
  type: 'USER' | 'ENVIRONMENT';
  deliveryMethods: DeliveryMethod[];
  total?: number;
  claimed?: number;
  unclaimed?: number;
}

/** How long to wait for another message to the same address. With `enabled` all but `groupBy` is there. */
export interface CoolDown {
  enabled: boolean;
  periods?: WireDuration[];
  resendLimit?: number;
  groupBy?: string;
}

export type CoolDownName = 'sms' | 'email' | 'voice' | 'whatsApp';

/** As it was sent. */
export interface NotificationPolicySettings {
  quotas: Quota[];
  countryLimit?: {
    type: 'NONE' | 'ALLOWED' | 'DENIED';
    deliveryMethods?: DeliveryMethod[];
    countries?: string[];
  };
  cooldownConfiguration?: Record<CoolDownName, CoolDown>;
  /** Who sends: the first condition that fits the delivery method and the country. */
  providerConfiguration?: {
    conditions: {
      deliveryMethods: ('SMS' | 'VOICE')[];
      countries?: string[];
      fallbackChain: { id: string }[];
    }[];
  };
}

/** `en_GB`, `en-gb` and `EN-GB` are one. */
export const localeKey = (locale: string): string => locale.toLowerCase().replaceAll('_', '-');

/** The same for contents that can't both be: one template, delivery method, locale and variant. */
export const contentKey = ({
  template,
  deliveryMethod,
  locale,
  variant = '',
}: Pick<TemplateContent, 'template' | 'deliveryMethod' | 'locale' | 'variant'>): string =>
  [template, deliveryMethod, localeKey(locale), textKey(variant)].join('/');

/** Who is sent how much, how often, where to and by whom; contract messages §4. */
export interface NotificationPolicy extends Timestamps {
  name: string;
  isDefault: boolean;
  settings: NotificationPolicySettings;
}

/** The ids of the rows of which an environment has one: its notification settings, and two senders. */
export const NOTIFICATION_SETTINGS_ID = 'settings';
export const EMAIL_SENDER_ID = 'email';
export const WHATSAPP_SENDER_ID = 'whatsApp';

/** The one of an environment; contract messages §5. */
export interface NotificationSettings extends Timestamps {
  settings: Record<string, unknown>;
}

/**
 * An account that messages leave by. Of `EMAIL` and `WHATSAPP` an environment has one; contract
 * messages §6, §8, §10.
 */
export interface MessageSender extends Timestamps {
  kind: 'EMAIL' | 'PHONE' | 'WHATSAPP';
  /** `CUSTOM_TWILIO`, …; of an SMTP server `SMTP`. */
  provider: string;
  name?: string;
  /** What a reply shows, as it was sent. */
  settings: Record<string, unknown>;
  /** Sealed JSON of what no reply shows: passwords, tokens, secrets. */
  sealedSecrets?: string;
}

/** By which of them leaves what a policy allows, by the key of its block there. */
export const SENDER_KINDS = {
  email: 'EMAIL',
  sms: 'PHONE',
  voice: 'PHONE',
  whatsApp: 'WHATSAPP',
} as const satisfies Record<CoolDownName, MessageSender['kind']>;

/** What its secrets are sealed for. */
export const senderSecretsIdentity = (id: string) => `message-senders/${id}/secrets`;

/** A domain whose addresses may stand as the sender of e-mails; contract messages §7. */
export interface EmailDomain extends Timestamps {
  domainName: string;
}

export interface TrustedEmail extends Timestamps {
  domainId: string;
  emailAddress: string;
  status: 'ACTIVE' | 'VERIFICATION_REQUIRED';
  /**
   * While a code is awaited: its MAC, its end, and how often a wrong one was given; how many codes
   * were sent since when.
   */
  verification?: {
    mac: string;
    expiresAt: Instant;
    failures: number;
    sent: number;
    since: Instant;
  };
}

/** What the limits of a policy call the messages of a channel. Others, pushes, have none. */
export const LIMITED_CHANNELS: Readonly<
  Record<string, { method: DeliveryMethod; coolDown: CoolDownName; group?: CounterGroup }>
> = {
  SMS: { method: 'SMS', coolDown: 'sms', group: 'phone' },
  VOICE: { method: 'Voice', coolDown: 'voice', group: 'phone' },
  EMAIL: { method: 'Email', coolDown: 'email', group: 'email' },
  WHATSAPP: { method: 'WhatsApp', coolDown: 'whatsApp' },
};

/** Text messages and calls are counted together; contract messages §4.1. */
export type CounterGroup = 'phone' | 'email';

/** Where a message was counted: what changes there once its code was used. */
export interface CountedMessage {
  /** A text message or a call: whether its code is typed in is watched. */
  phone?: true;
  /** The counter of its user and that of its environment, by their ids. */
  user?: string;
  environment?: string;
  /** The row of repeats that ends. */
  cooldown?: string;
}

/** How many messages went on a day to a user, or from an environment; contract messages §4.2. */
export interface MessageCounter extends Timestamps {
  total: number;
  /** Of these, those whose code was used. */
  claimed: number;
  /** The row is gone after this moment. */
  expiresAt: Instant;
}

/** The row of repeats to one address, or of a user to it; contract messages §4.4. */
export interface MessageCooldown extends Timestamps {
  repeats: number;
  /** When the last message went. */
  sentAt: Instant;
  /** The row is gone after this moment. */
  expiresAt: Instant;
}
