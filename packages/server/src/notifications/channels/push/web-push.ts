/**
 * Web Push (RFC 8030) with VAPID (RFC 8292) and an encrypted payload (RFC 8291), by the library.
 * The address is the browser's choice, so only public ones are called.
 */
import { lookup } from 'node:dns';
import { Agent } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { pushReceipt, unreachable } from './push-receipt.ts';

export interface WebPushOptions {
  /** The environment's VAPID keys. */
  keys(environmentId: string): Promise<{ publicKey: string; privateKey: string }>;
  /** Whom a push service may ask about us: an https or mailto address. */
  subject(): string;
  /** Also addresses of private networks; for tests. */
  allowPrivate: boolean;
  /** PEM of an authority to trust beside the known ones; for tests. */
  ca?: string;
}

const TIMEOUT_MS = 10_000;
const PRIVATE = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv4');
}
for (const [network, prefix] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(network, prefix, 'ipv6');
}

/** Whether an address belongs to no public network. Mapped ones are judged as what they map. */
export function isPrivateAddress(address: string): boolean {
  const mapped = /^::ffff:([0-9.]+)$/i.exec(address)?.[1];
  if (mapped) return isPrivateAddress(mapped);
  return PRIVATE.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
}

/** Looks a name up and refuses it when it leads inside; so what was checked is what is called. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const inside = addresses.find(({ address }) => isPrivateAddress(address));
    const [first] = addresses;
    if (inside || !first) return callback(new Error('The address is not public.'), '', 0);
    if (options.all) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

interface Subscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

/** What a browser's `PushSubscription` is as JSON; undefined: it is none. */
export function readSubscription(text: string): Subscription | undefined {
  try {
    const { endpoint, keys } = JSON.parse(text);
    const url = new URL(endpoint);
    if (url.protocol !== 'https:' || url.username !== '') return undefined;
    const { p256dh, auth } = keys;
    if (typeof p256dh !== 'string' || typeof auth !== 'string') return undefined;
    return { endpoint: url.href, keys: { p256dh, auth } };
  } catch {
    return undefined;
  }
}

export function openWebPushChannel(options: WebPushOptions): Channel {
  const { allowPrivate, ca } = options;
  const agent = new Agent({
    keepAlive: true,
    ...(allowPrivate ? {} : { lookup: publicLookup }),
    ...(ca === undefined ? {} : { ca }),
  });

  async function send({ to, wake }: RenderedMessage): Promise<DeliveryReceipt> {
    const subscription = readSubscription(to.address);
    if (!subscription || !wake) return { outcome: 'REFUSED', reason: 'INVALID_SUBSCRIPTION' };
    const { hostname } = new URL(subscription.endpoint);
    const host = hostname.replace(/^\[|\]$/g, '');
    // A literal address is not looked up.
    if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host)) {
      return { outcome: 'REFUSED', reason: 'INVALID_SUBSCRIPTION' };
    }
    const { environmentId, requestId, secondsLeft } = wake;
    const { publicKey, privateKey } = await options.keys(environmentId);
    // Loaded with the first push: a start takes less time and memory without it.
    const { default: webPush } = await import('web-push');
    try {
      const { statusCode } = await webPush.sendNotification(
        subscription,
        JSON.stringify({ v: 1, environmentId, id: requestId }),
        {
          vapidDetails: { subject: options.subject(), publicKey, privateKey },
          TTL: secondsLeft,
          urgency: 'high',
          topic: 'request',
          contentEncoding: 'aes128gcm',
          agent,
          timeout: TIMEOUT_MS,
        },
      );
      return pushReceipt('WEB_PUSH', statusCode, '', []);
    } catch (error) {
      const { statusCode } = error as { statusCode?: number };
      if (statusCode === undefined) return unreachable();
      // RFC 8030 §7.3: 404 and 410 say that the subscription is gone.
      const word = statusCode === 404 || statusCode === 410 ? 'GONE' : '';
      return pushReceipt('WEB_PUSH', statusCode, word, ['GONE']);
    }
  }

  return {
    name: 'WEB_PUSH',
    send: (message) => send(message),
    async close() {
      agent.destroy();
    },
  };
}
