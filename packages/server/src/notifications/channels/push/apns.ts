/**
 * Apple Push Notification service: HTTP/2 with a provider token (ES256). By Node.js's own HTTP/2:
 * there is no official library, and the others can't be pointed at another address.
 * Source: Apple, "Sending notification requests to APNs", "Establishing a token-based connection".
 */
import { createPrivateKey } from 'node:crypto';
import { type ClientHttp2Session, connect, constants } from 'node:http2';
import { SignJWT } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import type { PushAccount, PushAccounts } from './push-accounts.ts';
import { noAccount, pushReceipt, unreachable } from './push-receipt.ts';

const PRODUCTION = 'https://api.push.apple.com';
const SANDBOX = 'https://api.sandbox.push.apple.com';
/** Apple takes tokens for an hour, and refuses new ones more often than every 20 minutes. */
const TOKEN_MS = 50 * 60_000;
const TOKENS_MAX = 500;
const DEAD = ['Unregistered', 'BadDeviceToken', 'DeviceTokenNotForTopic', 'ExpiredToken'];

export interface ApnsOptions {
  accounts: PushAccounts;
  /** Instead of Apple's; for tests and proxies. */
  url?: string;
}

async function providerToken({ key, teamId, token }: PushAccount): Promise<string> {
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: key ?? '' })
    .setIssuer(teamId ?? '')
    .setIssuedAt()
    .sign(createPrivateKey(token ?? ''));
}

export function openApnsChannel({ accounts, url }: ApnsOptions): Channel {
  const sessions = new Map<string, ClientHttp2Session>();
  const tokens = new LRUCache<string, string>({ max: TOKENS_MAX, ttl: TOKEN_MS });

  function sessionTo(origin: string): ClientHttp2Session {
    const known = sessions.get(origin);
    if (known && !known.closed && !known.destroyed) return known;
    const session = connect(origin);
    const forget = () => {
      if (sessions.get(origin) === session) sessions.delete(origin);
    };
    session.on('error', forget);
    session.on('close', forget);
    session.on('goaway', forget);
    session.unref();
    sessions.set(origin, session);
    return session;
  }

  function post(
    origin: string,
    headers: Record<string, string>,
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    return new Promise((resolve, reject) => {
      const stream = sessionTo(origin).request(
        { [constants.HTTP2_HEADER_METHOD]: 'POST', ...headers },
        { signal },
      );
      let status = 0;
      let text = '';
      stream.setEncoding('utf8');
      stream.on('response', (answer) => {
        status = Number(answer[constants.HTTP2_HEADER_STATUS]);
      });
      stream.on('data', (chunk: string) => {
        text += chunk.slice(0, 4_096 - text.length);
      });
      stream.on('end', () => resolve({ status, text }));
      stream.on('error', reject);
      stream.end(body);
    });
  }

  async function send(
    { id, to, wake, subject = '', text }: RenderedMessage,
    signal: AbortSignal,
  ): Promise<DeliveryReceipt> {
    if (!wake) return noAccount();
    const { environmentId, applicationId, requestId, sandbox, secondsLeft } = wake;
    const found = await accounts.find(environmentId, applicationId, 'APNS');
    const topic = await accounts.bundleId(environmentId, applicationId);
    if (!found || topic === undefined) return noAccount();
    try {
      const token = tokens.get(found.id) ?? (await providerToken(found.account));
      tokens.set(found.id, token);
      const body = JSON.stringify({
        aps: { alert: { title: subject, body: text }, 'mutable-content': 1, category: 'request' },
        countersign: { v: 1, environmentId, id: requestId },
      });
      const headers = {
        [constants.HTTP2_HEADER_PATH]: `/3/device/${encodeURIComponent(to.address)}`,
        authorization: `bearer ${token}`,
        'apns-topic': topic,
        'apns-push-type': 'alert',
        'apns-priority': '10',
        'apns-expiration': String(Math.floor(Date.now() / 1_000) + secondsLeft),
        'apns-collapse-id': 'request',
        'apns-id': id,
      };
      const answer = await post(url ?? (sandbox ? SANDBOX : PRODUCTION), headers, body, signal);
      const { reason = '' }: { reason?: string } = JSON.parse(answer.text || '{}');
      if (reason === 'ExpiredProviderToken') {
        tokens.delete(found.id);
        return { outcome: 'LATER', reason: `APNS ${reason}`, providerFailed: false };
      }
      return pushReceipt('APNS', answer.status, reason, DEAD);
    } catch {
      return unreachable();
    }
  }

  return {
    name: 'APNS',
    send,
    async close() {
      for (const session of sessions.values()) session.destroy();
    },
  };
}
