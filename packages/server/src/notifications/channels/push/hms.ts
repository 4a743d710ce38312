/**
 * Huawei Push Kit: client credentials for a token, then `messages:send`. There is no official
 * library for Node.js. Source: Huawei, "Sending downlink messages (REST)".
 */
import { LRUCache } from 'lru-cache';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { circuitOfAccount, type PushAccounts } from './push-accounts.ts';
import { noAccount, pushReceipt, unreachable } from './push-receipt.ts';

const TOKENS_MAX = 500;
const EARLY_MS = 60_000;
const SUCCESS = '80000000';
/** The code of an answer as an HTTP status and a word. */
const MEANINGS: Readonly<Record<string, { status: number; word: string }>> = {
  '80100000': { status: 410, word: 'INVALID_TOKEN' },
  '80300007': { status: 410, word: 'INVALID_TOKEN' },
  '80200001': { status: 401, word: 'INVALID_CREDENTIAL' },
  '81000001': { status: 500, word: 'INTERNAL' },
};
/** Of the access token, not of the device's. */
const TOKEN_EXPIRED = '80200003';
/** Huawei calls its 503 "traffic control". */
const THROTTLES = [429, 503];

export interface HmsOptions {
  accounts: PushAccounts;
  /** `https://push-api.cloud.huawei.com`. */
  url: string;
  /** `https://oauth-login.cloud.huawei.com/oauth2/v3/token`. */
  tokenUrl: string;
}

class CredentialRefused extends Error {}

export function openHmsChannel({ accounts, url, tokenUrl }: HmsOptions): Channel {
  const tokens = new LRUCache<string, string>({ max: TOKENS_MAX });

  async function accessToken(
    id: string,
    { clientId = '', clientSecret = '' }: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<string> {
    const known = tokens.get(id);
    if (known !== undefined) return known;
    const response = await fetch(tokenUrl, {
      method: 'POST',
      signal,
      body: new URLSearchParams({
        grant_type: 'client_credentials',
        client_id: clientId,
        client_secret: clientSecret,
      }),
    });
    const { access_token, expires_in } = (await response.json()) as Record<string, unknown>;
    if (typeof access_token !== 'string') {
      if (response.status < 500 && response.status !== 429) throw new CredentialRefused();
      throw new Error('No token.');
    }
    const lifeMs = (Number(expires_in) || 0) * 1_000;
    tokens.set(id, access_token, { ttl: Math.max(1, lifeMs - EARLY_MS) });
    return access_token;
  }

  async function send(
    { to, wake, subject = '', text }: RenderedMessage,
    signal: AbortSignal,
  ): Promise<DeliveryReceipt> {
    if (!wake) return noAccount();
    const { environmentId, applicationId, requestId, secondsLeft } = wake;
    const found = await accounts.find(environmentId, applicationId, 'HMS');
    if (!found) return noAccount();
    try {
      const token = await accessToken(found.id, found.account, signal);
      const clientId = encodeURIComponent(found.account.clientId ?? '');
      const response = await fetch(`${url}/v1/${clientId}/messages:send`, {
        method: 'POST',
        signal,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          validate_only: false,
          message: {
            token: [to.address],
            data: JSON.stringify({ v: 1, environmentId, id: requestId }),
            android: {
              urgency: 'HIGH',
              ttl: `${secondsLeft}s`,
              notification: { title: subject, body: text, click_action: { type: 3 } },
            },
          },
        }),
      });
      const { code } = (await response.json().catch(() => ({}))) as { code?: string };
      if (response.ok && code === SUCCESS) return { outcome: 'DELIVERED' };
      const meaning = MEANINGS[code ?? ''];
      if (response.status === 401 || code === TOKEN_EXPIRED) tokens.delete(found.id);
      if (code === TOKEN_EXPIRED) {
        return { outcome: 'LATER', reason: 'HMS TOKEN_EXPIRED', providerFailed: false };
      }
      // Some refusals come with status 200.
      return pushReceipt({
        provider: 'HMS',
        status: meaning?.status ?? (response.ok ? 400 : response.status),
        word: meaning?.word ?? code ?? '',
        dead: ['INVALID_TOKEN'],
        throttles: THROTTLES,
        retryAfter: response.headers.get('retry-after'),
      });
    } catch (error) {
      return error instanceof CredentialRefused
        ? { outcome: 'REFUSED', reason: 'HMS 401 INVALID_CREDENTIAL' }
        : unreachable();
    }
  }

  return { name: 'HMS', circuitOf: circuitOfAccount, send, async close() {} };
}
