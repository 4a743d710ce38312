/** Firebase Cloud Messaging, HTTP v1: projects.messages.send; tokens by Google's own library. */
import { createPrivateKey } from 'node:crypto';
import type { JWT } from 'google-auth-library';
import { LRUCache } from 'lru-cache';
import { PUSH_TIMEOUT_MS } from '../../../config/limits.ts';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { circuitOfAccount, type FoundAccount, type PushAccounts } from './push-accounts.ts';
import { noAccount, pushReceipt, refused, unreachable } from './push-receipt.ts';

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const ACCOUNTS_MAX = 500;
const DEAD = ['UNREGISTERED', 'SENDER_ID_MISMATCH'];
const TOKEN_URL = 'https://oauth2.googleapis.com/token';

export interface FcmOptions {
  accounts: PushAccounts;
  /** `https://fcm.googleapis.com`. */
  url: string;
  /** Instead of Google's token endpoint; for tests and proxies. */
  tokenUrl?: string;
}

interface Client {
  jwt: JWT;
  projectId: string;
}

interface ServiceAccount {
  project_id: string;
  client_email: string;
  private_key: string;
}

/** Undefined: it can't sign. */
function readServiceAccount(text: string | undefined): ServiceAccount | undefined {
  try {
    const account: ServiceAccount = JSON.parse(text ?? '');
    const { asymmetricKeyType } = createPrivateKey(account.private_key);
    return asymmetricKeyType === 'rsa' ? account : undefined;
  } catch {
    return undefined;
  }
}

/** `error.details[].errorCode`, or the status: `UNREGISTERED`. */
function wordOf(body: unknown): string {
  const { error } = (body ?? {}) as {
    error?: { status?: string; details?: { errorCode?: string }[] };
  };
  return error?.details?.find(({ errorCode }) => errorCode)?.errorCode ?? error?.status ?? '';
}

export function openFcmChannel({ accounts, url, tokenUrl }: FcmOptions): Channel {
  const clients = new LRUCache<string, Client>({ max: ACCOUNTS_MAX });

  /** Undefined: the account can't sign. */
  async function clientOf({ id, account }: FoundAccount): Promise<Client | undefined> {
    const known = clients.get(id);
    if (known) return known;
    const serviceAccount = readServiceAccount(account.googleServiceAccountCredentials);
    if (!serviceAccount) return undefined;
    // Loaded with the first push: a start takes less time and memory without it.
    const google = await import('google-auth-library');
    const { project_id, client_email, private_key } = serviceAccount;
    const jwt = new google.JWT({
      email: client_email,
      key: private_key,
      scopes: [SCOPE],
      transporterOptions: {
        fetchImplementation: (input: string | URL | Request, init?: RequestInit) =>
          fetch(tokenUrl !== undefined && String(input) === TOKEN_URL ? tokenUrl : input, {
            ...init,
            signal: AbortSignal.timeout(PUSH_TIMEOUT_MS),
          }),
      },
    });
    const made = { jwt, projectId: project_id };
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
    const client = await clientOf(found);
    if (!client) return refused('FCM INVALID_CREDENTIAL');
    let token: string | null | undefined;
    try {
      ({ token } = await client.jwt.getAccessToken());
    } catch (error) {
      clients.delete(found.id);
      const status = Number((error as { status?: number }).status ?? 0);
      if (status === 429) return pushReceipt({ provider: 'FCM', status, word: '', dead: DEAD });
      return status >= 400 && status < 500
        ? refused(`FCM ${status} INVALID_CREDENTIAL`)
        : unreachable();
    }
    try {
      const response = await fetch(
        `${url}/v1/projects/${encodeURIComponent(client.projectId)}/messages:send`,
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
      // The next push gets a new one.
      if (response.status === 401) clients.delete(found.id);
      const body = await response.json().catch(() => undefined);
      return pushReceipt({
        provider: 'FCM',
        status: response.status,
        word: wordOf(body),
        dead: DEAD,
        retryAfter: response.headers.get('retry-after'),
      });
    } catch {
      return unreachable();
    }
  }

  return { name: 'FCM', circuitOf: circuitOfAccount, send, async close() {} };
}
