/** The providers of environments, each made when it is first asked, and again when its keys change. */
import { LRUCache } from 'lru-cache';
import { PROVIDERS_CACHED_MAX } from '../config/limits.ts';
import { issuerOf } from '../resources/platform/tokens/issuer.ts';
import type { SignOnParts } from './parts.ts';
import type { OpenProvider } from './provider.ts';

export type Providers = (environmentId: string) => Promise<OpenProvider>;

export function createProviders(parts: SignOnParts): Providers {
  const { keyring, links } = parts;
  const cache = new LRUCache<string, OpenProvider>({ max: PROVIDERS_CACHED_MAX });
  return async (environmentId) => {
    const [{ openProvider }, { kid, alg, privateKey }] = await Promise.all([
      import('./provider.ts'),
      keyring.signingKey(environmentId),
    ]);
    const issuer = issuerOf(links, environmentId);
    const cookieKey = keyring.mac(environmentId, 'sign-on/cookies', 'signature');
    // All that it is made of: clients and users it reads each time.
    const name = [environmentId, issuer, kid, cookieKey].join(' ');
    const known = cache.get(name);
    if (known) return known;
    const signingKey = { ...privateKey.export({ format: 'jwk' }), kid, alg, use: 'sig' };
    const opened = openProvider(parts, { environmentId, issuer, signingKey, cookieKey });
    cache.set(name, opened);
    return opened;
  };
}
