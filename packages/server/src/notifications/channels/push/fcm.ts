/** Firebase Cloud Messaging, HTTP v1: projects.messages.send; tokens by Google's own library. */
import { createPrivateKey } from 'node:crypto';
import type { JWT } from 'google-auth-library';
import { LRUCache } from 'lru-cache';
import { PUSH_TIMEOUT_MS } from '../../../config/limits.ts';
import { defined } from '../../../model/defined.ts';
import type { Channel, DeliveryReceipt, RenderedMessage } from '../channel.ts';
import { circuitOfAccount, type FoundAccount, type PushAccounts } from './push-accounts.ts';
import { noAccount, orAborted, pushReceipt, refused, unreachable } from './push-receipt.ts';

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging';
const ACCOUNTS_MAX = 500;
/** Not `SENDER_ID_MISMATCH`: the account may be another project's. */
const DEAD = ['UNREGISTERED'];
/** Of the access token: `error.status`, where there is no `errorCode`. */
const UNAUTHENTICATED = 'UNAUTHENTICATED';
/** RFC 6749 §5.2: what a token endpoint says of an account. */
const CREDENTIAL_FAULTS = ['invalid_grant', 'invalid_client', 'unauthorized_client'];
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

/** Why there is no access token. */
function tokenReceipt(error: unknown): DeliveryReceipt {
  const { status = 0, response } = error as {
    status?: number;
    response?: { data?: { error?: unknown } };
  };
  const isFault = CREDENTIAL_FAULTS.includes(String(response?.data?.error));
  if (isFault && [400, 401].includes(status)) return refused(`FCM ${status} INVALID_CREDENTIAL`);
  return status === 429
    ? pushReceipt({ provider: 'FCM', status, word: '', dead: [] })
    : unreachable();
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
    const made = clients.get(id);
    if (made) return made;
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
    // The outbox tries again, and counts it; the library must not do so behind its back.
    jwt.transporter.interceptors.request.add({
      resolved: async (options) => Object.assign(options, { retryConfig: { retry: 0 } }),
    });
    const client = { jwt, projectId: project_id };
    clients.set(id, client);
    return client;
  }

  /** Another one is made for the next push, unless one was made meanwhile. */
  function forget(id: string, client: Client): void {
    if (clients.get(id) === client) clients.delete(id);
  }

  /** Sends by a token that is known or asked for; pushes of one account share the asking. */
  async function attempt(
    found: FoundAccount,
    message: object,
    signal: AbortSignal,
  ): Promise<{ receipt: DeliveryReceipt; isOver?: boolean }> {
    const client = await clientOf(found);
    if (!client) return { receipt: refused('FCM INVALID_CREDENTIAL') };
    let token: string | null | undefined;
    try {
      ({ token } = await orAborted(client.jwt.getAccessToken(), signal));
    } catch (error) {
      forget(found.id, client);
      return { receipt: tokenReceipt(error) };
    }
    const path = `/v1/projects/${encodeURIComponent(client.projectId)}/messages:send`;
    const response = await fetch(url + path, {
      method: 'POST',
      signal,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ message }),
    });
    const word = wordOf(await response.json().catch(() => undefined));
    const isOver = response.status === 401 && word === UNAUTHENTICATED;
    if (isOver) forget(found.id, client);
    const retryAfter = response.headers.get('retry-after');
    const { status } = response;
    return {
      receipt: pushReceipt({ provider: 'FCM', status, word, dead: DEAD, retryAfter }),
      isOver,
    };
  }

  async function send(
    { to, wake, subject = '', text, pushCategory }: RenderedMessage,
    ending: AbortSignal,
  ): Promise<DeliveryReceipt> {
    if (!wake) return noAccount();
    const found = await accounts.find(wake.environmentId, wake.applicationId, 'FCM_HTTP_V1');
    if (!found) return noAccount();
    const message = {
      token: to.address,
      data: {
        v: '1',
        environmentId: wake.environmentId,
        id: wake.requestId,
        ...defined({ category: pushCategory }),
      },
      notification: { title: subject, body: text },
      android: { priority: 'HIGH', ttl: `${wake.secondsLeft}s`, collapse_key: 'request' },
    };
    const signal = AbortSignal.any([ending, AbortSignal.timeout(PUSH_TIMEOUT_MS)]);
    try {
      const first = await attempt(found, message, signal);
      return (first.isOver ? await attempt(found, message, signal) : first).receipt;
    } catch {
      return unreachable();
    }
  }

  return { name: 'FCM', circuitOf: circuitOfAccount, send, async close() {} };
}
