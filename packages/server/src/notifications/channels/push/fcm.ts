/** Firebase Cloud Messaging, HTTP v1: projects.messages.send; tokens by Google's own library. */
import type { JWT } from 'google-auth-library';
import { LRUCache } from 'lru-cache';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import type { PushAccounts } from './push-accounts.ts';
import { noAccount, pushReceipt, unreachable } from './push-receipt.ts';

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const ACCOUNTS_MAX = 500;
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

export interface FcmOptions {
  accounts: PushAccounts;
  /** `https://fcm.googleapis.com`. */
  url: string;
  /** Instead of Google's token endpoint; for tests and proxies. */
  tokenUrl?: string;
}

interface ServiceAccount {
  project_id: string;
  client_email: string;
  private_key: string;
}

/** `error.details[].errorCode`, or the status: `UNREGISTERED`. */
function wordOf(body: unknown): string {
  const { error } = (body ?? {}) as {
    error?: { status?: string; details?: { errorCode?: string }[] };
  };
  return error?.details?.find(({ errorCode }) => errorCode)?.errorCode ?? error?.status ?? '';
}

export function openFcmChannel({ accounts, url, tokenUrl }: FcmOptions): Channel {
  const clients = new LRUCache<string, JWT>({ max: ACCOUNTS_MAX });

  async function clientOf(id: string, account: ServiceAccount): Promise<JWT> {
    const known = clients.get(id);
    if (known) return known;
    // Loaded with the first push: a start takes less time and memory without it.
    const google = await import('google-auth-library');
    const { client_email, private_key } = account;
    const made = new google.JWT({
      email: client_email,
      key: private_key,
      scopes: [SCOPE],
      transporterOptions: {
        fetchImplementation: (input: string | URL | Request, init?: RequestInit) =>
          fetch(tokenUrl !== undefined && String(input) === TOKEN_URL ? tokenUrl : input, init),
      },
    });
    clients.set(id, made);
    return made;
  }

  async function send(
    { to, wake, subject = '', text }: RenderedMessage,
    signal: AbortSignal,
  ): Promise<DeliveryReceipt> {
    if (!wake) return noAccount();
    const found = await accounts.find(wake.environmentId, wake.applicationId, 'FCM_HTTP_V1');
    if (!found) return noAccount();
    const account: ServiceAccount = JSON.parse(
      found.account.googleServiceAccountCredentials ?? '{}',
    );
    let token: string | null | undefined;
    try {
      const client = await clientOf(found.id, account);
      ({ token } = await client.getAccessToken());
    } catch (error) {
      clients.delete(found.id);
      const status = Number((error as { status?: number }).status ?? 0);
      return status >= 400 && status < 500
        ? { outcome: 'REFUSED', reason: `FCM ${status} INVALID_CREDENTIAL` }
        : unreachable();
    }
    try {
      const response = await fetch(
        `${url}/v1/projects/${encodeURIComponent(account.project_id)}/messages:send`,
        {
          method: 'POST',
          signal,
          headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
          body: JSON.stringify({
            message: {
              token: to.address,
              data: { v: '1', environmentId: wake.environmentId, id: wake.requestId },
              notification: { title: subject, body: text },
              android: { priority: 'HIGH', ttl: `${wake.secondsLeft}s`, collapse_key: 'request' },
            },
          }),
        },
      );
      const body = await response.json().catch(() => undefined);
      return pushReceipt('FCM', response.status, wordOf(body), [
        'UNREGISTERED',
        'SENDER_ID_MISMATCH',
      ]);
    } catch {
      return unreachable();
    }
  }

  return { name: 'FCM', send, async close() {} };
}
