/**
 * Huawei Push Kit: client credentials for a token, then `messages:send`. There is no official
 * library for Node.js. Source: Huawei, "Sending downlink messages (REST)".
 */
import { LRUCache } from 'lru-cache';
import { PUSH_TIMEOUT_MS } from '../../../config/limits.ts';
import { defined } from '../../../model/defined.ts';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { circuitOfAccount, type FoundAccount, type PushAccounts } from './push-accounts.ts';
import { noAccount, pushReceipt, refused, unreachable } from './push-receipt.ts';

const TOKENS_MAX = 500;
const EARLY_MS = 60_000;
const SUCCESS = '80000000';
/** Of the access token, not of the device's: it is unknown, or has expired. */
const TOKEN_UNKNOWN = '80200001';
const TOKEN_EXPIRED = '80200003';
/** The code of an answer as an HTTP status and a word. */
const MEANINGS: Readonly<Record<string, { status: number; word: string }>> = {
  // "All tokens are invalid." Not 80100000, which says that some of many are.
  '80300007': { status: 410, word: 'INVALID_TOKEN' },
  [TOKEN_UNKNOWN]: { status: 401, word: 'INVALID_CREDENTIAL' },
  '81000001': { status: 500, word: 'INTERNAL' },
};
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

interface Answer {
  response: Response;
  code: string;
  /** The access token isn't good any more. */
  isOver: boolean;
}

function receiptOf({ response, code }: Answer): DeliveryReceipt {
  if (response.ok && code === SUCCESS) return { outcome: 'DELIVERED' };
  if (code === TOKEN_EXPIRED) {
    return { outcome: 'LATER', reason: 'HMS TOKEN_EXPIRED', providerFailed: false };
  }
  const meaning = MEANINGS[code];
  // Some refusals come with status 200.
  return pushReceipt({
    provider: 'HMS',
    status: meaning?.status ?? (response.ok ? 400 : response.status),
    word: meaning?.word ?? code,
    dead: ['INVALID_TOKEN'],
    throttles: THROTTLES,
    retryAfter: response.headers.get('retry-after'),
  });
}

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
    const { access_token, expires_in, error } = (await response.json()) as Record<string, unknown>;
    if (typeof access_token !== 'string') {
      const isRefused = [400, 401].includes(response.status) && error !== undefined;
      throw isRefused ? new CredentialRefused() : new Error('No token.');
    }
    const lifeMs = (Number(expires_in) || 0) * 1_000;
    tokens.set(id, access_token, { ttl: Math.max(1, lifeMs - EARLY_MS) });
    return access_token;
  }

  /** Sends by a token that is known or asked for. */
  async function attempt(
    { id, account }: FoundAccount,
    message: object,
    signal: AbortSignal,
  ): Promise<Answer> {
    const token = await accessToken(id, account, signal);
    const clientId = encodeURIComponent(account.clientId ?? '');
    const response = await fetch(`${url}/v1/${clientId}/messages:send`, {
      method: 'POST',
      signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ validate_only: false, message }),
    });
    const { code = '' } = (await response.json().catch(() => ({}))) as { code?: string };
    const isOver = response.status === 401 || code === TOKEN_EXPIRED || code === TOKEN_UNKNOWN;
    if (isOver && tokens.get(id) === token) tokens.delete(id);
    return { response, code, isOver };
  }

  async function send(
    { to, wake, subject = '', text, pushCategory }: RenderedMessage,
    ending: AbortSignal,
  ): Promise<DeliveryReceipt> {
    if (!wake) return noAccount();
    const { environmentId, applicationId, requestId, secondsLeft } = wake;
    const found = await accounts.find(environmentId, applicationId, 'HMS');
    if (!found) return noAccount();
    const message = {
      token: [to.address],
      // With `notification` it is a notification: the system shows it whether or not the
      // application runs, and hands it the data when it is opened. `urgency` is for the others,
      // and to be asked for.
      data: JSON.stringify({
        v: 1,
        environmentId,
        id: requestId,
        ...defined({ category: pushCategory }),
      }),
      android: {
        ttl: `${secondsLeft}s`,
        notification: { title: subject, body: text, click_action: { type: 3 } },
      },
    };
    const signal = AbortSignal.any([ending, AbortSignal.timeout(PUSH_TIMEOUT_MS)]);
    try {
      const first = await attempt(found, message, signal);
      return receiptOf(first.isOver ? await attempt(found, message, signal) : first);
    } catch (error) {
      return error instanceof CredentialRefused
        ? refused('HMS 401 INVALID_CREDENTIAL')
        : unreachable();
    }
  }

  return { name: 'HMS', circuitOf: circuitOfAccount, send, async close() {} };
}
