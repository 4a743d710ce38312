/**
 * Apple Push Notification service, by the library: HTTP/2 with a provider token (ES256). One
 * connection per account: APNs takes the tokens of one team on a connection and no others.
 * Source: Apple, "Sending notification requests to APNs", "Establishing a token-based connection".
 */
import type { ResponseFailure as Failure, Notification, Provider } from '@parse/node-apn';
import { LRUCache } from 'lru-cache';
import { PUSH_TIMEOUT_MS } from '../../../config/limits.ts';
import { SettingsError } from '../../../config/settings.ts';
import { defined } from '../../../model/defined.ts';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { circuitOfAccount, type PushAccount, type PushAccounts } from './push-accounts.ts';
import { noAccount, pushReceipt, refused, unreachable } from './push-receipt.ts';

const PRODUCTION = 'https://api.push.apple.com';
const SANDBOX = 'https://api.sandbox.push.apple.com';
/** Accounts whose connection is kept open. */
const PROVIDERS_MAX = 500;
/**
 * Apple, "Handling notification responses": of these the token itself is the cause, or what the
 * device has said of its environment. Not `DeviceTokenNotForTopic`: the bundle id may be wrong.
 */
const DEAD = ['Unregistered', 'ExpiredToken', 'BadDeviceToken'];
const TOKEN_EXPIRED = 'ExpiredProviderToken';
/** Apple, `CFBundleIdentifier`; and what a header can hold. */
const BUNDLE_ID = /^[A-Za-z0-9.-]{1,155}$/;

export interface ApnsOptions {
  accounts: PushAccounts;
  /** Instead of Apple's; https. */
  url?: string;
}

/** Throws `SettingsError`. */
function assertTls(url: string | undefined): void {
  if (url?.startsWith('https:') === false) {
    throw new SettingsError('COUNTERSIGN_APNS_URL is not an https address.');
  }
}

async function trySend(provider: Provider, notification: Notification, token: string) {
  const { failed } = await provider.send(notification, token);
  return failed[0];
}

/** Apple's word for it; the library has this one in another place. */
function wordOf(failure: Failure | undefined): string {
  const word = failure?.response?.reason ?? '';
  return failure?.error?.message === TOKEN_EXPIRED ? TOKEN_EXPIRED : word;
}

export function openApnsChannel({ accounts, url }: ApnsOptions): Channel {
  assertTls(url);
  const providers = new LRUCache<string, Provider>({
    max: PROVIDERS_MAX,
    dispose: (provider) => void provider.shutdown(),
  });

  type Library = typeof import('@parse/node-apn');

  /** Its token is signed here. Throws for a key that can't sign. */
  function openProvider({ Provider }: Library, account: PushAccount, origin: string): Provider {
    const { hostname, port } = new URL(origin);
    const { key = '', teamId = '', token = '' } = account;
    return new Provider({
      // As bytes: a text that is no PEM would be taken for the name of a file.
      token: { key: Buffer.from(token), keyId: key, teamId },
      address: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port || 443),
      requestTimeout: PUSH_TIMEOUT_MS,
      // The outbox tries again, and counts it; the library must not do so behind its back.
      connectionRetryLimit: 0,
    });
  }

  async function send({
    id,
    to,
    wake,
    subject = '',
    text,
    pushCategory,
  }: RenderedMessage): Promise<DeliveryReceipt> {
    if (!wake) return noAccount();
    const { environmentId, applicationId, requestId, sandbox, secondsLeft } = wake;
    const found = await accounts.find(environmentId, applicationId, 'APNS');
    const topic = await accounts.bundleId(environmentId, applicationId);
    if (!found || topic === undefined) return noAccount();
    if (!BUNDLE_ID.test(topic)) return refused('APNS InvalidBundleId');
    // Loaded with the first push: a start takes less time and memory without it.
    const { default: library } = await import('@parse/node-apn');
    const origin = url ?? (sandbox ? SANDBOX : PRODUCTION);
    const name = `${found.id} ${origin}`;
    let provider = providers.get(name);
    try {
      provider ??= openProvider(library, found.account, origin);
    } catch {
      return refused('APNS INVALID_CREDENTIAL');
    }
    providers.set(name, provider);
    const notification = new library.Notification({
      id,
      topic,
      pushType: 'alert',
      priority: 10,
      expiry: Math.floor(Date.now() / 1_000) + secondsLeft,
      collapseId: 'request',
      aps: {
        alert: { title: subject, body: text },
        'mutable-content': 1,
        // Which buttons the banner has, the application knows by this.
        category: pushCategory ?? 'request',
      },
      payload: {
        countersign: { v: 1, environmentId, id: requestId, ...defined({ category: pushCategory }) },
      },
    });
    // The library puts it into a path as it is.
    const token = encodeURIComponent(to.address);
    let failure = await trySend(provider, notification, token);
    // The library has signed a new one.
    if (wordOf(failure) === TOKEN_EXPIRED) failure = await trySend(provider, notification, token);
    if (!failure) return { outcome: 'DELIVERED' };
    const { status } = failure;
    if (typeof status !== 'number') {
      // Perhaps a connection that is dead and doesn't know it: the next one is a new one.
      providers.delete(name);
      return unreachable();
    }
    const word = wordOf(failure);
    if (word === TOKEN_EXPIRED) {
      return { outcome: 'LATER', reason: `APNS ${word}`, providerFailed: false };
    }
    return pushReceipt({ provider: 'APNS', status, word, dead: DEAD });
  }

  return {
    name: 'APNS',
    circuitOf: circuitOfAccount,
    send,
    async close() {
      providers.clear();
    },
  };
}
