/**
 * Google opens a token of Play Integrity itself, for a service account of the application.
 * Source: Google, Play Integrity API, `v1.decodeIntegrityToken`.
 */
import type { JWT } from 'google-auth-library';
import { LRUCache } from 'lru-cache';
import type { DecodeByGoogle, PlayVerdict } from './play-integrity.ts';

const SCOPE = 'https://www.googleapis.com/auth/playintegrity';
const ACCOUNTS_MAX = 100;
const TIMEOUT_MS = 10_000;

export interface PlayGoogleOptions {
  /** `https://playintegrity.googleapis.com`. */
  url: string;
  /** Instead of the token endpoint that the library knows; for tests and proxies. */
  tokenUrl?: string;
}

export function playByGoogle({ url, tokenUrl }: PlayGoogleOptions): DecodeByGoogle {
  const clients = new LRUCache<string, JWT>({ max: ACCOUNTS_MAX });

  async function clientOf(serviceAccount: string): Promise<JWT> {
    const known = clients.get(serviceAccount);
    if (known) return known;
    // Loaded when it is used: few applications do.
    const google = await import('google-auth-library');
    const { client_email, private_key } = JSON.parse(serviceAccount);
    const made = new google.JWT({
      email: client_email,
      key: private_key,
      scopes: [SCOPE],
      transporterOptions: {
        fetchImplementation: (input: string | URL | Request, init?: RequestInit) =>
          fetch(tokenUrl ?? input, { ...init, signal: AbortSignal.timeout(TIMEOUT_MS) }),
      },
    });
    clients.set(serviceAccount, made);
    return made;
  }

  return async (serviceAccount, packageName, token) => {
    const { token: accessToken } = await (await clientOf(serviceAccount)).getAccessToken();
    const path = `/v1/${encodeURIComponent(packageName)}:decodeIntegrityToken`;
    const response = await fetch(url + path, {
      method: 'POST',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({ integrity_token: token }),
    });
    if (!response.ok) throw new Error(`Google answered ${response.status}.`);
    const { tokenPayloadExternal } = (await response.json()) as {
      tokenPayloadExternal: PlayVerdict;
    };
    return tokenPayloadExternal;
  };
}
