/**
 * Web Push (RFC 8030) with VAPID (RFC 8292) and an encrypted payload (RFC 8291), both by the
 * library. The request is ours: the address is the browser's choice, so it is called only where it
 * is public, only for so long, and not listened to.
 */
import { Agent, request as httpsRequest } from 'node:https';
import { isIP } from 'node:net';
import type { RequestDetails } from 'web-push';
import {
  PUSH_TIMEOUT_MS,
  WEB_PUSH_ANSWER_BYTES_MAX,
  WEB_PUSH_IDLE_MS,
} from '../../../config/limits.ts';
import {
  isPublicAddress,
  PrivateAddressError,
  publicLookup,
} from '../../../outgoing/public-address.ts';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { pushReceipt, unreachable } from './push-receipt.ts';

export interface WebPushOptions {
  /** The environment's VAPID keys. */
  keys(environmentId: string): Promise<{ publicKey: string; privateKey: string }>;
  /** Whom a push service may ask about us: an https or mailto address. */
  subject(): string;
  /** Also addresses of private networks, and other ports than 443; for tests. */
  allowPrivate: boolean;
  /** PEM of an authority to trust beside the known ones; for tests. */
  ca?: string;
}

interface Subscription {
  endpoint: string;
  keys: { p256dh: string; auth: string };
}

const invalid = (): DeliveryReceipt => ({ outcome: 'REFUSED', reason: 'INVALID_SUBSCRIPTION' });

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

/** Whether the address is on the web's own port and not a literal one inside; names are looked up. */
function isPublicEndpoint(endpoint: string): boolean {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[|\]$/g, '');
  return port === '' && (isIP(host) === 0 || isPublicAddress(host));
}

interface Answer {
  status: number;
  retryAfter: string | undefined;
}

/**
 * Sends it. Resolves with how the service answers; of what it says only so much is read as lets the
 * connection be used again. Redirects are not followed. Rejects when there is no answer in time.
 */
function post(
  { endpoint, method, headers, body }: RequestDetails,
  agent: Agent,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined;
    const request = httpsRequest(endpoint, { method, headers, agent, signal });
    // Cut while it speaks: what it has answered is known.
    request.on('error', (error) => (answer ? resolve(answer) : reject(error)));
    request.on('response', (response) => {
      const retryAfter = response.headers['retry-after'];
      const ended = { status: response.statusCode ?? 0, retryAfter };
      answer = ended;
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > WEB_PUSH_ANSWER_BYTES_MAX) response.destroy();
      });
      response.on('error', () => {});
      response.on('close', () => resolve(ended));
    });
    request.end(body);
  });
}

export function openWebPushChannel(options: WebPushOptions): Channel {
  const { allowPrivate, ca } = options;
  const agent = new Agent({
    keepAlive: true,
    // Of idle connections: there are as many hosts as browsers say.
    timeout: WEB_PUSH_IDLE_MS,
    ...(allowPrivate ? {} : { lookup: publicLookup }),
    ...(ca === undefined ? {} : { ca }),
  });

  async function send(
    { to, wake }: RenderedMessage,
    signal: AbortSignal,
  ): Promise<DeliveryReceipt> {
    const subscription = readSubscription(to.address);
    if (!subscription || !wake) return invalid();
    if (!allowPrivate && !isPublicEndpoint(subscription.endpoint)) return invalid();
    const { environmentId, requestId, secondsLeft } = wake;
    const { publicKey, privateKey } = await options.keys(environmentId);
    // Loaded with the first push: a start takes less time and memory without it.
    const { default: webPush } = await import('web-push');
    let details: RequestDetails;
    try {
      details = webPush.generateRequestDetails(
        subscription,
        JSON.stringify({ v: 1, environmentId, id: requestId }),
        {
          vapidDetails: { subject: options.subject(), publicKey, privateKey },
          TTL: secondsLeft,
          urgency: 'high',
          topic: 'request',
          contentEncoding: 'aes128gcm',
        },
      );
    } catch {
      // The browser's keys are no keys.
      return invalid();
    }
    try {
      const deadline = AbortSignal.any([signal, AbortSignal.timeout(PUSH_TIMEOUT_MS)]);
      const { status, retryAfter } = await post(details, agent, deadline);
      // RFC 8030 §7.3: 404 and 410 say that the subscription is gone.
      const word = status === 404 || status === 410 ? 'GONE' : '';
      return pushReceipt({ provider: 'WEB_PUSH', status, word, dead: ['GONE'], retryAfter });
    } catch (error) {
      return error instanceof PrivateAddressError ? invalid() : unreachable();
    }
  }

  return {
    name: 'WEB_PUSH',
    // Each host is somebody else's.
    circuitOf({ to }) {
      const subscription = readSubscription(to.address);
      return subscription ? new URL(subscription.endpoint).host : '';
    },
    send,
    async close() {
      agent.destroy();
    },
  };
}
