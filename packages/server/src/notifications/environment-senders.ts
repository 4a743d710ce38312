/**
 * Who sends the messages of an environment: the accounts of its own, in the order that its policies
 * and settings give them, and the server's own; contract messages §8.5.
 */
import { LRUCache } from 'lru-cache';
import { ENVIRONMENTS_CACHED_MAX, MESSAGE_SENDERS_MAX } from '../config/limits.ts';
import type { EnvironmentConfigurations } from '../configuration.ts';
import type { VaultLoader } from '../crypto/vault.ts';
import {
  type MessageSender,
  NOTIFICATION_SETTINGS_ID,
  type NotificationPolicySettings,
} from '../model/messages.ts';
import { ANY_ENVIRONMENT, type Store, type Stored } from '../storage/store.ts';
import { channelSender } from './channel-senders.ts';
import type { Channel } from './channels/channel.ts';
import type { Mailbox } from './channels/smtp/mail-identity.ts';
import { ownIdentity, type SaidIdentity, trustedIdentity } from './email-senders.ts';
import type { ChannelName } from './message.ts';
import { type AccountParts, openAccounts } from './open-accounts.ts';
import { senderIdOf, senderNameOf } from './providers/account.ts';
import { mailboxesOf } from './providers/email/email-account.ts';
import type { PhoneMethod } from './providers/provider.ts';
import type { Route, Sender, Senders } from './senders.ts';
import { SERVER_EMAIL, SERVER_PHONE } from './server-senders.ts';

export interface EnvironmentSenderParts extends AccountParts {
  store: Pick<Store, 'get' | 'list' | 'onConfigurationChange'>;
  vault: AccountParts['vault'] & VaultLoader;
  configurations: Pick<EnvironmentConfigurations, 'get'>;
  /** The server's own, each for what it is called after. */
  channels: readonly Channel[];
  /** Who the server's e-mails are from. */
  mailFrom: Mailbox;
}

export interface EnvironmentSenders extends Senders {
  close(): Promise<void>;
}

interface Settings extends SaidIdentity {
  smsProvidersFallbackChain?: string[];
  emailProviderFallbackChain?: string[];
}

/** What is kept of an environment until its configuration changes. */
interface Known {
  settings: Settings;
  /** In the order in which they were made. */
  senders: Stored<MessageSender>[];
}

type Conditions = NonNullable<NotificationPolicySettings['providerConfiguration']>['conditions'];

/** The chain of the first condition that fits; the one without countries serves all others. */
function chainOfPolicy(
  conditions: Conditions,
  method: PhoneMethod,
  country: string | undefined,
): string[] | undefined {
  const fitting = conditions.filter(({ deliveryMethods }) => deliveryMethods.includes(method));
  const found =
    fitting.find(({ countries = [] }) => country !== undefined && countries.includes(country)) ??
    fitting.find(({ countries = [] }) => countries.length === 0);
  return found?.fallbackChain.map(({ id }) => id);
}

const isPhoneMethod = (channel: ChannelName): channel is PhoneMethod =>
  channel === 'SMS' || channel === 'VOICE';

export function environmentSenders(parts: EnvironmentSenderParts): EnvironmentSenders {
  const { store, vault, configurations, channels, mailFrom } = parts;
  const accounts = openAccounts(parts);
  const cache = new LRUCache<string, Promise<Known>>({
    max: ENVIRONMENTS_CACHED_MAX,
    // Only where its listener has lost its connection without a word: reconnecting empties this.
    ttl: 30_000,
  });
  const deafen = store.onConfigurationChange((environmentId) => {
    if (environmentId === ANY_ENVIRONMENT) cache.clear();
    else cache.delete(environmentId);
  });

  async function read(environmentId: string): Promise<Known> {
    const [settings, senders] = await Promise.all([
      store.get('notification_settings', environmentId, NOTIFICATION_SETTINGS_ID),
      store.list('message_senders', environmentId, { limit: MESSAGE_SENDERS_MAX }),
      vault.load(environmentId),
    ]);
    return { settings: settings?.doc.settings ?? {}, senders };
  }

  function known(environmentId: string): Promise<Known> {
    const kept = cache.get(environmentId);
    if (kept) return kept;
    const reading = read(environmentId);
    cache.set(environmentId, reading);
    reading.catch(() => {
      if (cache.get(environmentId) === reading) cache.delete(environmentId);
    });
    return reading;
  }

  const serversOwn = (name: ChannelName): Sender[] =>
    channels.filter((channel) => channel.name === name).map(channelSender);

  /** The policy's chain, or the settings'; undefined: nobody has chosen. */
  async function chainOf(
    { environmentId, policyId = '', country }: Route,
    method: PhoneMethod,
    { smsProvidersFallbackChain: chain = [] }: Settings,
  ): Promise<string[] | undefined> {
    const configuration = await configurations.get(environmentId);
    const policy =
      configuration?.notificationPolicies.get(policyId) ?? configuration?.defaultNotificationPolicy;
    const conditions = policy?.doc.settings.providerConfiguration?.conditions ?? [];
    return chainOfPolicy(conditions, method, country) ?? (chain.length > 0 ? chain : undefined);
  }

  async function phoneSenders(route: Route, method: PhoneMethod): Promise<Sender[]> {
    const { settings, senders } = await known(route.environmentId);
    const phones = senders.filter(({ doc }) => doc.kind === 'PHONE');
    const chosen = await chainOf(route, method, settings);
    const chain = chosen ?? [...phones.map(({ id }) => id), SERVER_PHONE];
    return chain.flatMap((id) => {
      if (id === SERVER_PHONE) return serversOwn(method);
      const row = phones.find((phone) => phone.id === id);
      // What has no request or number for it is left out.
      const sender = row && accounts.phone(row)?.(method, route.country);
      return sender ? [sender] : [];
    });
  }

  async function emailSenders({ environmentId }: Route): Promise<Sender[]> {
    const { settings, senders } = await known(environmentId);
    const row = senders.find(({ doc }) => doc.kind === 'EMAIL');
    if (!row || settings.emailProviderFallbackChain?.includes(SERVER_EMAIL)) {
      return serversOwn('EMAIL').map((sender) => ({
        ...sender,
        send: async (message, signal) => {
          const { replyTo: _replyTo, ...rest } = message;
          const identity = await trustedIdentity(environmentId, message, [settings], parts);
          return sender.send({ ...rest, ...identity }, signal);
        },
      }));
    }
    const account = accounts.email(row);
    const said = [mailboxesOf({ settings: row.doc.settings }), settings];
    return [
      {
        id: senderIdOf(row),
        name: senderNameOf(row),
        send: (message, signal) =>
          account.send(message, ownIdentity(message, said, { mailFrom }), signal),
      },
    ];
  }

  async function whatsAppSenders({ environmentId }: Route): Promise<Sender[]> {
    const { senders } = await known(environmentId);
    const row = senders.find(({ doc }) => doc.kind === 'WHATSAPP');
    const sender = row && accounts.whatsApp(row);
    return sender ? [sender] : [];
  }

  return {
    async sendersOf(route) {
      const { channel } = route;
      if (isPhoneMethod(channel)) return phoneSenders(route, channel);
      if (channel === 'EMAIL') return emailSenders(route);
      if (channel === 'WHATSAPP') return whatsAppSenders(route);
      return serversOwn(channel);
    },
    async close() {
      deafen();
      await accounts.close();
    },
  };
}
